"""A microphone that breaks at the worst moment; all stages are fakes."""

from __future__ import annotations

import pytest
from bad_stages import Spoiled, quiet

from voiced.audio import AudioFrame, Samples
from voiced.errors import DeviceError
from voiced.events import (
    AudioDropped,
    BargeIn,
    DeviceFound,
    DeviceLost,
    Ducked,
    Event,
    OverlapIgnored,
    PlaybackResumed,
    TurnEnded,
)
from voiced.plugin import Context, Effect, Reply, intent
from voiced.testing.fakes import FakeMicrophone, FakeSpeaker, FakeTranscriber, Says
from voiced.testing.script import Script, run_script

FRAME = 320
TALE = "Once upon a time there was a king. He had three sons, and they all had a horse."


@intent("story.tell", sentences=["tell me a story"], effect=Effect.R0)
async def tell_story(context: Context) -> Reply:
    """Tell a story."""
    return Reply(TALE)


class Listening(FakeSpeaker):
    """Counts how much of the far signal was asked for."""

    asked = 0

    def played(self, samples: int) -> Samples:
        self.asked += samples
        return super().played(samples)


@pytest.fixture(params=["asyncio", "trio"])
def backend(request):
    return request.param


def test_it_dies_while_a_reply_is_held_and_the_reply_goes_on(tmp_path, backend) -> None:
    said = [Says(1.0, "tell me a story"), Says(4.0, "hrrm", 2.0)]
    events: list[Event] = []

    def die(frame: AudioFrame) -> AudioFrame:
        ducks = [event for event in events if isinstance(event, Ducked)]
        is_dead = any(isinstance(event, DeviceLost) for event in events)
        if ducks and not is_dead and frame.start > ducks[0].at + 10 * FRAME:
            raise DeviceError("it was pulled out", retryable=True)
        return quiet(frame) if is_dead else frame  # the fake one begins its script anew

    script = Script(
        said,
        microphone=Spoiled(FakeMicrophone(said, 14.0), die),
        transcriber=FakeTranscriber(said[:1]),  # the rest is no word to it
        intents=[tell_story],
        reader=events.append,
    )
    run_script(script, tmp_path, backend=backend)
    kinds = [type(event) for event in events]
    order = [Ducked, DeviceLost, OverlapIgnored, PlaybackResumed, DeviceFound]
    assert [kinds.index(kind) for kind in order] == sorted(kinds.index(kind) for kind in order)
    assert BargeIn not in kinds
    assert next(event.heard for event in events if isinstance(event, TurnEnded)) == TALE


def test_the_far_signal_keeps_step_where_sound_is_lost(tmp_path, backend) -> None:
    speaker = Listening()
    said = [Says(1.0, "tell me a story")]
    script = Script(
        said,
        seconds=8.0,
        speaker=speaker,
        intents=[tell_story],
        lost=frozenset([120, 121, 122, 200]),
    )
    events = run_script(script, tmp_path, backend=backend)
    lost = [event.samples for event in events if isinstance(event, AudioDropped)]
    assert lost == [3 * FRAME, FRAME]
    assert speaker.asked == 8 * 16_000
