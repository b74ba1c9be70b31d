"""Whether the microphone hears nothing of what is played: a headset, or a speaker elsewhere."""

from __future__ import annotations

from voiced.echo.gate import AUDIBLE_DB, LOUD_FAR_DBFS, Levels

__all__ = ["Absence"]

_UNHEARD_FRAMES = 40  # more than the longest path
_EXPLAINED_DB, _EXPLAINED_FRAMES = 6.0, 25


class Absence:
    """Known after 0.8 s of loud sound of which nothing was heard.

    The user's voice leaves it as it is; half a second of clear echo without him takes it back.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Know nothing of the path again."""
        self.is_known = False
        self._unheard = self._explained = 0

    def hear(self, levels: Levels) -> None:
        """Learn from a frame in which something was played a moment ago."""
        if levels.near_dbfs <= levels.noise_dbfs + AUDIBLE_DB:
            self._unheard += levels.far_dbfs > LOUD_FAR_DBFS
        else:
            self._unheard = 0
            is_echo = levels.near_dbfs <= levels.echo_dbfs + _EXPLAINED_DB
            self._explained += is_echo and not levels.is_user
        if self._explained >= _EXPLAINED_FRAMES:
            self.forget()
        elif self._unheard >= _UNHEARD_FRAMES:
            self.is_known = True
            self._explained = 0
