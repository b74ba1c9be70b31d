"""The convergence gate: whether the canceller is known to work, and how much it leaves."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["AUDIBLE_DB", "LOUD_FAR_DBFS", "Gate", "Levels"]

SILENCE_DBFS = -120.0

AUDIBLE_DB = 8.0
"""So much above the noise of the room, something is heard."""

LOUD_FAR_DBFS = -50.0
"""What is played as loud as this is heard wherever there is a path."""

_GONE_DB = 12.0
_AT_NOISE_DB = 6.0
_EXPLAINED_DB = 6.0
_ENOUGH = 20.0
_SILENT_GAIN, _LOSS = 0.4, 2.0
_FIRST_LEAK_DB, _LEAST_LEAK_DB, _MOST_LEAK_DB = -12.0, -45.0, 6.0
_UP_DB, _DOWN_DB, _SLOWLY_UP_DB = 2.0, 0.08, 0.02
_CLEAR_ECHO_DB = 6.0


@dataclass(frozen=True, slots=True)
class Levels:
    """Levels of a frame while something is played, in dBFS.

    ``echo_dbfs`` is the filter's estimate of the echo before the canceller, ``is_known``: that
    estimate is good. ``noise_dbfs`` is the floor of the room. ``is_user``: somebody else is heard
    beside the echo, as far as that is known.
    """

    near_dbfs: float
    cleaned_dbfs: float
    far_dbfs: float
    echo_dbfs: float
    noise_dbfs: float
    is_known: bool = False
    is_user: bool = False


class Gate:
    """Opens when the echo is known and was seen to go, for 0.4 s in all; open until ``forget``.

    A canceller that only begins suppresses all at first, and lets a bit of echo through after half
    a second: what it does before the echo is known, may count against it later.

    Args:
        cancels: False where there is no canceller: then what is left is the echo itself, and is
            known as soon as the filter's estimate explains what is heard.
    """

    def __init__(self, *, cancels: bool) -> None:
        self._cancels = cancels
        self.forget()

    def forget(self) -> None:
        """Know nothing of the path again."""
        self._evidence = 0.0
        self._leak_db = _FIRST_LEAK_DB if self._cancels else 0.0
        self.is_open = False

    def hear(self, levels: Levels) -> None:
        """Learn from a frame in which something was played a moment ago."""
        if not self.is_open:
            self._weigh(levels)
        elif levels.echo_dbfs > levels.noise_dbfs + _CLEAR_ECHO_DB:
            self._learn(levels)

    def expected_dbfs(self, echo_dbfs: float) -> float:
        """How loud the rest of an echo that had this level may be."""
        return max(SILENCE_DBFS, echo_dbfs + self._leak_db)

    def _weigh(self, levels: Levels) -> None:
        if levels.near_dbfs <= levels.noise_dbfs + AUDIBLE_DB:
            gain = _SILENT_GAIN if levels.far_dbfs > LOUD_FAR_DBFS else 0.0
        else:
            gain = 1.0 if self._is_gone(levels) else -_LOSS
        self._evidence = min(_ENOUGH, max(0.0, self._evidence + gain))
        self.is_open = levels.is_known and self._evidence >= _ENOUGH

    def _is_gone(self, levels: Levels) -> bool:
        if levels.cleaned_dbfs <= levels.noise_dbfs + _AT_NOISE_DB:
            return True
        if self._cancels:
            return levels.cleaned_dbfs <= levels.near_dbfs - _GONE_DB
        return levels.near_dbfs <= levels.echo_dbfs + _EXPLAINED_DB

    def _learn(self, levels: Levels) -> None:
        """Follow the share of the echo that is left, so that it is seldom more."""
        is_above = levels.cleaned_dbfs > self.expected_dbfs(levels.echo_dbfs)
        up_db = _SLOWLY_UP_DB if levels.is_user else _UP_DB
        moved_db = self._leak_db + (up_db if is_above else -_DOWN_DB)
        self._leak_db = min(_MOST_LEAK_DB, max(_LEAST_LEAK_DB, moved_db))
