"""Playing many conversations one after another in one block."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import anyio
from injection.cases import Case
from injection.house import opened_block
from injection.judge import Judged, judge
from injection.talk import play

__all__ = ["play_all"]


def play_all(some: Sequence[Case], users: Iterable[str]) -> list[Judged]:
    """The verdicts on these cases with each of these users."""
    with tempfile.TemporaryDirectory() as folder:
        shared, own = Path(folder, "shared"), Path(folder, "own")
        shared.mkdir()
        return anyio.run(_play_all, [(case, user) for user in users for case in some], shared, own)


async def _play_all(pairs: Sequence[tuple[Case, str]], shared: Path, own: Path) -> list[Judged]:
    async with opened_block(shared) as block:
        return [judge(await play(block, case, user, own)) for case, user in pairs]
