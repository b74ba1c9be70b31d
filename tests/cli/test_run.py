"""ask, match, undo and run, as a person types them."""

from __future__ import annotations

import gc
import json
import signal
import subprocess
import sys
import time

import pytest

from voiced.testing import signals

pytestmark = pytest.mark.engine  # a real journal, worker threads, and real engines

KEYS = {
    "text",
    "intent",
    "slots",
    "origin",
    "effect",
    "confirmation",
    "reply",
    "undo_id",
    "outcome",
    "error",
    "timing_ms",
}

PLUGIN = '''
from voiced.plugin import Context, Effect, IntentFailed, Reply, intent

@intent("letters.burn", sentences=["burn the letters"], effect=Effect.W2)
async def burn(context: Context) -> Reply:
    """Burn all letters."""
    return Reply("The letters are ashes.")


@intent("letters.read", sentences=["read the letters"], effect=Effect.R0)
async def read(context: Context) -> Reply:
    """Read a letter."""
    raise IntentFailed("the letters are sealed", intent="letters.read", spoken="They are sealed.")
'''


@pytest.fixture
def documents(home):
    folder = home / "documents"
    for name in ("shopping list.txt", "letter to anna.txt"):
        (folder / name).write_text(name)
    return folder


@pytest.fixture
def letters(home, monkeypatch):
    """A plugin of the user's own."""
    folder = home / "plugins"
    folder.mkdir()
    (folder / "letters.py").write_text(PLUGIN)
    monkeypatch.setenv("VOICED_INTENTS__FOLDER", str(folder))


@pytest.fixture
def noise(home):
    """A recording in which nobody speaks."""
    import soundfile

    path = home / "noise.wav"
    soundfile.write(path, signals.noise(1.0, level_dbfs=-60.0), 16_000)
    return path


# ask


def test_ask_answers(voiced):
    ended = voiced("ask", "what", "time", "is", "it")
    assert ended.code == 0
    assert ended.out.startswith("It's ")
    assert ended.err == ""


def test_ask_as_json_is_one_document_with_the_promised_keys(voiced, documents):
    ended = voiced("ask", "delete the shopping list", "--json")
    assert ended.code == 0
    assert set(ended.json) == KEYS
    assert ended.json["intent"] == "files.trash"
    assert ended.json["slots"] == {"file": "shopping list"}
    assert ended.json["origin"] == "spoken"
    assert ended.json["effect"] == "reversible"
    assert ended.json["outcome"] == "completed"
    assert ended.json["undo_id"]
    assert ended.json["confirmation"] is None
    assert ended.json["error"] is None
    assert ended.json["timing_ms"]["total"] > 0
    assert not (documents / "shopping list.txt").exists()


def test_ask_what_is_not_understood(voiced):
    ended = voiced("ask", "colourless green ideas sleep furiously", "--json")
    assert ended.code == 1
    assert set(ended.json) == KEYS
    assert ended.json["outcome"] == "not_understood"
    assert ended.json["intent"] is None
    assert ended.json["reply"]


def test_ask_what_fails(voiced, letters):
    ended = voiced("ask", "read the letters", "--json")
    assert ended.code == 1
    assert set(ended.json) == KEYS
    assert ended.json["outcome"] == "failed"
    assert ended.json["error"] == {"code": "intent_failed", "message": "the letters are sealed"}
    assert ended.json["reply"] == "They are sealed."
    spoken = voiced("ask", "read the letters")
    assert spoken.out == "They are sealed.\n"
    assert "voiced: the letters are sealed" in spoken.err


def test_ask_for_what_is_not_there_names_the_intent_all_the_same(voiced, documents):
    ended = voiced("ask", "delete the wedding invitation", "--json")
    assert ended.code == 1
    assert ended.json["outcome"] == "failed"
    assert ended.json["intent"] == "files.trash"
    assert ended.json["slots"] == {"file": "wedding invitation"}
    assert ended.json["error"]["code"] == "invalid_slots"


def test_ask_what_must_be_confirmed(voiced, letters):
    ended = voiced("ask", "burn the letters", "--json")
    assert ended.code == 1
    assert ended.json["outcome"] == "needs_confirmation"
    assert set(ended.json["confirmation"]) == {"question", "id"}
    assert ended.json["reply"] == ended.json["confirmation"]["question"]
    assert "--yes" in voiced("ask", "burn the letters").err
    confirmed = voiced("ask", "burn the letters", "--yes", "--json")
    assert confirmed.code == 0
    assert confirmed.json["outcome"] == "completed"
    assert confirmed.json["reply"] == "The letters are ashes."


