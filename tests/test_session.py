"""The loop, in virtual time, on both event loops."""

from __future__ import annotations

from contextlib import aclosing
from typing import Annotated, ClassVar

import anyio
import pytest

from voiced.errors import (
    DeviceError,
    ModelMissing,
    ReplyError,
    ReplyTimeout,
    SynthesisError,
    TranscriptionError,
)
from voiced.events import (
    ActionUndone,
    AudioDropped,
    BargeIn,
    CallJudged,
    DeviceFound,
    DeviceLost,
    Ducked,
    Event,
    IntentMatched,
    IntentReturned,
    OverlapIgnored,
    PlaybackStarted,
    ReplySentence,
    SpeechStarted,
    SpeechStopped,
    StageFailed,
    TranscriptFinal,
    TurnEnded,
    TurnStarted,
)
from voiced.plugin import TEXT, Candidate, Context, Effect, Integrity, Reply, Undo, intent, undoes
from voiced.stages import ToolCall, Transcript
from voiced.testing.fakes import (
    FakeMicrophone,
    FakeResponder,
    FakeSpeaker,
    FakeSynthesizer,
    FakeTranscriber,
    Says,
)
from voiced.testing.script import Script, run_script
from voiced.testing.traces import check_trace, trace_text


@pytest.fixture(params=["asyncio", "trio"])
def play(request, tmp_path):
    def run(script: Script) -> list[Event]:
        return run_script(script, tmp_path / "journal", backend=request.param)

    return run


def of(events, kind):
    return [event for event in events if isinstance(event, kind)]


@intent("clock.time", sentences=["what time is it"], effect=Effect.R0, returns=Integrity.CONFIG)
async def tell_time(context: Context) -> Reply:
    """Tell the time."""
    return Reply(f"It is {context.now:%H:%M}, and all is well in this house tonight.")


@intent(
    "notes.add",
    sentences=["note {text}"],
    effect=Effect.W1,
    critical=["text"],
    returns=Integrity.CONFIG,
)
async def add_note(context: Context, text: Annotated[str, TEXT]) -> Reply:
    """Write a note."""
    async with context.change(Undo("notes.add", {"text": text}), f"noted {text}"):
        await anyio.sleep(3.0)
    return Reply(f"Noted {text}.")


@undoes("notes.add")
async def forget_note(context: Context, data) -> str:
    return f"I forgot {data['text']}."


@intent("notes.undo", sentences=["undo that"], effect=Effect.W1)
async def undo_that(context: Context) -> Reply:
    """Take back the last change."""
    return Reply(" ".join(await context.assistant.undo(1)) or "There is nothing to undo.")


INTENTS = [tell_time, add_note, undo_that]


def test_a_spoken_request_is_heard_matched_answered_and_spoken(play, request):
    events = play(Script([Says(1.0, "what time is it")], intents=INTENTS))
    kinds = [type(event) for event in events if "Partial" not in type(event).__name__]
    assert kinds == [
        SpeechStarted,
        TurnStarted,
        SpeechStopped,
        TranscriptFinal,
        IntentMatched,
        CallJudged,
        IntentReturned,
        ReplySentence,
        ReplySentence,
        PlaybackStarted,
        TurnEnded,
    ]
    (ended,) = of(events, TurnEnded)
    assert ended.outcome == "completed"
    assert ended.heard == "It is nineteen thirty, and all is well in this house tonight."
    check_trace(events, request.path.parent / "traces" / "what_time_is_it.txt")


def test_latency_is_counted_from_the_true_end_of_speech(play):
    events = play(Script([Says(1.0, "what time is it")], intents=INTENTS))
    (stopped,) = of(events, SpeechStopped)
    assert stopped.at == 2 * 16000
    timing = of(events, TurnEnded)[0].timing_ms
    assert timing.endpoint == 200  # a command that cannot go on
    assert timing.transcript == 170  # prepared in the first short silence
    assert timing.first_audio == 220
    assert timing.total > 3000


