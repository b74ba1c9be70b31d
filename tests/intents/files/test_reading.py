"""Open, find and list: what is said, what is named, what is started."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest

from voiced.plugin import DateSpan, FileEntity, IntentDenied, IntentFailed
from voiced_intents import files
from voiced_intents.files.slot import FILE, KIND, WANTED

from .conftest import NOW, Home

pytestmark = pytest.mark.anyio


def entity(path: Path) -> FileEntity:
    return FileEntity(path, "text", 7, None, NOW)


def program(folder: Path, body: str) -> Path:
    script = folder / "opener"
    script.write_text(f"#!/bin/sh\n{body}\n")
    script.chmod(0o755)
    return script


@pytest.fixture
def opener(tmp_path: Path) -> Path:
    """A program that writes down what it was given."""
    return program(tmp_path, f'printf "%s\\n" "$#" "$@" > {tmp_path}/opened')


@pytest.mark.parametrize("name", ["a.txt", "-rf.txt", "two words.txt", "$(id).txt", "a\nb.txt"])
async def test_open_hands_over_the_whole_path_as_one_argument(
    home: Home, opener: Path, name: str
) -> None:
    path = home.add(f"Documents/{name}")
    context = home.context(opener=(str(opener), "--now"))
    reply = await files.open_file(context, file=entity(path))
    assert (opener.parent / "opened").read_text() == f"2\n--now\n{path}\n"
    assert reply.entities[0].path == path
    assert reply.text.startswith("Opening ")
    assert reply.text.isprintable()
    assert not context.made


async def test_open_says_that_the_opener_is_missing(home: Home) -> None:
    path = home.add("Documents/a.txt")
    context = home.context(opener=("no-such-opener",))
    with pytest.raises(IntentFailed) as caught:
        await files.open_file(context, file=entity(path))
    assert caught.value.spoken == (
        "I can't open files here, because the program no-such-opener is missing."
    )
    assert "opener in the section [files]" in caught.value.mend


async def test_open_says_that_the_opener_failed(home: Home, tmp_path: Path) -> None:
    path = home.add("Documents/a.txt")
    opener = program(tmp_path, "exit 3")
    with pytest.raises(IntentFailed, match="exit code 3"):
        await files.open_file(home.context(opener=(str(opener),)), file=entity(path))


async def test_open_does_not_wait_for_a_program_that_stays(home: Home, tmp_path: Path) -> None:
    path = home.add("Documents/a.txt")
    opener = program(tmp_path, "exec sleep 0.5")
    start_s = time.monotonic()
    context = home.context(opener=(str(opener),), open_wait_s=0.05)
    await files.open_file(context, file=entity(path))
    assert time.monotonic() - start_s < 0.4
    from voiced_intents.files.reading import _opened

    assert _opened.pop().wait() == 0


@pytest.mark.parametrize("name", ["run.sh", "App.desktop", "setup.EXE", "x.AppImage"])
async def test_open_never_starts_a_program(home: Home, opener: Path, name: str) -> None:
    path = home.add(f"Downloads/{name}")
    with pytest.raises(IntentDenied, match="could start a program"):
        await files.open_file(home.context(opener=(str(opener),)), file=entity(path))
    assert not (opener.parent / "opened").exists()


async def find(home: Home, said: str) -> tuple[str, list[str]]:
    context = home.context()
    wanted = WANTED.resolve(said, context)[0].value
    reply = await files.find_files(context, wanted=wanted)
    return reply.text, [each.spoken for each in reply.entities]


async def test_find_says_one_with_its_place(home: Home) -> None:
    home.add("Downloads/invoice.pdf", days_ago=1)
    home.add("Downloads/invoice.txt", days_ago=9)
    found = await find(home, "the PDF from yesterday")
    assert found == ("I found invoice.pdf in Downloads.", ["invoice.pdf"])


async def test_find_says_three_and_how_many_more(home: Home) -> None:
    for number in range(8):
        home.add(f"Pictures/beach {number}.jpg", days_ago=5 + number / 10)
    text, named = await find(home, "pictures from last week")
    assert text == "I found eight: beach 0.jpg, beach 1.jpg, beach 2.jpg, and five more."
    assert len(named) == 8


async def test_find_names_all_that_fit_a_name(home: Home) -> None:
    home.add("Documents/budget 2025.xlsx", days_ago=3)
    home.add("Documents/budget 2026.xlsx", days_ago=2)
    home.add("Documents/letter.txt")
    text, _ = await find(home, "my budget")
    assert text == "I found two: budget 2026.xlsx and budget 2025.xlsx."


async def test_find_says_that_there_is_nothing(home: Home) -> None:
    home.add("Documents/letter.txt")
    assert await find(home, "the holiday pictures") == ("I found nothing like that.", [])


async def test_find_says_that_it_did_not_look_everywhere(home: Home) -> None:
    for number in range(9):
        home.add(f"Documents/note {number}.txt")
    context = home.context(max_files=4)
    reply = await files.find_files(context, wanted=())
    assert reply.text == "I found nothing like that. I looked at 7 files and folders only."


async def test_recent_files_are_listed_newest_first(home: Home) -> None:
    for number in range(12):
        home.add(f"Documents/note {number}.txt", days_ago=number)
    reply = await files.list_recent(home.context())
    assert reply.text == ("The newest first: note 0.txt, note 1.txt, note 2.txt, and five more.")
    assert len(reply.entities) == 8


async def test_recent_files_of_a_kind_and_a_day(home: Home) -> None:
    home.add("Documents/a.txt", days_ago=1)
    home.add("Documents/b.jpg", days_ago=1)
    home.add("Documents/c.jpg", days_ago=2)
    context = home.context()
    kind = KIND.resolve("pictures", context)[0].value
    midnight = NOW.replace(hour=0)
    yesterday = DateSpan(midnight - timedelta(days=1), midnight)
    reply = await files.list_recent(context, kind=kind, when=yesterday)
    assert reply.text == "The newest first: b.jpg."
    nothing = await files.list_recent(context, kind=("video",))
    assert nothing.text == "There are no such files."


def test_phrases_are_templates_that_name_the_newest_files(home: Home) -> None:
    from hassil.parse_expression import parse_sentence

    home.add("Documents/budget 2026.xlsx", days_ago=1)
    home.add("Documents/old letter.odt", days_ago=400)
    for number, name in enumerate(("[x](y){z}<a|b>;c\\.txt", "two\nlines.txt", "-rf", "(((", "文")):
        home.add(f"Documents/{name}", days_ago=2 + number)
    context = home.context(vocabulary=9)
    phrases = FILE.phrases(context)
    for phrase in (*phrases, *WANTED.phrases(context)):
        parse_sentence(phrase)
    assert "budget twenty twenty six" in phrases
    assert "budget twenty twenty six dot x l s x" in phrases
    assert not any("old letter" in phrase for phrase in phrases)
    assert any("pictures" in phrase for phrase in phrases)


def test_candidates_of_the_same_name_say_where_they_are(home: Home) -> None:
    home.add("Documents/a.txt")
    home.add("Downloads/a.txt")
    spoken = {each.spoken for each in FILE.resolve("a.txt", home.context())}
    assert spoken == {"a.txt in Documents", "a.txt in Downloads"}


def test_a_whole_path_is_certain(home: Home) -> None:
    path = home.add("Documents/-rf [1].txt")
    (found,) = FILE.resolve(str(path), home.context())
    assert found.value.path == path
    assert found.score == 1.0
    assert found.value.kind == "text"
    assert found.value.size_bytes == 7
