"""What ``voiced run`` writes on stderr: words for a person at a terminal, and none for a log."""

from __future__ import annotations

import io
import sys
from contextlib import ExitStack

import pytest
from turn_events import SECRETS, a_turn

from voiced.cli import run
from voiced.events import TurnId


class Screen(io.StringIO):
    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


def shown(monkeypatch, *, is_terminal: bool, journal: str = "") -> str:
    screen = Screen(is_terminal=is_terminal)
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("JOURNAL_STREAM", journal)
    with ExitStack() as stack:
        for reader in run._readers("", stack):
            for event in a_turn(TurnId(7)):
                reader(event)
    return screen.getvalue()


def test_a_person_sees_the_words(monkeypatch) -> None:
    text = shown(monkeypatch, is_terminal=True)
    assert all(secret in text for secret in SECRETS)


@pytest.mark.parametrize(("is_terminal", "journal"), [(False, ""), (True, "9:12345")])
def test_a_log_holds_no_word_of_what_was_said(monkeypatch, is_terminal, journal) -> None:
    text = shown(monkeypatch, is_terminal=is_terminal, journal=journal)
    assert not any(secret in text for secret in SECRETS)
    assert "transcript_final  turn=7 confidence=0.9" in text
    assert 'intent_matched  turn=7 intent="files.delete"' in text
