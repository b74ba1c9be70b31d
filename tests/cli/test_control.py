"""The verbs that talk to the running daemon: where none runs, and what is shown of an answer."""

from __future__ import annotations

import json
import threading

import pytest

from voiced.cli.watch import line_of
from voiced.cli.watch_screen import State, told
from voiced.control.place import listening
from voiced.control.status import DeviceStatus, EngineStatus, Known, ProgramStatus, StatusBoard
from voiced.control.wire import encode
from voiced.events import (
    BargeIn,
    ConfirmationAsked,
    DeviceLost,
    Ducked,
    IntentMatched,
    ModeChanged,
    OverlapIgnored,
    PlaybackResumed,
    PushToTalk,
    SpeechStarted,
    StageFailed,
    Timing,
    TranscriptFinal,
    TurnEnded,
    TurnId,
)
from voiced.trace import to_row

_VERBS = ("status", "ptt down", "mute", "unmute", "stop", "reload", "watch")
ONE = TurnId(1)


@pytest.fixture(autouse=True)
def runtime(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path / "voiced"


@pytest.mark.parametrize("verb", _VERBS)
def test_without_a_daemon_it_says_so_and_how_to_start_one(voiced, verb) -> None:
    ended = voiced(*verb.split())
    assert ended.code == 69
    assert ended.out == ""
    assert "no voiced is running" in ended.err
    assert "voiced run" in ended.err


def test_without_a_daemon_json_is_an_error(voiced) -> None:
    ended = voiced("status", "--json")
    assert ended.code == 69
    assert ended.json["error"]["code"] == "no_daemon"


def test_a_wrong_action_is_wrong_usage(voiced) -> None:
    assert voiced("ptt", "sideways").code == 2


class Daemon:
    """Answers one client with these frames, and keeps what was asked."""

    def __init__(self, folder, *frames) -> None:
        self._folder = folder
        self._frames = frames
        self.asked = b""
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self):
        self._thread.start()
        self._ready.wait(5)
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(5)

    def _serve(self) -> None:
        with listening(self._folder) as listener:
            listener.settimeout(5)
            self._ready.set()
            connection, _ = listener.accept()
            with connection:
                self.asked = connection.recv(4096)
                for frame in self._frames:
                    connection.sendall(frame)


def _board() -> StatusBoard:
    devices = (DeviceStatus("microphone", "usb"),)
    return StatusBoard(Known("1.2", 7, devices, (EngineStatus("transcriber", "big"),), "amy", 9))


def test_status_is_shown_to_a_person(voiced, runtime) -> None:
    board = _board()
    board.hear(ModeChanged(0, "muted"))
    board.hear(DeviceLost(0, "microphone"))
    board.hear(StageFailed(0, "transcriber", "x", "the \x1b[2Jmodel is gone", retryable=True))
    board.hear(TurnEnded(0, ONE, "completed", "", Timing(endpoint=0.0, first_audio=431.2)))
    index = ProgramStatus("index", is_ok=False, found="cannot be read")
    here = ("attic", "kitchen")
    answer = {"ok": True, "status": board.status((index,), here).as_row()}
    with Daemon(runtime, encode(answer)):
        ended = voiced("status")
    assert ended.code == 0
    for line in (
        "mode: muted",
        "hears: nothing: it is muted (voiced unmute)",
        "microphone: usb (GONE)",
        r"transcriber: big (TROUBLE: the \x1b[2Jmodel is gone)",
        "last turn: completed, 0 s ago: endpoint 0 ms, first_audio 431 ms",
        "index: TROUBLE: cannot be read",
        "satellites: attic, kitchen",
    ):
        assert line in ended.out.splitlines()


def test_that_no_satellite_is_here_is_only_said_where_one_could_come(voiced, runtime) -> None:
    for here, line in (((), "satellites: none is here"), (None, "satellites")):
        row = _board().status((), here).as_row()
        with Daemon(runtime, encode({"ok": True, "status": row})):
            assert (line in voiced("status").out) == (here is not None)


def test_status_as_json_is_what_the_daemon_said(voiced, runtime) -> None:
    row = json.loads(json.dumps(_board().status().as_row()))
    with Daemon(runtime, encode({"ok": True, "status": row})):
        assert voiced("status", "--json").json == row


def test_an_order_is_sent_and_the_mode_told(voiced, runtime) -> None:
    with Daemon(runtime, encode({"ok": True, "mode": "listening"})) as daemon:
        assert voiced("ptt", "toggle").out == "listening\n"
    assert json.loads(daemon.asked) == {"do": "ptt", "action": "toggle"}


def test_the_running_one_is_told_to_forget_too(voiced, runtime) -> None:
    with Daemon(runtime, encode({"ok": True, "mode": "listening"})) as daemon:
        assert voiced("forget", "--all").err == ""
    assert json.loads(daemon.asked) == {"do": "forget"}
    refused = {"code": "forbidden", "message": "forget needs the scope act"}
    with Daemon(runtime, encode({"ok": False, "error": refused})):
        ended = voiced("forget", "--all")
    assert ended.code == 0
    assert "until it is restarted: forget needs the scope act" in ended.err


