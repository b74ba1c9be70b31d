"""The session's events to timelines: a fold. Pure.

What was said is kept only if the builder was told to keep words; numbers of letters always are.
"""

from __future__ import annotations

from voiced.events import (
    AudioDropped,
    BargeIn,
    DeviceFound,
    DeviceLost,
    DeviceNoted,
    Event,
    ReplySentence,
    SpeechStarted,
    SpeechStopped,
    StageFailed,
    TurnEnded,
    TurnReopened,
    TurnStarted,
)
from voiced.rates import RATE_HZ
from voiced.timeline.values import Step, Timeline
from voiced.trace import to_row

__all__ = ["PLAIN", "WORDS", "TimelineBuilder"]

PLAIN = frozenset(
    "reason confidence intent origin effect outcome undo_id db samples device stage code message"
    " retryable cause note name engine level id prompt_tokens cached_tokens"
    " completion_tokens cost trust verdict".split()
)
"""Fields of events that never hold what somebody said."""

WORDS = frozenset({"text", "slots", "question", "heard"})
"""Fields of events that do."""

_WITHOUT_TURN = (SpeechStopped, StageFailed, AudioDropped, DeviceLost, DeviceFound, DeviceNoted)
"""What belongs to the turn that began last when it happens."""

_MOST_STEPS = 500


class TimelineBuilder:
    """Hears every event of a session, and hands over each turn's timeline when the turn ends.

    Args:
        words: Whether what was said may be kept.
    """

    def __init__(self, *, words: bool = False) -> None:
        self.words = words
        self._open: dict[int, _Draft] = {}
        self._pending: _Draft | None = None  # its speech began, its turn not yet
        self._newest: _Draft | None = None
        self._last_turn = 0

    def hear(self, event: Event) -> Timeline | None:
        """Take an event; the timeline if it ended a turn."""
        match event:
            case SpeechStarted():
                self._speech_started(event)
            case TurnStarted():
                self._turn(event.turn).add(event)
            case TurnReopened():
                self._reopen(event)
            case BargeIn():
                self._barge_in(event)
            case TurnEnded():
                return self._end(event)
            case _:
                if (draft := self._of(event)) is not None:
                    draft.add(event)
        return None

    def _speech_started(self, event: SpeechStarted) -> None:
        listening = self._pending  # it went on before its turn could begin
        if listening is None and self._newest is not None and self._newest.awaits_speech:
            listening = self._newest  # reopened just now
            listening.awaits_speech = False
        if listening is None:
            listening = self._newest = self._pending = _Draft(words=self.words)
        for draft in self._open.values():
            if draft.has_barge_in and draft is not listening:
                draft.overlap(event.at)
        listening.add(event)

    def _turn(self, turn: int) -> _Draft:
        """The draft of a turn that begins: the one whose speech has begun, or a new one."""
        draft = self._open.get(turn) or self._pending or _Draft(words=self.words)
        self._pending = None
        self._open[turn] = self._newest = draft
        self._last_turn = max(self._last_turn, turn)
        return draft

    def _of(self, event: Event) -> _Draft | None:
        """The draft of the event's turn; None where it has none, or its turn is over."""
        if isinstance(event, _WITHOUT_TURN):
            return self._open.get(self._last_turn) or self._newest
        turn: int = getattr(event, "turn", 0)
        if turn in self._open:
            return self._open[turn]
        if turn > self._last_turn and self._pending is not None:
            return self._turn(turn)
        return None

    def _reopen(self, event: TurnReopened) -> None:
        draft = self._open.get(event.turn)
        if draft is None:
            return
        draft.add(event)
        draft.awaits_speech = self._pending is None
        if self._pending is not None:  # its speech was told before
            draft.steps += self._pending.steps
            self._pending = None
        self._newest = draft

    def _barge_in(self, event: BargeIn) -> None:
        draft = self._open.get(event.turn)
        if draft is not None:
            if self._pending is not None:
                draft.overlap(self._pending.began)
            draft.add(event)

    def _end(self, event: TurnEnded) -> Timeline | None:
        draft = self._open.pop(event.turn, None)
        if draft is None:
            return None
        if self._newest is draft:
            self._newest = self._pending
        draft.add(event)
        return draft.timeline(event)


class _Draft:
    """A turn that goes on."""

    def __init__(self, *, words: bool) -> None:
        self.steps: list[Step] = []
        self.began = 0
        self.awaits_speech = False
        self.has_barge_in = False
        self._words = words
        self._has_overlap = False
        self._speech_end: int | None = None
        self._sentences: list[str] = []

    def add(self, event: Event) -> None:
        match event:
            case SpeechStopped():
                self._speech_end = event.at
                self.awaits_speech = False
            case TurnReopened():
                self._speech_end = None
                self._sentences.clear()
            case ReplySentence():
                self._sentences.append(event.text)
            case BargeIn():
                self.has_barge_in = True
            case _:
                pass
        if not self.steps:
            self.began = event.at
        self._keep(_step(event, words=self._words))

    def overlap(self, at: int) -> None:
        """The speech that interrupts began here."""
        if not self._has_overlap:
            self._has_overlap = True
            self._keep(Step(round(at / RATE_HZ, 3), "overlap_started"))

    def _keep(self, step: Step) -> None:
        if len(self.steps) >= _MOST_STEPS:  # the last ones say how it ended, so they stay
            self.steps.pop()
        self.steps.append(step)

    def timeline(self, ended: TurnEnded) -> Timeline:
        end = self._speech_end
        reply = _reply_letters(self._sentences, ended.heard)
        return Timeline(
            ended.turn,
            ended.outcome,
            round(self.began / RATE_HZ, 3),
            None if end is None else round(end / RATE_HZ, 3),
            round(ended.at / RATE_HZ, 3),
            ended.timing_ms,
            tuple(self.steps),
            reply,
            min(len(ended.heard), reply),
        )


def _step(event: Event, *, words: bool) -> Step:
    row = to_row(event)
    facts = {key: value for key, value in row.items() if key in PLAIN}
    for key in WORDS & row.keys():
        if key != "slots":
            facts["letters"] = len(row[key])
        if words:
            facts[key] = row[key]
    return Step(row["at_s"], row["type"], facts)


def _reply_letters(sentences: list[str], heard: str) -> int:
    """How long the reply was. A filler is no part of it: it is not in what was heard."""
    left = heard
    reply: list[str] = []
    for sentence in sentences:
        if left and not (left.startswith(sentence) or sentence.startswith(left)):
            continue
        reply.append(sentence)
        left = left[len(sentence) :].lstrip()
    return len(" ".join(reply)) or len(heard)
