"""What turn-taking decides. Values only; what is done about them is the session's business."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from voiced.events import EndReason, OverlapReason

__all__ = [
    "BargedIn",
    "Decision",
    "OverlapBegan",
    "OverlapHeld",
    "OverlapPassed",
    "UtteranceBegan",
    "UtteranceEnded",
    "UtterancePaused",
    "UtteranceReopened",
    "UtteranceResumed",
]


@dataclass(frozen=True, slots=True)
class UtteranceBegan:
    """The user speaks; ``start`` is the first sample of the speech."""

    start: int


@dataclass(frozen=True, slots=True)
class UtterancePaused:
    """The user is silent since ``end``, perhaps for good: time to prepare an answer.

    Said of an overlap, too. ``finalises``: it is not too long to make sure, in every pause, what
    its words are.
    """

    end: int
    finalises: bool = True


@dataclass(frozen=True, slots=True)
class UtteranceResumed:
    """It was only a pause; what was prepared is worth nothing."""


@dataclass(frozen=True, slots=True)
class UtteranceEnded:
    """The user has finished; ``end`` is the sample after the last speech."""

    end: int
    reason: EndReason = "silence"


@dataclass(frozen=True, slots=True)
class UtteranceReopened:
    """The user goes on after all, from ``start``: the turn listens again."""

    start: int


@dataclass(frozen=True, slots=True)
class OverlapBegan:
    """There may be speech over the reply since ``start``: make the reply softer."""

    start: int


@dataclass(frozen=True, slots=True)
class OverlapHeld:
    """The overlap goes on: hold the reply where it is."""


@dataclass(frozen=True, slots=True)
class OverlapPassed:
    """The overlap does not count: the reply goes on.

    ``is_utterance``: the reply ended by itself, and the overlap is the utterance that begins now.
    """

    start: int
    reason: OverlapReason = "silence"
    is_utterance: bool = False


@dataclass(frozen=True, slots=True)
class BargedIn:
    """The overlap counts: the reply is over, and the overlap is an utterance that goes on."""

    start: int
    reason: OverlapReason = "speech"


Decision: TypeAlias = (
    UtteranceBegan
    | UtterancePaused
    | UtteranceResumed
    | UtteranceEnded
    | UtteranceReopened
    | OverlapBegan
    | OverlapHeld
    | OverlapPassed
    | BargedIn
)
