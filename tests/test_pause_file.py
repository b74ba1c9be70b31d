"""The user's pauses on the disk: kept, bounded, and never in the way."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest

from voiced.memory.pause_file import PAUSE_FILE, keep, load, save
from voiced.testing import clock
from voiced.testing.script import inline
from voiced.turns import PauseMemory


def test_what_is_saved_is_loaded_again(tmp_path: Path) -> None:
    path = tmp_path / "state" / PAUSE_FILE
    save(path, PauseMemory([8000, 12000]))
    assert load(path).pauses == (8000, 12000)


def test_its_owner_alone_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / PAUSE_FILE
    for left_over in (path, path.with_suffix(".new")):
        left_over.touch(0o644)
    save(path, PauseMemory([8000]))
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["", "{}", "[1, 2", '["a"]', "null", "\x00"])
def test_a_damaged_file_is_no_habit(tmp_path: Path, text: str) -> None:
    path = tmp_path / PAUSE_FILE
    path.write_text(text, encoding="utf-8")
    assert load(path).pauses == ()


def test_lengths_that_nobody_pauses_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / PAUSE_FILE
    path.write_text("[-5, 0, 8000, 99999999]", encoding="utf-8")
    assert load(path).pauses == (8000,)


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    save(tmp_path / "file" / PAUSE_FILE, PauseMemory([8000]))


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_it_is_kept_now_and_then_and_at_the_end(tmp_path: Path, backend: str) -> None:
    path, memory = tmp_path / PAUSE_FILE, PauseMemory()

    async def live() -> tuple[int, ...]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(keep, path, memory, inline)
            await anyio.sleep(1)
            memory.note(8000)
            await anyio.sleep(400)
            early = load(path).pauses
            memory.note(9000)
            tasks.cancel_scope.cancel()
        return early

    assert clock.run(live, backend=backend) == (8000,)
    assert load(path).pauses == (8000, 9000)
