"""The state machine of turn-taking.

The rules, before the code:

1. An utterance begins when ``speech`` samples were speech within a short while. Its start is the
   first of them, not the moment when this was known.
2. After ``pause`` of silence it is paused, and may go on; it goes on when there is speech again for
   ``suspicion``. How much silence ends it, says ``pauses.py``. Its end is the last speech before
   that. It is cut when it gets longer than ``max_utterance``.
3. Speech that begins within ``reopen`` after an end was decided, while nothing was done yet, goes
   on with the same turn: at once while nothing is heard of the answer (``Phase.PREPARING``), else
   (``Phase.BEGINNING``) when it would interrupt.
4. While a reply is heard, clear speech of ``suspicion`` is an overlap: the reply gets
   softer, and ``hold`` later it is held. Then it is decided:
   - a stop word, or other words, interrupt as soon as they are read; backchannels and the reply's
     own words never do;
   - speech without known words interrupts after ``barge_in`` with a tone in it, or three times as
     long without: coughs, breaths and laughs are shorter;
   - an overlap that falls silent waits for its words, but not longer than half a second; one
     that was very short is over at once.
   Only what can be trusted not to be our own sound counts: see ``Sound.is_trusted``. While that is
   not known, speech counts from the moment when what we said before we held must have died away.

The caller feeds every frame in order and every transcript, and says what the turn before is doing.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from voiced.events import EndReason, OverlapReason
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
from voiced.turns.pauses import Outlook, PauseMemory, silence_needed
from voiced.turns.rules import Rules, in_samples

__all__ = ["Phase", "Reading", "Said", "TurnTaking"]

_NEVER = -1
_ECHO_TAIL = in_samples(550)
"""After so long nothing that we said can be in the room any more: 400 ms of path, and its tail."""

_BLIP = in_samples(100)
"""Silence that parts one bit of sound from the next."""

_TOO_SHORT = in_samples(110)
"""An overlap with less speech than this is no word, whatever is read."""

_WORDS_WAIT = in_samples(500)
"""An overlap that fell silent waits so long for its words."""

_LONG = 3
"""Only speech so many times ``barge_in`` long interrupts in spite of being read as backchannel."""


class Phase(enum.Enum):
    """What the turn before is doing while a frame is heard."""

    IDLE = "idle"
    """There is none, or it is the one that is spoken now."""
    PREPARING = "preparing"
    """Its answer was neither heard nor done yet."""
    BEGINNING = "beginning"
    """Its answer is heard, but changed nothing yet."""
    REPLYING = "replying"
    """It has changed something, or answers for a while already."""


class Said(enum.Enum):
    """What kind of words an overlap's transcript holds."""

    NOTHING = "nothing"
    STOP = "stop"
    CORRECTION = "correction"
    """It begins as who takes back what he just said: "no", "wait", "I mean"."""
    BACKCHANNEL = "backchannel"
    OWN = "own"
    """The reply's own words: an echo."""
    WORDS = "words"


