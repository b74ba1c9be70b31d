"""The reply's own words in a room that hears the reply: an echo of them passes, a user who repeats
what he was told is answered.

The session, the detector, the canceller and the voice are real; the recogniser makes words of any
sound, and knows them only at the end.
"""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest
from evening import QUESTION, STORY, TALE, TIME, Evening, speak, spend

from voiced.bench.material import Utterance
from voiced.bench.standins import ImaginingTranscriber, StandInTranscriber
from voiced.events import BargeIn, OverlapIgnored, TurnEnded
from voiced.testing.room import Room, RoomSettings

pytestmark = pytest.mark.engine

HINT = "You can say: what time is it, or tell me a story. You can also ask me to stop at any time."
TOLD = "there was a king in lisbon and he had three sons"
"""The first words of ``TALE``."""


@pytest.fixture(scope="module")
def spoken() -> dict[str, Utterance]:
    return speak([QUESTION, STORY])


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(RoomSettings(echo_db=None), id="headset"),
        pytest.param(RoomSettings(delay_ms=60, echo_db=0), id="0 dB"),
        pytest.param(RoomSettings(delay_ms=120, echo_db=6), id="6 dB"),
        pytest.param(RoomSettings(delay_ms=240, echo_db=0), id="late"),
    ],
)
def test_who_repeats_what_he_may_say_is_answered(
    settings: RoomSettings, spoken: dict[str, Utterance], tmp_path: Path
) -> None:
    evening = Evening(Room(settings), spoken)
    evening.transcriber = StandInTranscriber(evening.schedule, partials=False)
    evening.tale = HINT

    async def direct() -> None:
        await evening.ask(STORY)  # by then the path is known
        await evening.begin_story()
        await anyio.sleep(2.0)
        evening.say(QUESTION, 0.0)
        await evening.until(TurnEnded, 3)

    spend(evening, tmp_path, direct)
    assert len(evening.of(BargeIn)) == 1
    assert evening.heard == [HINT, "", TIME]


@pytest.mark.parametrize(("delay_ms", "other_ms"), [(163, 225), (228, 334), (60, 240)])
def test_the_echo_of_its_own_words_passes_though_the_path_jumps(
    delay_ms: float, other_ms: float, spoken: dict[str, Utterance], tmp_path: Path
) -> None:
    jumps = ((7.0, other_ms), (11.0, delay_ms))
    evening = Evening(Room(RoomSettings(delay_ms=delay_ms, echo_db=0, jumps=jumps)), spoken)
    evening.transcriber = ImaginingTranscriber(evening.schedule, TOLD, faintest_dbfs=-55.0)

    async def direct() -> None:
        await evening.ask(STORY)
        await evening.ask(STORY)

    spend(evening, tmp_path, direct)
    assert evening.stops == []
    assert evening.heard == [TALE, TALE]
    ignored = {each.reason for each in evening.of(OverlapIgnored)}
    assert ignored <= {"own words", "echo", "too short"}
