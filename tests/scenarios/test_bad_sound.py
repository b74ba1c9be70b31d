"""Bad sound in a room: nothing is done that nobody asked for, and the events say why.

The session, the detector, the canceller and the voice are real. The recogniser is the worst there
could be (see ``evening``), or the embedded one where people talk who are not meant.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import anyio
import pytest
from evening import ORDER, QUESTION, STORY, TALE, TIME, Evening, speak, spend

from voiced.audio import RATE_HZ
from voiced.bench.material import Utterance
from voiced.bench.standins import ImaginingTranscriber, StandInTranscriber
from voiced.composition import engines as composition
from voiced.config import Config
from voiced.events import (
    BargeIn,
    Ducked,
    Event,
    OverlapIgnored,
    PlaybackResumed,
    SpeechStarted,
    SpeechStopped,
    TurnEnded,
    TurnReopened,
    TurnStarted,
)
from voiced.testing import sounds
from voiced.testing.room import Room, RoomSettings
from voiced.trace import to_row

pytestmark = pytest.mark.engine

CHAT = "thank you very much"
NEWS = "the mayor of the city said on monday that the old bridge has to be closed for a week"


@pytest.fixture(scope="module")
def spoken() -> dict[str, Utterance]:
    return speak([QUESTION, STORY, ORDER, "stop", CHAT, NEWS])


def check(evening: Evening, done: list[str] | None = None) -> None:
    """What holds in every evening: only what was asked for is done, and all comes to an end."""
    assert evening.done == (done or [])
    begun = [event.turn for event in evening.of(TurnStarted)]
    assert begun == [event.turn for event in evening.of(TurnEnded)]
    json.dumps([to_row(event) for event in evening.events], allow_nan=False)
    for index, event in enumerate(evening.events):
        if isinstance(event, Ducked):
            assert any(_ends_duck(later) for later in evening.events[index:]), event


def _ends_duck(event: Event) -> bool:
    return isinstance(event, PlaybackResumed | BargeIn | TurnReopened | TurnEnded)


def embedded() -> object:
    return composition.transcriber(Config(), "pocketsphinx")


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(RoomSettings(gain_db=20), id="clipped"),
        pytest.param(RoomSettings(gain_db=20, echo_db=12), id="clipped by the echo"),
        pytest.param(RoomSettings(soft_clip_dbfs=-18, echo_db=6), id="a bad loudspeaker"),
        pytest.param(RoomSettings(hum_dbfs=-30), id="hum"),
        pytest.param(RoomSettings(hum_dbfs=-40, echo_db=6), id="hum, loud echo"),
        pytest.param(RoomSettings(noise_dbfs=-40), id="noise"),
        pytest.param(RoomSettings(talker_dbfs=-46, echo_db=12), id="soft talker, loud echo"),
    ],
)
def test_a_long_answer_is_heard_to_its_end_and_the_next_question_is_answered(
    settings: RoomSettings, spoken: dict[str, Utterance], tmp_path: Path
) -> None:
    evening = Evening(Room(settings), spoken)

    async def direct() -> None:
        await anyio.sleep(1.0)
        await evening.ask(STORY)
        await anyio.sleep(1.0)
        await evening.ask(QUESTION)
        await anyio.sleep(1.0)

    spend(evening, tmp_path, direct)
    check(evening)
    assert evening.stops == []
    assert evening.heard == [TALE, TIME]


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(RoomSettings(gain_db=12), id="clipped"),
        pytest.param(RoomSettings(hum_dbfs=-30), id="hum"),
        pytest.param(RoomSettings(noise_dbfs=-40), id="noise"),
    ],
)
def test_stop_still_stops(
    settings: RoomSettings, spoken: dict[str, Utterance], tmp_path: Path
) -> None:
    evening = Evening(Room(settings), spoken)

    async def direct() -> None:
        await evening.begin_story()
        await anyio.sleep(3.0)
        evening.say("stop", 0.1)
        await evening.until(TurnEnded, 2)
        await evening.ask(QUESTION)

    spend(evening, tmp_path, direct)
    check(evening)
    assert [event.reason for event in evening.of(BargeIn)] == ["stop word"]
    assert evening.heard == ["", "", TIME]


def test_hum_that_begins_is_no_utterance_to_the_embedded_recogniser(
    spoken: dict[str, Utterance], tmp_path: Path
) -> None:
    evening = Evening(Room(RoomSettings(hum_dbfs=-30)), spoken, transcriber=embedded())

    async def direct() -> None:
        await anyio.sleep(5.0)
        await evening.ask(QUESTION)

    spend(evening, tmp_path, direct)
    check(evening)
    assert evening.of(TurnEnded)[-1].heard == TIME


def test_a_microphone_60_db_too_soft_hears_nothing_until_somebody_comes_near(
    spoken: dict[str, Utterance], tmp_path: Path
) -> None:
    evening = Evening(Room(RoomSettings(talker_dbfs=-60, noise_dbfs=-80, echo_db=None)), spoken)
    before: list[Event] = []

    async def direct() -> None:
        for text in (ORDER, QUESTION, "stop"):
            evening.say(text, 0.2)
            await anyio.sleep(2.5)
        before.extend(evening.events)
        evening.say(QUESTION, 0.2, db=34)
        await evening.until(TurnEnded, 1)

    spend(evening, tmp_path, direct)
    assert before == []
    check(evening)
    assert evening.heard == [TIME]


@pytest.mark.slow
def test_ten_minutes_of_talk_are_cut_into_utterances_of_bounded_length(
    spoken: dict[str, Utterance], tmp_path: Path
) -> None:
    evening = Evening(Room(), spoken)
    listening = ImaginingTranscriber(evening.schedule, of_strangers="")
    evening.transcriber = listening

    async def direct() -> None:
        evening.room.say_endlessly((0.5, 600.5), sounds.television(60.0))
        await anyio.sleep(603.0)
        await evening.ask(QUESTION)

    spend(evening, tmp_path, direct, at_most_s=700.0)
    check(evening)
    most_s = Config().turns.max_utterance_s
    starts, stops = evening.of(SpeechStarted), evening.of(SpeechStopped)
    assert len(starts) >= len(stops) > 600 / most_s / 2
    assert "limit" in {event.reason for event in stops}
    assert listening.longest_s < most_s + 3.0
    assert evening.of(TurnEnded)[-1].heard == TIME


def test_people_who_talk_to_each_other_give_no_orders(
    spoken: dict[str, Utterance], tmp_path: Path
) -> None:
    evening = Evening(Room(), spoken, transcriber=embedded())

    async def direct() -> None:
        for text in (NEWS, CHAT):
            evening.room.say(evening.room.now_s + 0.2, spoken[text].samples, who="other")
            await anyio.sleep(spoken[text].seconds + 12.0)
        await evening.ask(QUESTION)

    spend(evening, tmp_path, direct)
    check(evening)
    assert evening.of(TurnEnded)[-1].heard == TIME


@pytest.mark.parametrize("other_db", [-10.0, 0.0])
def test_two_people_at_once_are_answered_rightly_or_not_at_all(
    other_db: float, spoken: dict[str, Utterance], tmp_path: Path
) -> None:
    evening = Evening(Room(), spoken, transcriber=embedded())

    async def direct() -> None:
        start_s = evening.room.now_s + 0.5
        evening.room.say(start_s, spoken[NEWS].samples, other_db, "other")
        evening.say(QUESTION, 1.2)
        await anyio.sleep(spoken[NEWS].seconds + 14.0)
        await evening.ask(QUESTION)

    spend(evening, tmp_path, direct)
    check(evening)
    outcomes = {event.outcome for event in evening.of(TurnEnded)}
    assert outcomes <= {"completed", "not_understood", "interrupted"}
    assert evening.of(TurnEnded)[-1].heard == TIME


@pytest.mark.parametrize("begins_s", [-1.0, 3.0], ids=["before the reply", "over the reply"])
@pytest.mark.parametrize("db", [-20.0, 0.0])
def test_a_radio_does_nothing_but_interrupt(
    db: float, begins_s: float, spoken: dict[str, Utterance], tmp_path: Path
) -> None:
    """A voice at the talker's level may well be the user's: what is loud interrupts."""
    room = Room()
    evening = Evening(room, spoken)
    evening.transcriber = StandInTranscriber(evening.schedule)

    async def direct() -> None:
        await anyio.sleep(1.0)
        radio = sounds.television(12.0, seed=3)
        if begins_s < 0:
            room.say(room.now_s + 0.05, radio, db, "radio")
            await anyio.sleep(-begins_s)
        evening.say(STORY)
        await anyio.sleep(5.0)
        if begins_s >= 0:
            room.say(room.now_s + 0.05, radio, db, "radio")
        await anyio.sleep(26.0)
        await evening.ask(QUESTION)

    spend(evening, tmp_path, direct)
    check(evening)
    assert {event.reason for event in evening.of(BargeIn)} <= {"speech", "words"}
    ignored = {event.reason for event in evening.of(OverlapIgnored)}
    assert ignored <= {"silence", "too short", "echo"}
    assert evening.of(TurnEnded)[-1].heard == TIME


def test_a_reply_that_ends_while_it_is_soft_was_heard_as_a_whole(
    spoken: dict[str, Utterance], tmp_path: Path
) -> None:
    evening = Evening(Room(RoomSettings(echo_db=-12)), spoken)
    evening.transcriber = StandInTranscriber(evening.schedule)
    ends_s = math.nan

    async def direct() -> None:
        nonlocal ends_s
        await evening.ask(QUESTION)
        first = evening.of(TurnEnded)[0]
        speech_s = first.at / RATE_HZ - evening.of(SpeechStopped)[0].at / RATE_HZ
        ends_s = evening.say(QUESTION) + speech_s
        evening.room.say(ends_s - 0.15, sounds.babble(1.0, seed=2), 6.0, "other")
        await anyio.sleep(8.0)
        await evening.ask(QUESTION)

    spend(evening, tmp_path, direct)
    check(evening)
    assert evening.of(Ducked), "nobody spoke at the end of the reply"
    assert evening.heard[:2] == [TIME, TIME]
    assert evening.stops == []
    assert evening.of(TurnEnded)[-1].heard == TIME
