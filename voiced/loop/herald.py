"""Asks plugins what there is to say unasked, and has it said. Starts no task of its own.

It looks at the wall clock again and again instead of sleeping until a moment: a machine that was
suspended, or whose clock was set, is noticed within a second.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import anyio

from voiced.announcements import Announcement, Hearing, News, Told
from voiced.plugin import Announcer
from voiced.trust.labels import Integrity

__all__ = ["ANSWER_S", "Herald"]

ANSWER_S = 6.0
"""How long an answer to what rings is waited for."""

_LOOK_S = 1.0
_SHORTEST_S = 0.1
_LONGEST_S = 5.0
"""A timer that another process has set is known after so long."""

Ask = Callable[[Announcer, Told], Awaitable[News]]
Say = Callable[[Announcement, Integrity, float], Awaitable[Hearing]]


@dataclass(frozen=True, slots=True)
class Herald:
    """Attends to announcers.

    Attributes:
        ask: Asks one for its news, and tells it what became of those before; never raises.
        say: Says an announcement when it can be said, and waits so many seconds for an answer.
        acted: Gives an event that is set when an intent has run.
        now: The user's local time.
    """

    ask: Ask
    say: Say
    acted: Callable[[], anyio.Event]
    now: Callable[[], datetime]

    async def attend(self, announcer: Announcer) -> None:
        """Ask it again and again, until cancelled."""
        told: Told = {}
        while True:
            acted = self.acted()
            news = await self.ask(announcer, told)
            told = await self._tell(news, announcer.returns)
            if not told:
                await self._wait(news.again_at, acted)

    async def _tell(self, news: News, integrity: Integrity) -> Told:
        """Say all of it. Whoever answers the last of what rings has heard it all."""
        told: dict[str, Hearing] = {}
        last = news.announcements[-1] if news.announcements else None
        for each in news.announcements:
            wait_s = ANSWER_S if each is last and each.rings else 0.0
            told[each.key] = await self.say(each, integrity, wait_s)
        if last is not None and last.rings and told[last.key] == "answered":
            told = dict.fromkeys(told, "answered")
        return told

    async def _wait(self, again_at: datetime | None, acted: anyio.Event) -> None:
        await anyio.sleep(_SHORTEST_S)  # also where it names a time that is over
        until_s = anyio.current_time() + _LONGEST_S
        while anyio.current_time() < until_s:
            left_s = _LOOK_S
            if again_at is not None:
                left_s = min(left_s, (again_at - self.now()).total_seconds())
            if left_s <= 0:
                return
            with anyio.move_on_after(left_s):
                await acted.wait()
                return
