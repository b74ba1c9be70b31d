"""The user's voice over a reply: what stops it at once, what never does, and what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import anyio
import numpy as np
import pytest
from scenes import DONE, INTENTS, Wordless, at_s, heard, of, outcomes, said

from voiced.errors import DeviceError, TranscriptionError
from voiced.events import (
    BargeIn,
    DeviceLost,
    Ducked,
    Event,
    OverlapIgnored,
    PlaybackResumed,
    SpeechStarted,
    SpeechStopped,
    StageFailed,
    TranscriptFinal,
    TranscriptPartial,
    TurnEnded,
    TurnStarted,
)
from voiced.testing.fakes import FakeMicrophone, FakeResponder, FakeSpeaker, FakeTranscriber, Says
from voiced.testing.script import RULES, Script
from voiced_intents import talk

STORY = Says(1.0, "tell me a story")
REPLY = (
    "Once upon a time there was a king. He had three sons who loved their horses. "
    "They lived happily ever after."
)


def over_the_story(*overlaps: Says, **more: Any) -> Script:
    """Somebody says these over a story that lasts from 2.2 to 9 s."""
    user = [STORY, *overlaps]
    return Script(user, intents=[*INTENTS, talk.stop, talk.repeat, talk.louder], **more)


def wordless(*overlaps: Says, **more: Any) -> Script:
    """The same, with a transcriber that knows no words before the end."""
    return over_the_story(*overlaps, transcriber=Wordless([STORY, *overlaps]), **more)


def check_passed(events: list[Event], reason: str) -> None:
    """The overlap was ignored, and the reply was heard whole."""
    (ignored,) = of(events, OverlapIgnored)
    assert ignored.reason == reason
    assert not of(events, BargeIn)
    assert heard(events) == [REPLY]
    assert outcomes(events) == ["completed"]
    assert len(of(events, SpeechStarted)) == len(of(events, TurnStarted)) == 1


# What interrupts


def test_a_stop_word_stops_at_once_and_nothing_is_said(scene):
    events = scene(over_the_story(Says(4.0, "stop", 0.3)))
    (barge_in,) = of(events, BargeIn)
    assert (barge_in.reason, at_s(barge_in)) == ("stop word", pytest.approx(4.3))
    assert outcomes(events) == ["interrupted", "completed"]
    assert heard(events)[1] == ""


def test_words_interrupt_with_the_first_of_them(scene):
    events = scene(over_the_story(Says(4.0, "what time is it", 0.8)))
    (barge_in,) = of(events, BargeIn)
    assert (barge_in.reason, at_s(barge_in)) == ("words", pytest.approx(4.2))
    assert said(events)[1] == "what time is it"
    assert DONE == ["story", "time"]


def test_a_correction_interrupts_at_once(scene):
    events = scene(over_the_story(Says(4.0, "no what time is it", 1.0)))
    (barge_in,) = of(events, BargeIn)
    assert (barge_in.reason, at_s(barge_in)) == ("stop word", pytest.approx(4.2))


class Singing(FakeMicrophone):
    """What is said has a tone."""

    def __init__(self, utterances: Sequence[Says], seconds: float) -> None:
        super().__init__(utterances, seconds)
        self._sound[np.arange(len(self._sound)) // 40 % 2 == 1] *= -1


@pytest.mark.parametrize(("microphone", "times"), [(Singing, 1), (FakeMicrophone, 3)])
def test_speech_without_words_interrupts_when_it_lasts(scene, microphone, times):
    script = wordless(Says(4.0, "what time is it", 2.0))
    events = scene(replace(script, microphone=microphone(script.user, script.seconds)))
    (barge_in,) = of(events, BargeIn)
    assert barge_in.reason == "speech"
    assert 0 <= barge_in.at - 4 * 16000 - times * RULES.barge_in < 320
    assert said(events)[1] == "what time is it"


def test_a_short_word_is_understood_in_the_silence_after_it(scene):
    events = scene(wordless(Says(4.0, "stop", 0.3)))
    (barge_in,) = of(events, BargeIn)
    assert barge_in.reason == "stop word"
    assert at_s(barge_in) == pytest.approx(4.3 + 0.12 + 0.05)


def test_what_interrupts_is_the_next_turn_from_its_first_sample(scene):
    events = scene(over_the_story(Says(4.0, "what time is it", 0.8)))
    second = of(events, SpeechStarted)[1]
    assert at_s(second) == pytest.approx(4.0)
    partials = [event.text for event in of(events, TranscriptPartial) if event.turn == 2]
    assert partials == ["what", "what time", "what time is", "what time is it"]


def test_the_reply_is_softer_first_and_what_was_heard_of_it_ends_there(scene):
    events = scene(over_the_story(Says(4.0, "what time is it", 0.8)))
    (ducked,) = of(events, Ducked)
    assert at_s(ducked) == pytest.approx(4.04)
    assert heard(events)[0] == "Once upon a time there was a"


# What does not


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("mhm", 0.2), ("mhm", 0.4), ("yeah", 0.3), ("okay", 0.4), ("right", 0.2), ("right", 0.3)],
)
def test_a_backchannel_passes_and_the_reply_is_resumed_soon(scene, text, seconds):
    events = scene(over_the_story(Says(4.0, text, seconds)))
    check_passed(events, "backchannel")
    (resumed,), (ducked,) = of(events, PlaybackResumed), of(events, Ducked)
    assert at_s(resumed) - at_s(ducked) <= 0.7
    assert at_s(resumed) - (4.0 + seconds) <= 0.2


def test_a_backchannel_that_is_read_late_passes_too(scene):
    check_passed(scene(wordless(Says(4.0, "mhm", 0.3))), "backchannel")


def test_with_a_headset_the_replys_own_words_are_the_users(scene):
    """How it is in a room that hears the reply, is in test_repeated_words."""
    events = scene(wordless(Says(3.5, "upon a time there was a king", 0.4)))
    assert [event.reason for event in of(events, BargeIn)] == ["words"]
    assert said(events)[1] == "upon a time there was a king"


def test_a_cough_passes_at_once(scene):
    events = scene(over_the_story(Says(4.0, "", 0.1)))
    check_passed(events, "too short")
    assert at_s(of(events, PlaybackResumed)[0]) <= 4.0 + 0.1 + 0.14


def test_noise_without_words_passes_when_nothing_was_read(scene):
    check_passed(scene(over_the_story(Says(4.0, "", 0.4))), "silence")


@pytest.mark.parametrize("delay_s", [0.4, 1.0, 2.0])
def test_a_command_interrupts_however_late_its_words_are_read(scene, delay_s):
    user = [STORY, Says(6.0, "what time is it", 0.4)]
    transcriber = Wordless(user, delay_s=delay_s)
    events = scene(Script(user, intents=INTENTS, transcriber=transcriber))
    assert not of(events, OverlapIgnored)
    (barge_in,) = of(events, BargeIn)
    assert at_s(barge_in) == pytest.approx(6.4 + RULES.pause / 16000 + delay_s)
    assert said(events)[1] == "what time is it"
    assert DONE == ["story", "time"]


class Unsure(FakeTranscriber):
    """Is not sure of its partials, and late with the final transcript."""

    async def transcribe(self, audio, hints):
        async with aclosing(super().transcribe(audio, hints)) as readings:
            async for reading in readings:
                yield reading if reading.is_final else replace(reading, confidence=0.5)


def test_words_that_stand_interrupt_though_the_transcriber_is_not_sure_of_them(scene):
    user = [STORY, Says(5.0, "what time is it", 0.8)]
    events = scene(Script(user, intents=INTENTS, transcriber=Unsure(user, delay_s=0.4)))
    (barge_in,) = of(events, BargeIn)
    assert barge_in.reason == "words"
    assert at_s(barge_in) == pytest.approx(5.4 + 0.16)  # "what time", and what is believed
    assert said(events)[1] == "what time is it"


class Broken(Wordless):
    """Fails at everything but the first."""

    async def transcribe(self, audio, hints):
        self._error = TranscriptionError("crashed") if self.hints else None
        async with aclosing(super().transcribe(audio, hints)) as readings:
            async for reading in readings:
                yield reading


def test_a_transcriber_that_fails_does_not_hold_the_reply(scene):
    events = scene(over_the_story(Says(4.0, "hm", 0.4), transcriber=Broken([STORY])))
    check_passed(events, "silence")
    (resumed,) = of(events, PlaybackResumed)
    assert at_s(resumed) == pytest.approx(4.4 + RULES.pause / 16000 + 0.05)


def test_noise_passes_after_a_while_if_the_transcriber_does_not_answer(scene):
    user = [STORY, Says(5.0, "what time is it", 0.16), Says(7.0, "what time is it", 0.4)]

    class Late(Wordless):
        def __init__(self):
            super().__init__(user, delay_s=0.05)
            self.calls = 0

        async def transcribe(self, audio, hints):
            self.calls += 1
            self._delay_s = 0.05 if self.calls == 1 else 20.0
            async with aclosing(super().transcribe(audio, hints)) as readings:
                async for reading in readings:
                    yield reading

    events = scene(Script(user, 14.0, intents=INTENTS, transcriber=Late()))
    assert [event.reason for event in of(events, OverlapIgnored)] == ["silence"] * 2
    assert heard(events) == [REPLY]
    resumed_s = [at_s(event) for event in of(events, PlaybackResumed)]
    assert resumed_s == pytest.approx([5.16 + 0.5, 7.4 + 3.0])


def test_many_backchannels_lose_no_word(scene):
    overlaps = [Says(3.0 + number * 1.1, "mhm", 0.3) for number in range(6)]
    events = scene(over_the_story(*overlaps))
    assert [event.reason for event in of(events, OverlapIgnored)] == ["backchannel"] * 6
    assert heard(events) == [REPLY]


def test_what_was_nothing_has_no_number_and_no_transcript(scene):
    overlaps = [Says(4.0, "mhm", 0.3), Says(5.5, "", 0.3), Says(7.0, "what time is it")]
    events = scene(over_the_story(*overlaps))
    assert [event.turn for event in of(events, TurnStarted)] == [1, 2]
    assert said(events) == ["tell me a story", "what time is it"]
    assert {event.text for event in of(events, TranscriptPartial) if event.turn == 2} == {
        "what",
        "what time",
        "what time is",
        "what time is it",
    }


# Order


class SlowToClose(FakeResponder):
    """Takes a while to hang up."""

    async def room(self) -> None:
        """Nobody says how much it holds."""

    async def reply(self, history, tools, schema=None):
        try:
            async with aclosing(super().reply(history, tools, schema)) as deltas:
                async for delta in deltas:
                    yield delta
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(1.5)


def test_nothing_is_told_of_the_next_turn_before_it_has_started(scene):
    model = SlowToClose({"sing a song": [["La la la, this is a long song. ", 60.0]]})
    user = [Says(1.0, "sing a song"), Says(5.0, "what time is it", 0.8)]
    events = scene(Script(user, intents=INTENTS, responder=model))
    (started,) = [event for event in of(events, TurnStarted) if event.turn == 2]
    assert at_s(started) == pytest.approx(5.2 + 1.5)
    about_two = [event for event in events if getattr(event, "turn", 0) == 2]
    assert about_two[0] is started
    assert isinstance(about_two[1], TranscriptPartial)
    ended = next(event for event in of(events, TurnEnded) if event.turn == 1)
    assert events.index(ended) < events.index(started)
    final = next(event for event in of(events, TranscriptFinal) if event.turn == 2)
    assert final.text == "what time is it"
    spoken = [type(e) for e in events if isinstance(e, SpeechStarted | SpeechStopped)]
    assert spoken == [SpeechStarted, SpeechStopped] * 2


def test_who_is_interrupted_while_he_waits_ends_after_the_one_he_waits_for(scene):
    model = SlowToClose({"sing a song": [["La la la, this is a long song. ", 60.0]]})
    user = [
        Says(1.0, "sing a song"),
        Says(5.0, "what time is it", 0.4),
        Says(6.4, "stop", 0.2),
    ]
    events = scene(Script(user, intents=[*INTENTS, talk.stop], responder=model))
    assert [event.turn for event in of(events, BargeIn)] == [1, 2]
    assert [event.turn for event in of(events, TurnEnded)] == [1, 2, 3]
    assert [event.turn for event in of(events, TurnStarted)] == [1, 2, 3]


# Ends: of the reply, of the sound, of the devices


@pytest.mark.parametrize("at", [8.6, 8.8, 8.9, 8.94])
def test_who_speaks_as_the_reply_ends_is_the_next_turn(scene, at):
    (reply,) = of(scene(over_the_story()), TurnEnded)
    speaks_s = round((at_s(reply) - 9.0 + at) * 50) / 50
    events = scene(over_the_story(Says(speaks_s, "what time is it")))
    assert said(events)[1] == "what time is it"
    assert of(events, TurnEnded)[1].turn == 2
    assert DONE[-1] == "time"


@pytest.mark.parametrize("left_s", [0.0, 0.1, 0.3])
def test_a_reply_is_taken_up_when_the_sound_ends_while_it_is_held(scene, left_s):
    script = over_the_story(Says(4.0, "", 0.3), seconds=4.3 + left_s)
    events = scene(script)
    assert heard(events) == [REPLY]
    assert outcomes(events) == ["completed"]


class Unplugged:
    """The microphone is lost at a moment, and comes back."""

    def __init__(self, user: list[Says], lost_s: float, seconds: float) -> None:
        self._rooms = [FakeMicrophone(user, lost_s), FakeMicrophone([], seconds)]

    async def prepare(self) -> None: ...

    async def aclose(self) -> None: ...

    async def frames(self):
        room = self._rooms.pop(0)
        async with aclosing(room.frames()) as frames:
            async for frame in frames:
                yield frame
        if self._rooms:
            raise DeviceError("unplugged", retryable=True)


def test_a_reply_is_taken_up_when_the_microphone_is_lost_while_it_is_held(scene):
    user = [STORY, Says(4.0, "", 0.5)]
    script = Script(user, intents=INTENTS, microphone=Unplugged(user, 4.3, 8.0))
    events = scene(script)
    assert of(events, DeviceLost)
    assert heard(events) == [REPLY]


def test_an_utterance_ends_with_its_last_word_when_the_microphone_is_lost(scene):
    user = [Says(1.0, "note milk")]
    events = scene(Script(user, intents=INTENTS, microphone=Unplugged(user, 2.4, 6.0)))
    (stopped,) = of(events, SpeechStopped)
    assert (at_s(stopped), stopped.reason) == (2.0, "source")
    assert DONE == ["note milk"]


class OneLease(FakeSpeaker):
    """Can be leased once."""

    def open(self):
        if self.leases:
            raise DeviceError("unplugged", stage="speaker")
        return super().open()


def test_a_speaker_that_is_lost_while_it_is_held_ends_the_reply_and_not_the_session(scene):
    events = scene(over_the_story(Says(4.0, "mhm", 0.3), speaker=OneLease()))
    assert [event.stage for event in of(events, StageFailed)] == ["speaker"]
    assert heard(events)[0].startswith("Once upon a time")
    assert not of(events, PlaybackResumed)


def test_an_answer_that_is_ready_while_the_user_speaks_waits_for_what_he_says(scene):
    user = [Says(1.0, "what time is it"), Says(3.4, "", 0.4)]

    class Slow(FakeTranscriber):
        def __init__(self):
            super().__init__(user, delay_s=1.45)

    events = scene(Script(user, intents=INTENTS, transcriber=Slow()))
    (ignored,) = of(events, OverlapIgnored)
    assert ignored.reason == "silence"
    assert heard(events) == ["It is half past seven, and all is well. The night is young."]
    assert of(events, TurnEnded)[0].timing_ms.first_audio >= 1500