def test_say_goes_through_a_daemon_that_runs(voiced, runtime) -> None:
    with Daemon(runtime, encode({"ok": True, "hearing": "heard"})) as daemon:
        ended = voiced("say", "dinner", "is", "ready")
        assert (ended.code, ended.out) == (0, "")
    assert json.loads(daemon.asked) == {"do": "speak", "text": "dinner is ready"}


def test_say_that_a_daemon_refuses_is_not_said_beside_it(voiced, runtime) -> None:
    error = {"code": "busy", "message": "4 texts wait", "mend": "try again"}
    with Daemon(runtime, encode({"ok": False, "error": error})):
        ended = voiced("say", "dinner")
    assert ended.code == 1
    assert "4 texts wait" in ended.err


def test_a_refusal_is_told_with_its_mend(voiced, runtime) -> None:
    error = {"code": "forbidden", "message": "unmute needs admin", "mend": "in a terminal"}
    with Daemon(runtime, encode({"ok": False, "error": error})):
        ended = voiced("unmute")
    assert ended.code == 1
    assert "unmute needs admin" in ended.err
    assert "in a terminal" in ended.err


@pytest.mark.parametrize("answer", [b"", b"garbage\n", b"[]\n", b"x" * 70_000])
def test_a_daemon_that_makes_no_sense_does_not_answer(voiced, runtime, answer) -> None:
    with Daemon(runtime, answer):
        ended = voiced("mute")
    assert ended.code == 69
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("row", "code", "said"),
    [
        ({"applied": ["a.b"], "waiting": ["c.d"], "error": None}, 0, "c.d: at the next start"),
        ({"applied": [], "waiting": [], "error": None}, 0, "nothing has changed"),
        ({"applied": [], "waiting": [], "error": "f: k: wrong"}, 78, "stays in force"),
    ],
)
def test_what_came_of_a_reload_is_told(voiced, runtime, row, code, said) -> None:
    with Daemon(runtime, encode({"ok": True, "reload": row})):
        ended = voiced("reload")
    assert ended.code == code
    assert said in ended.out + ended.err


def test_watching_shows_events_until_the_daemon_goes(voiced, runtime) -> None:
    event = to_row(TranscriptFinal(16_000, ONE, "hello \x1b[2J", 0.9))
    answer = {"ok": True, "status": _board().status().as_row()}
    frames = (encode(answer), encode({"level_dbfs": -30.0}), encode({"event": event}))
    with Daemon(runtime, *frames):
        ended = voiced("watch")
    assert ended.out == f"{line_of(event)}\n".replace("\\u001b", r"\u001b")
    assert "\x1b" not in ended.out
    assert ended.code == 69  # it is over, and not because we wanted it
    with Daemon(runtime, *frames):
        assert json.loads(voiced("watch", "--json").out) == event


def test_the_screen_shows_what_a_person_wants_to_see() -> None:
    shown = [
        told(to_row(event))
        for event in (
            TranscriptFinal(0, ONE, "delete the draft", 0.9),
            IntentMatched(0, ONE, "files.delete", (("name", "draft"),), "spoken", "W1"),
            ConfirmationAsked(0, ONE, "1", "Delete it?"),
            TurnEnded(0, ONE, "completed", "", Timing(first_audio=431.0)),
            SpeechStarted(0),
            Ducked(0, ONE, -12.0),
            OverlapIgnored(0, ONE, "backchannel"),
            PlaybackResumed(0, ONE),
            BargeIn(0, ONE, "stop word"),
            PushToTalk(0, is_down=True),
        )
    ]
    assert [line and line[0] for line in shown] == [
        "you    delete the draft",
        "  does files.delete name='draft'",
        "asks   Delete it?",
        "  completed  first_audio 431 ms",
        None,
        "  quieter: you may be speaking",
        "  no interruption: backchannel",
        "  goes on",
        "  interrupted: stop word",
        "  the key is held",
    ]
    assert told({"at_s": 0.0, "type": "transcript_final", "is_cut": True}) == ("you", "bold")


def test_the_living_line_follows_mode_level_and_words() -> None:
    state = State("asleep")
    assert state.line().plain == "asleep    |--------------------|     "
    for frame in (
        {"level_dbfs": -30.0},
        {"event": {"type": "mode_changed", "mode": "listening"}},
        {"event": {"type": "speech_started"}},
        {"event": {"type": "transcript_partial", "text": "what \x1b"}},
    ):
        state.hear(frame)
    assert state.line().plain == r"listening |##########----------| you what \x1b"
    state.hear({"event": {"type": "speech_stopped"}})
    state.hear({"event": {"type": "transcript_final", "text": "what"}})
    state.hear({"level_dbfs": -200.0})
    assert state.line().plain == "listening |--------------------|     "
    state.hear({"heard": {"turn": 1, "text": "It is late, and all is well in this house"}})
    assert state.line().plain.endswith("|     late, and all is well in this house")
    state.hear({"event": {"type": "turn_ended"}})
    assert state.line().plain.endswith("|     ")
