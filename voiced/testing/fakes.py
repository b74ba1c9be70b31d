"""A fake of every stage: deterministic, no threads, no files, time from the loop's clock.

The fake user's sound carries the number of the utterance in its level, so that the fake
transcriber knows what was said from the sound alone, however it was cut.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import anyio
import numpy as np

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, Samples, silence
from voiced.errors import EngineError
from voiced.stages import (
    Hints,
    Hypothesis,
    Message,
    NameHeard,
    ReplyDelta,
    Room,
    SpokenAudio,
    Tool,
    ToolCall,
    Transcript,
    Usage,
    Voice,
    WakeWord,
    WordTiming,
)

__all__ = [
    "FAKE_VOICE",
    "FakeEchoCanceller",
    "FakeMicrophone",
    "FakeNameSpotter",
    "FakePlayback",
    "FakeResponder",
    "FakeSpeaker",
    "FakeSynthesizer",
    "FakeTranscriber",
    "FakeTurnEndDetector",
    "FakeVoiceDetector",
    "FakeWakeWordDetector",
    "Says",
    "Step",
]

FAKE_VOICE = Voice(name="fake", engine="fake")
"""The voice of the fake synthesizer."""

_LEVEL = 1000
_BUFFERED_S = 0.2

Step: TypeAlias = str | float | ToolCall | EngineError
"""A step of a fake model's answer: a delta, a pause in seconds, a tool call, or a failure."""


@dataclass(frozen=True, slots=True)
class Says:
    """The user says ``text`` from ``at_s`` on, for ``seconds``; it is ``confidence`` well heard."""

    at_s: float
    text: str
    seconds: float = 1.0
    confidence: float = 1.0
    alternatives: tuple[Hypothesis, ...] = ()


class _Prepared:
    """Nothing to load, nothing to free."""

    async def prepare(self) -> None:
        """Do nothing."""

    async def aclose(self) -> None:
        """Do nothing."""