def test_speech_over_the_reply_silences_it_first_and_becomes_the_next_turn(play):
    speaker = FakeSpeaker()
    script = Script(
        [Says(1.0, "what time is it"), Says(4.0, "note milk")],
        intents=INTENTS,
        speaker=speaker,
    )
    events = play(script)
    (barge_in,) = of(events, BargeIn)
    assert barge_in.turn == 1
    assert barge_in.at == round(4.5 * 16000)
    assert barge_in.reason == "words"
    (ducked,) = of(events, Ducked)
    assert ducked.at == round(4.04 * 16000)
    first, second = of(events, TurnEnded)
    assert first.outcome == "interrupted"
    assert first.heard == "It is nineteen thirty, and all"
    assert second.outcome == "completed"
    assert second.heard == "Noted milk."
    order = [type(event) for event in events]
    assert order.index(BargeIn) < order.index(TurnEnded) < order.index(TurnStarted, 3)
    assert speaker.leases[0].heard < speaker.leases[0]._queued


def test_a_cough_over_the_reply_is_ignored(play):
    script = Script([Says(1.0, "what time is it"), Says(4.0, "hm", seconds=0.1)], intents=INTENTS)
    events = play(script)
    assert len(of(events, OverlapIgnored)) == 1
    assert not of(events, BargeIn)
    (ended,) = of(events, TurnEnded)
    assert ended.outcome == "completed"


def test_an_effect_outlives_the_turn_that_was_interrupted(play):
    script = Script(
        [Says(1.0, "note milk"), Says(4.0, "what time is it"), Says(11.0, "undo that")],
        intents=INTENTS,
        undoers=[forget_note],
    )
    events = play(script)
    assert [ended.outcome for ended in of(events, TurnEnded)] == [
        "interrupted",
        "completed",
        "completed",
    ]
    returned = next(event for event in of(events, IntentReturned) if event.intent == "notes.add")
    assert returned.outcome == "completed"
    assert returned.undo_id is not None
    assert returned.at > of(events, TurnEnded)[0].at
    (undone,) = of(events, ActionUndone)
    assert undone.undo_id == returned.undo_id
    assert of(events, TurnEnded)[-1].heard == "I forgot milk."


def test_silence_and_noise_without_words_are_not_answered(play):
    events = play(Script([Says(1.0, "")], intents=INTENTS))
    (ended,) = of(events, TurnEnded)
    assert ended.outcome == "not_understood"
    assert not of(events, ReplySentence)


def test_without_a_model_it_says_so_once(play):
    script = Script([Says(1.0, "sing a song"), Says(16.0, "sing a song")], intents=INTENTS)
    events = play(script)
    first, second = of(events, TurnEnded)
    assert first.outcome == second.outcome == "not_understood"
    assert "no language model" in first.heard
    assert second.heard == ""


def test_the_model_answers_what_no_intent_matches_and_is_spoken_while_it_goes_on(play):
    model = FakeResponder(
        {"sing a song": [["La la la, this is a long song. ", 3.0, "It goes on and on."]]}
    )
    script = Script([Says(1.0, "sing a song")], intents=INTENTS, responder=model)
    events = play(script)
    sentences = of(events, ReplySentence)
    assert [event.text for event in sentences] == [
        "La la la,",
        "this is a long song.",
        "It goes on and on.",
    ]
    assert of(events, PlaybackStarted)[0].at < sentences[2].at
    assert of(events, TurnEnded)[0].outcome == "completed"


def test_the_model_uses_a_tool_and_sees_its_result(play):
    call = ToolCall("1", "notes.add", {"text": "milk"})
    model = FakeResponder({"remember the milk": [[call], ["Done, it is on your list."]]})
    script = Script([Says(1.0, "remember the milk")], intents=INTENTS, responder=model)
    events = play(script)
    (matched,) = of(events, IntentMatched)
    assert (matched.intent, matched.origin) == ("notes.add", "model")
    assert of(events, TurnEnded)[0].heard == "Done, it is on your list."
    assert model.histories[1][-1].role == "tool"
    assert "Noted milk." in model.histories[1][-1].content


def test_barge_in_closes_the_models_stream(play):
    model = FakeResponder({"sing a song": [["La la la, this is a long song. ", 30.0, "More."]]})
    script = Script(
        [Says(1.0, "sing a song"), Says(4.0, "what time is it")],
        intents=INTENTS,
        responder=model,
    )
    events = play(script)
    assert model.closed == 1
    assert [ended.outcome for ended in of(events, TurnEnded)] == ["interrupted", "completed"]


