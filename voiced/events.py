"""Every event, as one flat closed union. Facts in the past tense; frozen, never subclassed.

``at`` is a sample index on the session's audio clock (16 kHz, 0 = first sample heard). What stages
hand back (Transcript, ReplyDelta, ToolCall) are values in ``stages.py``; they are not events.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NewType, TypeAlias

from voiced.errors import DeviceCause
from voiced.sound_notes import Note

__all__ = [
    "ActionUndone",
    "AudioDropped",
    "BargeIn",
    "CallJudged",
    "ConfirmationAsked",
    "DeviceFound",
    "DeviceLost",
    "DeviceNoted",
    "Ducked",
    "EndReason",
    "EngineChanged",
    "Event",
    "IntentMatched",
    "IntentReturned",
    "MemoryErased",
    "ModeChanged",
    "ModelReplied",
    "NotAddressed",
    "Origin",
    "Outcome",
    "OverlapIgnored",
    "OverlapReason",
    "PlaybackResumed",
    "PlaybackStarted",
    "PushToTalk",
    "ReplySentence",
    "RequestMissed",
    "SpeechStarted",
    "SpeechStopped",
    "StageFailed",
    "Timing",
    "TranscriptFinal",
    "TranscriptPartial",
    "TurnEnded",
    "TurnId",
    "TurnReopened",
    "TurnStarted",
    "WakeWordHeard",
]

TurnId = NewType("TurnId", int)
"""Counts turns from 1 since the session started."""

Outcome: TypeAlias = Literal["completed", "interrupted", "failed", "not_understood"]
"""How a turn ended."""

Origin: TypeAlias = Literal["spoken", "model"]
"""Who proposed a call: the grammar from the user's words, or the language model."""


EndReason: TypeAlias = Literal[
    "silence", "complete", "judged", "patience", "limit", "source", "key"
]
"""Why an utterance ended: after the usual silence; early, as a command that cannot go on; early, as
the turn end detector was sure; after a long silence, as it could not end there; at the longest
utterance; since the source ended; by a key or another program."""

