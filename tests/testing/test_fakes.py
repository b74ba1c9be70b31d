"""Every fake passes the checks that real engines must pass, in virtual time, on both loops."""

from __future__ import annotations

import inspect
from contextlib import aclosing
from typing import Any

import anyio
import numpy as np
import pytest

from voiced import stages
from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, Framer, silence
from voiced.errors import ReplyError, SynthesisError, TranscriptionError
from voiced.stages import Hints, Hypothesis, Message, ReplyDelta, ToolCall
from voiced.testing import clock, conformance
from voiced.testing.fakes import (
    FAKE_VOICE,
    FakeEchoCanceller,
    FakeMicrophone,
    FakeNameSpotter,
    FakeResponder,
    FakeSpeaker,
    FakeSynthesizer,
    FakeTranscriber,
    FakeTurnEndDetector,
    FakeVoiceDetector,
    FakeWakeWordDetector,
    Says,
)

USER = [Says(0.2, "open the door please"), Says(1.5, "thank you", 0.5, 0.4)]


@pytest.fixture(params=["asyncio", "trio"])
def run(request: pytest.FixtureRequest) -> Any:
    return lambda function, *args: clock.run(function, *args, backend=request.param)


def utterance(number: int, seconds: float = 1.0) -> list[AudioFrame]:
    sound = np.full(round(seconds * RATE_HZ), 1000 + number, np.int16)
    return list(Framer().feed(sound))


CHECKS: dict[str, tuple[Any, ...]] = {
    "Microphone": (conformance.check_microphone, lambda: FakeMicrophone(USER, 3.0)),
    "EchoCanceller": (conformance.check_echo_canceller, FakeEchoCanceller),
    "VoiceDetector": (conformance.check_voice_detector, FakeVoiceDetector),
    "WakeWordDetector": (
        conformance.check_wake_word_detector,
        lambda: FakeWakeWordDetector("computer", [10 * FRAME_SAMPLES]),
        utterance(1),
        "computer",
    ),
    "NameSpotter": (
        conformance.check_name_spotter,
        lambda: FakeNameSpotter("computer", [(3200, 6400)]),
        utterance(1),
        "computer",
    ),
    "TurnEndDetector": (conformance.check_turn_end_detector, FakeTurnEndDetector),
    "Transcriber": (conformance.check_transcriber, lambda: FakeTranscriber(USER), utterance(1)),
    "Responder": (conformance.check_responder, lambda: FakeResponder({})),
    "Synthesizer": (conformance.check_synthesizer, FakeSynthesizer, FAKE_VOICE),
    "Speaker": (conformance.check_speaker, FakeSpeaker),
}


def test_every_stage_is_checked() -> None:
    protocols = {
        name
        for name, each in inspect.getmembers(stages, inspect.isclass)
        if stages.Stage in each.__mro__[1:]
    }
    assert set(CHECKS) == protocols


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_a_fake_passes_the_checks(run: Any, name: str) -> None:
    check, make, *args = CHECKS[name]
    run(check, make(), *args)


class DeafWakeWordDetector(FakeWakeWordDetector):
    def detect(self, frame):
        return None


class StutteringWakeWordDetector(FakeWakeWordDetector):
    def detect(self, frame):
        return stages.WakeWord("computer", frame.end)


class EarlyWakeWordDetector(FakeWakeWordDetector):
    def detect(self, frame):
        found = super().detect(frame)
        return found and stages.WakeWord("computer", frame.end + 1)


class HastySpotter(FakeNameSpotter):
    def hear(self, frame):
        found = super().hear(frame)
        is_quiet = not frame.samples.any()
        return stages.NameHeard("computer", frame.start, frame.end) if is_quiet else found


class LoudEchoCanceller(FakeEchoCanceller):
    def cancel(self, near, far):
        return near


class MuteEchoCanceller(FakeEchoCanceller):
    def cancel(self, near, far):
        return AudioFrame(silence(len(near.samples)), near.rate_hz, near.start)


class LateEchoCanceller(FakeEchoCanceller):
    def cancel(self, near, far):
        clean = super().cancel(near, far)
        return AudioFrame(clean.samples, clean.rate_hz, clean.start + 1)


class SureTurnEndDetector(FakeTurnEndDetector):
    async def end_probability(self, audio, transcript):
        return 90.0


class RememberingTurnEndDetector(FakeTurnEndDetector):
    pauses = 0

    async def end_probability(self, audio, transcript):
        self.pauses += 1
        return 1 / self.pauses


