"""The handles of a session, in virtual time, on both event loops."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence

import anyio
import pytest

from voiced.audio import AudioFrame
from voiced.controls import Controls
from voiced.events import (
    AudioDropped,
    BargeIn,
    DeviceLost,
    Event,
    ModeChanged,
    PlaybackStarted,
    PushToTalk,
    SpeechStopped,
    TranscriptFinal,
    TurnEnded,
    TurnStarted,
)
from voiced.plugin import Context, Effect, Integrity, Reply, intent
from voiced.testing.fakes import FakeMicrophone, Says
from voiced.testing.script import Script, run_script


@intent("clock.time", sentences=["what time is it"], effect=Effect.R0, returns=Integrity.CONFIG)
async def tell_time(context: Context) -> Reply:
    """Tell the time."""
    return Reply(f"It is {context.now:%H:%M}, and all is well in this house tonight.")


class GoingOnMicrophone(FakeMicrophone):
    """Opened again, it goes on at the time that it is then, as a real one does."""

    def __init__(self, utterances: Sequence[Says], seconds: float) -> None:
        super().__init__(utterances, seconds)
        self.began_s: float | None = None
        self.opened_at_s: list[float] = []
        self.closed_at_s: list[float] = []

    async def frames(self) -> AsyncGenerator[AudioFrame]:
        """The frames from now on, counted from 0."""
        now_s = anyio.current_time()
        if self.began_s is None:
            self.began_s = now_s
        self.opened_at_s.append(round(now_s - self.began_s, 2))
        first = round((now_s - self.began_s) * 50)
        try:
            for index in range(first, len(self._sound) // 320):
                due_s = self.began_s + (index + 1) / 50
                await anyio.sleep(max(0.0, due_s - anyio.current_time()))
                sound = self._sound[index * 320 : (index + 1) * 320]
                yield AudioFrame(sound, 16_000, (index - first) * 320)
        finally:
            self.closed_at_s.append(round(anyio.current_time() - self.began_s, 2))


@pytest.fixture(params=["asyncio", "trio"])
def play(request, tmp_path):
    def run(
        user: Sequence[Says],
        acts: Sequence[tuple[float, Callable[[Controls], None]]] = (),
        seconds: float = 8.0,
        **more,
    ) -> list[Event]:
        script = Script(
            user,
            seconds,
            intents=[tell_time],
            microphone=more.pop("microphone", None) or GoingOnMicrophone(user, seconds),
            acts=acts,
            **more,
        )
        return run_script(script, tmp_path / "journal", backend=request.param)

    return run


def of(events, kind):
    return [event for event in events if isinstance(event, kind)]


def seconds(events):
    return [round(event.at / 16_000, 2) for event in events]


ASKS = [Says(1.0, "what time is it")]


def test_a_key_that_goes_up_ends_the_utterance_at_once(play):
    long = [Says(1.0, "what time is it", 2.0)]
    events = play(long, [(0.5, lambda it: it.press()), (2.5, lambda it: it.release())])
    assert [event.is_down for event in of(events, PushToTalk)] == [True, False]
    (stopped,) = of(events, SpeechStopped)[:1]
    assert stopped.reason == "key"
    assert 2.5 <= stopped.at / 16_000 <= 2.62


def test_while_the_key_is_held_no_silence_ends_what_is_said(play):
    pieces = [Says(1.0, "what time"), Says(4.5, "is it")]
    events = play(pieces, [(0.5, lambda it: it.press()), (6.0, lambda it: it.release())])
    assert [event.text for event in of(events, TranscriptFinal)] == ["what time is it"]
    assert of(events, SpeechStopped)[0].reason == "key"


def test_a_held_key_that_repeats_itself_is_one_press(play):
    acts = [(0.5 + number / 10, lambda it: it.press()) for number in range(10)]
    events = play(ASKS, [*acts, (2.2, lambda it: it.release())])
    assert [event.is_down for event in of(events, PushToTalk)] == [True, False]
    assert of(events, TurnEnded)[0].outcome == "completed"


def test_a_key_pressed_into_a_reply_silences_it(play):
    events = play(ASKS, [(4.0, lambda it: it.press()), (5.0, lambda it: it.release())])
    (barge_in,) = of(events, BargeIn)
    assert (barge_in.reason, round(barge_in.at / 16_000, 2)) == ("key", 4.0)
    (ended,) = of(events, TurnEnded)
    assert ended.outcome == "interrupted"


def test_what_is_said_right_after_the_press_into_a_reply_is_the_next_turn(play):
    user = [*ASKS, Says(4.0, "what time is it")]
    events = play(user, [(4.0, lambda it: it.press()), (5.1, lambda it: it.release())], 12.0)
    assert [event.outcome for event in of(events, TurnEnded)] == ["interrupted", "completed"]
    assert len(of(events, BargeIn)) == 1


def test_a_key_pressed_while_speech_over_a_reply_is_weighed_makes_it_a_turn(play):
    user = [*ASKS, Says(4.0, "yeah", 1.0)]
    events = play(user, [(4.2, lambda it: it.press()), (5.1, lambda it: it.release())])
    assert [event.reason for event in of(events, BargeIn)] == ["key"]
    assert [event.text for event in of(events, TranscriptFinal)] == ["what time is it", "yeah"]


def test_toggle_presses_and_releases(play):
    events = play(ASKS, [(0.5, lambda it: it.toggle()), (2.0, lambda it: it.toggle())])
    assert [event.is_down for event in of(events, PushToTalk)] == [True, False]
    assert of(events, SpeechStopped)[0].reason == "key"


def test_a_release_without_a_press_is_nothing(play):
    events = play(ASKS, [(1.5, lambda it: it.release())])
    assert not of(events, PushToTalk)
    assert of(events, TurnEnded)[0].outcome == "completed"


def test_stop_silences_a_reply(play):
    events = play(ASKS, [(4.0, lambda it: it.stop())])
    assert [event.reason for event in of(events, BargeIn)] == ["key"]
    assert of(events, TurnEnded)[0].outcome == "interrupted"


def test_stop_drops_what_is_being_said(play):
    events = play(ASKS, [(1.98, lambda it: it.stop()), (1.98, lambda it: it.stop())])
    assert of(events, TurnEnded)[0].outcome == "interrupted"
    assert len(of(events, BargeIn)) == 1
    assert not of(events, PlaybackStarted)


def test_mute_closes_the_microphone_and_unmute_opens_it_again(play):
    user = [
        Says(1.0, "what time is it"),
        Says(6.0, "what time is it"),
        Says(12.0, "what time is it"),
    ]
    microphone = GoingOnMicrophone(user, 18.0)
    acts = [
        (5.0, lambda it: it.mute()),
        (5.0, lambda it: it.mute()),
        (9.0, lambda it: it.unmute()),
    ]
    events = play(user, acts, 18.0, microphone=microphone)
    assert [event.mode for event in of(events, ModeChanged)] == ["muted", "listening"]
    assert microphone.opened_at_s == [0.0, 9.0]
    assert microphone.closed_at_s[0] == 5.0
    assert seconds(of(events, TurnStarted)) == [1.06, 12.06]
    assert not of(events, AudioDropped)
    assert not of(events, DeviceLost)


def test_what_was_being_said_when_it_was_muted_is_dropped(play):
    events = play(ASKS, [(1.5, lambda it: it.mute())], 3.0, until_s=6.0)
    assert of(events, TurnEnded)[0].outcome == "interrupted"
    assert not of(events, TranscriptFinal)


def test_a_reply_goes_on_when_it_is_muted(play):
    events = play(ASKS, [(4.0, lambda it: it.mute())], 8.0, until_s=10.0)
    assert of(events, TurnEnded)[0].outcome == "completed"


def test_muted_before_it_begins_it_never_opens_the_microphone(play):
    microphone = GoingOnMicrophone(ASKS, 4.0)
    events = play(ASKS, [(-1.0, lambda it: it.mute())], 4.0, microphone=microphone, until_s=6.0)
    assert events == []
    assert microphone.opened_at_s == []


def test_the_key_counts_for_nothing_while_it_is_muted(play):
    acts = [(0.5, lambda it: it.mute()), (1.0, lambda it: it.toggle()), (1.5, lambda it: it.stop())]
    events = play(ASKS, acts, 4.0, until_s=6.0)
    assert [event.mode for event in of(events, ModeChanged)] == ["muted"]
    assert not of(events, PushToTalk)


def test_a_key_that_was_held_when_it_was_muted_is_up(play):
    acts = [
        (0.5, lambda it: it.press()),
        (1.5, lambda it: it.mute()),
        (2.0, lambda it: it.release()),
    ]
    events = play(ASKS, acts, 4.0, until_s=6.0)
    assert [event.is_down for event in of(events, PushToTalk)] == [True, False]
