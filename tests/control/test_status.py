"""What `voiced status` says, by the events that it was told."""

from __future__ import annotations

import json

import pytest

from voiced.control.status import DeviceStatus, EngineStatus, Known, ProgramStatus, StatusBoard
from voiced.events import (
    AudioDropped,
    DeviceFound,
    DeviceLost,
    DeviceNoted,
    EngineChanged,
    ModeChanged,
    ModelReplied,
    PlaybackStarted,
    PushToTalk,
    SpeechStarted,
    SpeechStopped,
    StageFailed,
    Timing,
    TranscriptFinal,
    TurnEnded,
    TurnId,
)

ONE = TurnId(1)


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def board(clock) -> StatusBoard:
    return StatusBoard(
        Known(
            "1.2",
            7,
            (DeviceStatus("microphone", "usb"), DeviceStatus("speaker", "default")),
            (EngineStatus("transcriber", "big"), EngineStatus("responder", "none")),
        ),
        clock,
    )


@pytest.mark.parametrize(
    ("events", "hears"),
    [
        ((), "you"),
        ((ModeChanged(0, "muted"),), "nothing: it is muted (voiced unmute)"),
        (
            (ModeChanged(0, "asleep"),),
            "nothing but its wake word, its name or the push-to-talk key",
        ),
        ((ModeChanged(0, "asleep"), PushToTalk(0, is_down=True)), "you"),
        ((DeviceLost(0, "microphone"),), "nothing: the microphone is gone"),
        ((DeviceLost(0, "microphone"), DeviceFound(9, "microphone")), "you"),
        ((DeviceLost(0, "speaker"),), "you"),
        (
            (DeviceLost(0, "microphone"), ModeChanged(0, "muted")),
            "nothing: it is muted (voiced unmute)",
        ),
    ],
)
def test_it_says_what_it_hears(board, events, hears) -> None:
    for event in events:
        board.hear(event)
    assert board.status().hears == hears


def test_it_says_what_goes_on_now(board) -> None:
    for event, flag, value in [
        (SpeechStarted(0), "is_speech", True),
        (SpeechStopped(9), "is_speech", False),
        (PlaybackStarted(9, ONE), "is_speaking", True),
        (TurnEnded(9, ONE, "completed", "", Timing()), "is_speaking", False),
        (PushToTalk(9, is_down=True), "is_key_down", True),
        (PushToTalk(9, is_down=False), "is_key_down", False),
    ]:
        board.hear(event)
        assert getattr(board.status(), flag) is value, event


def test_the_last_turn_is_told_with_its_latency_and_its_age(board, clock) -> None:
    assert board.status().last_turn is None
    board.hear(TurnEnded(9, ONE, "completed", "It is noon.", Timing(first_audio=431.0)))
    clock.now_s += 12
    last = board.status().last_turn
    assert last is not None
    assert (last.outcome, last.timing_ms.first_audio, last.ended_s_ago) == ("completed", 431.0, 12)
    assert board.status().up_s == 12
    assert board.status().turns == 1


@pytest.mark.parametrize(
    ("stage", "proof"),
    [
        ("transcriber", TranscriptFinal(9, ONE, "hello", 0.9)),
        ("responder", ModelReplied(9, ONE, 1, None, 1)),
    ],
)
def test_an_engine_is_in_trouble_until_it_works_again(board, stage, proof) -> None:
    board.hear(StageFailed(0, stage, "x_error", "the server is gone", retryable=True))
    troubles = {engine.stage: engine.trouble for engine in board.status().engines}
    assert troubles.pop(stage) == "the server is gone"
    assert set(troubles.values()) == {""}
    board.hear(proof)
    assert all(not engine.trouble for engine in board.status().engines)


def test_a_simpler_engine_that_took_over_is_told_until_the_better_one_is_back(board) -> None:
    board.hear(EngineChanged(0, "transcriber", "small", 1, "transcription_error"))
    board.hear(EngineChanged(0, "responder", "", 1, "reply_error"))
    board.hear(EngineChanged(0, "everything", "what is built in", 1, "crashes"))
    engines = {each.stage: (each.name, each.level, each.reason) for each in board.status().engines}
    assert engines == {
        "transcriber": ("small", 1, "transcription_error"),
        "responder": ("none", 1, "reply_error"),
        "everything": ("what is built in", 1, "crashes"),
    }
    board.hear(EngineChanged(0, "transcriber", "big", 0, ""))
    assert board.status().engines[0] == EngineStatus("transcriber", "big")


def test_a_device_that_is_gone_is_marked(board) -> None:
    board.hear(DeviceLost(0, "speaker"))
    assert [device.is_there for device in board.status().devices] == [True, False]


def test_what_a_device_tells_of_itself_is_shown(board) -> None:
    board.hear(DeviceNoted(0, "microphone", "uses", "USB headset"))
    board.hear(DeviceNoted(0, "microphone", "muted"))
    microphone = board.status().devices[0]
    assert (microphone.name, microphone.note) == ("USB headset", "muted")
    assert board.status().hears == "nothing: the microphone is muted at the system"
    board.hear(DeviceNoted(0, "microphone", "unmuted"))
    assert board.status().devices[0].note == ""
    assert board.status().hears == "you"
    board.hear(DeviceNoted(0, "microphone", "too quiet"))
    assert board.status().devices[0].note == "too quiet"


def test_nobodys_words_are_in_it(board) -> None:
    board.hear(TranscriptFinal(9, ONE, "my secret", 0.9))
    board.hear(TurnEnded(9, ONE, "completed", "my secret", Timing()))
    board.hear(AudioDropped(9, 320))
    programs = (ProgramStatus("index", is_ok=True, found="2 files"),)
    text = json.dumps(board.status(programs).as_row())
    assert "secret" not in text
    assert '"dropped_samples": 320' in text
