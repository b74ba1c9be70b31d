"""How long a silence has to be before the user has finished: words, sound and habit together.

The rules, before the code:

1. A command that is complete and cannot go on ends after ``early_end``; a sentence that cannot end
   where it stopped waits for ``patient_end``.
2. What is complete but might go on ends after ``complete_end``, what nothing is known of after
   ``end_silence``. The turn end detector moves these two: a sure yes to ``complete_end``, a sure no
   to half of the way between ``end_silence`` and ``patient_end``.
3. Who paused before in this utterance will pause again: then both wait for a little longer than
   ``end_silence``, and than the longest pause so far.
4. The user's own pauses are remembered. Once enough are known, who pauses long is given more time,
   and who does not is answered sooner, within bounds.
"""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Iterable

from voiced.events import EndReason
from voiced.turns.rules import Rules, in_samples

__all__ = ["Outlook", "PauseMemory", "end_reason", "silence_needed"]

_LIKELY, _UNLIKELY = 0.85, 0.3
_A_PAUSE = in_samples(300)
_LONGER_THAN_BEFORE = 1.3
_KEPT = 60
_ENOUGH = 10
_SHARE = 0.9
_MARGIN = 1.15
_LEAST, _MOST = 0.8, 2.0


class Outlook(enum.Enum):
    """What the words so far say about the end of the sentence."""

    CLOSED = "closed"
    """Complete, and nothing can follow."""
    COMPLETE = "complete"
    """Complete; something might follow."""
    UNKNOWN = "unknown"
    OPEN = "open"
    """It cannot end here."""


class PauseMemory:
    """The lengths of the user's latest pauses inside utterances, in samples."""

    def __init__(self, pauses: Iterable[int] = ()) -> None:
        self._pauses: deque[int] = deque(pauses, maxlen=_KEPT)

    @property
    def pauses(self) -> tuple[int, ...]:
        """What is remembered, oldest first."""
        return tuple(self._pauses)

    def note(self, samples: int) -> None:
        """The user paused for so long, and then went on."""
        self._pauses.append(samples)

    def factor(self, usual: int) -> float:
        """How much longer than ``usual`` to wait for this user; 1.0 while little is known."""
        if len(self._pauses) < _ENOUGH:
            return 1.0
        habit = sorted(self._pauses)[int(_SHARE * (len(self._pauses) - 1))]
        return min(_MOST, max(_LEAST, _MARGIN * habit / usual))


def silence_needed(
    rules: Rules, outlook: Outlook, judged: float | None, longest: int, memory: PauseMemory
) -> int:
    """The samples of silence after which the utterance has ended.

    Args:
        rules: The settings.
        outlook: What the words say.
        judged: The turn end detector's probability for this pause, None while it is unknown.
        longest: The longest pause in this utterance so far, in samples.
        memory: The user's habits.
    """
    if outlook is Outlook.CLOSED:
        return rules.early_end
    if outlook is Outlook.OPEN:
        return rules.patient_end
    needed = rules.complete_end if outlook is Outlook.COMPLETE else rules.end_silence
    if judged is not None and judged >= _LIKELY:
        needed = min(needed, rules.complete_end)
    elif judged is not None and judged <= _UNLIKELY:
        needed = (rules.end_silence + rules.patient_end) // 2
    if longest >= _A_PAUSE:
        needed = max(needed, round(_LONGER_THAN_BEFORE * rules.end_silence))
    needed = round(needed * memory.factor(rules.end_silence))
    return min(max(needed, round(_LONGER_THAN_BEFORE * longest)), max(needed, rules.patient_end))


def end_reason(outlook: Outlook, judged: float | None) -> EndReason:
    """Why an utterance ended, where silence was enough with this known."""
    match outlook:
        case Outlook.CLOSED:
            return "complete"
        case Outlook.OPEN:
            return "patience"
        case _:
            return "silence" if judged is None else "judged"
