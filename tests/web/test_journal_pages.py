"""The journal on the page: days, words, undo, forget in two steps, how long it is kept."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from turn_events import a_turn

from voiced.config import config_file
from voiced.events import TurnId

from .conftest import OURS, Page
from .history_lab import SCRIPT, FakeDaemon, journal, keep, store, timeline, write_config

TODAY = datetime.now().astimezone()


BUILT_IN = """browser clock desktop files look mail memory notes photos search sums talk timers
writing""".split()


@pytest.fixture(autouse=True)
def _without_plugins(home: Path) -> None:
    """None of them is needed, and each takes its time."""
    write_config(f"[intents]\ndisabled = {BUILT_IN}\n")


def say(*texts: str, at: datetime = TODAY) -> None:
    """Say these, a second after each other."""
    clock = (at.timestamp() + each / 1000 for each in count())
    with closing(journal(clock=lambda: next(clock))) as kept:
        for number, text in enumerate(texts):
            kept.say(number, "user", text)


def change(summary: str = "moved the report", operation: str = "files.move") -> str:
    with closing(journal()) as kept:
        made = kept.begin("files.move", 1, summary, operation, {"source": "a"})
        kept.done(made)
    return made


def number_of(page: Page, pattern: str, path: str) -> str:
    found = re.search(pattern, page.get(path))
    assert found
    return found[1]


# Looking


def test_there_is_no_journal_yet(page: Page) -> None:
    assert "There is no journal yet" in page.get("/journal")
    assert not (page.home / "state" / "voiced" / "journal.db").exists()


def test_an_empty_journal(page: Page) -> None:
    journal().close()
    assert "Nothing is kept" in page.get("/journal")


def test_a_day_is_paged_newest_first(page: Page) -> None:
    say(*(f"sentence {number:03}." for number in range(120)))
    first = page.get("/journal")
    assert first.index("sentence 119.") < first.index("sentence 070.")
    assert "sentence 069." not in first
    older = number_of(page, r"before=(\d+)", "/journal")
    second = page.get(f"/journal?day={TODAY:%Y-%m-%d}&before={older}")
    assert "sentence 069." in second
    assert "sentence 070." not in second


def test_days_are_listed_and_picked(page: Page) -> None:
    before = TODAY - timedelta(days=40)
    say("of long ago", at=before)
    say("of now", "and now")
    text = page.get("/journal")
    assert "of now" in text
    assert "of long ago" not in text
    assert f'href="/journal?day={before:%Y-%m-%d}"' in text
    assert ">2<span" in text
    assert "of long ago" in page.get(f"/journal?day={before:%Y-%m-%d}")
    assert "Nothing is kept of that day" in page.get("/journal?day=2001-01-01")


@pytest.mark.parametrize("day", ["x", "2026-99-99", "9999-12-31", "0001-01-01", "<script>"])
def test_a_day_that_is_none_is_borne(page: Page, day: str) -> None:
    say("of now")
    assert "<script>" not in page.get(f"/journal?day={day}")


def test_words_are_found_wherever_they_are(page: Page) -> None:
    say("the harbour festival", "something else", at=TODAY - timedelta(days=3))
    say("another festival")
    text = page.get("/journal?q=fest")
    assert "harbour festival" in text
    assert "another festival" in text
    assert "something else" not in text
    assert "Nothing was found" in page.get("/journal?q=elephant")


@pytest.mark.parametrize("words", ['"', "a AND", "*", "NEAR(", "'; DROP TABLE entries;--", "  "])
def test_words_are_no_query(page: Page, words: str) -> None:
    say("the harbour festival")
    assert page.client.get("/journal", params={"q": words}).status_code == 200


def test_stored_script_is_text(page: Page) -> None:
    say(SCRIPT, f"{SCRIPT} ﻢﺣ🙂")
    made = change(f"moved {SCRIPT}.pdf")
    for path in ("/journal", "/journal?q=alert", f"/journal/{made}"):
        text = page.get(path)
        assert SCRIPT not in text
        assert "&lt;script&gt;" in text
    assert "ﻢﺣ🙂" in page.get("/journal")
    assert 'dir="auto"' in page.get("/journal")
    assert SCRIPT not in page.get(f"/journal?q={SCRIPT}")


def test_a_long_text_is_cut_and_shown_whole(page: Page) -> None:
    say("a" * 1_000_000 + "END")
    text = page.get("/journal")
    assert len(text) < 20_000
    assert "Show all 1,000,003 letters" in text
    whole = page.get(number_of(page, r'href="(/journal/\d+)"', "/journal"))
    assert "END" in whole


def test_a_record_that_is_gone(page: Page) -> None:
    say("x")
    assert page.client.get("/journal/77").status_code == 404
    assert page.client.get("/journal/99999999999999999999").status_code == 404


def test_a_damaged_journal_is_told_and_not_touched(page: Page) -> None:
    say("x")
    path = page.home / "state" / "voiced" / "journal.db"
    for left in path.parent.glob("journal.db-*"):
        left.unlink()
    path.write_bytes(b"no database at all" * 500)
    for address in ("/journal", "/journal?q=x", "/journal/1"):
        answer = page.client.get(address)
        assert answer.status_code == 409
        assert "it is damaged" in answer.text
        assert "Traceback" not in answer.text
    assert path.read_bytes().startswith(b"no database")
    assert not list(path.parent.glob("*damaged*"))


def test_a_journal_without_its_tables_is_told(page: Page) -> None:
    say("x")
    with closing(sqlite3.connect(page.home / "state" / "voiced" / "journal.db")) as connection:
        connection.execute("DROP TABLE words")
        connection.execute("DROP TABLE entries")
    assert "it is damaged" in page.client.get("/journal").text


def test_it_can_be_erased_while_it_is_read(page: Page) -> None:
    say(*(f"secret {number}" for number in range(60)))
    older = number_of(page, r"before=(\d+)", "/journal")
    with closing(journal()) as kept:
        assert kept.erase_all().said == 60  # no reader is in its way
    assert "There is nothing older" in page.get(f"/journal?before={older}")
    assert "secret" not in page.get("/journal?q=secret").split("<h2 id=")[2]


# Undo


def test_a_change_is_taken_back_by_the_daemon(page: Page) -> None:
    daemon = FakeDaemon()
    object.__setattr__(page.site, "daemon", daemon)
    made = change()
    assert f'action="/journal/{made}/undo"' in page.get("/journal")
    answer = page.client.post(f"/journal/{made}/undo", headers=OURS)
    assert answer.headers["location"] == f"/journal/{made}?undone=1"
    assert daemon.asked == [{"do": "undo", "id": made}]
    assert "It was taken back" in page.get(answer.headers["location"])


def test_without_a_daemon_it_is_taken_back_as_the_command_does(page: Page) -> None:
    made = change(operation="nobody.knows")
    answer = page.client.post(f"/journal/{made}/undo", headers=OURS)
    assert answer.status_code == 409
    assert "no plugin takes back nobody.knows" in answer.text


def test_what_cannot_be_taken_back_has_no_button(page: Page) -> None:
    made = change()
    with closing(journal()) as kept:
        kept.undone(made)
    assert "Undo" not in page.get(f"/journal/{made}")
    assert "taken back" in page.get(f"/journal/{made}")
    say("x")
    assert page.client.post("/journal/2/undo", headers=OURS).status_code == 404


def test_a_stranger_undoes_nothing(page: Page) -> None:
    made = change()
    foreign = {"Origin": "http://example.org", "Sec-Fetch-Site": "cross-site"}
    assert page.client.post(f"/journal/{made}/undo", headers=foreign).status_code == 403


# How long it is kept


def test_days_are_changed_in_the_file_and_put_in_force(page: Page) -> None:
    daemon = FakeDaemon()
    object.__setattr__(page.site, "daemon", daemon)
    write_config("# mine\n[journal]\nkeep_days = 90 # long\n")
    assert 'value="90"' in page.get("/journal")
    answer = page.client.post("/journal/keep", data={"keep_days": "7"}, headers=OURS)
    assert answer.headers["location"] == "/journal?kept=now"
    assert config_file().read_text() == "# mine\n[journal]\nkeep_days = 7 # long\n"
    assert daemon.asked == [{"do": "reload"}]
    assert "Saved" in page.get("/journal?kept=later")


@pytest.mark.parametrize("days", ["0", "-1", "x", "", "99999", "1.5", "٣"])
def test_what_is_no_number_of_days_changes_nothing(page: Page, days: str) -> None:
    answer = page.client.post("/journal/keep", data={"keep_days": days}, headers=OURS)
    assert answer.status_code == 409
    assert "no number of days" in answer.text
    assert "keep_days" not in config_file().read_text()


# Forget


def preview(page: Page, **fields: str) -> str:
    answer = page.client.post("/journal/forget/preview", data=fields, headers=OURS)
    assert answer.status_code == 200, answer.text
    return answer.text


def name_in(text: str) -> str:
    found = re.search(r'name="preview" value="([^"]+)"', text)
    assert found
    return found[1]


def erase(page: Page, name: str) -> str:
    answer = page.client.post("/journal/forget", data={"preview": name}, headers=OURS)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_what_would_go_is_shown_and_only_then_erased(page: Page) -> None:
    say("my secret garden", "something else")
    change("moved the secret report")
    keep(timeline(a_turn(TurnId(1))))
    shown = preview(page, what="words", words="secret")
    assert "1 thing said" in shown
    assert "1 change, which cannot be undone any more" in shown
    assert "0 kept turns" in shown
    assert "my secret garden" in shown
    assert "something else" not in shown
    assert "my secret garden" in page.get("/journal")
    done = erase(page, name_in(shown))
    assert "1 thing said" in done
    assert "none is left" in done
    text = page.get("/journal")
    assert "secret" not in text
    assert "something else" in text


def test_the_running_one_and_the_open_pages_forget_too(page: Page) -> None:
    daemon = FakeDaemon(held="forget needs the scope act")
    object.__setattr__(page.site, "daemon", daemon)
    say("my secret")
    live, reruns = page.site.live, page.site.reruns
    live.take({"event": {"type": "transcript_final", "turn": 1, "text": "my secret"}})
    rerun = reruns.begin(1, {})
    done = erase(page, name_in(preview(page, what="all")))
    assert daemon.asked == [{"do": "forget"}]
    assert "until it is restarted: forget needs the scope act" in done
    assert live.scene.turns == []
    assert reruns.rerun(1, rerun.id) is None
    again = reruns.begin(1, {})
    live.take({"event": {"type": "memory_erased", "turn": 1}})
    assert reruns.rerun(1, again.id) is None


def test_everything_is_everything(page: Page) -> None:
    say("one", "two")
    keep(timeline(a_turn(TurnId(1))))
    shown = preview(page, what="all")
    assert "2 things said" in shown
    assert "1 kept turn," in shown
    erase(page, name_in(shown))
    assert store().turns() == ()
    assert "Nothing is kept" in page.get("/journal")


def test_a_day_and_a_span(page: Page) -> None:
    yesterday = TODAY - timedelta(days=1)
    say("of yesterday", at=yesterday)
    say("of now")
    assert "1 thing said" in preview(page, what="day", day=f"{yesterday:%Y-%m-%d}")
    assert "2 things said" in preview(page, what="7d")
    shown = preview(page, what="10m")
    assert "of yesterday" not in shown


def test_what_was_shown_is_erased_once(page: Page) -> None:
    say("one")
    name = name_in(preview(page, what="all"))
    erase(page, name)
    say("two")
    assert "That was decided already" in erase(page, name)
    assert "two" in page.get("/journal")


def test_what_has_changed_is_shown_anew(page: Page) -> None:
    say("one secret")
    name = name_in(preview(page, what="words", words="secret"))
    say("another secret")
    shown = erase(page, name)
    assert "It has changed since you looked" in shown
    assert "2 things said" in shown
    assert "secret" in page.get("/journal")
    assert "2 things said" in erase(page, name_in(shown))


def test_nothing_of_that_has_no_button(page: Page) -> None:
    say("one")
    shown = preview(page, what="words", words="elephant")
    assert "There is nothing of that to erase" in shown
    assert "Erase it" not in shown


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"what": "x"},
        {"what": "words", "words": " *-"},
        *({"what": "day", "day": day} for day in ("<b>", "0001-01-01", "9999-12-31")),
    ],
)
def test_a_form_that_names_nothing_means_nothing(page: Page, fields: dict[str, str]) -> None:
    say("one")
    answer = page.client.post("/journal/forget/preview", data=fields, headers=OURS)
    assert answer.status_code == 409
    assert "<b>" not in answer.text
    assert "one" in page.get("/journal")


def test_the_form_offers_the_day_one_came_from(page: Page) -> None:
    assert 'value="2026-03-03"' in page.get("/journal/forget?day=2026-03-03")
    assert "<script>" not in page.get("/journal/forget?day=<script>")
