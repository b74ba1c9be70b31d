"""What of the sound counts as speech: the voice detector's word, held against noise and echo."""

from __future__ import annotations

from dataclasses import dataclass

from voiced.rates import RATE_HZ

__all__ = ["Ear", "Sound"]

_ENTER = 0.5
_STAY = 0.35
_SILENCE_DBFS = -120.0
_LOWEST_FLOOR_DBFS, _HIGHEST_FIRST_FLOOR_DBFS = -70.0, -38.0
_FIRST = RATE_HZ // 10
_RISE_DB_PER_S = 3.0
_FALL = 0.5
_ABOVE_FLOOR_DB = 4.0
_CLEARLY_ABOVE_FLOOR_DB = 8.0
_ABOVE_ECHO_DB = 6.0
_EXCESS_DB, _EXPLAINED_DB = 4.0, -1.0
"""One frame of a thousand of our own echo has more than 1 dB; what has less than the second is
explained by our own echo, whatever a canceller left of it.
"""


@dataclass(frozen=True, slots=True)
class Sound:
    """One frame as turn-taking sees it.

    ``probability`` of speech in [0, 1]; ``level_dbfs`` after the echo canceller; ``expected_dbfs``
    is how loud what is left of our own sound may be in it; ``is_trusted``: what is louder than that
    is not ours; ``is_voiced``: it has a tone, which a cough and a breath have not; ``excess_db``:
    how much louder it was before the canceller than our own sound and the noise explain. Without a
    loudspeaker in the room the defaults say so.
    """

    probability: float
    level_dbfs: float = 0.0
    expected_dbfs: float = _SILENCE_DBFS
    is_trusted: bool = True
    is_voiced: bool = True
    excess_db: float = 0.0

    @property
    def may_echo(self) -> bool:
        """Whether something that we said may still be in the room."""
        return self.expected_dbfs > _SILENCE_DBFS


class Ear:
    """Tells speech from the noise of the room, whose level it follows: down fast, up slowly.

    What the first 100 ms hold is the noise, as far as that can be.
    """

    def __init__(self) -> None:
        self._is_speech = False
        self._floor_dbfs = _LOWEST_FLOOR_DBFS
        self._heard = 0

    def reset(self) -> None:
        """Forget that there was speech; the room is the same."""
        self._is_speech = False

    def hear(self, sound: Sound, samples: int) -> tuple[bool, bool]:
        """Whether a frame is speech, and whether it is clearly speech, and not our own."""
        self._follow(sound, samples)
        above_db = sound.level_dbfs - self._floor_dbfs
        threshold = _STAY if self._is_speech else _ENTER
        self._is_speech = sound.probability >= threshold and above_db >= _ABOVE_FLOOR_DB
        is_clear = (
            sound.probability >= _ENTER
            and above_db >= _CLEARLY_ABOVE_FLOOR_DB
            and sound.level_dbfs >= sound.expected_dbfs + _ABOVE_ECHO_DB
            and sound.excess_db >= _EXPLAINED_DB
        )
        # A canceller swallows a voice under a loud reply, and then the detector hears none.
        return self._is_speech, is_clear or sound.excess_db >= _EXCESS_DB

    def _follow(self, sound: Sound, samples: int) -> None:
        """Learn the level of the room; a canceller takes its noise out together with the echo."""
        if sound.may_echo:
            return
        level_dbfs = max(sound.level_dbfs, _LOWEST_FLOOR_DBFS)
        if self._heard < _FIRST:
            self._heard += samples
            first_dbfs = max(level_dbfs, self._floor_dbfs)
            self._floor_dbfs = min(first_dbfs, _HIGHEST_FIRST_FLOOR_DBFS)
        elif level_dbfs < self._floor_dbfs:
            self._floor_dbfs += _FALL * (level_dbfs - self._floor_dbfs)
        else:
            risen_db = self._floor_dbfs + _RISE_DB_PER_S * samples / RATE_HZ
            self._floor_dbfs = min(level_dbfs, risen_db)
