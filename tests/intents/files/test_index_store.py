"""What the index holds after folders were read, and read again."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from voiced_intents.files.index.place import is_kept, scope_of, taken
from voiced_intents.files.index.store import BrokenIndex, Store
from voiced_intents.files.index.walk import Reading, Walk
from voiced_intents.files.index.words import name_words, sound_key, text_words
from voiced_intents.files.roots import Spot

from .conftest import Home
from .indexed import read_texts, walk


def held(database: Path) -> set[str]:
    db = sqlite3.connect(database)
    rows = db.execute("SELECT path, name FROM files JOIN folders ON folders.id = folder")
    found = {os.fsdecode(path + b"/" + name if path else name) for path, name in rows}
    db.close()
    return found


def matching(database: Path, query: str) -> int:
    db = sqlite3.connect(database)
    (count,) = db.execute("SELECT count(*) FROM words WHERE words MATCH ?", (query,)).fetchone()
    db.close()
    return int(count)


def test_a_walk_holds_what_lies_there_and_nothing_that_is_hidden(
    home: Home, store: Store, database: Path
) -> None:
    home.add("Documents/a/b/deep report.txt")
    for name in (".hidden", "id_rsa", ".git/config", "wallet.kdbx"):
        home.add(f"Documents/{name}")
    (home.documents / "door").symlink_to("/etc")
    done = walk(store, home.roots)
    assert held(database) == {"a", "a/b", "a/b/deep report.txt"}
    assert done.changes == 3
    assert walk(store, home.roots, 2).changes == 0


def test_what_changes_is_followed_and_its_words_are_forgotten(
    home: Home, store: Store, database: Path
) -> None:
    path = home.add("Documents/old/zebra.txt", text="giraffes eat leaves")
    walk(store, home.roots)
    read_texts(store)
    assert [matching(database, word) for word in ("zebra", "giraffe", "old")] == [1, 1, 2]
    path.rename(path.with_name("lion.txt"))
    walk(store, home.roots, 2)
    read_texts(store)
    assert [matching(database, word) for word in ("zebra", "lion", "giraffe")] == [0, 1, 1]
    path.with_name("lion.txt").write_text("nothing of the kind any more")
    walk(store, home.roots, 3)
    read_texts(store)
    assert [matching(database, word) for word in ("lion", "giraffe", "kind")] == [1, 0, 1]
    path.parent.rename(home.documents / "new")
    walk(store, home.roots, 4)
    read_texts(store)
    assert held(database) == {"new", "new/lion.txt"}
    assert [matching(database, word) for word in ("old", "new", "lion")] == [0, 2, 1]
    (home.documents / "new" / "lion.txt").unlink()
    (home.documents / "new").rmdir()
    walk(store, home.roots, 5)
    assert held(database) == set()
    assert [matching(database, word) for word in ("new", "lion", "kind")] == [0, 0, 0]


def test_a_pass_that_was_cut_off_goes_on_where_it_was(home: Home, store: Store) -> None:
    for number in range(30):
        home.add(f"Documents/{number}/file {number}.txt")
    reading = Reading(texts=False, now_ns=0, is_first=True)
    first = Walk(store, reading, 1)
    first.add(Spot(root, ()) for root in home.roots)
    with store.batch():
        first.step(13)
    second = Walk(store, reading, 1)
    second.add(Spot(root, ()) for root in home.roots)
    with store.batch():
        second.step(1000)
    assert second.is_done
    assert second.seen == 60 - first.seen
    assert store.count() == 60


def test_a_batch_that_breaks_changes_nothing(home: Home, store: Store) -> None:
    home.add("Documents/a.txt")
    reading = Reading(texts=False, now_ns=0, is_first=True)
    step = Walk(store, reading, 1)
    step.add([Spot(home.documents, ())])

    def broken() -> None:
        with store.batch():
            step.step(5)
            raise KeyError

    with pytest.raises(KeyError):
        broken()
    assert store.count() == 0


def test_the_database_is_for_this_user_alone(store: Store, database: Path) -> None:
    assert database.stat().st_mode & 0o777 == 0o600
    assert database.parent.stat().st_mode & 0o777 == 0o700


def test_a_broken_database_is_noticed(database: Path) -> None:
    Store.open(database).close()
    with database.open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 3000)
    with pytest.raises(BrokenIndex):
        Store.open(database)


def test_one_keeps_the_index(database: Path) -> None:
    assert not is_kept(database)
    lock = taken(database)
    assert lock is not None
    assert taken(database) is None
    assert is_kept(database)
    os.close(lock)
    assert not is_kept(database)


def test_names_that_are_no_text_are_kept(home: Home, store: Store, database: Path) -> None:
    name = os.fsdecode(b"bad\xffname zebra.txt")
    (home.documents / name).write_text("x")
    walk(store, home.roots)
    assert held(database) == {name}
    assert matching(database, "zebra") == 1


def test_scopes_tell_indexes_apart(home: Home) -> None:
    scopes = {scope_of(home.roots, texts=each) for each in (True, False)}
    assert len({*scopes, scope_of(home.roots[:1], texts=True)}) == 3


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Letter_to_Anna.odt", ["letter", "to", "anna", "odt"]),
        ("BudgetPlan2026-final(2).xlsx", ["budget", "plan", "2026", "final", "2", "xlsx"]),
        ("IMG_20240103.jpg", ["2024", "january", "3", "img", "20240103", "jpg"]),
        ("Café résumé", ["cafe", "resume"]),
        ("Cafe\u0301", ["cafe"]),
        ("four seasons 007", ["four", "4", "seasons", "007", "7"]),
        ("文 🎉", ["文"]),
        ("...", []),
    ],
)
def test_names_as_words(name: str, words: list[str]) -> None:
    assert name_words(name) == words


@pytest.mark.parametrize(
    ("one", "other"), [("anna", "hannah"), ("beach", "beech"), ("knit", "nit"), ("tacks", "tax")]
)
def test_words_that_sound_alike_share_a_key(one: str, other: str) -> None:
    assert sound_key(one) == sound_key(other)


def test_a_text_gives_so_many_words_and_no_more() -> None:
    assert text_words("One two, one THREE four", 3) == ["one", "two", "three"]