def test_ask_where_two_fit_does_nothing(voiced, documents):
    (documents / "letter to bert.txt").touch()
    before = sorted(documents.iterdir())
    ended = voiced("ask", "delete the letter")
    assert ended.code == 1
    assert "anna" in ended.out
    assert "bert" in ended.out
    assert "name the one you mean" in ended.err
    assert sorted(documents.iterdir()) == before


def test_ask_tells_of_a_broken_plugin_and_goes_on(voiced, letters, home):
    (home / "plugins" / "broken.py").write_text("import nothing_like_it\n")
    ended = voiced("ask", "what time is it", "--json")
    assert ended.code == 0
    assert ended.json["outcome"] == "completed"
    assert "broken" in ended.err


def test_what_a_plugin_prints_is_nowhere(voiced, letters, home):
    plugin = home / "plugins" / "letters.py"
    noisy = PLUGIN.replace("    raise", '    print("paper rustles")\n    raise')
    plugin.write_text(noisy + 'print("the drawer opens")\n')
    ended = voiced("ask", "read the letters", "--json")
    assert ended.json["reply"] == "They are sealed."
    assert "rustles" not in ended.err
    assert voiced("intents", "list", "--json").json["intents"]
    assert voiced("match", "read the letters").out == "letters.read\n"


def test_ask_with_a_server_that_is_not_there(voiced, monkeypatch):
    monkeypatch.setenv("VOICED_RESPONDER__URL", "http://127.0.0.1:9/v1")
    ended = voiced("ask", "why is the sky blue", "--json")
    assert ended.code == 69
    assert ended.json["outcome"] == "failed"
    assert ended.json["error"]["code"] == "reply_error"
    assert "127.0.0.1:9" in ended.json["error"]["message"]


def test_ask_nothing_is_wrong_usage(voiced):
    assert voiced("ask").code == 2


def test_wrong_configuration(voiced, monkeypatch):
    monkeypatch.setenv("VOICED_TURNS__BARGE_IN_MS", "soon")
    ended = voiced("ask", "what time is it")
    assert ended.code == 78
    assert ended.out == ""
    assert "VOICED_TURNS__BARGE_IN_MS" in ended.err


# match


def test_match_changes_nothing(voiced, documents):
    ended = voiced("match", "delete the shopping list", "--json")
    assert ended.code == 0
    assert set(ended.json) == KEYS
    assert ended.json["intent"] == "files.trash"
    assert ended.json["slots"] == {"file": "shopping list"}
    assert ended.json["undo_id"] is None
    assert (documents / "shopping list.txt").exists()


def test_match_for_a_person(voiced):
    assert voiced("match", "what time is it").out == "clock.time\n"
    ended = voiced("match", "colourless green ideas sleep furiously")
    assert ended.code == 1
    assert ended.out == "not understood\n"


# undo


def test_undo_takes_the_last_change_back(voiced, documents):
    voiced("ask", "delete the shopping list")
    ended = voiced("undo")
    assert ended.code == 0
    assert "shopping list.txt" in ended.out
    assert (documents / "shopping list.txt").read_text() == "shopping list.txt"


def test_undo_of_one_change_by_its_id(voiced, documents):
    first = voiced("ask", "delete the shopping list", "--json").json["undo_id"]
    voiced("ask", "delete the letter to anna")
    assert voiced("undo", "--id", first).code == 0
    assert [path.name for path in documents.iterdir()] == ["shopping list.txt"]


def test_undo_where_there_is_nothing(voiced):
    ended = voiced("undo")
    assert ended.code == 0
    assert ended.out == "There is nothing to undo.\n"


# run


def test_run_as_fast_as_it_goes_wants_a_file(voiced, noise):
    for arguments in (["--sink", "null"], ["--source", str(noise)]):
        ended = voiced("run", "--clock", "virtual", *arguments)
        assert ended.code == 2
        assert "--clock" in ended.err


def test_run_never_writes_over_its_source(voiced, noise):
    before = noise.read_bytes()
    ended = voiced("run", "--source", str(noise), "--sink", str(noise), "--clock", "virtual")
    assert ended.code == 2
    assert "--sink" in ended.err
    assert noise.read_bytes() == before


@pytest.mark.parametrize(
    "source", ["wyoming:", "wyoming:kitchen", "wyoming:kitchen:0", "wyoming:a b:1"]
)
def test_run_with_a_satellite_that_has_no_address(voiced, source):
    ended = voiced("run", "--source", source, "--sink", "null")
    assert ended.code == 2
    assert "wyoming:HOST:PORT" in ended.err


def test_run_with_a_satellite_that_is_not_there(voiced):
    ended = voiced("run", "--source", "wyoming:127.0.0.1:9", "--sink", "null")
    assert ended.code == 69
    assert "cannot be reached" in ended.err


