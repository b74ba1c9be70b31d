"""What a plugin says unasked, and how a function becomes an announcer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from voiced.announcements import News, Told
from voiced.plugin.context import Context
from voiced.trust.labels import Integrity

__all__ = ["Announcer", "announces"]


@dataclass(frozen=True)
class Announcer:
    """Knows what there is to say unasked. ``returns`` says who may have shaped it."""

    name: str
    function: Callable[[Context, Told], Awaitable[News]]
    returns: Integrity = Integrity.EXTERNAL
    deadline_s: float = 10.0


def announces(
    name: str, *, returns: Integrity = Integrity.EXTERNAL, deadline_s: float = 10.0
) -> Callable[[Callable[[Context, Told], Awaitable[News]]], Announcer]:
    """Make an announcer of an async function ``(context, told) -> News``.

    It is called when voiced begins to listen, at the time that its news name, after every call of
    an intent, and every few seconds. It tells what is to be said now; ``told`` is what became of
    what it told before. What was not told back may not have been said: keep it, and say it again.
    It may wait for something to happen, up to its deadline.

    Args:
        name: ``plugin.noun``, unique.
        returns: Who may have shaped what it tells.
        deadline_s: After so many seconds the call has failed.
    """

    def wrap(function: Callable[[Context, Told], Awaitable[News]]) -> Announcer:
        return Announcer(name, function, returns, deadline_s)

    return wrap