_AT_ONCE = (Said.STOP, Said.CORRECTION)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a transcript of the utterance or overlap says to turn-taking."""

    outlook: Outlook = Outlook.UNKNOWN
    said: Said = Said.WORDS
    is_final: bool = False


_NOTHING = Reading(said=Said.NOTHING)


class _State(enum.Enum):
    SILENT = "silent"
    UTTERANCE = "utterance"
    OVERLAP = "overlap"


@dataclass(slots=True)
class _Stretch:
    """A stretch of speech, from its first sample on; all in samples."""

    start: int = _NEVER
    last_speech: int = _NEVER
    speech: int = 0
    trusted: int = 0
    voiced: int = 0
    regained: int = 0
    regained_at: int = _NEVER
    longest_pause: int = 0
    is_paused: bool = False
    is_held: bool = False
    suspected_at: int = _NEVER
    held_at: int = _NEVER
    reading: Reading = _NOTHING
    judged: float | None = None


class TurnTaking:
    """The state machine. Feed it frames with ``hear``; it answers with decisions.

    Args:
        rules: How patient it is.
        memory: The user's pauses; it learns them here. None learns nothing.
    """

    def __init__(self, rules: Rules, memory: PauseMemory | None = None) -> None:
        self._rules = rules
        self._learns = memory is not None
        self._memory = memory or PauseMemory()
        self._ear = Ear()
        self._state = _State.SILENT
        self._stretch = _Stretch()
        self._now = 0
        self._decided_at = _NEVER
        self._ended_at = _NEVER
        self._may_reopen = False

    def reset(self) -> None:
        """Start anew, for instance after sound was lost."""
        self._ear.reset()
        self._rest()

    def _rest(self) -> None:
        self._state = _State.SILENT
        self._stretch = _Stretch()

    @property
    def last_speech(self) -> int | None:
        """The sample after the last speech of the utterance that is being spoken, if one is."""
        return self._stretch.last_speech if self._state is _State.UTTERANCE else None

    def hear(self, sound: Sound, start: int, end: int, phase: Phase) -> tuple[Decision, ...]:
        """Take one frame of samples ``start`` to ``end``."""
        self._now = end
        self._may_reopen = self._is_recent(start) and phase in (Phase.PREPARING, Phase.BEGINNING)
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
        stretch.reading = reading
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
        self._state = _State.UTTERANCE
        return (UtteranceBegan(self._stretch.start),)

    def _wait_for_more(self, start: int, end: int, *, is_clear: bool) -> tuple[Decision, ...]:
        self._gather(start, end, is_speech=is_clear)
        if self._stretch.speech < max(self._rules.speech, _BLIP):
            return ()
        return (self._reopen(),)

    def _gather(self, start: int, end: int, *, is_speech: bool) -> None:
        """Count speech; what is followed by silence before it counts is forgotten."""
        stretch = self._stretch
        if is_speech:
            if stretch.start < 0:
                stretch.start = start
            stretch.last_speech = end
            stretch.speech += end - start
        elif stretch.start >= 0 and end - stretch.last_speech > self._rules.speech:
            self._stretch = _Stretch()

    def _is_recent(self, start: int) -> bool:
        begun = self._stretch.start if self._stretch.start >= 0 else start
        return self._decided_at >= 0 and begun - self._decided_at <= self._rules.reopen

    def _reopen(self) -> UtteranceReopened:
        stretch = self._stretch
        self._state = _State.UTTERANCE
        stretch.is_paused = False
        stretch.reading = _NOTHING
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
        if end - stretch.start >= self._rules.max_utterance:
            return (*decisions, self._end(end if is_speech else stretch.last_speech, "limit"))
        if not stretch.is_paused and end - stretch.last_speech >= self._rules.pause:
            stretch.is_paused = True
            stretch.regained = 0
            decisions += (UtterancePaused(stretch.last_speech),)
        return decisions + self._end_if_silent()

    def _goes_on(self, start: int, end: int, *, is_speech: bool) -> bool:
        """Whether there was enough speech in this pause; a click or a cough's end is none."""
        stretch = self._stretch
        if not stretch.is_paused:
            return False
        if is_speech:
            if not stretch.regained:
                stretch.regained_at = start
            stretch.regained += end - start
        elif stretch.regained and end - stretch.regained_at > _BLIP:
            stretch.regained = 0
        return stretch.regained >= self._rules.suspicion

    def _go_on(self, end: int) -> tuple[Decision, ...]:
        stretch = self._stretch
        pause = stretch.regained_at - stretch.last_speech
        if self._state is _State.UTTERANCE:
            self._note(pause)
        stretch.longest_pause = max(stretch.longest_pause, pause)
        stretch.is_paused = False
        stretch.last_speech = end
        stretch.judged = None
        stretch.reading = _NOTHING
        return (UtteranceResumed(),)

    def _end_if_silent(self) -> tuple[Decision, ...]:
        stretch = self._stretch
        if not stretch.is_paused or stretch.regained:
            return ()
        outlook = stretch.reading.outlook
        if outlook is Outlook.CLOSED and self._rules.speculates and not stretch.reading.is_final:
            outlook = Outlook.COMPLETE  # a partial may be late: the final one is on its way
        needed = silence_needed(
            self._rules, outlook, stretch.judged, stretch.longest_pause, self._memory
        )
        if self._now - stretch.last_speech < needed:
            return ()
        return (self._end(stretch.last_speech, _end_reason(outlook, stretch.judged)),)

    def _end(self, end: int, reason: EndReason) -> UtteranceEnded:
        self._decided_at = self._now if reason != "limit" else _NEVER
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
        stretch.suspected_at = end
        stretch.trusted = stretch.speech if sound.is_trusted else 0
        stretch.voiced = stretch.trusted if sound.is_voiced else 0
        return (OverlapBegan(stretch.start), *self._weigh())

    def _outlive_reply(self, start: int, end: int, *, is_speech: bool) -> tuple[Decision, ...]:
        """The reply ended by itself; what overlaps is simply the next utterance."""
        stretch = self._stretch
        if stretch.speech < self._rules.speech:
            self._state = _State.SILENT
            more = self._wait_for_speech(start, end, is_speech=is_speech)
            return (OverlapPassed(stretch.start, "too short"), *more)
        self._state = _State.UTTERANCE
        more = self._utterance(start, end, is_speech=is_speech)
        begun = UtteranceBegan(stretch.start)
        return (OverlapPassed(stretch.start, is_utterance=True), begun, *more)

    def _overlap(
        self, sound: Sound, start: int, end: int, *, is_clear: bool
    ) -> tuple[Decision, ...]:
        stretch = self._stretch
        decisions: tuple[Decision, ...] = ()
        self._count(sound, start, end, is_clear=is_clear)
        if self._goes_on(start, end, is_speech=is_clear):
            decisions = self._go_on(end)
        silent = end - stretch.last_speech
        if (
            not stretch.is_held
            and end - stretch.suspected_at >= self._rules.hold
            and silent < _BLIP
        ):
            stretch.is_held = True
            stretch.held_at = end
            decisions += (OverlapHeld(),)
        if not stretch.is_paused and silent >= self._rules.pause:
            stretch.is_paused = True
            stretch.regained = 0
            if stretch.speech >= _TOO_SHORT:
                decisions += (UtterancePaused(stretch.last_speech),)
        return decisions + self._weigh()

    def _count(self, sound: Sound, start: int, end: int, *, is_clear: bool) -> None:
        stretch = self._stretch
        is_trusted = sound.is_trusted or 0 <= stretch.held_at <= start - _ECHO_TAIL
        if not is_trusted:  # what was trusted before was measured by a path that has changed
            stretch.trusted = stretch.voiced = 0
        if not is_clear:
            return
        stretch.speech += end - start
        if is_trusted:
            stretch.trusted += end - start
            stretch.voiced += end - start if sound.is_voiced else 0
        if not stretch.is_paused:
            stretch.last_speech = end

    def _weigh(self) -> tuple[Decision, ...]:
        """Decide on the overlap as it is now, if it can be decided."""
        stretch = self._stretch
        reading = stretch.reading
        if reading.said is Said.OWN:
            return self._pass("own words")
        if reading.said in _AT_ONCE and stretch.trusted >= self._rules.suspicion:
            return self._barge_in("stop word")
        wanted = self._rules.suspicion if reading.is_final else 2 * self._rules.speech
        if reading.said is Said.WORDS and stretch.trusted >= wanted:
            return self._barge_in("words")
        limit = self._rules.barge_in * (_LONG if reading.said is Said.BACKCHANNEL else 1)
        if stretch.voiced >= limit or stretch.trusted >= _LONG * self._rules.barge_in:
            return self._barge_in("speech")
        return self._pass_if_over()

    def _pass_if_over(self) -> tuple[Decision, ...]:
        stretch = self._stretch
        if not stretch.is_paused or stretch.regained:
            return ()
        if stretch.speech < _TOO_SHORT:
            return self._pass("too short")
        if stretch.reading.is_final:
            is_backchannel = stretch.reading.said is Said.BACKCHANNEL
            return self._pass("backchannel" if is_backchannel else self._why_nothing())
        if self._now - stretch.last_speech >= _WORDS_WAIT:
            return self._pass(self._why_nothing())
        return ()

    def _why_nothing(self) -> OverlapReason:
        """Sound that could not be trusted and went when we fell silent was our own."""
        stretch = self._stretch
        return "echo" if not stretch.trusted and stretch.is_held else "silence"

    def _barge_in(self, reason: OverlapReason) -> tuple[Decision, ...]:
        if self._may_reopen and self._stretch.reading.said is not Said.STOP:
            return (self._reopen(),)
        self._state = _State.UTTERANCE
        return (BargedIn(self._stretch.start, reason), *self._end_if_silent())

    def _pass(self, reason: OverlapReason) -> tuple[Decision, ...]:
        start = self._stretch.start
        self._rest()
        return (OverlapPassed(start, reason),)


def _end_reason(outlook: Outlook, judged: float | None) -> EndReason:
    match outlook:
        case Outlook.CLOSED:
            return "complete"
        case Outlook.OPEN:
            return "patience"
        case _:
            return "silence" if judged is None else "judged"
