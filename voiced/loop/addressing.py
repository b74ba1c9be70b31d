"""Whether what is said is for the assistant: it is if it begins or ends with a name of it.

Speech is told from the rest by the voice detector; the names are looked for in speech alone. Nobody
transcribes it, and nothing is kept longer than until it is known.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from voiced.audio import AudioFrame
from voiced.loop.listening import Heard
from voiced.rates import RATE_HZ
from voiced.stages import NameHeard, NameSpotter

__all__ = ["MOST_KEPT", "Addressing", "Called", "NotCalled"]

_SPEECH = 0.5
_BEGUN = 60 * RATE_HZ // 1000
"""So much speech begins what is said."""

_OVER = 600 * RATE_HZ // 1000
"""So much silence ends it."""

_BEFORE = 300 * RATE_HZ // 1000
"""What is looked through before it: the detector is late, and the spotter has to know the room."""

_AT_BEGIN = 120 * RATE_HZ // 1000
_AT_END = 250 * RATE_HZ // 1000
"""A name is so near to the begin or the end of what is said."""

MOST_KEPT = 10 * RATE_HZ
"""What is longer is for nobody, unless it began with a name."""


@dataclass(frozen=True, slots=True)
class Called:
    """It is for the assistant. With ``since``, all from there on; else, what follows the name."""

    name: NameHeard
    since: int | None = None


@dataclass(frozen=True, slots=True)
class NotCalled:
    """What was said, until sample ``at``, was not for it."""

    at: int


class Addressing:
    """Feed it every frame.

    Args:
        spotter: Knows the names.
    """

    def __init__(self, spotter: NameSpotter) -> None:
        self._spotter = spotter
        self._before: deque[AudioFrame] = deque()
        self._voiced = 0
        self._began: int | None = None
        self._spoken_until = 0
        self._name: NameHeard | None = None
        self._is_called = False

    @property
    def since(self) -> int | None:
        """From where on sound has to be kept, as it may be for the assistant; None: from now."""
        if self._began is None or self._is_called or self._is_long:
            return None
        return self._began - _BEFORE

    def reset(self) -> None:
        """What was being said counts no longer."""
        self._before.clear()
        self._voiced, self._began, self._name, self._is_called = 0, None, None, False

    def hear(self, heard: Heard) -> Called | NotCalled | None:
        """Take a frame; what is known now of what is said."""
        frame, is_speech = heard.frame, heard.probability >= _SPEECH
        if self._before and self._before[-1].end != frame.start:
            self.reset()
        self._before.append(frame)
        if self._began is None:
            self._look_for_speech(frame, is_speech=is_speech)
            return None
        return self._go_on(frame, is_speech=is_speech)

    def _look_for_speech(self, frame: AudioFrame, *, is_speech: bool) -> None:
        while self._before[0].start < frame.end - _BEFORE - _BEGUN:
            self._before.popleft()
        self._voiced = self._voiced + len(frame.samples) if is_speech else 0
        if self._voiced < _BEGUN:
            return
        self._began, self._spoken_until = frame.end - self._voiced, frame.end
        self._spotter.begin()
        for each in self._before:
            self._name = self._spotter.hear(each) or self._name

    def _go_on(self, frame: AudioFrame, *, is_speech: bool) -> Called | NotCalled | None:
        self._before.popleft()
        self._spoken_until = frame.end if is_speech else self._spoken_until
        if self._is_called or self._is_long:
            return self._over(frame)
        began = self._began or 0
        found = self._spotter.hear(frame)
        self._name = found or self._name
        if found is not None and found.start <= began + _AT_BEGIN:
            self._is_called = True
            return Called(found)
        return self._over(frame)

    @property
    def _is_long(self) -> bool:
        return self._began is not None and self._before[-1].end - self._began > MOST_KEPT

    def _over(self, frame: AudioFrame) -> Called | NotCalled | None:
        if frame.end - self._spoken_until < _OVER:
            return None
        name, began, ended = self._name, self._began, self._spoken_until
        was_called, was_long = self._is_called, self._is_long
        self.reset()
        if was_called:
            return None
        if name is None or was_long or name.end < ended - _AT_END:
            return NotCalled(ended)
        return Called(name, began)
