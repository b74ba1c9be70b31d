"""What is found in the index, and by which words."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from voiced.plugin import DateSpan, IntentDenied
from voiced.testing.context import FakeContext
from voiced_intents import files
from voiced_intents.files import Settings
from voiced_intents.files.finding import IndexSearch, finder, limit_note
from voiced_intents.files.index.lookup import Index
from voiced_intents.files.index.request import readings
from voiced_intents.files.roots import Area
from voiced_intents.files.slot import FILE, FOLDER, WANTED

from .conftest import NOW, Home, fill
from .indexed import kept


@pytest.fixture
def context(indexed: Home, database: Path) -> FakeContext:
    settings = Settings(roots=indexed.roots, index_folder=database.parent)
    return FakeContext(now=NOW, settings=settings)


def found(context: FakeContext, said: str) -> list[str]:
    with finder(context) as finds:
        assert isinstance(finds, IndexSearch)
        return [match.entry.name for match in finds.files(said)]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("budget twenty twenty six", "budget 2026.xlsx"),
        ("budget twenty twenty five dot x l s x", "budget 2025.xlsx"),
        ("the letter to hannah", "Letter_to_Anna.odt"),
        ("the in voice march", "invoice march.pdf"),
        ("yesterday's pdf", "invoice march.pdf"),
        ("the file from yesterday about heat pumps", "machines.md"),
        ("the text about heat bumps", "machines.md"),
        ("the newest pdf", "invoice march.pdf"),
        ("the oldest pdf in taxes", "return 2024.pdf"),
        ("the picture from the holiday", "beach.png"),
        ("the picture of january twenty twenty four", "IMG_20240103.jpg"),
        ("taxes/return 2024.pdf", "return 2024.pdf"),
        ("budget 2025.xlsx", "budget 2025.xlsx"),
        ("the folder with the tax things", "taxes"),
        ("the folder with the dentist receipt", "taxes"),
    ],
)
def test_the_right_one_comes_first(context: FakeContext, said: str, name: str) -> None:
    assert found(context, said)[:1] == [name]


@pytest.mark.parametrize("said", ["the quarterly figures", "zebra crossing", "video", "", " "])
def test_words_that_fit_nothing_find_nothing(context: FakeContext, said: str) -> None:
    assert found(context, said) == []


def test_everything_is_no_request(context: FakeContext) -> None:
    assert found(context, "everything") == []
    assert len(found(context, "all files")) == 10


def test_two_that_fit_alike_are_near_enough_to_be_asked_about(context: FakeContext) -> None:
    first, second = FILE.resolve("my budget", context)[:2]
    assert {first.spoken, second.spoken} == {"budget 2025.xlsx", "budget 2026.xlsx"}
    assert first.score - second.score < 0.06
    (one, *others) = FILE.resolve("budget twenty twenty six", context)
    assert all(one.score - other.score >= 0.06 for other in others)


def test_entities_know_when_they_were_made_and_changed(context: FakeContext) -> None:
    (found, *_) = FILE.resolve("invoice march", context)
    assert found.value.kind == "pdf"
    assert found.value.modified < NOW
    assert found.value.created is not None


def test_folders_and_roots_are_found(context: FakeContext, indexed: Home) -> None:
    assert FOLDER.resolve("taxes", context)[0].value.path == indexed.documents / "taxes"
    assert FOLDER.resolve("downloads", context)[0].value.path == indexed.downloads
    assert FOLDER.phrases(context)[0].startswith("documents")


def test_what_has_gone_since_is_not_named(context: FakeContext, indexed: Home) -> None:
    (indexed.documents / "budget 2026.xlsx").unlink()
    assert found(context, "my budget") == ["budget 2025.xlsx"]


def test_what_became_a_link_since_is_not_named(context: FakeContext, indexed: Home) -> None:
    path = indexed.documents / "budget 2026.xlsx"
    path.unlink()
    path.symlink_to("/etc/passwd")
    assert found(context, "budget twenty twenty six") == []


@pytest.mark.parametrize("path", ["/etc/passwd", "../secret.txt", "Documents/../../secret.txt"])
def test_a_path_out_of_the_roots_is_denied(context: FakeContext, path: str) -> None:
    with pytest.raises(IntentDenied), finder(context) as finds:
        finds.files(path)


@pytest.mark.parametrize(
    "said", ['" OR name:*', "a AND", "NEAR(", "budget*", "-budget", "'; DROP TABLE files", "(" * 99]
)
def test_words_are_never_taken_for_a_query(context: FakeContext, said: str) -> None:
    found(context, said)


def test_many_words_are_no_burden(context: FakeContext) -> None:
    assert found(context, " ".join(f"word{number}" for number in range(500))) == []


async def _found(context: FakeContext, said: str) -> str:
    wanted = WANTED.resolve(said, context)[0].value
    return (await files.find_files(context, wanted=wanted)).text


@pytest.mark.anyio
async def test_files_of_a_day_are_listed(context: FakeContext) -> None:
    assert await _found(context, "files I changed yesterday") == (
        "I found two: invoice march.pdf and machines.md."
    )
    reply = await files.list_recent(context, kind=("pdf",))
    assert reply.text == "The newest first: invoice march.pdf, manual.pdf and return 2024.pdf."


def test_an_index_that_nobody_keeps_is_not_used(home: Home, database: Path) -> None:
    fill(home)
    with kept(database, home.roots):
        pass
    settings = Settings(roots=home.roots, index_folder=database.parent)
    home.add("Documents/newer than the index.txt")
    context = FakeContext(now=NOW, settings=settings)
    assert FILE.resolve("newer than the index", context)[0].score > 0.9
    small = FakeContext(now=NOW, settings=settings.model_copy(update={"max_files": 3}))
    assert found(small, "budget twenty twenty six")[:1] == ["budget 2026.xlsx"]


def test_an_index_of_other_folders_is_not_used(indexed: Home, database: Path) -> None:
    area = Area(indexed.roots[:2])
    assert Index.open(database, area) is None
    other = Index.open(database, Area(indexed.roots))
    assert other is not None
    with closing(other):
        assert other.progress().files == 12


def test_a_damaged_index_is_gone_around(context: FakeContext, database: Path) -> None:
    for path in database.parent.glob("index.db*"):
        path.write_bytes(b"x" * 5000)
    assert FILE.resolve("budget twenty twenty six", context)[0].spoken == "budget 2026.xlsx"


def test_an_index_that_breaks_in_use_is_gone_around(
    context: FakeContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise sqlite3.DatabaseError("database disk image is malformed")

    for name in ("find", "newest", "recent", "named", "progress"):
        monkeypatch.setattr(Index, name, broken)
    assert FILE.resolve("budget twenty twenty six", context)[0].spoken == "budget 2026.xlsx"
    assert FOLDER.resolve("taxes", context)[0].spoken == "taxes"
    assert FILE.phrases(context)
    assert limit_note(context.settings(Settings)) == ""
    companion, _ = files.COMPANIONS
    assert companion.health(context).is_ok is False


def test_a_rebuilt_index_is_told_once(context: FakeContext, indexed: Home, database: Path) -> None:
    db = sqlite3.connect(database)
    with db:
        db.execute("REPLACE INTO facts VALUES ('rebuilt', '12345')")
    db.close()
    settings = context.settings(Settings)
    told = [limit_note(settings) for _ in range(3)]
    assert told == [" My index of your files was damaged, so I made it anew.", "", ""]


@pytest.mark.parametrize(
    ("said", "words", "kinds", "order"),
    [
        ("the big video from the holiday", ("holiday",), ("video",), "biggest"),
        ("the pdf anna sent me last week", ("anna",), ("pdf",), ""),
        ("the folder with the tax things", ("tax",), ("folder",), ""),
        ("new york photos", ("new", "york"), ("image",), ""),
        ("the old letter to the bank", ("bank",), ("document", "pdf"), "oldest"),
        ("twenty twenty six", ("2026",), (), ""),
    ],
)
def test_requests_are_taken_apart(
    said: str, words: tuple[str, ...], kinds: tuple[str, ...], order: str
) -> None:
    first = next(readings(said, FakeContext(now=NOW)))
    assert (first.words, first.kinds[: len(kinds)], first.order) == (words, kinds, order)


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("the pdf from yesterday about heat pumps", 1),
        ("files i changed today", 1),
        ("the pdf anna sent me last week", 7),
        ("what i saved three days ago", 1),
    ],
)
def test_dates_are_found_anywhere(said: str, days: int) -> None:
    span = next(readings(said, FakeContext(now=NOW))).span
    assert isinstance(span, DateSpan)
    assert (span.end - span.start).days == days


@pytest.mark.parametrize(
    "said", ["the bill for february", "budget twenty twenty six", "may flowers"]
)
def test_a_month_in_a_name_is_no_date(said: str) -> None:
    assert next(readings(said, FakeContext(now=NOW))).span is None
