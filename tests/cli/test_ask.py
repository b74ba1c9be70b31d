"""ask --yes: a yes that is given beforehand is none to what somebody must have read first."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys

import pytest

pytestmark = pytest.mark.engine  # a real journal, and a plugin in a process of its own

PLUGIN = '''
from typing import Annotated

from voiced.plugin import TEXT, Context, Effect, Reply, intent


@intent("letters.burn", sentences=["burn the letters"], effect=Effect.W2)
async def burn(context: Context) -> Reply:
    """Burn all letters."""
    return Reply("The letters are ashes.")


@intent("letters.seal", sentences=["seal {text:name}"], effect=Effect.W2,
        effect_of=lambda values: Effect.X)
async def seal(context: Context, name: Annotated[str, TEXT]) -> Reply:
    """Seal a letter for good."""
    return Reply("It is sealed.")
'''
SEAL = "Seal a letter for good: the will. Shall I?"


class Terminal(io.StringIO):
    """A terminal at which somebody types this."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def letters(home, monkeypatch):
    """A plugin of the user's own; what it seals is done at the screen only."""
    folder = home / "plugins"
    folder.mkdir()
    (folder / "letters.py").write_text(PLUGIN)
    monkeypatch.setenv("VOICED_INTENTS__FOLDER", str(folder))


@pytest.fixture
def types(monkeypatch):
    """Somebody types this at the terminal."""

    def at_terminal(typed: str) -> None:
        monkeypatch.setattr("sys.stdin", Terminal(typed))

    return at_terminal


def test_yes_is_no_answer_to_what_must_be_seen(voiced, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
    ended = voiced("ask", "--yes", "seal the will")
    assert ended.code == 1
    assert ended.out == f"{SEAL}\n"
    assert "it must be read before it is agreed to" in ended.err
    assert "  mend: ask again with --yes at a terminal" in ended.err
    row = voiced("ask", "--yes", "--json", "seal the will").json
    assert (row["outcome"], row["confirmation"]["question"]) == ("needs_confirmation", SEAL)


def test_yes_still_answers_what_need_not_be_seen(voiced, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("no\n"))
    assert voiced("ask", "--yes", "burn the letters").out == "The letters are ashes.\n"


@pytest.mark.parametrize("typed", ["yes\n", " Yes \n"])
def test_what_must_be_seen_is_done_when_somebody_types_yes(voiced, types, typed):
    types(typed)
    ended = voiced("ask", "--yes", "seal the will")
    assert (ended.code, ended.out) == (0, "It is sealed.\n")
    assert f"{SEAL}\n  letters.seal, admin\n  name: the will\n" in ended.err


@pytest.mark.parametrize("typed", ["y\n", "no\n", "yes please\n", "\n", ""])
def test_what_must_be_seen_is_left_at_anything_else(voiced, types, typed):
    types(typed)
    ended = voiced("ask", "--yes", "seal the will")
    assert (ended.code, ended.out) == (1, f"{SEAL}\n")
    assert ended.err.endswith("Nothing was done.\n")


def test_without_yes_nothing_is_asked_at_the_terminal(voiced, types):
    types("yes\n")
    ended = voiced("ask", "seal the will")
    assert (ended.code, ended.out) == (1, f"{SEAL}\n")
    assert ended.err.startswith("Nothing was done. Ask again with --yes, and read")


def test_a_name_cannot_write_lines_of_its_own_into_what_is_asked(voiced, types):
    types("no\n")
    ended = voiced("ask", "--yes", "seal the will\n  name: nothing\x1b[2J")
    assert "\n  name: the will name: nothing" in ended.err
    assert "\x1b" not in ended.err


def test_ask_at_a_real_terminal():
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "voiced.cli", "ask", "--yes", "seal the will"]
    with subprocess.Popen(
        command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as started:
        os.close(theirs)
        assert started.stderr is not None
        asked = [started.stderr.readline() for _ in range(4)]
        assert asked[-1].startswith('Type "yes"')
        os.write(ours, b"yes\n")
        out, _ = started.communicate(timeout=30)
    os.close(ours)
    assert (started.returncode, out) == (0, "It is sealed.\n")
