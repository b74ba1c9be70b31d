"""What a session does with what names it and with what does not, in virtual time, on both loops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import anyio
import pytest
from attention_lab import REPLY, HeardFrames, S, of, tell_time

from voiced.activation.gate import GateRules
from voiced.announcements import Announcement, News
from voiced.audio import AudioFrame, Samples
from voiced.events import (
    BargeIn,
    Event,
    ModeChanged,
    NotAddressed,
    PlaybackStarted,
    SpeechStarted,
    TranscriptFinal,
    TurnEnded,
    TurnStarted,
    WakeWordHeard,
)
from voiced.loop.session import Habits
from voiced.plugin import Announcer, Context, Integrity
from voiced.stages import WakeWord
from voiced.testing.fakes import FakeNameSpotter, Says
from voiced.testing.script import Script, run_script

NAME_S = 0.44
NAME_END_S = 0.5  # a little late, so that what is taken to be its end is silence


def spotter_of(*begins_s: float) -> FakeNameSpotter:
    """Names said at these seconds."""
    spans = [(round(each * S), round((each + NAME_END_S) * S)) for each in begins_s]
    return FakeNameSpotter("computer", spans)


@pytest.fixture(params=["asyncio", "trio"])
def play(request, tmp_path):
    def run(user: Sequence[Says], spotter: FakeNameSpotter, **more) -> list[Event]:
        script = Script(
            user,
            intents=[tell_time],
            names=spotter,
            habits=more.pop("habits", Habits(gate=GateRules("name"))),
            **more,
        )
        return run_script(script, tmp_path / "journal", backend=request.param)

    return run


def texts(events: list[Event]) -> list[str]:
    return [event.text for event in of(events, TranscriptFinal)]


def test_what_names_nobody_is_not_transcribed_and_leaves_but_that_somebody_spoke(play) -> None:
    user = [Says(at_s, "what time is it") for at_s in (1.0, 4.0)]
    transcriber = HeardFrames(user)
    events = play(user, spotter_of(), transcriber=transcriber, seconds=8.0)
    assert [type(event) for event in events] == [NotAddressed, NotAddressed]
    assert transcriber.hints == []


def test_only_speech_is_looked_through(play) -> None:
    spotter = spotter_of()
    play([Says(5.0, "hello there", 1.0)], spotter, seconds=12.0)
    assert 4.5 < spotter.heard[0].start / S < 5.0
    assert spotter.heard[-1].end / S < 6.7


def test_a_name_at_the_begin_opens_the_ear_and_is_no_part_of_the_request(play) -> None:
    user = [Says(1.0, "computer", NAME_S), Says(1.5, "what time is it")]
    transcriber = HeardFrames(user)
    events = play(user, spotter_of(1.0), transcriber=transcriber, seconds=16.0)
    assert texts(events) == ["what time is it"]
    assert min(transcriber.first_s) > 1.0
    assert [event.word for event in of(events, WakeWordHeard)] == ["computer"]
    assert [event.mode for event in of(events, ModeChanged)] == ["listening", "asleep"]
    assert not of(events, NotAddressed)
    assert of(events, TurnEnded)[0].heard == REPLY


def test_a_name_at_the_end_calls_back_what_was_said_before_it(play) -> None:
    user = [Says(1.0, "what time is it", 0.96), Says(2.0, "computer", NAME_S)]
    transcriber = HeardFrames(user[:1])
    events = play(user, spotter_of(2.0), transcriber=transcriber, seconds=16.0)
    assert texts(events) == ["what time is it"]
    assert of(events, SpeechStarted)[0].at == S
    assert min(transcriber.first_s) == pytest.approx(0.9, abs=0.21)
    assert [event.outcome for event in of(events, TurnEnded)] == ["completed"]
    assert [event.mode for event in of(events, ModeChanged)] == ["listening", "asleep"]


def test_a_name_in_the_middle_calls_nobody(play) -> None:
    user = [Says(1.0, "my computer is slow today", 2.0)]
    events = play(user, spotter_of(1.5), seconds=8.0)
    assert [type(event) for event in events] == [NotAddressed]


def test_after_the_answer_no_name_is_needed_for_a_while(play) -> None:
    user = [
        Says(1.0, "computer", NAME_S),
        Says(1.5, "what time is it"),
        Says(10.0, "what time is it"),
        Says(24.0, "what time is it"),
    ]
    events = play(user, spotter_of(1.0), seconds=28.0)
    assert texts(events) == ["what time is it"] * 2
    assert len(of(events, NotAddressed)) == 1


def test_a_name_interrupts_the_answer(play) -> None:
    user = [
        Says(1.0, "computer", NAME_S),
        Says(1.5, "what time is it"),
        Says(4.0, "computer", NAME_S),
        Says(4.5, "what time is it"),
    ]
    events = play(user, spotter_of(1.0, 4.0), seconds=20.0)
    assert of(events, BargeIn)
    assert [event.outcome for event in of(events, TurnEnded)] == ["interrupted", "completed"]


def test_what_is_too_long_is_for_nobody_even_if_it_ends_with_a_name(play) -> None:
    user = [Says(1.0, "a long story", 11.0), Says(12.0, "computer", NAME_S)]
    events = play(user, spotter_of(12.0), seconds=16.0)
    assert [type(event) for event in events] == [NotAddressed]


def test_no_more_is_kept_of_what_goes_on_for_long(play) -> None:
    given_up_s: list[float] = []
    after_s: list[float] = []

    def tap(near: AudioFrame, far: Samples) -> None:
        given_up_s.append(near.end / S)

    user = [Says(1.0, "a film in the next room", 25.0)]
    acts = [(at_s, lambda _: after_s.append(given_up_s[-1])) for at_s in (9.0, 20.0)]
    habits = Habits(gate=GateRules("name"), tap=tap)
    play(user, spotter_of(), seconds=28.0, habits=habits, acts=acts)
    assert after_s[0] < 1.0  # it may yet end with a name
    assert after_s[1] > 18.0


class NeverWakes:
    """Knows no word."""

    async def prepare(self) -> None: ...

    async def aclose(self) -> None: ...

    def detect(self, frame: AudioFrame) -> WakeWord | None:
        del frame
        return None


async def tell_late(context: Context, told: Mapping[str, str]) -> News:
    """Announces something, once, in the fifth second."""
    del context
    await anyio.sleep(0 if told else 5)
    return News(() if told else (Announcement("bell", REPLY),))


@pytest.mark.parametrize("way", ["name", "wake_word"])
@pytest.mark.parametrize("is_typed", [True, False])
def test_what_was_said_before_it_spoke_by_itself_was_not_for_it(
    play, way: Literal["name", "wake_word"], is_typed: bool
) -> None:
    kept_s: list[float] = []

    def tap(near: AudioFrame, far: Samples) -> None:
        if near.samples.any():
            kept_s.append(near.start / S)

    user = [Says(1.0, "a secret of the family", 8.0)]
    transcriber = HeardFrames(user)
    unasked = Announcer("clock.bell", tell_late, Integrity.CONFIG)
    events = play(
        user,
        spotter_of(),
        transcriber=transcriber,
        seconds=20.0,
        habits=Habits(gate=GateRules(way), tap=tap),
        typed=[(5.0, "what time is it")] if is_typed else [],
        announcers=[] if is_typed else [unasked],
        wake_word=NeverWakes(),
    )
    assert of(events, PlaybackStarted)
    assert not [at_s for at_s in [*kept_s, *transcriber.first_s] if at_s < 4.9]


def test_muted_in_the_middle_of_it_all_is_forgotten(play) -> None:
    user = [Says(1.0, "what time is it", 0.96), Says(2.0, "computer", NAME_S)]
    acts = [(1.9, lambda it: it.mute()), (1.95, lambda it: it.unmute())]
    events = play(user, spotter_of(2.0), acts=acts, seconds=8.0)
    assert texts(events) in ([], ["computer"], [""])
    assert "what time is it" not in texts(events)


def test_whoever_keeps_the_sound_gets_silence_for_what_names_nobody(play) -> None:
    user = [Says(1.0, "hello there"), Says(5.0, "computer", NAME_S), Says(5.5, "what time is it")]
    kept: dict[int, int] = {}

    def tap(near: AudioFrame, far: Samples) -> None:
        kept[near.start] = int(near.samples.max())

    play(user, spotter_of(5.0), seconds=12.0, habits=Habits(gate=GateRules("name"), tap=tap))
    assert list(kept) == list(range(0, 12 * S, 320))
    loud = [start / S for start, peak in kept.items() if peak]
    assert 5.0 < min(loud) < 5.6


def test_with_nobody_who_knows_names_the_key_works(tmp_path) -> None:
    acts = [(0.8, lambda it: it.press()), (3.1, lambda it: it.release())]
    habits = Habits(gate=GateRules("name"))
    script = Script(
        [Says(2.0, "what time is it")], intents=[tell_time], habits=habits, acts=acts, seconds=8.0
    )
    events = run_script(script, tmp_path / "journal")
    assert texts(events) == ["what time is it"]
    assert len(of(events, TurnStarted)) == 1