@pytest.mark.parametrize("error", [ReplyError("refused"), ReplyTimeout("stalled")])
def test_a_failing_model_ends_in_a_spoken_sentence_and_a_typed_error(play, error):
    model = FakeResponder({"sing a song": [["La la la, this is a long song. ", error]]})
    script = Script([Says(1.0, "sing a song")], intents=INTENTS, responder=model)
    events = play(script)
    (failed,) = of(events, StageFailed)
    assert (failed.stage, failed.code) == ("responder", error.code)
    (ended,) = of(events, TurnEnded)
    assert ended.outcome == "failed"
    assert ended.heard == f"La la la, this is a long song. {error.spoken}"


def test_what_a_tool_did_is_told_even_if_the_model_then_fails(play):
    call = ToolCall("1", "notes.add", {"text": "milk"})
    model = FakeResponder({"remember the milk": [[call], [ReplyError("gone")]]})
    script = Script([Says(1.0, "remember the milk")], intents=INTENTS, responder=model)
    (ended,) = of(play(script), TurnEnded)
    assert ended.heard == "Noted milk. My language model did not answer."


def test_a_failing_transcriber_asks_to_say_it_again(play):
    user = [Says(1.0, "what time is it")]
    transcriber = FakeTranscriber(user, error=TranscriptionError("crashed"))
    events = play(Script(user, intents=INTENTS, transcriber=transcriber))
    assert of(events, TurnEnded)[0].outcome == "failed"
    assert "Say that again" in of(events, TurnEnded)[0].heard
    assert [event.text for event in of(events, ReplySentence)] == [of(events, TurnEnded)[0].heard]


def test_a_failing_voice_still_does_what_was_asked(play):
    script = Script(
        [Says(1.0, "note milk")],
        intents=INTENTS,
        synthesizer=FakeSynthesizer(error=SynthesisError("no voice")),
    )
    events = play(script)
    assert of(events, IntentReturned)[0].outcome == "completed"
    assert [event.stage for event in of(events, StageFailed)] == ["synthesizer"]
    assert of(events, TurnEnded)[0].heard == ""


def test_lost_frames_are_reported(play):
    script = Script([Says(1.0, "what time is it")], intents=INTENTS, lost=frozenset({10, 11}))
    events = play(script)
    assert of(events, AudioDropped) == [AudioDropped(12 * 320, 640)]


TALK = Script(
    [Says(1.0, "what time is it"), Says(4.0, "note milk"), Says(9.5, "undo that")],
    intents=INTENTS,
    undoers=[forget_note],
)


def _traces(script, folder, count, backend):
    return {
        trace_text(run_script(script, folder / str(number), backend=backend))
        for number in range(count)
    }


def test_sessions_give_identical_traces_on_both_loops(tmp_path):
    asyncio = _traces(TALK, tmp_path / "asyncio", 3, "asyncio")
    assert len(asyncio) == 1
    assert _traces(TALK, tmp_path / "trio", 3, "trio") == asyncio


@pytest.mark.slow
def test_a_hundred_sessions_give_identical_traces(tmp_path):
    assert len(_traces(TALK, tmp_path, 100, "asyncio")) == 1


class BrokenMicrophone:
    """Fails as often as told, then gives way to another one."""

    def __init__(self, failures, *, retryable, then=None):
        self._failures = failures
        self._retryable = retryable
        self._then = then

    async def prepare(self): ...

    async def aclose(self): ...

    async def frames(self):
        if self._failures:
            self._failures -= 1
            raise DeviceError("unplugged", retryable=self._retryable)
        async with aclosing(self._then.frames()) as frames:
            async for frame in frames:
                yield frame


def test_a_microphone_that_comes_back_is_listened_to_again(play):
    user = [Says(1.0, "what time is it")]
    microphone = BrokenMicrophone(2, retryable=True, then=FakeMicrophone(user, 8.0))
    events = play(Script(user, intents=INTENTS, microphone=microphone))
    assert [type(event) for event in events[:3]] == [StageFailed, DeviceLost, DeviceFound]
    assert of(events, TurnEnded)[0].outcome == "completed"


def test_a_microphone_that_is_gone_for_good_ends_the_session(play):
    microphone = BrokenMicrophone(1, retryable=False)
    with pytest.raises(ExceptionGroup) as caught:
        play(Script([], intents=INTENTS, microphone=microphone))
    assert caught.group_contains(DeviceError)