OverlapReason: TypeAlias = Literal[
    "stop word",
    "words",
    "speech",
    "alarm",
    "key",
    "wake word",
    "asleep",
    "silence",
    "too short",
    "backchannel",
    "own words",
    "echo",
]
"""Why sound over a reply did or did not interrupt it. It did: a stop word, other words, long
speech that no words are known of, our own alarm, a key or another program, the wake word, or the
machine slept. It did not: nothing followed, it was too short, a backchannel, the reply's own words,
or it went when the reply fell silent."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Latency of each step of a turn in milliseconds, from the true end of the user's speech.

    None where the step did not happen in that turn.
    """

    endpoint: float | None = None
    transcript: float | None = None
    first_token: float | None = None
    first_audio: float | None = None
    total: float | None = None


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The voice detector found speech; ``at`` is its first sample."""

    at: int


@dataclass(frozen=True, slots=True)
class SpeechStopped:
    """The utterance ended; ``at`` is the first sample after the speech, before this was known."""

    at: int
    reason: EndReason = "silence"


@dataclass(frozen=True, slots=True)
class TranscriptPartial:
    """What the transcriber makes of the utterance so far; it may change."""

    at: int
    turn: TurnId
    text: str


@dataclass(frozen=True, slots=True)
class TranscriptFinal:
    """What the utterance said; exactly one for each transcribed utterance."""

    at: int
    turn: TurnId
    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class TurnStarted:
    """A turn began with an utterance (or a typed request)."""

    at: int
    turn: TurnId


@dataclass(frozen=True, slots=True)
class TurnReopened:
    """The user went on before the answer was worth anything: the same turn listens again."""

    at: int
    turn: TurnId


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """A turn ended; ``heard`` is the reply as far as it was really heard."""

    at: int
    turn: TurnId
    outcome: Outcome
    heard: str
    timing_ms: Timing


@dataclass(frozen=True, slots=True)
class ReplySentence:
    """A sentence of the reply is complete and goes to the synthesizer."""

    at: int
    turn: TurnId
    text: str


@dataclass(frozen=True, slots=True)
class ModelReplied:
    """A request to the language model ended; its tokens as the server counted them.

    ``cached_tokens`` of the prompt were known to the server already, and ``cost`` is what it asks
    for, in its own unit; None where it does not say.
    """

    at: int
    turn: TurnId
    prompt_tokens: int
    cached_tokens: int | None
    completion_tokens: int
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class RequestMissed:
    """No template fits what was said; ``intent`` is the one that the model called, or empty."""

    at: int
    turn: TurnId
    text: str
    intent: str


@dataclass(frozen=True, slots=True)
class IntentMatched:
    """An intent was recognised. ``slots`` are (name, words) pairs; ``effect`` its class."""

    at: int
    turn: TurnId
    intent: str
    slots: tuple[tuple[str, str], ...]
    origin: Origin
    effect: str


@dataclass(frozen=True, slots=True)
class CallJudged:
    """The policy decided about a call, from its effect class and from where its arguments came.

    ``trust``: clean, user_said, typed_external, free_text. ``verdict``: do, read_back, confirm,
    screen, deny; withheld where others may be listening.
    """

    at: int
    turn: TurnId
    intent: str
    effect: str
    trust: str
    verdict: str


@dataclass(frozen=True, slots=True)
class ConfirmationAsked:
    """A call was stored and read back; it runs only if ``id`` is confirmed."""

    at: int
    turn: TurnId
    id: str
    question: str


@dataclass(frozen=True, slots=True)
class IntentReturned:
    """An intent ended. ``undo_id`` names the change in the journal, if it made one."""

    at: int
    turn: TurnId
    intent: str
    outcome: Literal["completed", "failed"]
    undo_id: str | None


@dataclass(frozen=True, slots=True)
class ActionUndone:
    """A change was taken back."""

    at: int
    turn: TurnId
    undo_id: str
    intent: str


@dataclass(frozen=True, slots=True)
class MemoryErased:
    """The user had something forgotten; what is still to be kept of this turn, is not kept."""

    at: int
    turn: TurnId


@dataclass(frozen=True, slots=True)
class PlaybackStarted:
    """The first sample of the reply was handed to the speaker."""

    at: int
    turn: TurnId


@dataclass(frozen=True, slots=True)
class Ducked:
    """Playback was made quieter because the user may have begun to speak."""

    at: int
    turn: TurnId
    db: float


@dataclass(frozen=True, slots=True)
class BargeIn:
    """The user stopped the turn ``turn``. Playback was silent from here on."""

    at: int
    turn: TurnId
    reason: OverlapReason = "speech"


@dataclass(frozen=True, slots=True)
class PlaybackResumed:
    """A suspicion was false; playback is at its former level again."""

    at: int
    turn: TurnId


@dataclass(frozen=True, slots=True)
class OverlapIgnored:
    """There was sound over the reply that did not count as a barge-in."""

    at: int
    turn: TurnId
    reason: OverlapReason = "silence"


@dataclass(frozen=True, slots=True)
class AudioDropped:
    """Frames of the microphone were lost: ``samples`` of them, before ``at``."""

    at: int
    samples: int


@dataclass(frozen=True, slots=True)
class DeviceLost:
    """A sound device is gone; voiced is deaf or mute until DeviceFound. ``cause`` says why."""

    at: int
    device: str
    cause: DeviceCause = "unknown"


@dataclass(frozen=True, slots=True)
class DeviceFound:
    """A sound device works (again)."""

    at: int
    device: str


@dataclass(frozen=True, slots=True)
class DeviceNoted:
    """A sound device told something of itself; ``name`` is its own, as people know it."""

    at: int
    device: str
    note: Note
    name: str = ""


@dataclass(frozen=True, slots=True)
class WakeWordHeard:
    """The wake word was heard; it ended at ``at``."""

    at: int
    word: str


@dataclass(frozen=True, slots=True)
class NotAddressed:
    """Somebody spoke, but not to the assistant: it is forgotten; ``at`` is where that ended."""

    at: int


@dataclass(frozen=True, slots=True)
class PushToTalk:
    """The push-to-talk key went down or up."""

    at: int
    is_down: bool


@dataclass(frozen=True, slots=True)
class ModeChanged:
    """The session's mode changed: listening, muted, asleep."""

    at: int
    mode: Literal["listening", "muted", "asleep"]


@dataclass(frozen=True, slots=True)
class StageFailed:
    """A stage failed; ``code`` is the error's code, ``message`` holds no user's words."""

    at: int
    stage: str
    code: str
    message: str
    retryable: bool


@dataclass(frozen=True, slots=True)
class EngineChanged:
    """Another engine works for a stage; an empty ``engine`` is none at all.

    ``level`` 0 is the engine that was chosen, each one further down is simpler. ``reason`` is the
    code of the error that made it give way; empty where it is back.
    """

    at: int
    stage: str
    engine: str
    level: int
    reason: str


Event: TypeAlias = (
    SpeechStarted
    | SpeechStopped
    | TranscriptPartial
    | TranscriptFinal
    | TurnStarted
    | TurnReopened
    | TurnEnded
    | ReplySentence
    | ModelReplied
    | RequestMissed
    | IntentMatched
    | CallJudged
    | ConfirmationAsked
    | IntentReturned
    | ActionUndone
    | MemoryErased
    | PlaybackStarted
    | Ducked
    | BargeIn
    | PlaybackResumed
    | OverlapIgnored
    | AudioDropped
    | DeviceLost
    | DeviceFound
    | DeviceNoted
    | WakeWordHeard
    | NotAddressed
    | PushToTalk
    | ModeChanged
    | StageFailed
    | EngineChanged
)
"""The closed union of all events; ``match`` over it ends in ``assert_never``."""
