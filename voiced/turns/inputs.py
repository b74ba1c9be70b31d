"""What turn-taking is told besides the sound: what the turn before does, and what the words say."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from voiced.turns.pauses import Outlook

__all__ = ["NOTHING_READ", "Phase", "Reading", "Said"]


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


@dataclass(frozen=True, slots=True)
class Reading:
    """What a transcript of the utterance or overlap says to turn-taking.

    ``guess`` is empty, unless it is a partial that the recogniser is not sure of: then it holds the
    first words, since what stands for a while is believed all the same. ``is_doubtful``: it is a
    final transcript that may well be no words at all, but a noise.
    """

    outlook: Outlook = Outlook.UNKNOWN
    said: Said = Said.WORDS
    is_final: bool = False
    guess: tuple[str, ...] = ()
    is_doubtful: bool = False

    def outlook_in_pause(self, *, is_finalised: bool) -> Outlook:
        """The outlook in a pause, where a partial may be late.

        ``is_finalised``: a final transcript is on its way; then a guess makes nobody wait for it.
        """
        if self.is_final:
            return self.outlook
        if self.outlook is Outlook.OPEN and self.guess and is_finalised:
            return Outlook.UNKNOWN
        return Outlook.COMPLETE if self.outlook is Outlook.CLOSED else self.outlook


NOTHING_READ = Reading(said=Said.NOTHING)
