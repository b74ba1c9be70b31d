"""What a session does with sound that is not for it, in virtual time, on both event loops."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from attention_lab import REPLY, HeardFrames, S, of, tell_time

from voiced.activation.gate import GateRules
from voiced.announcements import Announcement, News
from voiced.audio import AudioFrame, Samples
from voiced.events import (
    BargeIn,
    Event,
    ModeChanged,
    OverlapIgnored,
    PlaybackStarted,
    SpeechStarted,
    TranscriptFinal,
    TurnEnded,
    TurnStarted,
    WakeWordHeard,
)
from voiced.plugin import Announcer, Context, Integrity
from voiced.stages import WakeWord
from voiced.testing.fakes import Says
from voiced.testing.script import Script, run_script
from voiced.thinking.habits import Habits


class LateWakeWord:
    """Knows its words 0.2 s after their ends, as real ones do."""

    def __init__(self, *ends_s: float) -> None:
        self._ends = [round(end_s * S) for end_s in ends_s]

    async def prepare(self) -> None:
        pass

    async def aclose(self) -> None:
        pass

    def detect(self, frame: AudioFrame) -> WakeWord | None:
        for end in self._ends:
            if frame.start <= end + S // 5 < frame.end:
                return WakeWord("computer", end)
        return None


@pytest.fixture(params=["asyncio", "trio"])
def play(request, tmp_path):
    def run(user: Sequence[Says], words=(), way="wake_word", **more) -> list[Event]:
        script = Script(
            user,
            intents=[tell_time],
            wake_word=LateWakeWord(*words) if way == "wake_word" else None,
            habits=Habits(gate=GateRules(way)),
            **more,
        )
        return run_script(script, tmp_path / "journal", backend=request.param)

    return run


ASKS = Says(2.0, "what time is it")


def test_what_is_said_while_it_sleeps_leaves_no_trace_and_is_not_transcribed(play):
    user = [Says(at_s, "what time is it") for at_s in (1.0, 4.0, 7.0)]
    transcriber = HeardFrames(user)
    assert play(user, transcriber=transcriber) == []
    assert transcriber.hints == []


def test_after_the_wake_word_it_listens_and_then_sleeps_again(play):
    events = play([Says(1.0, "computer", 0.44), ASKS], [1.5], seconds=20.0)
    assert [(event.at, event.word) for event in of(events, WakeWordHeard)] == [(24_000, "computer")]
    assert [event.text for event in of(events, TranscriptFinal)] == ["what time is it"]
    assert [event.mode for event in of(events, ModeChanged)] == ["listening", "asleep"]
    (ended,) = of(events, TurnEnded)
    assert ended.heard == REPLY
    asleep = of(events, ModeChanged)[-1]
    assert 5.9 <= (asleep.at - ended.at) / S <= 6.1


def test_no_pause_is_needed_after_the_wake_word_and_it_is_no_part_of_the_request(play):
    user = [Says(1.0, "computer", 0.44), Says(1.5, "what time is it")]
    transcriber = HeardFrames(user)
    events = play(user, [1.5], seconds=8.0, transcriber=transcriber)
    assert [event.text for event in of(events, TranscriptFinal)] == ["what time is it"]
    assert of(events, SpeechStarted)[0].at == 24_000
    assert min(transcriber.first_s) == pytest.approx(1.44)  # where the word may have ended


def test_a_wake_word_with_nothing_after_it_is_no_turn(play):
    events = play([Says(1.0, "computer", 0.44)], [1.5], seconds=12.0)
    assert not of(events, TurnStarted)
    assert [round(event.at / S, 1) for event in of(events, ModeChanged)] == [1.7, 7.5]


def test_the_follow_up_needs_no_wake_word(play):
    user = [Says(1.0, "computer", 0.44), ASKS, Says(10.0, "what time is it")]
    events = play(user, [1.5], seconds=22.0)
    assert [event.outcome for event in of(events, TurnEnded)] == ["completed", "completed"]
    assert [event.mode for event in of(events, ModeChanged)] == ["listening", "asleep"]


def test_the_follow_up_window_counts_from_the_end_of_what_is_heard(play):
    user = [Says(1.0, "computer", 0.44), ASKS, Says(14.0, "what time is it")]
    events = play(user, [1.5], seconds=22.0)
    over = of(events, TurnEnded)[0].at / S
    assert 6.0 < over < 8.0  # the reply was made at 3, and 14 is too late for both
    assert len(of(events, TurnEnded)) == 1


def test_the_wake_word_in_a_follow_up_is_cut_off_the_request(play):
    user = [
        Says(1.0, "computer", 0.44),
        ASKS,
        Says(10.0, "computer", 0.44),
        Says(10.5, "what time is it"),
    ]
    events = play(user, [1.5, 10.5], seconds=22.0)
    assert [event.text for event in of(events, TranscriptFinal)] == ["what time is it"] * 2
    assert len(of(events, TurnStarted)) == 2


def test_the_wake_word_interrupts_a_reply(play):
    user = [
        Says(1.0, "computer", 0.44),
        ASKS,
        Says(4.0, "computer", 0.44),
        Says(5.5, "what time is it"),
    ]
    events = play(user, [1.5, 4.5], seconds=20.0)
    assert of(events, BargeIn)
    assert [event.outcome for event in of(events, TurnEnded)] == ["interrupted", "completed"]


def test_whoever_keeps_the_sound_gets_silence_for_what_is_not_for_it(tmp_path):
    user = [Says(1.0, "hello there"), Says(3.0, "computer", 0.44), Says(3.5, "what time is it")]
    kept: dict[int, int] = {}

    def tap(near: AudioFrame, far: Samples) -> None:
        kept[near.start] = int(near.samples.max())

    script = Script(
        user,
        12.0,
        intents=[tell_time],
        wake_word=LateWakeWord(3.5),
        habits=Habits(gate=GateRules("wake_word"), tap=tap),
    )
    run_script(script, tmp_path / "journal")
    assert list(kept) == list(range(0, 12 * S, 320))
    loud = [start / S for start, peak in kept.items() if peak]
    assert (min(loud), max(loud)) == (3.5, 4.48)


def test_push_to_talk_hears_only_what_is_said_with_the_key(play):
    user = [
        Says(1.0, "what time is it"),
        Says(4.0, "what time is it"),
        Says(20.0, "what time is it"),
    ]
    acts = [(3.8, lambda it: it.press()), (5.1, lambda it: it.release())]
    events = play(user, way="push_to_talk", acts=acts, seconds=26.0)
    (final,) = of(events, TranscriptFinal)
    assert final.text == "what time is it"
    assert [event.mode for event in of(events, ModeChanged)] == ["listening", "asleep"]


def test_with_push_to_talk_speech_over_the_reply_is_not_for_it(play):
    user = [Says(1.0, "what time is it"), Says(4.0, "stop")]
    acts = [(0.8, lambda it: it.press()), (2.1, lambda it: it.release())]
    events = play(user, way="push_to_talk", acts=acts, seconds=10.0)
    assert not of(events, BargeIn, OverlapIgnored)
    assert of(events, TurnEnded)[0].heard == REPLY


def test_a_tap_listens_until_the_request_ends_by_itself(play):
    acts = [(1.0, lambda it: it.press()), (1.1, lambda it: it.release())]
    events = play([ASKS], way="push_to_talk", acts=acts, seconds=20.0)
    assert of(events, TurnEnded)[0].heard == REPLY
    assert [event.mode for event in of(events, ModeChanged)] == ["listening", "asleep"]


def test_a_key_held_without_a_word_is_no_turn(play):
    acts = [(1.0, lambda it: it.press()), (3.0, lambda it: it.release())]
    events = play([Says(6.0, "hello")], way="push_to_talk", acts=acts, seconds=8.0)
    assert not of(events, TurnStarted)
    assert [event.mode for event in of(events, ModeChanged)] == ["listening", "asleep"]


def test_without_a_detector_for_the_wake_word_the_key_works(request, tmp_path):
    acts = [(0.8, lambda it: it.press()), (3.1, lambda it: it.release())]
    script = Script(
        [ASKS],
        intents=[tell_time],
        habits=Habits(gate=GateRules("wake_word")),
        acts=acts,
        seconds=8.0,
    )
    events = run_script(script, tmp_path / "journal")
    assert [event.text for event in of(events, TranscriptFinal)] == ["what time is it"]


class Ringing:
    """An alarm that insists, again every 4 seconds until it is answered."""

    def __init__(self) -> None:
        self.hearings: list[str] = []

    async def __call__(self, context: Context, told) -> News:
        self.hearings += [told[key] for key in told]
        if "answered" in self.hearings:
            return News()
        return News((Announcement("alarm", "Time to get up.", rings=True, insists=True),))


@pytest.mark.parametrize("at_s", [1.5, 6.0])
def test_stop_hushes_what_rings_while_it_speaks_and_after_it(play, at_s):
    ringing = Ringing()
    announcer = Announcer("clock.alarm", ringing, Integrity.CONFIG)
    events = play([], announcers=[announcer], acts=[(at_s, lambda it: it.stop())], seconds=30.0)
    assert ringing.hearings == ["answered"]
    assert len(of(events, PlaybackStarted)) == 1
