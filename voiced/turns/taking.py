"""The state machine of turn-taking.

The rules, before the code:

1. An utterance begins when ``speech`` samples were speech within a short while. Its start is the
   first of them, not the moment when this was known.
2. After ``pause`` of silence it is paused, and may go on; it goes on when there is speech again for
   ``suspicion``. How much silence ends it, says ``pauses.py``. Its end is the last speech before
   that. A turn is cut when it gets longer than ``max_utterance``.
3. Speech that begins within ``reopen`` after an end was decided, while nothing was done yet, goes
   on with the same turn, unless that is too long already: at once while nothing is heard of the
   answer (``Phase.PREPARING``), else (``Phase.BEGINNING``) when it would interrupt.
4. While it ``is_held`` by the push-to-talk key, no silence ends an utterance; ``finish`` does.
5. While a reply is heard, clear speech of ``suspicion`` is an overlap: the reply gets softer, and
   ``hold`` later it is held. What becomes of it, says ``overlap.py``.

The caller feeds every frame in order and every transcript, and says what the turn before is doing.
"""

from __future__ import annotations

import enum

from voiced.events import EndReason
from voiced.turns.decisions import (
    BargedIn,
    Decision,
    OverlapBegan,
    OverlapHeld,
    OverlapPassed,
    UtteranceBegan,
    UtteranceEnded,
    UtterancePaused,
    UtteranceReopened,
    UtteranceResumed,
)
from voiced.turns.hearing import Ear, Sound
from voiced.turns.inputs import NOTHING_READ, Phase, Reading, Said
from voiced.turns.overlap import TOO_SHORT, weigh
from voiced.turns.pauses import PauseMemory, end_reason, silence_needed
from voiced.turns.rules import Rules
from voiced.turns.stretch import BLIP, NEVER, Stretch

__all__ = ["TurnTaking"]


class _State(enum.Enum):
    SILENT = "silent"
    UTTERANCE = "utterance"
    OVERLAP = "overlap"