class FakeMicrophone(_Prepared):
    """A room in which the user says what the script says, and is silent otherwise.

    Args:
        utterances: What is said when; they must not overlap.
        seconds: How long the sound lasts.
        lost: Frames, by index, that the device loses.
    """

    def __init__(
        self, utterances: Sequence[Says], seconds: float, lost: frozenset[int] = frozenset()
    ) -> None:
        self._sound = silence(round(seconds * RATE_HZ))
        self._lost = lost
        for number, says in enumerate(utterances, start=1):
            start = round(says.at_s * RATE_HZ)
            self._sound[start : start + round(says.seconds * RATE_HZ)] = _LEVEL + number

    async def frames(self) -> AsyncGenerator[AudioFrame]:
        """Frames of 20 ms, each when its last sample has sounded."""
        opened_s = anyio.current_time()
        for index in range(len(self._sound) // FRAME_SAMPLES):
            start = index * FRAME_SAMPLES
            due_s = opened_s + (start + FRAME_SAMPLES) / RATE_HZ
            await anyio.sleep(max(0.0, due_s - anyio.current_time()))
            if index not in self._lost:
                yield AudioFrame(self._sound[start : start + FRAME_SAMPLES], RATE_HZ, start)


class FakeVoiceDetector(_Prepared):
    """Takes everything that is not silence for speech."""

    def speech_probability(self, frame: AudioFrame) -> float:
        """1.0 if more than half of the frame sounds, else 0.0."""
        return 1.0 if np.count_nonzero(frame.samples) * 2 > len(frame.samples) else 0.0

    def reset(self) -> None:
        """Nothing is remembered."""


class FakeTranscriber(_Prepared):
    """Knows what the script's utterances say, by their level.

    Args:
        utterances: What the microphone was given.
        delay_s: Time from the end of the sound to the final transcript.
        error: Raised instead of a final transcript.
    """

    supports_partials = True

    def __init__(
        self,
        utterances: Sequence[Says],
        delay_s: float = 0.05,
        error: EngineError | None = None,
    ) -> None:
        self._utterances = utterances
        self._delay_s = delay_s
        self._error = error
        self.hints: list[Hints] = []

    async def transcribe(
        self, audio: AsyncIterable[AudioFrame], hints: Hints
    ) -> AsyncGenerator[Transcript]:
        """Partials word by word as they are spoken, then the whole text."""
        self.hints.append(hints)
        heard: dict[int, int] = {}
        told = ""
        async for frame in audio:
            self._count(frame.samples, heard)
            text = " ".join(self._words(heard, are_all=False))
            if text != told:
                told = text
                yield Transcript(text, is_final=False)
        await anyio.sleep(self._delay_s)
        if self._error is not None:
            raise self._error
        yield self._final(heard)

    def _count(self, samples: Samples, heard: dict[int, int]) -> None:
        loud = samples[samples > _LEVEL]
        while len(loud):
            is_it = loud == loud[0]
            number = int(loud[0]) - _LEVEL
            if number <= len(self._utterances):
                heard[number] = heard.get(number, 0) + int(np.count_nonzero(is_it))
            loud = loud[~is_it]

    def _words(self, heard: Mapping[int, int], *, are_all: bool) -> list[str]:
        words: list[str] = []
        for number, samples in sorted(heard.items()):
            says = self._utterances[number - 1]
            all_words = says.text.split()
            share = 1.0 if are_all else samples / (says.seconds * RATE_HZ)
            words += all_words[: int(len(all_words) * share + 1e-9)]
        return words

    def _final(self, heard: Mapping[int, int]) -> Transcript:
        text = " ".join(self._words(heard, are_all=True))
        if len(heard) != 1:
            return Transcript(text, is_final=True, confidence=1.0 if heard else 0.0)
        says = self._utterances[next(iter(heard)) - 1]
        return Transcript(text, True, says.confidence, says.alternatives)  # noqa: FBT003


@dataclass
class FakeResponder(_Prepared):
    """A model with a script: what the user says, or a tool's result, to the steps of the answer.

    ``answers`` maps the content of the last user message to one list of steps for each round.
    ``closed`` counts answers that were closed before their end. ``schemas`` are those asked with,
    ``usages`` what is counted, request by request; None after the last one. ``holds`` is its room.
    """

    answers: Mapping[str, Sequence[Sequence[Step]]]
    histories: list[tuple[Message, ...]] = field(default_factory=list[tuple[Message, ...]])
    tools: list[tuple[Tool, ...]] = field(default_factory=list[tuple[Tool, ...]])
    closed: int = 0
    schemas: list[Mapping[str, Any] | None] = field(
        default_factory=list["Mapping[str, Any] | None"]
    )
    usages: Sequence[Usage] = ()
    holds: Room | None = None

    async def room(self) -> Room | None:
        """What it ``holds``."""
        return self.holds

    @property
    def last_usage(self) -> Usage | None:
        """What ``usages`` has for the request that came last."""
        asked = len(self.histories)
        return self.usages[asked - 1] if 0 < asked <= len(self.usages) else None

    async def reply(
        self,
        history: Sequence[Message],
        tools: Sequence[Tool],
        schema: Mapping[str, Any] | None = None,
    ) -> AsyncGenerator[ReplyDelta | ToolCall]:
        """The steps of the round that the history has come to."""
        self.histories.append(tuple(history))
        self.tools.append(tuple(tools))
        self.schemas.append(schema)
        last_user = max(index for index, message in enumerate(history) if message.role == "user")
        rounds = sum(1 for message in history[last_user:] if message.tool_calls)
        is_over = False
        try:
            said = history[last_user].content.rpartition("\n")[2]  # before it may be the date
            for step in self.answers.get(said, [["I see."]])[rounds]:
                match step:
                    case str():
                        yield ReplyDelta(step)
                    case ToolCall():
                        yield step
                    case EngineError():
                        raise step
                    case _:
                        await anyio.sleep(step)
            is_over = True
        finally:
            self.closed += not is_over


class FakeSynthesizer(_Prepared):
    """Speaks every letter for an equal time, each word a piece with its timing.

    Args:
        letter_s: How long a letter lasts.
        delay_s: Time to the first piece of a sentence.
        error: Raised instead.
    """

    def __init__(
        self, letter_s: float = 0.06, delay_s: float = 0.05, error: EngineError | None = None
    ) -> None:
        self._letter_s = letter_s
        self._delay_s = delay_s
        self._error = error

    async def synthesize(self, sentence: str, voice: Voice) -> AsyncGenerator[SpokenAudio]:
        """One piece a word."""
        await anyio.sleep(self._delay_s)
        if self._error is not None:
            raise self._error
        position = 0
        for word in sentence.split():
            position = sentence.index(word, position)
            samples = round((len(word) + 1) * self._letter_s / voice.speed * RATE_HZ)
            timing = WordTiming(word, position, 0, samples)
            position += len(word)
            yield SpokenAudio(np.full(samples, _LEVEL // 2, np.int16), RATE_HZ, (timing,))


class FakePlayback:
    """A lease of the fake speaker; sound is heard as the loop's time passes."""

    def __init__(self) -> None:
        self._rate_hz = RATE_HZ
        self._queued = 0
        self._ends_s = 0.0
        self._heard: int | None = None
        self.ducked_db: list[float] = []

    @property
    def heard(self) -> int:
        """Samples heard so far."""
        if self._heard is not None:
            return self._heard
        left_s = max(0.0, self._ends_s - anyio.current_time())
        return max(0, self._queued - round(left_s * self._rate_hz))

    async def play(self, frame: AudioFrame) -> None:
        """Take a frame; wait while more than 200 ms are still to be heard."""
        if self._heard is not None:
            return
        now_s = anyio.current_time()
        self._rate_hz = frame.rate_hz
        self._queued += len(frame.samples)
        self._ends_s = max(self._ends_s, now_s) + frame.duration_s
        await anyio.sleep(max(0.0, self._ends_s - now_s - _BUFFERED_S))

    def duck(self, db: float) -> None:
        """Note how much quieter."""
        self.ducked_db.append(db)

    def resume(self) -> None:
        """Note the former level."""
        self.ducked_db.append(0.0)

    async def drain(self) -> None:
        """Wait until all was heard."""
        if self._heard is None:
            await anyio.sleep(max(0.0, self._ends_s - anyio.current_time()))

    def stop(self) -> int:
        """Silence at once."""
        self._heard = self.heard
        return self._heard


class FakeSpeaker(_Prepared):
    """A speaker that keeps time and makes no sound; ``leases`` are all that were opened."""

    def __init__(self) -> None:
        self.leases: list[FakePlayback] = []

    def open(self) -> FakePlayback:
        """A new lease; the one before is stopped."""
        if self.leases:
            self.leases[-1].stop()
        self.leases.append(FakePlayback())
        return self.leases[-1]

    def played(self, samples: int) -> Samples:
        """Silence: the fake user has a headset."""
        return silence(samples)


class FakeEchoCanceller(_Prepared):
    """Takes the speaker's sound out exactly, as if the room were a wire."""

    def cancel(self, near: AudioFrame, far: AudioFrame) -> AudioFrame:
        """The difference of both."""
        return AudioFrame(near.samples - far.samples, near.rate_hz, near.start)


class FakeWakeWordDetector(_Prepared):
    """Hears its word in every frame that begins at one of the given samples."""

    def __init__(self, word: str, at: Sequence[int]) -> None:
        self._word = word
        self._at = frozenset(at)

    def detect(self, frame: AudioFrame) -> WakeWord | None:
        """The word where the script says so."""
        return WakeWord(self._word, frame.end) if frame.start in self._at else None


class FakeNameSpotter(_Prepared):
    """Finds the names at the given samples, a tenth of a second late, if it heard them whole."""

    def __init__(self, name: str, spans: Sequence[tuple[int, int]]) -> None:
        self._names = [NameHeard(name, *span) for span in spans]
        self.heard: list[AudioFrame] = []
        self._began: int | None = None

    def begin(self) -> None:
        """Somebody begins to speak."""
        self._began = None

    def hear(self, frame: AudioFrame) -> NameHeard | None:
        """The name where the script says so."""
        began = self._began = frame.start if self._began is None else self._began
        self.heard.append(frame)
        late = frame.rate_hz // 10
        for name in self._names:
            if frame.start <= name.end + late < frame.end and began <= name.start:
                return name
        return None


class FakeTurnEndDetector(_Prepared):
    """Thinks that a turn is over unless the transcript ends in one of the given words."""

    def __init__(self, unfinished: Sequence[str] = ("and", "to", "the")) -> None:
        self._unfinished = frozenset(unfinished)

    async def end_probability(self, audio: Samples, transcript: str) -> float:  # noqa: ARG002
        """0.1 for an unfinished sentence, else 0.9."""
        words = transcript.lower().split()
        return 0.1 if words and words[-1] in self._unfinished else 0.9
