"""The stage protocols and the values that stages hand back.

Every stage: ``await prepare()`` loads and warms it (raises ModelMissing or DeviceError with the
mend), ``await aclose()`` frees it; both may be called twice. Async generators are always consumed
inside ``contextlib.aclosing``. Engines raise only the errors of ``voiced.errors``.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

if TYPE_CHECKING:  # text alone needs no numpy
    from voiced.audio import AudioFrame, Samples

__all__ = [
    "Arc",
    "EchoCanceller",
    "Hints",
    "Hypothesis",
    "Message",
    "Microphone",
    "NameHeard",
    "NameSpotter",
    "Picture",
    "Playback",
    "ReplyDelta",
    "Responder",
    "Role",
    "Room",
    "Speaker",
    "SpokenAudio",
    "Stage",
    "Synthesizer",
    "Tool",
    "ToolCall",
    "Transcriber",
    "Transcript",
    "TurnEndDetector",
    "Usage",
    "Voice",
    "VoiceDetector",
    "WakeWord",
    "WakeWordDetector",
    "WordGraph",
    "WordTiming",
]


@dataclass(frozen=True, slots=True)
class Arc:
    """An arc of a WordGraph. ``word`` None is epsilon; ``weight`` in (0, 1] is its share.

    ``is_loose``: the word stands for any word, and proves little.
    """

    source: int
    target: int
    word: str | None
    weight: float = 1.0
    is_loose: bool = False


@dataclass(frozen=True, slots=True, weakref_slot=True)
class WordGraph:
    """All sentences that may be said now, as a finite automaton over lower-case words.

    States count from 0; ``start`` is where a sentence begins, ``final`` (one state) where it ends.
    ``has_loose_words``: there are words that stand for any.
    """

    states: int
    start: int
    final: int
    arcs: Sequence[Arc]
    has_loose_words: bool = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Look once whether there are loose words."""
        object.__setattr__(self, "has_loose_words", any(arc.is_loose for arc in self.arcs))


@dataclass(frozen=True, slots=True)
class Hints:
    """What a transcriber may expect. ``graph`` changes identity when it changes.

    ``key_terms`` are names and rare words. ``open_dictation``: words outside the graph are
    expected too.
    """

    graph: WordGraph | None = None
    key_terms: tuple[str, ...] = ()
    open_dictation: bool = True


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One reading of the sound; ``confidence`` in [0, 1]."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said. A final one may carry other readings, best first, itself left out.

    An empty final text means: no speech in there, or nothing that can be trusted.
    """

    text: str
    is_final: bool
    confidence: float = 1.0
    alternatives: tuple[Hypothesis, ...] = ()


Role: TypeAlias = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The model wants an intent run. ``arguments`` is parsed JSON, not yet validated.

    ``mistake`` says what is wrong with a call that could not be read; it can only be answered.
    """

    id: str
    name: str
    arguments: Mapping[str, Any]
    mistake: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is sent; ``kind`` is its media type."""

    data: bytes = field(repr=False)
    kind: str = "image/jpeg"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the history. ``tool_calls`` of the assistant, ``tool_call_id`` of a tool.

    ``pictures`` of the user: a model that takes none makes the reply fail.
    """

    role: Role
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class Tool:
    """An intent as the model sees it; ``parameters`` is a strict JSON schema."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReplyDelta:
    """The next piece of the reply's text, of any length."""

    text: str


@dataclass(frozen=True, slots=True)
class Room:
    """How much a model can hold, prompt and reply together, and how long a token is, about."""

    tokens: int
    letters_per_token: float = 3.0

    @property
    def letters(self) -> int:
        """The same in letters."""
        return int(self.tokens * self.letters_per_token)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one reply as the server counted them.

    ``cached`` of the prompt were known to it already; None where it does not say. ``cost`` is what
    it asks for, in its own unit; None where it does not say.
    """

    prompt: int
    cached: int | None
    completion: int
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class WordTiming:
    """Where a word lies in its SpokenAudio, in samples; ``text_start`` is its index in the text."""

    word: str
    text_start: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class SpokenAudio:
    """A piece of speech: int16 of shape (n,) at ``rate_hz``; timings where the engine has them."""

    samples: Samples
    rate_hz: int
    words: tuple[WordTiming, ...] = ()


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice profile: which engine and model speak, and how.

    ``speed`` 1.0 is the model's own; ``pitch`` in [0, 1] where the engine has one; ``lexicon``
    maps words to how they are respelled for this voice.
    """

    name: str
    engine: str
    model: str = ""
    speaker: str = ""
    speed: float = 1.0
    pitch: float = 0.5
    volume_db: float = 0.0
    lexicon: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class WakeWord:
    """A wake word was heard; it ended at sample ``at``."""

    word: str
    at: int