# What is said while it takes a while


def fillers(events):
    known = ("One moment.", "I'm still thinking.")
    return [
        (event.at / 16000, event.text) for event in of(events, ReplySentence) if event.text in known
    ]


@intent("slow.dawdle", sentences=["wait for it"], effect=Effect.R0)
async def dawdle(context: Context) -> Reply:
    """Take a while."""
    await anyio.sleep(7.0)
    return Reply("Here it is.")


@pytest.mark.parametrize(
    ("first_token_s", "said"),
    [
        (0.5, []),
        (0.8, []),
        (3.0, []),
        (5.5, []),
        (5.9, [(8.0, "I'm still thinking.")]),
        (12.0, [(8.0, "I'm still thinking.")]),
    ],
)
def test_a_slow_model_gets_a_sound_after_a_second_and_a_word_after_six(play, first_token_s, said):
    model = FakeResponder({"sing a song": [[first_token_s, "La la la."]]})
    speaker = FakeSpeaker()
    script = Script(
        [Says(1.0, "sing a song")], intents=INTENTS, responder=model, seconds=4, speaker=speaker
    )
    events = play(script)
    assert fillers(events) == said
    played = speaker.leases[0]._queued - 16000 * 9 * 60 // 1000
    assert (played > 16000 * 0.3) is (first_token_s > 0.8)  # the sound of thinking, besides
    assert of(events, ReplySentence)[-1].text == "La la la."
    (ended,) = of(events, TurnEnded)
    assert (ended.outcome, ended.heard) == ("completed", "La la la.")
    (started,) = of(events, PlaybackStarted)
    assert started.at >= of(events, ReplySentence)[-1].at


def still(events):
    texts = [(event.at / 16000, event.text) for event in of(events, ReplySentence)]
    return [(at_s, text) for at_s, text in texts if text.startswith("I've been at it")]


@pytest.mark.parametrize(("rest_s", "said"), [(8.0, 0), (16.0, 1), (36.0, 3)])
def test_a_long_silence_after_the_first_sentence_is_filled_every_ten_seconds(play, rest_s, said):
    model = FakeResponder({"sing a song": [["La la la, this is long. ", rest_s, "More."]]})
    script = Script([Says(1.0, "sing a song")], intents=INTENTS, responder=model, seconds=3)
    events = play(script)
    assert fillers(events) == []
    assert len(still(events)) == said
    assert of(events, TurnEnded)[0].heard == "La la la, this is long. More."


def test_who_waits_for_very_long_is_told_how_long_it_takes(play):
    model = FakeResponder({"sing a song": [[45.0, "La."]]})
    events = play(Script([Says(1.0, "sing a song")], intents=INTENTS, responder=model, seconds=3))
    assert [text for _, text in fillers(events)] == ["I'm still thinking."]
    times = [at_s for at_s, _ in still(events)]
    assert [round(later - at_s) for at_s, later in zip([8.0, *times], times, strict=False)] == [
        *(10, 10, 10)
    ]
    assert still(events)[0][1] == "I've been at it for 16 seconds."


def test_nothing_is_filled_while_the_reply_is_heard(play):
    long = "La " * 120  # about twenty seconds
    model = FakeResponder({"sing a song": [[f"{long}. ", 5.0, "More."]]})
    events = play(Script([Says(1.0, "sing a song")], intents=INTENTS, responder=model, seconds=3))
    assert fillers(events) == still(events) == []


def test_a_slow_transcriber_gets_one_filler_and_not_two_at_once(play):
    user = [Says(1.0, "sing a song")]
    model = FakeResponder({"sing a song": [[3.0, "La la la."]]})
    script = Script(
        user,
        intents=INTENTS,
        responder=model,
        transcriber=FakeTranscriber(user, delay_s=6.0),
        seconds=4,
    )
    assert fillers(play(script)) == [(8.52, "I'm still thinking.")]


def test_a_slow_intent_gets_a_word_too_and_silence_gets_none(play):
    events = play(Script([Says(1.0, "wait for it")], intents=[dawdle], seconds=4))
    assert fillers(events) == [(8.0, "I'm still thinking.")]
    user = [Says(1.0, "")]
    script = Script(user, transcriber=FakeTranscriber(user, delay_s=4.0), seconds=3)
    assert fillers(play(script)) == []


