"""Intents: listed, tried, missed and taught; plugins; what other programs ask for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from voiced.config import config_file, taught_file
from voiced.config.sections import IntentSettings
from voiced.journal import Journal
from voiced.mcp import RequestBook
from voiced.registry import record as plugin_record

from .conftest import OURS, Page

FEW = (
    "browser",
    "desktop",
    "look",
    "mail",
    "memory",
    "notes",
    "photos",
    "search",
    "talk",
    "writing",
)
EVIL = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def few(home: Path) -> None:
    """Few plugins: their sentences are made quickly."""
    config_file().parent.mkdir(parents=True)
    config_file().write_text(f"[intents]\ndisabled = {json.dumps(FEW)}\n")


@contextmanager
def journal_of(home: Path) -> Iterator[Journal]:
    journal = Journal.open(home / "state" / "voiced", transcripts=True)
    try:
        yield journal
    finally:
        journal.close()


def post(page: Page, place: str, **typed: Any) -> Any:
    return page.client.post(place, data=typed, headers=OURS)


def test_all_that_can_be_said_is_listed_with_what_it_does(page: Page) -> None:
    text = page.get("/intents")
    assert "clock.time" in text
    assert "files.find" in text
    assert "changes, can be undone" in text
    found = page.get("/intents?q=timer+cancel")
    assert "timers.cancel" in found
    assert "files.find" not in found
    assert "Nothing that can be said" in page.get(f"/intents?q={EVIL}")
    assert EVIL not in page.get(f"/intents?q={EVIL}")


def test_one_intent_is_shown_whole(page: Page) -> None:
    text = page.get("/intents/show/files.move")
    assert "must come from you" in text.lower()
    assert page.client.get("/intents/show/files.nothing").status_code == 404


def test_words_are_tried_and_nothing_is_done(page: Page) -> None:
    assert "Nothing was missed" in page.get("/intents/misses")
    text = page.get("/intents/try?text=what+time+is+it")
    assert re.search(r"Understood as <a [^>]*>clock\.time</a>", text)
    text = page.get("/intents/try")
    assert "Understood" not in text
    text = page.get(f"/intents/try?text=zork+{EVIL}")
    assert "No sentence fits this." in text
    assert EVIL not in text
    assert "/intents/teach?sentence=zork" in text


def test_a_miss_is_taught_and_forgotten(page: Page, home: Path) -> None:
    with journal_of(home) as journal:
        journal.miss(1, "clockwork orange", "clock.time")
        journal.miss(2, "clockwork orange", "")
        journal.miss(3, f"{EVIL} flibbertigibbet", "")
        journal.miss(4, "what time is it", "")
    text = page.get("/intents/misses")
    assert text.count("Teach: ") == 2  # what is understood by now is none
    assert EVIL not in text
    assert "&lt;script&gt;" in text
    form = page.get("/intents/teach?sentence=clockwork+orange&intent=clock.time")
    assert "means clock.time" in form
    answer = post(page, "/intents/teach", sentence="clockwork orange", intent="clock.time")
    assert answer.status_code == 303
    assert "clockwork orange" not in page.get("/intents/misses")
    assert "clockwork orange" in taught_file(IntentSettings()).read_text()
    assert "clockwork orange" in page.get("/intents/show/clock.time")
    post(page, "/intents/unteach", template="clockwork orange")
    assert "clockwork orange" not in page.get("/intents/show/clock.time")


def test_what_cannot_be_taught_says_why_and_loses_nothing(page: Page) -> None:
    answer = post(page, "/intents/teach", sentence="what time is it", intent="clock.date")
    assert answer.status_code == 422
    assert "it means clock.time already" in answer.text
    answer = post(
        page, "/intents/teach", sentence="pop it", intent="files.move", **{"slot.file": "pip"}
    )
    assert answer.status_code == 422
    assert "not in the sentence" in answer.text
    assert 'value="pip"' in answer.text


def test_built_in_plugins_are_disabled_and_enabled(page: Page) -> None:
    assert page.get("/intents/plugins").count(">runs</p>") >= 4
    assert post(page, "/intents/plugins/sums/disable").status_code == 303
    assert plugin_record.read().disabled == ("sums",)
    text = page.get("/intents/plugins")
    assert 'aria-label="Enable sums"' in text
    assert "sums." not in page.get("/intents")
    post(page, "/intents/plugins/sums/enable")
    assert plugin_record.read().disabled == ()
    assert post(page, "/intents/plugins/nothing/enable").status_code == 409


def test_what_the_file_disables_is_told(page: Page) -> None:
    assert "keeps it from running" in page.get("/intents/plugins")


def test_a_stranger_page_enables_and_confirms_nothing(page: Page) -> None:
    for place in ("plugins/sums/disable", "waiting/1234", "teach", "unteach"):
        answer = page.client.post(
            f"/intents/{place}", data={"x": "y"}, headers={"Origin": "http://evil.example"}
        )
        assert answer.status_code == 403


def test_what_a_program_asks_for_is_done_only_as_it_was_read(page: Page, home: Path) -> None:
    folder = home / "Documents"
    folder.mkdir()
    (folder / "old.txt").write_text("x")
    with config_file().open("a") as file:
        file.write(f'[files]\nroots = ["{folder}"]\n')
    book = RequestBook(home / "state" / "voiced" / "mcp-requests")
    arguments = {"file": str(folder / "old.txt")}
    asked = book.ask(f"agent {EVIL}", "files.trash", arguments)
    text = page.get("/intents/waiting")
    assert EVIL not in text
    assert "files.trash" in text
    text = page.get(f"/intents/waiting/{asked.id}")
    mark = text.split('name="mark" value="')[1].split('"')[0]
    answer = post(page, f"/intents/waiting/{asked.id}", decision="do", mark="another")
    assert answer.status_code == 409
    assert "not what you read" in answer.text
    assert (folder / "old.txt").exists()
    answer = post(page, f"/intents/waiting/{asked.id}", decision="do", mark=mark)
    assert answer.status_code == 200, answer.text
    assert not (folder / "old.txt").exists()
    assert "Nothing waits." in page.get("/intents/waiting")
    asked = book.ask("agent", "files.trash", {"file": str(folder / "more.txt")})
    assert post(page, f"/intents/waiting/{asked.id}", decision="refuse").status_code == 303
    assert page.client.get(f"/intents/waiting/{asked.id}").status_code == 404
    outcome = book.outcome("files.trash", {"file": str(folder / "more.txt")})
    assert outcome is not None
    assert not outcome.is_done


def test_what_voiced_itself_asks_is_shown(page: Page) -> None:
    class Asks:
        async def ask(self, **order: Any) -> dict[str, Any]:
            assert order == {"do": "asked"}
            return {"asked": {"id": "1", "text": f"Delete {EVIL}?", "options": []}}

    object.__setattr__(page.site, "daemon", Asks())
    text = page.get("/intents/waiting")
    assert "Delete &lt;script&gt;" in text
    assert "Nothing waits." not in text