@dataclass(frozen=True, slots=True)
class NameHeard:
    """A name of the assistant was heard, from sample ``start`` to ``end``."""

    name: str
    start: int
    end: int


class Stage(Protocol):
    """What every stage has."""

    async def prepare(self) -> None: ...

    async def aclose(self) -> None: ...


class Microphone(Stage, Protocol):
    """Sound in: 16 kHz frames of 20 ms, in order; ``start`` jumps where frames were lost.

    The generator ends when the source ends and raises DeviceError when the device is lost.
    """

    def frames(self) -> AsyncGenerator[AudioFrame]: ...


class EchoCanceller(Stage, Protocol):
    """Takes the speaker's sound ``far`` out of the microphone's ``near``. Synchronous."""

    def cancel(self, near: AudioFrame, far: AudioFrame) -> AudioFrame: ...


class VoiceDetector(Stage, Protocol):
    """Says how likely a 20 ms frame is speech, in [0, 1]. Synchronous, under 1 ms; has memory.

    ``reset`` forgets the frames before, for instance after lost ones.
    """

    def speech_probability(self, frame: AudioFrame) -> float: ...

    def reset(self) -> None: ...


class WakeWordDetector(Stage, Protocol):
    """Looks for a wake word, frame by frame. Synchronous."""

    def detect(self, frame: AudioFrame) -> WakeWord | None: ...


class NameSpotter(Stage, Protocol):
    """Looks for names of the assistant in speech, frame by frame. Synchronous, a few ms.

    ``begin`` forgets what came before; ``hear`` may tell of a name again, better placed.
    """

    def begin(self) -> None: ...

    def hear(self, frame: AudioFrame) -> NameHeard | None: ...


class TurnEndDetector(Stage, Protocol):
    """Says how likely the user has finished, in [0, 1]; once per pause, off the loop."""

    async def end_probability(self, audio: Samples, transcript: str) -> float: ...


class Transcriber(Stage, Protocol):
    """Sound of one utterance to text: any number of partials, then exactly one final.

    ``audio`` ends when the utterance ends. Raises TranscriptionError.
    """

    @property
    def supports_partials(self) -> bool: ...

    def transcribe(
        self, audio: AsyncIterable[AudioFrame], hints: Hints
    ) -> AsyncGenerator[Transcript]: ...


class Responder(Stage, Protocol):
    """A language model: deltas of text and whole tool calls, in the order they came.

    With a ``schema`` the text is to be JSON that fits it; who asks must check that. Several replies
    may run at once. ``last_usage`` is of the reply that ended last, None where nothing is counted.
    Closing the generator stops the generation. ``room`` is how much it holds, None where nobody
    says; it asks once and fails never. ``reply`` raises ReplyError.
    """

    @property
    def last_usage(self) -> Usage | None: ...

    async def room(self) -> Room | None: ...

    def reply(
        self,
        history: Sequence[Message],
        tools: Sequence[Tool],
        schema: Mapping[str, Any] | None = None,
    ) -> AsyncGenerator[ReplyDelta | ToolCall]: ...


class Synthesizer(Stage, Protocol):
    """Text of one sentence or clause to speech, in pieces, in order. Raises SynthesisError."""

    def synthesize(self, sentence: str, voice: Voice) -> AsyncGenerator[SpokenAudio]: ...


class Playback(Protocol):
    """One lease of the speaker. Only one is open at a time.

    ``play`` takes frames of one rate in order, waits while the buffer is full and raises
    DeviceError. ``drain`` waits until all of it was heard. ``stop`` silences at once,
    synchronously, and returns the samples heard (at the rate of the frames played); afterwards
    ``play`` and ``drain`` do nothing. ``stop`` may be called at any time, more than once, also
    after ``drain``.
    """

    async def play(self, frame: AudioFrame) -> None: ...

    def duck(self, db: float) -> None: ...

    def resume(self) -> None: ...

    async def drain(self) -> None: ...

    def stop(self) -> int: ...

    @property
    def heard(self) -> int: ...


class Speaker(Stage, Protocol):
    """Sound out. ``open`` leases it; a lease that was open before is stopped.

    ``played`` gives the next so many samples at 16 kHz of what really left the speaker, silence
    where nothing did, at the pace of the caller's clock: the far signal of an echo canceller. None
    where that is not known, as for a moment after a device stalled. It is synchronous, called once
    for each frame of the microphone and for sound of it that was lost, and silence where no room
    hears it.
    """

    def open(self) -> Playback: ...

    def played(self, samples: int) -> Samples | None: ...
