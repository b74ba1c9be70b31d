"""Ready after a real frame, alive by the count of frames, and never killed for being muted."""

from __future__ import annotations

import os

import anyio
import pytest

from voiced.events import DeviceFound, DeviceLost, EngineChanged, ModeChanged, SpeechStarted
from voiced.service.heartbeat import Heartbeat, watchdog_s
from voiced.testing import clock

LISTENING = ModeChanged(0, "listening")


class Heart(Heartbeat):
    """One that hears a frame at a time."""

    def frame(self) -> None:
        self.hear(self._heard + 320)


def heart() -> tuple[Heart, list[str]]:
    told: list[str] = []
    return Heart(told.append, 8.0), told


def test_it_is_ready_with_the_first_real_frame_and_says_so_once() -> None:
    beating, told = heart()
    beating.take(LISTENING)
    beating.beat()
    assert told == []
    beating.frame()
    beating.frame()
    assert told == ["READY=1", "STATUS=listening"]


def test_it_is_alive_while_frames_come() -> None:
    beating, told = heart()
    beating.take(LISTENING)
    for _ in range(3):
        beating.frame()
        beating.beat()
    assert told.count("WATCHDOG=1") == 3
    beating.beat()
    beating.take(SpeechStarted(5))
    beating.beat()
    assert told.count("WATCHDOG=1") == 3, "no frame came: it may hang"


def test_who_starts_muted_is_ready_and_alive_without_a_frame() -> None:
    beating, told = heart()
    beating.take(ModeChanged(0, "muted"))
    beating.beat()
    assert told == ["READY=1", "STATUS=muted", "WATCHDOG=1"]
    beating.take(LISTENING)
    beating.beat()
    assert told[-1] == "STATUS=listening", "now frames must come"


def test_who_waits_for_a_wake_word_must_hear() -> None:
    beating, told = heart()
    beating.take(ModeChanged(0, "asleep"))
    beating.frame()
    beating.beat()
    beating.beat()
    assert told.count("WATCHDOG=1") == 1


def test_a_lost_microphone_is_said_and_no_reason_to_be_killed() -> None:
    beating, told = heart()
    beating.take(LISTENING)
    beating.frame()
    beating.beat()
    beating.take(DeviceLost(5, "microphone"))
    beating.beat()
    assert told[-2:] == ["STATUS=the microphone is gone: I can't hear you", "WATCHDOG=1"]
    beating.take(DeviceFound(9, "microphone"))
    assert told[-1] == "STATUS=listening"
    beating.beat()
    assert told[-1] == "STATUS=listening", "now frames must come"


def test_a_microphone_that_is_not_there_at_the_start_is_waited_for() -> None:
    beating, told = heart()
    beating.take(LISTENING)
    beating.take(DeviceLost(0, "microphone"))
    beating.beat()
    assert "READY=1" not in told
    assert "EXTEND_TIMEOUT_USEC=30000000" in told


def test_a_lost_loudspeaker_excuses_nothing() -> None:
    beating, told = heart()
    beating.take(LISTENING)
    beating.take(DeviceLost(0, "speaker"))
    beating.beat()
    assert told == []


def test_the_status_names_simpler_engines_until_they_are_back() -> None:
    beating, told = heart()
    beating.take(LISTENING)
    beating.frame()
    beating.take(EngineChanged(1, "transcriber", "pocketsphinx", 1, "transcription_error"))
    beating.take(EngineChanged(1, "responder", "", 1, "reply_timeout"))
    assert told[-1] == (
        "STATUS=listening; degraded: nothing works as responder; degraded: pocketsphinx works as "
        "transcriber"
    )
    beating.take(EngineChanged(2, "transcriber", "faster-whisper", 0, ""))
    beating.take(EngineChanged(2, "responder", "m", 0, ""))
    assert told[-1] == "STATUS=listening"


def test_it_looks_often_until_it_is_ready() -> None:
    beating, told = heart()
    beating.take(LISTENING)

    async def body() -> None:
        began_s = anyio.current_time()
        with anyio.move_on_after(0.5):
            await beating.run(
                lambda: round(max(0.0, anyio.current_time() - began_s - 0.3) * 16_000)
            )

    clock.run(body)
    assert told == ["READY=1", "STATUS=listening", "WATCHDOG=1"]


def test_it_beats_four_times_in_the_time_that_it_has() -> None:
    beating, told = heart()
    beating.take(ModeChanged(0, "muted"))

    async def body() -> None:
        with anyio.move_on_after(17):
            await beating.run(lambda: 0)

    clock.run(body)
    assert told.count("WATCHDOG=1") == 8


@pytest.mark.parametrize(
    ("environ", "limit"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_the_limit_is_what_systemd_says(environ: dict[str, str], limit: float | None) -> None:
    assert watchdog_s(environ) == limit