def test_run_with_events_that_cannot_be_written(voiced, noise, home):
    events = home / "nowhere" / "events.jsonl"
    ended = voiced("run", "--source", str(noise), "--sink", "null", "--events", str(events))
    assert ended.code == 1
    assert "events.jsonl" in ended.err


@pytest.mark.engine
def test_run_without_a_source_file(voiced, home):
    answer = home / "answer.wav"
    answer.write_bytes(b"an answer from before")
    ended = voiced("run", "--source", str(home / "gone.wav"), "--sink", str(answer))
    assert ended.code == 1
    assert answer.read_bytes() == b"an answer from before"
    assert ended.err.splitlines()[0] == f"voiced: {home / 'gone.wav'}: there is no such file"


@pytest.mark.engine
def test_run_with_a_sink_that_cannot_be_written(voiced, home, noise):
    ended = voiced("run", "--source", str(noise), "--sink", str(home / "nowhere" / "out.wav"))
    assert ended.code == 1
    assert "out.wav" in ended.err
    assert "--sink" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.engine
def test_run_hears_acts_and_speaks(voiced, home):
    import soundfile

    question, answer = home / "question.wav", home / "answer.wav"
    assert voiced("say", "what time is it", "--voice", "clear", "--out", str(question)).code == 0
    ended = voiced(
        *("run", "--source", str(question), "--sink", str(answer)),
        *("--events", "-", "--clock", "virtual", "--once"),
    )
    assert ended.code == 0
    assert ended.err == ""
    events = [json.loads(line) for line in ended.out.splitlines()]
    kinds = [event["type"] for event in events]
    assert [kind for kind in kinds if kind != "transcript_partial"] == [
        *("mode_changed", "speech_started", "turn_started", "speech_stopped"),
        *("transcript_final", "intent_matched", "call_judged", "intent_returned"),
        *("reply_sentence", "playback_started", "turn_ended"),
    ]
    final = events[kinds.index("transcript_final")]
    assert final["text"] == "what time is it"
    turn = events[-1]
    assert turn["outcome"] == "completed"
    assert turn["heard"].startswith("It's ")
    assert set(turn["timing_ms"]) == {
        *("endpoint", "transcript", "first_token", "first_audio", "total")
    }
    assert turn["timing_ms"]["endpoint"] == pytest.approx(200, abs=25)
    sound, _ = soundfile.read(answer)
    assert abs(sound).max() > 0.05


@pytest.mark.engine
def test_run_writes_events_to_a_file_and_shows_them(voiced, home, noise):
    events = home / "events.jsonl"
    ended = voiced(
        *("run", "--source", str(noise), "--sink", "null"),
        *("--events", str(events), "--clock", "virtual"),
    )
    assert ended.code == 0
    assert ended.out == ""
    assert "mode_changed" in ended.err
    assert [json.loads(line)["type"] for line in events.read_text().splitlines()] == [
        "mode_changed"
    ]
    # else extension modules complain at the end of what they cannot free
    assert gc.get_freeze_count() == 0


@pytest.mark.engine
def test_run_goes_on_when_the_disk_is_full(voiced, noise):
    ended = voiced(
        *("run", "--source", str(noise), "--sink", "null"),
        *("--events", "/dev/full", "--clock", "virtual"),
    )
    assert ended.code == 0
    assert ended.err.count("no more events are written") == 1


@pytest.mark.engine
def test_run_ends_quietly_when_nobody_reads_the_events(home, noise):
    command = [
        *(sys.executable, "-m", "voiced.cli", "run", "--source", str(noise)),
        *("--sink", "null", "--events", "-", "--clock", "virtual"),
    ]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert started.stdout is not None
    assert started.stderr is not None
    started.stdout.close()
    errors = started.stderr.read()
    assert started.wait(20) == 1
    assert "Traceback" not in errors
    started.stderr.close()


@pytest.fixture
def hangups_count():
    """Also where the tests themselves run under nohup, which a child would inherit."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.engine
@pytest.mark.usefixtures("hangups_count")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_run_is_stopped_by_a_signal(home, number):
    import soundfile

    silence = home / "silence.wav"
    soundfile.write(silence, signals.noise(60.0, level_dbfs=-60.0), 16_000)
    answer = home / "answer.wav"
    command = [
        *(sys.executable, "-m", "voiced.cli", "run", "--source", str(silence)),
        *("--sink", str(answer), "--events", "-"),
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as started:
        assert started.stdout is not None
        assert started.stderr is not None
        assert json.loads(started.stdout.readline())["type"] == "mode_changed"
        time.sleep(0.3)
        started.send_signal(number)
        assert started.wait(10) == 0
        assert started.stderr.read() == ""
    sound, rate_hz = soundfile.read(answer)
    assert 0.1 < len(sound) / rate_hz < 10
