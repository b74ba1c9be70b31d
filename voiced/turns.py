"""When the user's turn begins and ends, and when speech interrupts: pure state machines, no I/O.

The rules, before the code:

1. An utterance begins when ``speech`` samples were speech within a short while. Its start is the
   first of them, not the moment when this was known.
2. It ends after ``end_silence`` samples without speech; its end is the last speech before that.
   It is cut when it gets longer than ``max_utterance``.
3. While a turn is being answered (``replying``), speech is first an overlap, then, after
   ``barge_in`` samples of it, a barge-in: the reply is over and an utterance has begun. An overlap
   that falls silent before that was a cough, and is ignored.

The caller feeds every frame in order and says whether a turn is being answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeAlias

__all__ = [
    "BargedIn",
    "Decision",
    "OverlapBegan",
    "OverlapPassed",
    "Rules",
    "TurnTaking",
    "UtteranceBegan",
    "UtteranceEnded",
]

_ENTER = 0.5
_STAY = 0.35


@dataclass(frozen=True, slots=True)
class Rules:
    """How patient the state machine is; all lengths in samples."""

    speech: int
    end_silence: int
    barge_in: int
    max_utterance: int


@dataclass(frozen=True, slots=True)
class UtteranceBegan:
    """The user speaks; ``start`` is the first sample of the speech."""

    start: int


@dataclass(frozen=True, slots=True)
class UtteranceEnded:
    """The user has finished; ``end`` is the sample after the last speech."""

    end: int


@dataclass(frozen=True, slots=True)
class OverlapBegan:
    """There is speech over the reply since ``start``; it may become a barge-in."""

    start: int


@dataclass(frozen=True, slots=True)
class OverlapPassed:
    """The overlap fell silent before it counted."""

    start: int


@dataclass(frozen=True, slots=True)
class BargedIn:
    """The overlap counts: the reply is over. An UtteranceBegan follows in the same tuple."""

    start: int


Decision: TypeAlias = UtteranceBegan | UtteranceEnded | OverlapBegan | OverlapPassed | BargedIn


class _State(Enum):
    SILENT = auto()
    OVERLAP = auto()
    UTTERANCE = auto()


class TurnTaking:
    """The state machine. Feed it frames with ``hear``; it answers with decisions."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._state = _State.SILENT
        self._is_speech = False
        self._forget()

    def _forget(self) -> None:
        self._start = -1
        self._last_speech = -1
        self._speech = 0

    def reset(self) -> None:
        """Start anew, for instance after sound was lost."""
        self._state = _State.SILENT
        self._is_speech = False
        self._forget()

    def hear(
        self, probability: float, start: int, end: int, *, replying: bool
    ) -> tuple[Decision, ...]:
        """Take one frame of samples ``start`` to ``end`` with its speech probability."""
        self._is_speech = probability >= (_STAY if self._is_speech else _ENTER)
        if self._is_speech:
            if self._start < 0:
                self._start = start
            self._last_speech = end
            self._speech += end - start
        match self._state:
            case _State.SILENT:
                return self._silent(end, replying=replying)
            case _State.OVERLAP:
                return self._overlap(end, replying=replying)
            case _State.UTTERANCE:
                return self._utterance(end)

    def _silent(self, end: int, *, replying: bool) -> tuple[Decision, ...]:
        if self._start < 0:
            return ()
        if self._speech >= self._rules.speech:
            if replying:
                self._state = _State.OVERLAP
                return (OverlapBegan(self._start), *self._overlap(end, replying=replying))
            self._state = _State.UTTERANCE
            return (UtteranceBegan(self._start),)
        if end - self._last_speech > self._rules.speech:
            self._forget()
        return ()

    def _overlap(self, end: int, *, replying: bool) -> tuple[Decision, ...]:
        start = self._start
        if not replying:  # the reply ended by itself; what overlaps is simply the next utterance
            self._state = _State.UTTERANCE
            return (OverlapPassed(start), UtteranceBegan(start))
        if self._speech >= self._rules.barge_in:
            self._state = _State.UTTERANCE
            return (BargedIn(start), UtteranceBegan(start))
        if end - self._last_speech >= self._rules.barge_in:
            self.reset()
            return (OverlapPassed(start),)
        return ()

    def _utterance(self, end: int) -> tuple[Decision, ...]:
        last = self._last_speech
        is_silent = end - last >= self._rules.end_silence
        if not is_silent and end - self._start < self._rules.max_utterance:
            return ()
        self.reset()
        return (UtteranceEnded(last),)
