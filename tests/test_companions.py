"""Programs beside the assistant: given their orders, started again, ended with it."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from voiced.composition import companions
from voiced.composition.companions import Beside, keep
from voiced.plugin import Companion, Health, IntentFailed, SlotContext
from voiced.testing.context import FakeContext

pytestmark = pytest.mark.anyio

NOTE = """
import sys
note = open(sys.argv[1], "a")
print("began", sys.stdin.readline().strip(), file=note, flush=True)
if sys.argv[2] == "stay":
    sys.stdin.read()
    print("told to end", file=note, flush=True)
"""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(companions, "_FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(companions, "_LONGEST_PAUSE_S", 0.02)


def beside(note: Path, how: str, fails: int = 0) -> Beside:
    left = [fails]

    def start(_: SlotContext) -> tuple[Sequence[str], str] | None:
        if left[0] > 0:
            left[0] -= 1
            raise IntentFailed("not now")
        return (sys.executable, "-c", NOTE, str(note), how), "its orders"

    companion = Companion("a note", start, lambda _: Health(True, "fine"), lambda _: [note])
    return Beside(companion, FakeContext())


def until(note: Path, text: str, times: int) -> None:
    end_s = time.monotonic() + 20
    while not note.exists() or note.read_text().count(text) < times:
        assert time.monotonic() < end_s, f"{text!r} never came"
        time.sleep(0.01)


async def kept_until(companion: Beside, note: Path, text: str, times: int = 1) -> None:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(keep, companion)
        await anyio.to_thread.run_sync(until, note, text, times)
        tasks.cancel_scope.cancel()


async def test_it_gets_its_orders_and_is_told_to_end(tmp_path: Path) -> None:
    note = tmp_path / "note"
    await kept_until(beside(note, "stay"), note, "began")
    assert note.read_text() == "began its orders\ntold to end\n"


async def test_one_that_ends_is_started_again(tmp_path: Path) -> None:
    note = tmp_path / "note"
    await kept_until(beside(note, "end"), note, "began", 3)
    assert note.read_text().count("began its orders") >= 3


async def test_one_that_cannot_be_started_yet_is_tried_again(tmp_path: Path) -> None:
    note = tmp_path / "note"
    await kept_until(beside(note, "stay", fails=2), note, "began")


async def test_a_program_that_is_missing_does_no_harm(tmp_path: Path) -> None:
    missing = Companion(
        "gone", lambda _: (("no-such-program",), ""), lambda _: Health(None, ""), lambda _: []
    )
    with anyio.move_on_after(0.1) as scope:
        await keep(Beside(missing, FakeContext()))
    assert scope.cancelled_caught


async def test_one_that_is_not_wanted_is_not_started() -> None:
    off = Companion("off", lambda _: None, lambda _: Health(None, ""), lambda _: [])
    with anyio.fail_after(5):
        await keep(Beside(off, FakeContext()))
