"""Turns on the disk: bounded, erased for good, and robust to what happens to files."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from turn_events import SECRETS, a_turn

from voiced.errors import VoicedError
from voiced.events import TurnId
from voiced.memory.turn_store import KeptSound, Limits, SoundFile, TurnStore
from voiced.timeline import Timeline, TimelineBuilder

NOW = datetime(2026, 3, 3, 19, 30, tzinfo=UTC)
MANY = Limits(turns=100, sounds=100, days=30)


def timeline(*, words: bool = False) -> Timeline:
    builder = TimelineBuilder(words=words)
    (built,) = (each for event in a_turn(TurnId(1)) if (each := builder.hear(event)))
    return built


def sound(content: bytes = b"sound") -> SoundFile:
    def write(path: Path) -> None:
        path.write_bytes(content)

    return SoundFile(KeptSound(1.0, 4.5), write)


def numbers(store: TurnStore) -> list[int]:
    return [turn.number for turn in store.turns()]


def sounds(store: TurnStore) -> list[str]:
    return sorted(path.name for path in store.sounds.iterdir())


@pytest.fixture
def store(tmp_path) -> TurnStore:
    return TurnStore(tmp_path / "state" / "traces")


def fill(store: TurnStore, count: int, limits: Limits = MANY, **more) -> None:
    for number in range(count):
        store.add(NOW + timedelta(minutes=number), timeline(**more), limits, sound())


def test_a_turn_is_kept_for_its_owner_alone(store) -> None:
    assert store.turns() == ()
    kept = store.add(NOW, timeline(), MANY, sound())
    assert store.turns() == (kept,)
    assert (kept.number, kept.at, kept.sound) == (1, NOW, KeptSound(1.0, 4.5))
    folder = store.path.parent
    assert folder.stat().st_mode & 0o777 == 0o700
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) == 3
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert store.sounds.stat().st_mode & 0o777 == 0o700


def test_a_kept_turn_is_a_row_of_json(store) -> None:
    row = store.add(NOW, timeline(), MANY).as_row()
    assert row == json.loads(store.path.read_text())
    assert (row["number"], row["at"], row["sound"]) == (1, "2026-03-03T19:30:00.000+00:00", None)


def test_the_last_turns_are_kept_and_the_sound_of_fewer(store) -> None:
    fill(store, 12, Limits(turns=8, sounds=2, days=30))
    assert numbers(store) == list(range(4, 13))
    assert sounds(store) == ["11.flac", "12.flac"]
    with_sound = [turn.number for turn in store.turns() if turn.sound]
    assert with_sound == [11, 12]
    store.trim(Limits(turns=4, sounds=1, days=30), NOW)
    assert numbers(store) == [9, 10, 11, 12]
    assert sounds(store) == ["12.flac"]


def test_a_file_never_gets_longer_than_a_quarter_more(store) -> None:
    for _ in range(40):
        store.add(NOW, timeline(), Limits(turns=8, sounds=1, days=30))
        assert len(numbers(store)) <= 10


def test_while_there_are_surely_few_the_whole_file_is_not_read(store, monkeypatch) -> None:
    def read_all(_store) -> list[bytes]:
        raise AssertionError("the whole file was read")

    with monkeypatch.context() as patched:
        patched.setattr(TurnStore, "_lines", read_all)
        fill(store, 5, Limits(turns=4, sounds=2, days=30))
    assert numbers(store) == [1, 2, 3, 4, 5]
    fill(store, 1, Limits(turns=4, sounds=2, days=30))
    assert numbers(store) == [3, 4, 5, 6]


def test_what_is_too_old_goes(store) -> None:
    fill(store, 3)
    store.trim(MANY, NOW + timedelta(days=30, seconds=90))
    assert numbers(store) == [3]
    assert sounds(store) == ["3.flac"]


def test_where_nothing_is_to_be_kept_all_of_it_goes(store) -> None:
    fill(store, 3)
    store.trim(Limits(turns=0, sounds=1, days=30), NOW)
    assert numbers(store) == []
    assert sounds(store) == []


def test_looking_and_trimming_and_erasing_make_nothing(store) -> None:
    store.trim(MANY, NOW)
    assert store.erase_all() == 0
    assert store.turns() == ()
    assert not store.path.parent.exists()


@pytest.mark.parametrize(
    "damage",
    [
        b"\x00\xff\xfe garbage\n",
        b"{}\n",
        b"[1]\n",
        b"null\n",
        b'{"number": 99}\n',
        b'{"number": 1e999, "at": "x"}\n',
        b"\n\n",
        b'{"number": 7, "at": "2026-03',
        b"[" * 100_000,
    ],
)
def test_a_damaged_line_costs_that_line_only(store, damage) -> None:
    store.add(NOW, timeline(), MANY)
    with store.path.open("ab") as file:
        file.write(damage)
    assert numbers(store) == [1]
    store.add(NOW, timeline(), MANY)
    assert numbers(store) == [1, 2]
    fill(store, 3, Limits(turns=2, sounds=1, days=30))
    assert numbers(store)[-1] == 5


def test_a_line_of_a_later_version_may_hold_more(store) -> None:
    kept = store.add(NOW, timeline(), MANY)
    store.path.write_text(json.dumps({**kept.as_row(), "mood": "good"}) + "\n")
    assert store.turns() == (kept,)


def test_numbers_go_on_after_long_lines(store) -> None:
    store.add(NOW, timeline(), MANY)
    with store.path.open("ab") as file:
        file.write(b"x" * 200_000 + b"\n")
    assert store.add(NOW, timeline(), MANY).number == 2


def test_a_sound_that_cannot_be_written_leaves_nothing(store) -> None:
    def fail(path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        store.add(NOW, timeline(), MANY, SoundFile(KeptSound(0, 1), fail))
    assert numbers(store) == []
    assert sounds(store) == []


def test_a_sound_that_is_gone_is_not_told_of(store) -> None:
    fill(store, 1)
    store.sound_file(1).unlink()
    assert [turn.sound for turn in store.turns()] == [None]


def test_erasing_leaves_no_byte(store) -> None:
    fill(store, 3, words=True)
    with store.path.open("ab") as file:
        file.write(SECRETS[0].encode() + b" in a damaged line\n")
    linked = store.path.with_name("same file")
    linked.hardlink_to(store.path)
    assert store.erase_all() == 3
    assert numbers(store) == []
    assert sounds(store) == []
    assert not linked.read_bytes().strip(b"\0")


def test_erasing_since_a_time(store) -> None:
    fill(store, 3)
    assert store.erase_since(NOW + timedelta(minutes=1)) == 2
    assert numbers(store) == [1]
    assert sounds(store) == ["1.flac"]


@pytest.mark.parametrize(
    ("words", "erased"),
    [
        ("delete the budget", 2),
        ("BUDG", 2),
        ("budgét", 2),
        ("budget zanzibar", 0),
        ("udget", 0),
        ("!", 0),
    ],
)
def test_erasing_what_holds_words(store, words, erased) -> None:
    fill(store, 2, words=True)
    fill(store, 1)
    assert store.erase_matching(words) == erased
    assert len(numbers(store)) == 3 - erased


def test_a_file_that_cannot_be_read_or_erased_is_an_error(store) -> None:
    fill(store, 1)
    store.path.unlink()
    store.path.mkdir()
    for call in (store.turns, store.erase_all):
        with pytest.raises(VoicedError, match=r"cannot be"):
            call()


def _add_many(folder: Path, start: Callable[[], object]) -> None:
    start()
    store = TurnStore(folder)
    for _ in range(15):
        store.add(NOW, timeline(), MANY, sound())


@pytest.mark.engine  # processes of their own
def test_processes_do_not_disturb_each_other(store) -> None:
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(2)
    folder = store.path.parent
    both = [context.Process(target=_add_many, args=(folder, barrier.wait)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(30)
    assert numbers(store) == list(range(1, 31))
    assert len(sounds(store)) == 30


def test_pages_go_back_from_the_newest(store) -> None:
    assert store.newest(5) == ()
    assert store.turn(1) is None
    fill(store, 12)
    assert [turn.number for turn in store.newest(3)] == [12, 11, 10]
    assert [turn.number for turn in store.newest(9, before=4)] == [3, 2, 1]
    assert store.newest(1, before=1) == ()
    assert [turn.number for turn in store.since(NOW + timedelta(minutes=9))] == [12, 11, 10]


def test_one_turn_is_found_by_its_number(store) -> None:
    fill(store, 5)
    found = store.turn(3)
    assert found == store.turns()[2]
    assert found is not None
    assert found.sound is not None
    assert store.turn(6) is None
    store.erase(lambda turn: turn.number == 3)
    assert store.turn(3) is None
    with store.path.open("ab") as file:
        file.write(b'{"number":9,damaged\n')
    assert store.turn(9) is None
    assert [turn.number for turn in store.newest(2)] == [5, 4]


def test_a_file_that_may_not_be_read_is_told_page_by_page(store) -> None:
    store.path.mkdir(parents=True)
    for look in (lambda: store.newest(1), lambda: store.turn(1), lambda: store.since(NOW)):
        with pytest.raises(VoicedError, match="cannot be read"):
            look()
