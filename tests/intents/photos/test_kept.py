"""What pictures say is read once, also over a restart, and never trusted longer than it holds."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from voiced.plugin import FileEntity
from voiced_intents import photos
from voiced_intents.files import listing
from voiced_intents.files.index import companion
from voiced_intents.photos import library
from voiced_intents.photos.facts import Facts
from voiced_intents.photos.kept import Kept

from .conftest import MUNICH, ROME, Context, Home, encoded, oriented, picture

pytestmark = pytest.mark.anyio


class Reads:
    """Counts the pictures that are read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: list[str] = []
        read = library._read

        def counted(entry: library.Entry, how: object) -> object:
            self.names.append(entry.name)
            return read(entry, how)  # type: ignore[arg-type]

        monkeypatch.setattr(library, "_read", counted)

    def taken(self) -> list[str]:
        names, self.names = sorted(self.names), []
        return names


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Iterator[Reads]:
    yield Reads(monkeypatch)
    restarted()


def restarted() -> None:
    """What is in memory is gone."""
    library._facts.clear()
    library._looks.clear()
    listing._last.clear()


@pytest.fixture
def full(home: Home) -> Home:
    home.add("Pictures/forum.jpg", oriented(1, at=ROME, taken="2025:08:03 10:00:00"))
    home.add("Pictures/beer.jpg", oriented(6, at=MUNICH, camera=("Canon", "Canon EOS R5")))
    home.add("Pictures/plain.png", encoded(picture(), "PNG"))
    return home


def store(home: Home) -> Path:
    return Path(os.environ["XDG_STATE_HOME"]) / "voiced" / "files" / "pictures.db"


async def found(context: Context, place: str) -> list[str]:
    reply = await photos.find(context, place=place)
    return [each.path.name for each in reply.entities if isinstance(each, FileEntity)]


async def test_facts_outlive_a_restart(full: Home, reads: Reads) -> None:
    assert await found(full.context(), "rome") == ["forum.jpg"]
    assert len(reads.taken()) == 3
    restarted()
    assert await found(full.context(), "munich") == ["beer.jpg"]
    assert await found(full.context(), "rome") == ["forum.jpg"]
    assert reads.taken() == []


async def test_looks_outlive_a_restart(full: Home, reads: Reads) -> None:
    full.add("Pictures/twin.png", encoded(picture((128, 96)), "PNG"))
    one = full.add("Pictures/plain.png", encoded(picture(), "PNG"))
    first = await photos.find_alike(full.context(), photo=one)
    assert len(reads.taken()) >= 4
    restarted()
    assert (await photos.find_alike(full.context(), photo=one)).text == first.text
    assert reads.taken() == []


async def test_a_picture_that_changed_is_read_again(full: Home, reads: Reads) -> None:
    await found(full.context(), "rome")
    reads.taken()
    restarted()
    full.add("Pictures/forum.jpg", oriented(1, at=MUNICH), days_ago=2)
    assert await found(full.context(), "munich") == ["forum.jpg", "beer.jpg"]
    assert reads.taken() == ["forum.jpg"]


async def test_it_is_for_this_user_alone_and_named_by_the_doctor(full: Home, reads: Reads) -> None:
    context = full.context()
    await found(context, "rome")
    assert store(full).stat().st_mode & 0o777 == 0o600
    assert store(full) in companion.COMPANION.keeps(context)


async def test_where_no_index_is_wanted_nothing_is_kept(full: Home, reads: Reads) -> None:
    context = full.context()
    settings = context.known[library.FileSettings].model_copy(update={"index": False})  # type: ignore[attr-defined]
    context.known[library.FileSettings] = settings
    assert await found(context, "rome") == ["forum.jpg"]
    assert not store(full).exists()


@pytest.mark.parametrize("damage", [b"broken" * 900, b"", b"x"])
async def test_a_damaged_store_is_begun_anew(full: Home, reads: Reads, damage: bytes) -> None:
    await found(full.context(), "rome")
    restarted()
    store(full).write_bytes(damage)
    for _ in range(2):
        reads.taken()
        assert await found(full.context(), "rome") == ["forum.jpg"]
        restarted()
    await found(full.context(), "rome")
    reads.taken()
    restarted()
    assert await found(full.context(), "rome") == ["forum.jpg"]
    assert reads.taken() == []


@pytest.mark.parametrize(
    "row", ["not json", "[]", '["no date", "", null, [1, 2]]', '["", "", [1], [1, 2]]', "7"]
)
async def test_rows_that_make_no_sense_are_read_again(full: Home, reads: Reads, row: str) -> None:
    await found(full.context(), "rome")
    db = sqlite3.connect(store(full))
    with db:
        db.execute("UPDATE facts SET value = ?", (row.encode(),))
    db.close()
    restarted()
    reads.taken()
    assert await found(full.context(), "rome") == ["forum.jpg"]
    assert len(reads.taken()) == 3


def test_a_store_that_cannot_be_written_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    kept = Kept(tmp_path / "file" / "pictures.db")
    one = tmp_path / "a.jpg"
    kept.keep_facts({one: ((1, 2), Facts())}, [one])
    assert kept.facts([one]) == {}


def test_what_is_kept_comes_back_as_it_was(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "state" / "pictures.db")
    taken = datetime(2025, 8, 3, 10, 0, tzinfo=UTC)
    facts = {
        tmp_path / "a.jpg": ((1, 2), Facts(taken, "Canon", (1.5, -2.5), (64, 48))),
        tmp_path / "\udcff.jpg": ((3, 4), Facts(datetime(2025, 1, 1), "", None, (0, 0))),
    }
    looks = {path: (stamp, (1 << 64) - 1 - stamp[0]) for path, (stamp, _) in facts.items()}
    kept.keep_facts(facts, facts)
    kept.keep_looks(looks, looks)
    assert kept.facts(list(facts)) == facts
    assert kept.looks(list(looks)) == looks


def test_what_has_gone_long_since_is_forgotten(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "pictures.db")
    many = {tmp_path / f"{n}.jpg": ((n, 1), Facts()) for n in range(1200)}
    kept.keep_facts(many, many)
    one = tmp_path / "new.jpg"
    kept.keep_facts({one: ((1, 1), Facts())}, [one])
    assert kept.facts([*many, one]) == {one: ((1, 1), Facts())}
