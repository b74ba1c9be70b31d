"""Bad ways of sound: rates that differ, paths that change, microphones that lose sound or die.

As in ``test_bad_sound``: what is real is real, and the recogniser makes an order of any sound that
the user does not make.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import anyio
import pytest
from bad_stages import AtRate, quiet
from evening import ORDER, QUESTION, STORY, TALE, TIME, Evening, speak, spend

from voiced.audio import RATE_HZ, AudioFrame
from voiced.bench.material import Utterance
from voiced.bench.standins import StandInTranscriber
from voiced.composition import engines as composition
from voiced.config import Config
from voiced.errors import DeviceError
from voiced.events import (
    AudioDropped,
    BargeIn,
    DeviceFound,
    DeviceLost,
    Ducked,
    OverlapIgnored,
    PlaybackResumed,
    PlaybackStarted,
    SpeechStopped,
    StageFailed,
    TurnEnded,
    TurnStarted,
)
from voiced.testing import sounds
from voiced.testing.room import Room, RoomSettings

pytestmark = pytest.mark.engine

FRAME = RATE_HZ // 50


@pytest.fixture(scope="module")
def spoken() -> dict[str, Utterance]:
    return speak([QUESTION, STORY, ORDER])


def check(evening: Evening) -> None:
    assert evening.done == []
    begun = [event.turn for event in evening.of(TurnStarted)]
    assert begun == [event.turn for event in evening.of(TurnEnded)]


def hear_two_answers(evening: Evening, folder: Path) -> None:
    """A long answer, then a short one; nothing interrupts them."""

    async def direct() -> None:
        await evening.ask(STORY)
        await anyio.sleep(1.0)
        await evening.ask(QUESTION)
        await anyio.sleep(1.0)

    spend(evening, folder, direct)
    check(evening)
    assert evening.stops == []
    assert evening.heard == [TALE, TIME]


@pytest.mark.parametrize(
    ("rate_hz", "drift_ppm"), [(22_050, 200), (24_000, -200), (48_000, 200), (8_000, -200)]
)
def test_the_speaker_goes_at_another_rate_and_by_another_clock(
    rate_hz: int, drift_ppm: float, spoken: dict[str, Utterance], tmp_path: Path
) -> None:
    config = Config()
    voice = composition.synthesizer(config, composition.voice(config, "default"))
    evening = Evening(Room(RoomSettings(delay_ms=100, drift_ppm=drift_ppm)), spoken)
    evening.synthesizer = AtRate(voice, rate_hz)
    hear_two_answers(evening, tmp_path)


@pytest.mark.parametrize(
    ("delay_ms", "other_ms"), [(40.0, 240.0), (240.0, 40.0), (60.0, 160.0), (100.0, 300.0)]
)
def test_the_path_jumps_in_the_middle_of_a_sentence(
    delay_ms: float, other_ms: float, spoken: dict[str, Utterance], tmp_path: Path
) -> None:
    """There and back again. For a moment the echo is louder than it can be."""
    jumps = ((7.0, other_ms), (11.0, delay_ms))
    evening = Evening(Room(RoomSettings(delay_ms=delay_ms, jumps=jumps)), spoken)
    evening.transcriber = composition.transcriber(Config(), "pocketsphinx")

    async def direct() -> None:
        await evening.begin_story()
        await evening.until_s(30.0)
        await evening.ask(QUESTION)

    spend(evening, tmp_path, direct)
    check(evening)
    assert evening.stops == []
    ignored = {each.reason for each in evening.of(OverlapIgnored)}
    assert ignored <= {"echo", "silence", "too short", "backchannel", "own words"}
    assert evening.heard[-1] == TIME


@pytest.mark.parametrize(("delay_ms", "other_ms"), [(40.0, 240.0), (240.0, 40.0)])
def test_the_path_jumps_at_the_beginning_of_a_reply(
    delay_ms: float, other_ms: float, spoken: dict[str, Utterance], tmp_path: Path
) -> None:
    jumps = ((2.6, other_ms),)
    evening = Evening(Room(RoomSettings(delay_ms=delay_ms, jumps=jumps)), spoken)
    hear_two_answers(evening, tmp_path)


@pytest.mark.parametrize(
    "is_lost", [lambda n: n % 50 < 3, lambda n: n % 7 == 0], ids=["3/50", "1/7"]
)
def test_the_microphone_loses_sound_under_a_reply(
    is_lost: Callable[[int], bool], spoken: dict[str, Utterance], tmp_path: Path
) -> None:
    evening = Evening(Room(), spoken)

    def lose(frame: AudioFrame) -> AudioFrame | None:
        is_replying = len(evening.of(PlaybackStarted)) > len(evening.of(TurnEnded))
        return None if is_replying and is_lost(frame.start // FRAME) else frame

    evening.spoil(lose)
    hear_two_answers(evening, tmp_path)
    assert evening.of(AudioDropped)


def test_a_microphone_of_zeros_hears_nothing(spoken: dict[str, Utterance], tmp_path: Path) -> None:
    evening = Evening(Room(), spoken)
    evening.spoil(quiet)

    async def direct() -> None:
        evening.say(ORDER)
        await anyio.sleep(60.0)

    spend(evening, tmp_path, direct)
    assert evening.events == []
    assert evening.done == []


def test_zeros_that_begin_in_an_utterance_end_it(
    spoken: dict[str, Utterance], tmp_path: Path
) -> None:
    evening = Evening(Room(), spoken)
    evening.spoil(lambda frame: quiet(frame) if 1.1 <= frame.start / RATE_HZ < 4.0 else frame)

    async def direct() -> None:
        evening.say(ORDER)  # "switch", and no more
        await evening.until(TurnEnded, 1)
        await evening.ask(QUESTION)

    spend(evening, tmp_path, direct)
    check(evening)
    assert evening.of(SpeechStopped)[0].reason == "patience"
    assert [each.outcome for each in evening.of(TurnEnded)] == ["not_understood", "completed"]


def hold(evening: Evening) -> None:
    """Let somebody babble over a long reply, whom the recogniser does not understand."""
    evening.transcriber = StandInTranscriber(evening.schedule)
    evening.room.say(5.0, sounds.babble(1.5, seed=1), 6.0, "other")


def is_held(evening: Evening, at: int, after_s: float = 0.3) -> bool:
    """Whether it is so long ago that the reply became softer: by now it is held."""
    ducks = evening.of(Ducked)
    return bool(ducks) and not evening.stops and at >= ducks[0].at + round(after_s * RATE_HZ)


def test_zeros_that_begin_while_a_reply_is_held_let_it_go_on(
    spoken: dict[str, Utterance], tmp_path: Path
) -> None:
    evening = Evening(Room(RoomSettings(echo_db=-12)), spoken)
    hold(evening)

    def fail(frame: AudioFrame) -> AudioFrame:
        is_over = frame.start > 9 * RATE_HZ
        return quiet(frame) if not is_over and is_held(evening, frame.start) else frame

    evening.spoil(fail)
    hear_two_answers(evening, tmp_path)
    assert evening.of(OverlapIgnored)[0].reason == "silence"
    assert evening.of(PlaybackResumed)


def test_a_microphone_that_dies_while_a_reply_is_held_lets_it_go_on(
    spoken: dict[str, Utterance], tmp_path: Path
) -> None:
    evening = Evening(Room(RoomSettings(echo_db=-12)), spoken)
    hold(evening)
    deaths: list[int] = []

    def die(frame: AudioFrame) -> AudioFrame:
        if is_held(evening, frame.start) and len(deaths) < 3:
            deaths.append(frame.start)
            raise DeviceError("it was pulled out", retryable=True)
        return frame

    evening.spoil(die)
    hear_two_answers(evening, tmp_path)
    assert len(deaths) == 3
    assert len(evening.of(DeviceLost)) == len(evening.of(StageFailed)) >= 1
    assert len(evening.of(DeviceFound)) == len(evening.of(DeviceLost))
    assert evening.of(OverlapIgnored)[0].reason == "silence"
    assert evening.of(PlaybackResumed)[0].at < evening.of(DeviceFound)[0].at


def test_sound_is_lost_while_the_user_interrupts(
    spoken: dict[str, Utterance], tmp_path: Path
) -> None:
    evening = Evening(Room(), spoken)

    def lose(frame: AudioFrame) -> AudioFrame | None:
        ducks = evening.of(Ducked)
        lost_s = (frame.start - ducks[0].at) / RATE_HZ if ducks else 0.0
        return None if 0.06 < lost_s < 0.16 else frame

    evening.spoil(lose)

    async def direct() -> None:
        await evening.begin_story()
        await anyio.sleep(3.0)
        evening.say(QUESTION, 0.1)
        await anyio.sleep(16.0)
        await evening.ask(QUESTION)

    spend(evening, tmp_path, direct)
    check(evening)
    assert evening.of(AudioDropped)
    assert {each.reason for each in evening.of(BargeIn)} <= {"words"}
    assert evening.heard[-1] == TIME
