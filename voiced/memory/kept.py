"""All that voiced keeps of what its user said and did: searched and erased as one. It blocks.

That is the journal with the requests that were missed, the kept turns with their sound, the
sentences that were taught, how long the user's pauses are, and timers that are over. Files of the
user's own, such as his notes, are no part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from voiced.journal import Journal, Record
from voiced.memory.taught import TaughtFile
from voiced.memory.turn_store import TurnStore, unwanted
from voiced.memory.wakes import WakeFile
from voiced.plugin import Forgotten
from voiced.private_files import wiping
from voiced.spoken import normalise

__all__ = ["Forget", "Memory"]

Forget: TypeAlias = Callable[[str, datetime | None, datetime | None], int]
"""Erases what a plugin keeps; how many."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What is kept; without more than the journal, that alone. ``elsewhere`` plugins forget.

    ``countable`` tell how much that would be.
    """

    journal: Journal
    turns: TurnStore | None = None
    taught: TaughtFile | None = None
    pauses: Path | None = None
    elsewhere: Sequence[Forget] = ()
    countable: Sequence[Forget] = ()
    wakes: WakeFile | None = None

    @property
    def keeps_speech(self) -> bool:
        """Whether what is said is kept."""
        return self.journal.transcripts

    def find(
        self, words: str, since: datetime | None, until: datetime | None, count: int
    ) -> tuple[Record, ...]:
        """Records that hold all of the words, of a span of time; newest first."""
        return self.journal.find(words, since=since, until=until, count=count)

    def forget(
        self, words: str = "", *, since: datetime | None = None, until: datetime | None = None
    ) -> Forgotten:
        """Erase what holds the words, of a span of time; without any of these, everything.

        Raises:
            VoicedError: It failed; what was erased until then is gone.
        """
        everything = not words and since is None and until is None
        turns = 0 if self.turns is None else self.turns.erase(unwanted(words, since, until))
        if not words and self.wakes is not None:
            self.wakes.erase(since, until)
        if everything:
            erased = self.journal.erase_all()
        else:
            erased = self.journal.erase(words, since=since, until=until)
        return Forgotten(
            said=erased.said,
            changes=erased.changes,
            turns=turns,
            taught=self._forget_taught(words) if everything or words else 0,
            ended=sum(forget(words, since, until) for forget in self.elsewhere),
            pauses=everything and self._forget_pauses(),
            kept=erased.kept,
            silent=self._silent() if words else 0,
            set_aside=len(self.journal.set_aside),
            proved=erased.proved,
        )

    def preview(
        self, words: str = "", *, since: datetime | None = None, until: datetime | None = None
    ) -> Forgotten:
        """What ``forget`` would erase of the same; nothing is erased.

        Raises:
            VoicedError: It cannot be looked at.
        """
        everything = not words and since is None and until is None
        found = self.journal.would_erase(words, since=since, until=until)
        is_unwanted = unwanted(words, since, until)
        turns = () if self.turns is None else self.turns.turns()
        return Forgotten(
            said=found.said,
            changes=found.changes,
            turns=sum(map(is_unwanted, turns)),
            taught=self._count_taught(words) if everything or words else 0,
            ended=sum(count(words, since, until) for count in self.countable),
            pauses=everything and self.pauses is not None and self.pauses.exists(),
            kept=found.kept,
            silent=self._silent() if words else 0,
            set_aside=len(self.journal.set_aside),
        )

    def _forget_taught(self, words: str) -> int:
        """Of a sentence that was taught it is not known when: a span of time erases none."""
        return 0 if self.taught is None else self.taught.forget(normalise(words))

    def _count_taught(self, words: str) -> int:
        return 0 if self.taught is None else self.taught.count(normalise(words))

    def _forget_pauses(self) -> bool:
        if self.pauses is None or not self.pauses.exists():
            return False
        with wiping(self.pauses):
            self.pauses.unlink(missing_ok=True)
        return True

    def _silent(self) -> int:
        """Turns with sound and without words, which cannot be searched."""
        turns = () if self.turns is None else self.turns.turns()
        return sum(1 for turn in turns if turn.sound and not turn.words().strip())
