"""The command ``voiced setup``."""

from __future__ import annotations

import sys

import pytest
from setting_up_fakes import FakeOutside

from voiced.cli import first_run
from voiced.setting_up.steps import STEPS


@pytest.fixture
def outside(monkeypatch):
    """The world is a fake one."""
    world = FakeOutside()
    monkeypatch.setattr(first_run, "_outside", lambda *_: world)
    return world


@pytest.fixture
def type_in(monkeypatch):
    """Somebody at a terminal types these lines; an exception stands for Ctrl-C."""

    def begin(*lines) -> None:
        waiting = iter(lines)

        class Stdin:
            def isatty(self) -> bool:
                return True

            def readline(self) -> str:
                line = next(waiting, "")
                if line is KeyboardInterrupt:
                    raise KeyboardInterrupt
                return line

        monkeypatch.setattr(sys, "stdin", Stdin())

    return begin


def test_the_names_of_the_steps_are_all_of_them():
    assert tuple(STEPS) == first_run._NAMES


def test_json_looks_and_changes_nothing(voiced, outside, home):
    ended = voiced("setup", "--json")
    assert ended.code == 0
    assert ended.json["steps"] == list(STEPS)
    assert ended.json["machine"]["cores"] == 8
    assert ended.json["recogniser"]["recommended"] == "faster-whisper small.en"
    assert ended.json["microphone"]["ok"] is True
    assert outside.done == ["measure", "listen"]
    assert not (home / "config" / "voiced" / "voiced.toml").exists()


def test_yes_takes_what_is_recommended_and_undo_takes_it_back(voiced, outside, home):
    file = home / "config" / "voiced" / "voiced.toml"
    ended = voiced("setup", "--yes", "--only", "voice")
    assert ended.code == 0
    assert ("pulled", "en_US-joe-medium") in outside.done
    assert 'voice = "joe"' in file.read_text()
    assert voiced("setup", "--undo").code == 0
    assert file.read_text() == ""


def test_without_a_terminal_it_says_what_to_do(voiced, outside):
    ended = voiced("setup")
    assert ended.code == 2
    assert "--yes" in ended.err
    assert outside.done == []


def test_an_unknown_step(voiced, outside):
    ended = voiced("setup", "--only", "kitchen")
    assert ended.code == 2
    assert "microphone" in ended.err


def test_every_step_can_be_skipped(voiced, outside, type_in):
    type_in(*["n\n"] * 20)
    assert voiced("setup").code == 0
    assert outside.done == []


def test_ctrl_c_keeps_what_was_written_and_says_how_to_go_on(voiced, outside, home, type_in):
    type_in("n\n", "n\n", "\n", "\n", "\n", "\n", KeyboardInterrupt)
    ended = voiced("setup")
    assert ended.code == 130
    assert "voiced setup --only microphone" in ended.err
    assert 'voice = "joe"' in (home / "config" / "voiced" / "voiced.toml").read_text()


def test_a_broken_file_is_told_first(voiced, outside, home):
    file = home / "config" / "voiced" / "voiced.toml"
    file.parent.mkdir(parents=True)
    file.write_text("[audio]\nmicrofone = 'x'\n")
    ended = voiced("setup", "--yes")
    assert ended.code == 78
    assert "microphone" in ended.err
    assert outside.done == []


def test_a_step_that_fails_does_not_end_the_others(voiced, outside, home):
    (home / "config").write_text("in the way of the folder")
    ended = voiced("setup", "--yes", "--only", "voice", "--only", "speaker")
    assert ended.code == 1
    assert "voiced.toml" in ended.err
    assert "speak" in outside.done
