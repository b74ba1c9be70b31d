"""trace list, show and replay, as a person types them."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from xml.dom import minidom

import numpy as np
import pytest
from turn_events import SECRETS, a_turn, an_interrupted_turn

from voiced.engines.flac import write_flac
from voiced.events import TurnId
from voiced.memory.turn_store import KeptSound, Limits, SoundFile, TurnStore
from voiced.timeline import TimelineBuilder

NOW = datetime(2026, 3, 3, 19, 30, tzinfo=UTC)


@pytest.fixture
def store(home):
    """Three turns without words, the last one with a sound."""
    return fill(home)


def fill(home, *, words: bool = False) -> TurnStore:
    store = TurnStore(home / "state" / "voiced" / "traces")
    builder = TimelineBuilder(words=words)
    events = [*a_turn(TurnId(1)), *an_interrupted_turn(TurnId(2))]
    timelines = [each for event in events if (each := builder.hear(event))]
    silence = np.zeros((16_000, 2), np.int16)
    sound = SoundFile(KeptSound(3.0, 1.0), lambda path: write_flac(path, silence))
    for number, timeline in enumerate(timelines):
        file = sound if number == len(timelines) - 1 else None
        store.add(NOW + timedelta(minutes=number), timeline, Limits(10, 10, 30), file)
    return store


def test_list(voiced, store):
    lines = voiced("trace", "list").out.splitlines()
    rows = [line.split() for line in lines if line.lstrip()[:1].isdigit()]
    assert [row[0] for row in rows] == ["3", "2", "1"]
    assert rows[2][3:] == ["completed", "files.delete", "220", "ms", "100%"]
    assert rows[1][3] == "interrupted"
    assert rows[0][-2:] == ["1", "s"]
    turns = voiced("trace", "list", "-n", "2", "--json").json["turns"]
    assert [turn["number"] for turn in turns] == [2, 3]


def test_list_of_nothing(voiced, home):
    assert voiced("trace", "list").code == 0
    assert voiced("trace", "list", "--json").json == {"turns": []}
    assert not (home / "state").exists()


@pytest.mark.parametrize(
    ("which", "number"),
    [([], 3), (["LAST"], 3), (["last"], 3), (["-1"], 3), (["-2"], 2), (["-3"], 1), (["1"], 1)],
)
def test_which_turn_is_shown(voiced, store, which, number):
    assert voiced("trace", "show", *which, "--json").json["number"] == number


def test_show_draws_lanes_and_reasons(voiced, store):
    lines = voiced("trace", "show", "-2").out.splitlines()
    assert lines[0].startswith("Turn 2, interrupted, 2026-03-03")
    assert max(map(len, lines)) <= 80
    drawn = {line[:11].strip(): line for line in lines}
    assert "█" in drawn["playback"]
    assert "backchannel" in drawn["ducked"]
    assert drawn["you speak"].endswith("1.00 s         0")
    assert any("The reply was stopped: words" in line for line in lines)


def test_show_tells_words_only_if_they_were_kept(voiced, home):
    fill(home)
    assert not any(secret in voiced("trace", "show", "1").out for secret in SECRETS)
    TurnStore(home / "state" / "voiced" / "traces").erase_all()
    fill(home, words=True)
    assert f"user  {SECRETS[0]}" in voiced("trace", "show", "1").out


def test_picture(voiced, store, home):
    picture = home / "turn.svg"
    assert voiced("trace", "show", "2", "--picture", str(picture)).code == 0
    document = minidom.parse(str(picture))
    assert "Turn 2, interrupted" in document.toxml()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["show", "9"], 1, "turn 9 is not kept: there are 3"),
        (["show", "-4"], 1, "turn -4 is not kept"),
        (["show", "0"], 1, "turn 0 is not kept"),
        (["show", "first"], 2, "is not LAST, -2 or a number"),
        (["show", "--picture", "x.png"], 2, "must end in .svg"),
        (["show", "--picture", "/proc/none/x.svg"], 1, "/proc/none/x.svg: cannot be written"),
        (["replay", "1"], 1, "the sound of turn 1 is not kept"),
        (["replay", "--set", "turns"], 2, "write SECTION.KEY=VALUE"),
        (["replay", "--set", "turns.end_silence=3"], 78, "--set: turns.end_silence: unknown key"),
        (["replay", "--set", "turns.end_silence=3"], 78, "key is turns.end_silence_ms"),
        (["replay", "--set", "turns.end_silence_ms=x"], 78, "must be a whole number"),
        (["replay", "--set", "turns.end_silence_ms=3"], 78, "or equal to 100, not 3"),
        (["replay", "--set", "turn.x=3"], 78, "--set: [turn]: unknown section"),
    ],
)
def test_mistakes_are_told(voiced, store, arguments, code, message):
    ended = voiced("trace", *arguments)
    assert ended.code == code
    assert message in " ".join(ended.err.split())
    assert "Traceback" not in ended.err


def test_nothing_is_kept_yet(voiced, home):
    ended = voiced("trace", "show")
    assert ended.code == 1
    assert "no turn is kept yet" in ended.err


def test_the_argument_is_looked_at_first(voiced, home):
    assert voiced("trace", "show", "abc").code == 2


@pytest.mark.parametrize("damage", ['{"timing_ms": {"endpoint": "abc"}}', "{", '{"number": 1}'])
def test_damaged_lines_are_counted_and_told(voiced, home, damage):
    store = TurnStore(home / "state" / "voiced" / "traces")
    store.path.parent.mkdir(parents=True)
    store.path.write_text(f"{damage}\n{damage}\n")
    for arguments in (["show"], ["show", "--picture", str(home / "x.svg")], ["replay"]):
        ended = voiced("trace", *arguments)
        assert ended.code == 1
        assert "no turn can be read: 2 lines damaged" in ended.err
        assert "voiced forget --all" in ended.err
    assert "2 lines cannot be read" in voiced("trace", "list").err


def test_a_fact_is_no_command_to_the_terminal(voiced, store):
    text = store.path.read_text().replace("backchannel", "back\\u001b]0;pwn\\u0007channel")
    store.path.write_text(text.replace("files.delete", "files\\u001b[31m.delete"))
    for number in ("1", "2"):
        ended = voiced("trace", "show", number)
        assert ended.code == 0
        assert "\x1b" not in ended.out
        assert "\x07" not in ended.out
    assert "x1b]0;pwn" in voiced("trace", "show", "2").out


@pytest.mark.engine
def test_replay_of_silence_is_no_turn(voiced, store):
    ended = voiced("trace", "replay", "--set", "turns.end_silence_ms=300")
    assert ended.code == 0
    assert "Replayed, no speech was heard." in ended.out
    document = voiced("trace", "replay", "3", "--json").json
    assert document["kept"]["number"] == 3
    assert document["replayed"] == []
    assert document["differences"]["outcome"] == {"kept": "not understood", "replayed": ""}


@pytest.mark.engine
def test_a_mistake_in_the_section_of_a_plugin(voiced, store):
    ended = voiced("trace", "replay", "--set", "files.rots=3")
    assert ended.code == 78
    assert "--set: files.rots: unknown key" in ended.err


@pytest.mark.engine  # a terminal and a process of its own
@pytest.mark.parametrize("columns", ["60", "200"])
def test_the_terminal_is_as_wide_as_it_is(store, columns):
    outer, inner = pty.openpty()
    environment = {**os.environ, "COLUMNS": columns, "TERM": "xterm", "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "voiced.cli", "trace", "show", "2"]
    with subprocess.Popen(command, stdout=inner, env=environment) as started:
        os.close(inner)
        text = b""
        try:
            while block := os.read(outer, 65536):
                text += block
        except OSError:  # the other end was closed
            pass
        assert started.wait(20) == 0
    os.close(outer)
    assert b"\x1b[" in text
    assert "playback" in text.decode()


@pytest.mark.engine  # a process of its own
def test_where_letters_are_few_the_bars_are_too(store, home):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "voiced.cli", "trace", "show", "2"]
    ended = subprocess.run(command, capture_output=True, env=environment, check=True)
    assert b"####" in ended.stdout
    assert b"\\u" not in ended.stdout


@pytest.mark.parametrize(
    ("choice", "left"),
    [
        (["--all"], []),
        (["--since", "2026-03-03T19:31:00+00:00"], [1]),
        (["--last", "10m"], [1, 2, 3]),
        (["--matching", "budget"], [2, 3]),
    ],
)
def test_forget_erases_turns_and_their_sound(voiced, home, choice, left):
    store = fill(home, words=True)
    ended = voiced("forget", *choice, "--json")
    assert ended.json["turns"] == 3 - len(left)
    assert [turn.number for turn in store.turns()] == left
    assert [path.name for path in store.sounds.iterdir()] == (["3.flac"] if 3 in left else [])


def test_forget_tells_what_it_erased_and_what_it_could_not_search(voiced, home):
    fill(home)
    ended = voiced("forget", "--matching", "budget")
    assert ended.out == "erased 0 things said and 0 changes\n"
    assert "kept 1 turn with sound and without words" in ended.err
    assert "erased how 3 turns went, and the sound of it\n" in voiced("forget", "--all").out
