"""Short sounds that tell what it does with what it hears: it listens, it sleeps, it is muted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import anyio

from voiced.audio import Framer, Samples
from voiced.controls import Mode
from voiced.errors import EngineError
from voiced.events import Event, ModeChanged, SpeechStarted, TurnEnded
from voiced.sound import earcons
from voiced.stages import Speaker

__all__ = ["Chimes"]

_HEARS_OUT_S = 0.35
"""Who goes on right after the wake word or the key is not talked into."""

_Sound: TypeAlias = Callable[[], Samples]


@dataclass(frozen=True, slots=True)
class _Due:
    """A sound, and how long to wait whether somebody speaks."""

    sound: _Sound
    wait_s: float = 0.0


class Chimes:
    """Reads the events of a session; a reply is never talked into.

    Args:
        speaker: Prepared; a reply that begins takes it away.
        is_free: Whether nobody speaks.
    """

    def __init__(self, speaker: Speaker, is_free: Callable[[], bool]) -> None:
        self._speaker = speaker
        self._is_free = is_free
        self._mode: Mode | None = None
        self._sleeps = False
        self._due: _Due | None = None
        self._news: anyio.Event | None = None

    def read(self, event: Event) -> None:
        """Take an event; only the last one that is worth a sound counts."""
        match event:
            case ModeChanged(_, mode):
                before, self._mode = self._mode, mode
                self._sleeps = self._sleeps or mode == "asleep"
                if before is not None:
                    self._play(_of_mode(before, mode))
            case SpeechStarted() if self._due is not None and self._due.wait_s:
                self._due = None
            case TurnEnded(outcome="not_understood", heard="") if self._sleeps:
                self._play(_Due(earcons.error))
            case _:
                pass

    async def run(self) -> None:
        """Play what is due, until cancelled."""
        while True:
            self._news = anyio.Event()
            if self._due is None:
                await self._news.wait()
            due = self._due
            if due is not None and due.wait_s:
                await anyio.sleep(due.wait_s)
            if due is not None and due is self._due:
                self._due = None
                if self._is_free():
                    await self._sound(due.sound())

    def _play(self, due: _Due) -> None:
        self._due = due
        if self._news is not None:
            self._news.set()

    async def _sound(self, samples: Samples) -> None:
        rate_hz = earcons.EARCON_RATE_HZ
        framer = Framer(rate_hz, rate_hz // 50)
        try:
            playback = self._speaker.open()
            for frame in [*framer.feed(samples), *framer.flush()]:
                await playback.play(frame)
            await playback.drain()
        except EngineError:  # whoever watches over the loudspeaker tells
            return


def _of_mode(before: Mode, mode: Mode) -> _Due:
    match mode:
        case "muted":
            return _Due(earcons.muted)
        case "asleep":
            return _Due(earcons.asleep)
        case "listening":
            return _Due(earcons.ready, 0.0 if before == "muted" else _HEARS_OUT_S)
