"""Notifications of other programs, read aloud where the user turned that on."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from voiced.plugin import Announcement, Context, News, Told, announces, one_line

from .bus import BusError, NoBus
from .edges import edges
from .refusals import failed
from .screen import is_locked
from .settings import Settings

__all__ = ["Ear", "listen", "text_of"]

_WAIT_S = 4.0
_LONGEST = 200
_AT_ONCE = 5
_MARKUP = re.compile(r"<[^>]{0,200}>")
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}
_PARTS = 5


class Hears(Protocol):
    """Hears notifications as they are sent."""

    def next(self, timeout_s: float) -> tuple[Any, ...] | None: ...

    def close(self) -> None: ...


def _monitor() -> Hears:
    from .wire import Monitor  # noqa: PLC0415 - imports the D-Bus library

    return Monitor("org.freedesktop.Notifications", "Notify")


@dataclass(slots=True)
class Ear:
    """Keeps one connection that hears, from the first time on; what comes waits in it."""

    make: Callable[[], Hears] = _monitor
    monitor: Hears | None = None
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    def news(self, settings: Settings) -> tuple[Announcement, ...]:
        """What was notified, waiting a while for it. Blocking.

        Raises:
            IntentFailed: The bus does not let us listen.
        """
        try:
            if self.monitor is None:
                self.monitor = self.make()
            found = self._some(self.monitor)
        except (BusError, NoBus) as error:
            self.close()
            spoken = "I am not allowed to hear notifications here."
            mend = "set read_notifications = false in [desktop]"
            raise failed(f"no notifications: {error}", spoken, mend) from error
        texts = [text for each in found if (text := text_of(each, settings))]
        if not texts or self._is_locked():
            return ()
        return tuple(Announcement(f"notified-{next(self.numbers)}", text) for text in texts)

    @staticmethod
    def _some(monitor: Hears) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        heard = monitor.next(_WAIT_S)
        while heard is not None and len(found) < _AT_ONCE:
            found.append(heard)
            heard = monitor.next(0.01)
        return found

    @staticmethod
    def _is_locked() -> bool:
        with edges().bus("SESSION") as bus:
            return is_locked(bus)

    def close(self) -> None:
        """Hear no more."""
        if self.monitor is not None:
            self.monitor.close()
        self.monitor = None


def text_of(body: tuple[Any, ...], settings: Settings) -> str:
    """What is said of a notification; empty where it is none, or of no program that is wanted."""
    if len(body) < _PARTS:
        return ""
    program, summary, text = (_plain(str(body[place])) for place in (0, 3, 4))
    wanted = [each.lower() for each in settings.notifications_of]
    if wanted and program.lower() not in wanted:
        return ""
    said = " ".join(_ended(part) for part in (summary, text) if part)
    return f"A notification of {program or 'a program'}: {said}" if said else ""


def _ended(part: str) -> str:
    return part if part[-1] in ".!?" else f"{part}."


def _plain(text: str) -> str:
    bare = _MARKUP.sub(" ", text)
    for entity, sign in _ENTITIES.items():
        bare = bare.replace(entity, sign)
    return " ".join(one_line(bare).split())[:_LONGEST]


_EAR = Ear()


@announces("desktop.notifications", deadline_s=15.0)
async def listen(context: Context, told: Told) -> News:  # noqa: ARG001 - they are said once
    """Tell what other programs notify of, unless the screen is locked."""
    settings = context.settings(Settings)
    if not settings.read_notifications:
        return News()
    return News(await context.in_worker(_EAR.news, settings), again_at=context.now)
