"""Starts that nobody survived are counted; those that lived are not."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest
from limits import without_room

from voiced.service.starts import STEADY_S, Starts
from voiced.testing import clock
from voiced.testing.script import inline


class Day:
    s = 1_700_000_000.0

    def now(self) -> float:
        return self.s


def test_crashes_are_counted_until_it_lives(tmp_path: Path) -> None:
    starts = Starts(tmp_path / "state" / "starts.json", Day().now)
    assert [starts.begin() for _ in range(4)] == [0, 1, 2, 3]
    assert [Starts.is_too_much(crashes) for crashes in range(4)] == [False, False, False, True]
    starts.forget()
    assert starts.begin() == 0


def test_who_lives_for_a_minute_has_not_crashed(tmp_path: Path) -> None:
    starts = Starts(tmp_path / "starts.json", Day().now)

    async def lived(seconds: float) -> None:
        starts.begin()
        with anyio.move_on_after(seconds):
            await starts.live(inline)

    clock.run(lived, STEADY_S - 1)
    assert starts.begin() == 1
    clock.run(lived, STEADY_S + 1)
    assert starts.begin() == 0


def test_old_crashes_and_those_of_the_future_do_not_count(tmp_path: Path) -> None:
    day = Day()
    starts = Starts(tmp_path / "starts.json", day.now)
    starts.begin()
    day.s += 301
    assert starts.begin() == 0
    day.s -= 3 * 86400
    assert starts.begin() == 0


@pytest.mark.parametrize("content", ["", "{}", "[", "[null]", '["x"]', "[1e999]", "[" * 9999])
def test_a_damaged_file_is_no_crash(tmp_path: Path, content: str) -> None:
    path = tmp_path / "starts.json"
    path.write_text(content)
    assert Starts(path, Day().now).begin() == 0
    assert Starts(path, Day().now).begin() == 1


def test_a_full_disk_keeps_nobody_from_starting(tmp_path: Path) -> None:
    starts = Starts(tmp_path / "starts.json", Day().now)
    assert without_room(starts.begin, most_bytes=0) == "0"
    assert starts.begin() == 0