class TurnTaking:
    """The state machine. Feed it frames with ``hear``; it answers with decisions.

    Args:
        rules: How patient it is.
        memory: The user's pauses; it learns them here. None learns nothing.

    Attributes:
        is_held: Whether the push-to-talk key is down.
    """

    def __init__(self, rules: Rules, memory: PauseMemory | None = None) -> None:
        self._rules = rules
        self._learns = memory is not None
        self._memory = memory or PauseMemory()
        self._ear = Ear()
        self._state = _State.SILENT
        self._stretch = Stretch()
        self._turn_start = NEVER
        self._now = 0
        self._decided_at = NEVER
        self._ended_at = NEVER
        self._may_reopen = False
        self.is_held = False

    def reset(self) -> None:
        """Start anew, for instance after sound was lost."""
        self._ear.reset()
        self._rest()

    def _rest(self) -> None:
        self._state = _State.SILENT
        self._stretch = Stretch()

    @property
    def last_speech(self) -> int | None:
        """The sample after the last speech of the utterance that is being spoken, if one is."""
        return self._stretch.last_speech if self._state is _State.UTTERANCE else None

    @property
    def hears_speech(self) -> bool:
        """Whether somebody speaks, or may have begun to."""
        return self._state is not _State.SILENT or self._stretch.has_begun

    def claim(self) -> tuple[Decision, ...]:
        """What may be speech over the reply is: the user says so by the key."""
        if self._state is not _State.OVERLAP:
            return ()
        self._begin()
        return (BargedIn(self._stretch.start, "key"),)

    def finish(self) -> tuple[Decision, ...]:
        """What is being said is complete: the user says so by the key."""
        if self._state is not _State.UTTERANCE:
            return ()
        return (self._end(self._stretch.last_speech, "key"),)

    def hear(self, sound: Sound, start: int, end: int, phase: Phase) -> tuple[Decision, ...]:
        """Take one frame of samples ``start`` to ``end``."""
        self._now = end
        may_go_on = self._is_recent(start) and not self._is_too_long
        self._may_reopen = may_go_on and phase in (Phase.PREPARING, Phase.BEGINNING)
        is_speech, is_clear = self._ear.hear(sound, end - start)
        match self._state:
            case _State.SILENT if phase is Phase.IDLE:
                begins = is_speech and (is_clear or not sound.may_echo)
                return self._wait_for_speech(start, end, is_speech=begins)
            case _State.SILENT if phase is Phase.PREPARING and self._may_reopen:
                return self._wait_for_more(start, end, is_clear=is_clear)
            case _State.SILENT:
                return self._listen_over_reply(sound, start, end, is_clear=is_clear)
            case _State.OVERLAP if phase is Phase.IDLE:
                return self._outlive_reply(start, end, is_speech=is_speech)
            case _State.OVERLAP:
                return self._overlap(sound, start, end, is_clear=is_clear)
            case _State.UTTERANCE:
                return self._utterance(start, end, is_speech=is_speech)

    def read(self, reading: Reading) -> tuple[Decision, ...]:
        """Take a transcript of what is being said now, partial or final."""
        stretch = self._stretch
        stretch.read(reading, self._now)
        match self._state:
            case _State.OVERLAP:
                return self._weigh()
            case _State.UTTERANCE if stretch.is_paused:
                return self._end_if_silent()
            case _:
                return ()

    def judge(self, probability: float) -> tuple[Decision, ...]:
        """Take the turn end detector's opinion on the pause that lasts."""
        if self._state is not _State.UTTERANCE or not self._stretch.is_paused:
            return ()
        self._stretch.judged = probability
        return self._end_if_silent()

    # Nobody speaks

    def _wait_for_speech(self, start: int, end: int, *, is_speech: bool) -> tuple[Decision, ...]:
        self._gather(start, end, is_speech=is_speech)
        if self._stretch.speech < self._rules.speech:
            return ()
        self._begin()
        return (UtteranceBegan(self._stretch.start),)

    def _begin(self) -> None:
        """The stretch is the first of a turn."""
        self._state = _State.UTTERANCE
        self._turn_start = self._stretch.start

    def _wait_for_more(self, start: int, end: int, *, is_clear: bool) -> tuple[Decision, ...]:
        self._gather(start, end, is_speech=is_clear)
        if self._stretch.speech < max(self._rules.speech, BLIP):
            return ()
        return (self._reopen(),)

    def _gather(self, start: int, end: int, *, is_speech: bool) -> None:
        """Count speech; what is followed by silence before it counts is forgotten."""
        stretch = self._stretch
        if is_speech:
            stretch.gather(start, end)
        elif stretch.has_begun and end - stretch.last_speech > self._rules.speech:
            self._stretch = Stretch()

    def _is_recent(self, start: int) -> bool:
        begun = self._stretch.start if self._stretch.has_begun else start
        return self._decided_at >= 0 and begun - self._decided_at <= self._rules.reopen

    @property
    def _is_too_long(self) -> bool:
        """Whether the turn has lasted as long as an utterance may."""
        return self._now - self._turn_start >= self._rules.max_utterance

    def _reopen(self) -> UtteranceReopened:
        stretch = self._stretch
        self._state = _State.UTTERANCE
        stretch.is_paused = False
        stretch.reading = NOTHING_READ
        stretch.longest_pause = max(0, stretch.start - self._ended_at)
        self._note(stretch.longest_pause)
        return UtteranceReopened(stretch.start)

    def _note(self, pause: int) -> None:
        if self._learns and pause < self._rules.patient_end:
            self._memory.note(pause)

    # The user speaks

    def _utterance(self, start: int, end: int, *, is_speech: bool) -> tuple[Decision, ...]:
        stretch = self._stretch
        decisions: tuple[Decision, ...] = ()
        if is_speech and not stretch.is_paused:
            stretch.last_speech = end
        elif self._goes_on(start, end, is_speech=is_speech):
            decisions = self._go_on(end)
        if self._is_too_long:
            return (*decisions, self._end(end if is_speech else stretch.last_speech, "limit"))
        if stretch.begins_pause(end, self._rules.pause):
            decisions += (self._pause(),)
        return decisions + self._end_if_silent()

    def _pause(self) -> UtterancePaused:
        stretch = self._stretch
        begun = self._turn_start if self._state is _State.UTTERANCE else stretch.start
        stretch.is_finalised = stretch.last_speech - begun <= self._rules.finalised
        return UtterancePaused(stretch.last_speech, stretch.is_finalised)

    def _goes_on(self, start: int, end: int, *, is_speech: bool) -> bool:
        """Whether there was enough speech in this pause."""
        if not self._stretch.is_paused:
            return False
        self._stretch.regain(start, end, is_speech=is_speech)
        return self._stretch.regained >= self._rules.suspicion

    def _go_on(self, end: int) -> tuple[Decision, ...]:
        pause = self._stretch.go_on(end)
        if self._state is _State.UTTERANCE:
            self._note(pause)
        return (UtteranceResumed(),)

    def _end_if_silent(self) -> tuple[Decision, ...]:
        stretch = self._stretch
        if self.is_held or not stretch.is_silent:
            return ()
        outlook = stretch.reading.outlook_in_pause(is_finalised=stretch.is_finalised)
        needed = silence_needed(
            self._rules, outlook, stretch.judged, stretch.longest_pause, self._memory
        )
        if self._now - stretch.last_speech < needed:
            return ()
        return (self._end(stretch.last_speech, end_reason(outlook, stretch.judged)),)

    def _end(self, end: int, reason: EndReason) -> UtteranceEnded:
        self._decided_at = self._now if reason not in ("limit", "key") else NEVER
        self._ended_at = end
        self.reset()
        return UtteranceEnded(end, reason)

    # The user may be speaking over the reply

    def _listen_over_reply(
        self, sound: Sound, start: int, end: int, *, is_clear: bool
    ) -> tuple[Decision, ...]:
        self._gather(start, end, is_speech=is_clear)
        stretch = self._stretch
        if stretch.speech < self._rules.suspicion:
            return ()
        self._state = _State.OVERLAP
        stretch.suspect(sound, end)
        return (OverlapBegan(stretch.start), *self._weigh())

    def _outlive_reply(self, start: int, end: int, *, is_speech: bool) -> tuple[Decision, ...]:
        """The reply ended by itself; what overlaps is simply the next utterance."""
        stretch = self._stretch
        if stretch.speech < self._rules.speech:
            self._state = _State.SILENT
            more = self._wait_for_speech(start, end, is_speech=is_speech)
            return (OverlapPassed(stretch.start, "too short"), *more)
        self._begin()
        more = self._utterance(start, end, is_speech=is_speech)
        begun = UtteranceBegan(stretch.start)
        return (OverlapPassed(stretch.start, is_utterance=True), begun, *more)

    def _overlap(
        self, sound: Sound, start: int, end: int, *, is_clear: bool
    ) -> tuple[Decision, ...]:
        stretch = self._stretch
        decisions: tuple[Decision, ...] = ()
        stretch.overlap(sound, start, end, is_clear=is_clear)
        if self._goes_on(start, end, is_speech=is_clear):
            decisions = self._go_on(end)
        is_due = not stretch.is_held and end - stretch.suspected_at >= self._rules.hold
        if is_due and end - stretch.last_speech < BLIP:
            stretch.held_at = end
            decisions += (OverlapHeld(),)
        if stretch.begins_pause(end, self._rules.pause) and stretch.speech >= TOO_SHORT:
            decisions += (self._pause(),)
        return decisions + self._weigh()

    def _weigh(self) -> tuple[Decision, ...]:
        """Decide on the overlap as it is now, if it can be decided."""
        match weigh(self._stretch, self._rules, self._now):
            case None:
                return ()
            case OverlapPassed() as passed:
                self._rest()
                return (passed,)
            case BargedIn() as barged_in:
                return self._barge_in(barged_in)

    def _barge_in(self, barged_in: BargedIn) -> tuple[Decision, ...]:
        if self._may_reopen and self._stretch.reading.said is not Said.STOP:
            return (self._reopen(),)
        self._begin()
        return (barged_in, *self._end_if_silent())
