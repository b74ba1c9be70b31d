"""A user with a folder of notes, who speaks and edits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import pytest

from voiced.plugin import Intent
from voiced.testing.context import FakeContext
from voiced_intents import notes

NOW = datetime(2026, 3, 3, 19, 30, tzinfo=UTC)
UNDOERS = (notes.undo_added, notes.undo_created, notes.undo_removed)


class Desk:
    """Speaks to the intents of notes and lists."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.context = FakeContext(now=NOW, settings=notes.Settings(folder=folder))

    def say(self, intent: Intent, **said: str) -> str:
        values: dict[str, Any] = {}
        for name, words in said.items():
            found = intent.slots[name].type.resolve(words, self.context)
            assert found, f"{words!r} is no {name}"
            values[name] = found[0].value
        reply = anyio.run(lambda: intent(self.context, **values))
        return reply.text

    def undo(self) -> str:
        return anyio.run(self.context.undo_with, *UNDOERS)

    def text(self, name: str = "shopping list") -> str:
        return (self.folder / f"{name}.md").read_text(encoding="utf-8")

    def write(self, lines: Sequence[str] | bytes, name: str = "shopping list") -> Path:
        self.folder.mkdir(exist_ok=True)
        path = self.folder / f"{name}.md"
        path.write_bytes(lines if isinstance(lines, bytes) else "\n".join(lines).encode())
        return path

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


@pytest.fixture
def desk(tmp_path) -> Desk:
    return Desk(tmp_path / "Notes")