def test_a_filler_can_be_interrupted_and_is_not_in_the_history(play):
    model = FakeResponder({"sing a song": [[60.0, "La."]]})
    script = Script(
        [Says(1.0, "sing a song"), Says(8.1, "what time is it")],
        intents=INTENTS,
        responder=model,
    )
    events = play(script)
    assert [(ended.outcome, ended.heard[:5]) for ended in of(events, TurnEnded)] == [
        ("interrupted", ""),
        ("completed", "It is"),
    ]
    assert model.closed == 1


# Transcribers and microphones that misbehave


class HastyTranscriber(FakeTranscriber):
    """Ends, one way or another, before the utterance does."""

    def __init__(self, text="", error=None):
        super().__init__([])
        self._text = text
        self._failure = error

    async def transcribe(self, audio, hints):
        async with aclosing(audio):
            async for _ in audio:
                break
        if self._failure is not None:
            raise self._failure
        yield Transcript(self._text, is_final=True)


@pytest.mark.parametrize(
    ("transcriber", "endpoint_ms"),
    [
        (HastyTranscriber(error=TranscriptionError("refused")), 1100),
        (HastyTranscriber(error=ModelMissing("gone", stage="transcriber")), 1100),
        (HastyTranscriber(text="what time is it"), 200),
    ],
)
def test_nothing_is_answered_before_the_user_has_finished(play, transcriber, endpoint_ms):
    script = Script(
        [Says(1.0, "a very long sentence", 5.0)],
        intents=INTENTS,
        transcriber=transcriber,
    )
    events = play(script)
    (stopped,) = of(events, SpeechStopped)
    assert stopped.at == 6 * 16000
    assert of(events, PlaybackStarted)[0].at > stopped.at
    assert of(events, TurnEnded)[0].timing_ms.endpoint == endpoint_ms


def test_time_goes_on_while_the_microphone_is_gone(play):
    class Interrupted:
        def __init__(self):
            self.rooms = [
                FakeMicrophone([Says(0.5, "x")], 2.0),
                FakeMicrophone([Says(1.0, "what time is it")], 8.0),
            ]

        async def prepare(self): ...

        async def aclose(self): ...

        async def frames(self):
            room = self.rooms.pop(0)
            async with aclosing(room.frames()) as frames:
                async for frame in frames:
                    yield frame
            if self.rooms:
                await anyio.sleep(4.0)
                raise DeviceError("unplugged", retryable=True)

    user = [Says(1.0, "what time is it")]
    events = play(Script(user, intents=INTENTS, microphone=Interrupted()))
    (dropped,) = of(events, AudioDropped)
    assert dropped.samples == round(4.25 * 16000)
    ended = of(events, TurnEnded)[-1]
    assert ended.timing_ms.endpoint == 200
    assert of(events, SpeechStarted)[-1].at == round((2.0 + 4.25 + 1.0) * 16000)
    told = [event for event in events if isinstance(event, TurnStarted | TurnEnded | DeviceFound)]
    assert [event.at for event in told] == sorted(event.at for event in told)


class Names:
    """Names of boxes; more of them come."""

    name = "name"
    is_open = False
    json_schema: ClassVar = {"type": "string"}

    def __init__(self):
        self.known = ["alpha"]

    def phrases(self, context):
        return list(self.known)

    def resolve(self, said, context):
        return [Candidate(said, said)] if said in self.known else []


NAMES = Names()


@intent("box.make", sentences=["make a box"], effect=Effect.W1)
async def make_box(context: Context) -> Reply:
    """Make a box."""
    await anyio.sleep(2.0)
    NAMES.known.append("zebra")
    return Reply("Made.")


@intent("box.open", sentences=["open box {name}"], effect=Effect.R0)
async def open_box(context: Context, name: Annotated[str, NAMES]) -> Reply:
    """Open a box."""
    return Reply(f"Here is {name}.")


def test_what_an_interrupted_effect_made_can_be_said_at_once(play):
    NAMES.known = ["alpha"]
    user = [Says(1.0, "make a box"), Says(3.0, "sing"), Says(8.0, "open box zebra")]
    events = play(Script(user, intents=[make_box, open_box]))
    assert of(events, TurnEnded)[0].outcome == "interrupted"
    assert of(events, TurnEnded)[-1].heard == "Here is zebra."
