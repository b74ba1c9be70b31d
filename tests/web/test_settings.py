"""The settings: explained, changed with comments kept, checked before, taken back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from voiced.config import config_file
from voiced.config.history import changes

from .conftest import OURS, Page

OWN = """\
# mine
[policy]
confirm_s = 5.0  # I am quick

[responder]
url = "http://127.0.0.1:8080/v1"
key = { command = "echo sk-hidden" }
"""


class FakeDaemon:
    """Keeps what it was asked, and answers a reload."""

    def __init__(self, **row: Any) -> None:
        self.row = {"applied": [], "waiting": [], "error": None, **row}
        self.asked: list[dict[str, Any]] = []

    async def ask(self, **order: Any) -> dict[str, Any]:
        self.asked.append(order)
        return {"reload": self.row, "mode": "listening"}


@pytest.fixture
def file(home: Path) -> Path:
    path = config_file()
    path.parent.mkdir(parents=True)
    path.write_text(OWN)
    return path


def save(page: Page, section: str, **typed: str) -> Any:
    return page.client.post(f"/setup/settings/{section}", data=typed, headers=OURS)


def test_every_key_of_a_section_is_explained(page: Page, file: Path) -> None:
    text = page.get("/setup/settings/policy")
    assert "An unanswered question is a no after this." in text
    assert 'name="policy.confirm_s" value="5"' in text
    assert "policy: back to the default" not in text
    assert 'aria-label="confirm_s: back to the default"' in text
    assert page.client.get("/setup/settings/nothing").status_code == 404
    listed = page.get("/setup/settings")
    assert "/setup/settings/audio" in listed
    assert "/setup/settings/mail" in listed


def test_what_says_where_a_secret_is_cannot_be_changed_here_and_is_not_shown(
    page: Page, file: Path
) -> None:
    text = page.get("/setup/settings/responder")
    assert "sk-hidden" not in text
    assert "a command is set" in text
    save(page, "responder", **{"responder.key.command": "touch /tmp/x", "responder.model": "m"})
    assert "touch" not in file.read_text()
    assert 'model = "m"' in file.read_text()


def test_a_change_keeps_the_comments_and_is_taken_back(page: Page, file: Path) -> None:
    answer = save(page, "policy", **{"policy.confirm_s": "12,5", "policy.outbox_s": "10"})
    assert answer.status_code == 303
    assert file.read_text() == OWN.replace("5.0  #", "12.5  #")
    assert changes(file)[-1].what == "policy.confirm_s: 5 to 12.5"
    text = page.get("/setup/settings/policy")
    assert "policy.confirm_s: 5 to 12.5" in text
    assert "No voiced is running" in text
    assert page.client.post("/setup/settings/undo", headers=OURS).status_code == 303
    assert file.read_text() == OWN


def test_a_key_goes_back_to_its_default(page: Page, file: Path) -> None:
    save(page, "policy", **{"policy.confirm_s": "5", "reset": "policy.confirm_s"})
    assert "confirm_s" not in file.read_text()


@pytest.mark.parametrize(
    ("name", "typed", "wrong"),
    [
        ("policy.confirm_s", "soon", "must be a number"),
        ("policy.confirm_s", "-3", "greater than 0"),
        ("turns.speech_ms", "12.5", "must be a whole number"),
        ("turns.early_end_ms", "4000", "early_end_ms is 4000"),
        ("responder.url", "ftp://x", "must be a plain http"),
        ("journal.folder", "relative", "absolute path"),
        ("timers.day_hour", "99", "less than or equal to 23"),
    ],
)
def test_what_is_wrong_is_not_written_and_nothing_typed_is_lost(
    page: Page, file: Path, name: str, typed: str, wrong: str
) -> None:
    answer = save(page, name.partition(".")[0], **{name: typed})
    assert answer.status_code == 422
    assert wrong in answer.text
    assert f'value="{typed}"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert file.read_text() == OWN
    assert changes(file) == ()


def test_two_pages_do_not_undo_each_other(page: Page, file: Path) -> None:
    first = page.get("/setup/settings/policy")
    mark = first.split('name="mark" value="')[1].split('"')[0]
    save(page, "policy", **{"policy.confirm_s": "9", "mark": mark})
    answer = save(page, "policy", **{"policy.outbox_s": "3", "mark": mark})
    assert answer.status_code == 422
    assert "has changed since you looked at it" in answer.text
    assert "outbox_s" not in file.read_text()


def test_what_was_taken_back_is_not_said_of_the_change_before_it(page: Page, file: Path) -> None:
    save(page, "policy", **{"policy.confirm_s": "9"})
    save(page, "turns", **{"turns.barge_in_ms": "300"})
    daemon = FakeDaemon(applied=["turns.barge_in_ms"], waiting=[])
    object.__setattr__(page.site, "daemon", daemon)
    answer = page.client.post("/setup/settings/undo", headers=OURS)
    text = page.get(answer.headers["location"])
    back, last = text.split("The change was taken back")[1].split("Last change")
    assert "In force now: turns.barge_in_ms" in back
    assert "policy.confirm_s: 5 to 9" in last
    assert "In force now" not in last
    assert "taken back" not in page.get("/setup/settings")


def test_what_is_in_force_and_what_waits_is_told(page: Page, file: Path) -> None:
    daemon = FakeDaemon(applied=["policy.confirm_s"], waiting=["audio.echo"])
    object.__setattr__(page.site, "daemon", daemon)
    save(page, "policy", **{"policy.confirm_s": "9"})
    assert daemon.asked == [{"do": "reload"}]
    text = page.get("/setup/settings")
    assert "In force now: policy.confirm_s" in text
    assert "Waits for the next start: audio.echo" in text


def test_a_switch_and_lists_and_words(page: Page, file: Path) -> None:
    save(page, "journal", **{"journal.transcripts": "yes"})
    save(page, "activation", **{"activation.words": "hey_jarvis\r\nalexa\r\n"})
    save(page, "synthesizer", **{"synthesizer.lexicon": "voiced = voist\nGIF = jif"})
    text = file.read_text()
    assert "transcripts = true" in text
    assert 'words = ["hey_jarvis", "alexa"]' in text
    page.get("/setup/settings/synthesizer")
    assert "voiced = voist" in page.get("/setup/settings/synthesizer")
    assert json.loads('"voist"') in text


def test_a_stranger_page_changes_nothing(page: Page, file: Path) -> None:
    for headers in ({}, {"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = page.client.post(
            "/setup/settings/policy", data={"policy.confirm_s": "1"}, headers=headers
        )
        assert answer.status_code == 403
    assert file.read_text() == OWN


def test_what_the_environment_sets_is_changed_there(
    page: Page, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICED_POLICY__CONFIRM_S", "4")
    text = page.get("/setup/settings/policy")
    assert "The variable VOICED_POLICY__CONFIRM_S sets it: change it there." in text
    save(page, "policy", **{"policy.confirm_s": "77"})
    assert file.read_text() == OWN


def test_a_section_with_a_mistake_is_told_and_the_others_can_be_changed(
    page: Page, file: Path
) -> None:
    file.write_text(OWN + "\n[timers]\nday_hour = 99\n")
    assert "It has a mistake" in page.get("/setup/settings")
    assert "day_hour" in page.get("/setup/settings/timers")
    assert save(page, "policy", **{"policy.confirm_s": "6"}).status_code == 303
    assert "day_hour = 99" in file.read_text()
    file.write_text("[policy\n")
    answer = page.client.get("/setup/settings")
    assert answer.status_code == 409
    assert "not TOML" in answer.text