@pytest.mark.parametrize(
    ("name", "stage", "clause"),
    [
        ("WakeWordDetector", DeafWakeWordDetector("computer", []), "not heard"),
        ("WakeWordDetector", StutteringWakeWordDetector("computer", []), "said once, but heard"),
        ("WakeWordDetector", EarlyWakeWordDetector("computer", [3200]), "cannot end at"),
        ("WakeWordDetector", FakeWakeWordDetector("jarvis", [3200]), "'jarvis' was heard"),
        ("WakeWordDetector", FakeWakeWordDetector("computer", [3200, 32000]), "in silence"),
        ("NameSpotter", FakeNameSpotter("computer", []), "not heard"),
        ("NameSpotter", FakeNameSpotter("jarvis", [(3200, 6400)]), "'jarvis' was heard"),
        ("NameSpotter", FakeNameSpotter("computer", [(0, 3200), (6400, 9600)]), "heard twice"),
        ("NameSpotter", FakeNameSpotter("computer", [(6400, 3200)]), "cannot be from"),
        ("NameSpotter", HastySpotter("computer", [(3200, 6400)]), "in silence"),
        ("EchoCanceller", LoudEchoCanceller(), "echo is only 0.0 dB"),
        ("EchoCanceller", MuteEchoCanceller(), "the user alone is changed"),
        ("EchoCanceller", LateEchoCanceller(), "moved in time"),
        ("TurnEndDetector", SureTurnEndDetector(), r"not in \[0, 1\]"),
        ("TurnEndDetector", RememberingTurnEndDetector(), "changes what it says"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else "",
)
def test_a_wrong_stage_fails_the_checks(name: str, stage: Any, clause: str) -> None:
    check, _, *args = CHECKS[name]
    with pytest.raises(AssertionError, match=clause):
        clock.run(check, stage, *args)


def test_a_microphone_keeps_time_and_loses_frames() -> None:
    async def main() -> tuple[list[int], float]:
        microphone = FakeMicrophone(USER, 0.2, frozenset({3, 4}))
        async with aclosing(microphone.frames()) as frames:
            return [frame.start // FRAME_SAMPLES async for frame in frames], anyio.current_time()

    heard, now_s = clock.run(main)
    assert heard == [0, 1, 2, 5, 6, 7, 8, 9]
    assert now_s == pytest.approx(0.2)


async def transcripts(transcriber: FakeTranscriber, frames: list[AudioFrame]) -> Any:
    async def audio():
        for frame in frames:
            await anyio.lowlevel.checkpoint()
            yield frame

    async with aclosing(audio()) as sound, aclosing(transcriber.transcribe(sound, Hints())) as said:
        return [each async for each in said]


def test_a_transcriber_hears_words_as_they_are_spoken() -> None:
    said = clock.run(transcripts, FakeTranscriber(USER), utterance(1))
    assert [each.text for each in said] == [
        "open",
        "open the",
        "open the door",
        "open the door please",
        "open the door please",
    ]


def test_a_transcriber_gives_the_scripted_readings_and_both_of_two_utterances() -> None:
    user = [Says(0, "a"), Says(1, "b", 1.0, 0.4, (Hypothesis("c", 0.3),))]
    (*_, final) = clock.run(transcripts, FakeTranscriber(user), utterance(2))
    assert (final.text, final.confidence, final.alternatives) == ("b", 0.4, (Hypothesis("c", 0.3),))
    (*_, both) = clock.run(transcripts, FakeTranscriber(user), utterance(1) + utterance(2))
    assert both.text == "a b"


def test_a_transcriber_may_be_told_to_fail() -> None:
    broken = FakeTranscriber(USER, error=TranscriptionError("crashed"))
    with pytest.raises(TranscriptionError, match="crashed"):
        clock.run(transcripts, broken, utterance(1))


async def answers(model: FakeResponder, *history: Message) -> list[ReplyDelta | ToolCall]:
    async with aclosing(model.reply(history, ())) as reply:
        return [each async for each in reply]


def test_a_model_follows_its_script_round_by_round() -> None:
    call = ToolCall("1", "notes.add", {})
    model = FakeResponder({"go": [["Well, ", 2.0, call], ["Done.", ReplyError("gone")]]})
    user = Message("user", "go")
    assert clock.run(answers, model, user) == [ReplyDelta("Well, "), call]
    tool = Message("tool", "ok", tool_call_id="1")
    with pytest.raises(ReplyError):
        clock.run(answers, model, user, Message("assistant", "", (call,)), tool)
    assert model.closed == 1
    assert [len(history) for history in model.histories] == [1, 3]


def test_a_synthesizer_takes_its_time_for_letters_and_may_fail() -> None:
    async def main(synthesizer: FakeSynthesizer) -> int:
        async with aclosing(synthesizer.synthesize("two words", FAKE_VOICE)) as pieces:
            return sum([len(piece.samples) async for piece in pieces])

    assert clock.run(main, FakeSynthesizer(letter_s=0.1)) == RATE_HZ
    with pytest.raises(SynthesisError):
        clock.run(main, FakeSynthesizer(error=SynthesisError("no voice")))


def test_a_playback_notes_how_much_quieter_it_was() -> None:
    lease = FakeSpeaker().open()
    lease.duck(12.0)
    lease.resume()
    assert lease.ducked_db == [12.0, 0.0]


@pytest.mark.parametrize(("transcript", "end"), [("send it to", 0.1), ("send it", 0.9), ("", 0.9)])
def test_a_turn_end_detector_waits_for_the_rest_of_a_sentence(transcript: str, end: float) -> None:
    assert clock.run(FakeTurnEndDetector().end_probability, silence(0), transcript) == end
