"""How patient turn-taking is: the settings in samples, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass

from voiced.rates import RATE_HZ

__all__ = ["Rules", "in_samples"]


def in_samples(ms: float) -> int:
    """Milliseconds as samples at the rate of all sound between stages."""
    return round(ms * RATE_HZ / 1000)


@dataclass(frozen=True, slots=True)
class Rules:
    """All lengths in samples.

    ``speech`` starts an utterance. ``end_silence`` ends it where nothing more is known,
    ``early_end`` where it is a command that cannot go on, ``complete_end`` where it is whole but
    might go on, ``patient_end`` where it cannot end there. After ``pause`` of silence the final
    transcript is made, of what is not longer than ``finalised``, and an answer prepared (if
    ``speculates``). Speech within ``reopen`` after it was decided that an utterance
    ended belongs to the same turn. Over a reply, ``suspicion`` of speech makes it softer, ``hold``
    later it falls silent, and ``barge_in`` of voice ends it where no words are known.
    """

    speech: int
    end_silence: int
    barge_in: int
    max_utterance: int
    early_end: int = in_samples(200)
    complete_end: int = in_samples(350)
    patient_end: int = in_samples(1800)
    reopen: int = in_samples(700)
    pause: int = in_samples(120)
    finalised: int = in_samples(12_000)
    suspicion: int = in_samples(40)
    hold: int = in_samples(120)
    speculates: bool = True
