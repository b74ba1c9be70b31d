"""What is said where others may be listening: beside a locked screen, or at a satellite."""

from __future__ import annotations

import anyio

from voiced.dispatch.context import Environment
from voiced.errors import IntentDenied
from voiced.plugin import Intent
from voiced.policy import Door, Where, where_from

__all__ = ["not_granted", "receipt", "whereabouts", "withheld"]

_DEADLINE_S = 0.5
_SAID = {
    Where.LOCKED: "Your screen is locked: unlock it, and ask again.",
    Where.AWAY: "I only do that at the computer itself: ask me there.",
}
_FAILED = {
    Where.LOCKED: "That did not work. Unlock your screen and ask again, and I will say why.",
    Where.AWAY: "That did not work. Ask me at the computer itself, and I will say why.",
}
_MEND = {
    Where.LOCKED: "unlock the screen and ask again",
    Where.AWAY: "ask at the machine itself",
}


async def whereabouts(door: Door, environment: Environment) -> Where:
    """Where a request comes from. A lock that nobody knows of, or not in time, is open."""
    is_locked: bool | None = None
    if door is Door.MICROPHONE:
        with anyio.move_on_after(_DEADLINE_S):
            is_locked = await environment.in_worker(environment.screen_lock.is_locked)
    return where_from(door, is_locked=is_locked is True)


def withheld(intent: Intent, where: Where) -> IntentDenied:
    """The error for a call that is not for whoever may be there."""
    return IntentDenied(
        f"{intent.name} is not for anybody beside a locked screen or a satellite",
        intent=intent.name,
        spoken=_SAID[where],
        mend=_MEND[where],
    )


def not_granted(intent: Intent, room: str) -> IntentDenied:
    """The error for a call of a class that this satellite has no right to."""
    return IntentDenied(
        f"{intent.name} needs the right {intent.effect.name}, which {room} does not have",
        intent=intent.name,
        spoken="I may not do that from this room: ask me at the computer itself.",
        mend=f"ask at the machine itself, or there: voiced satellites rights {room}",
    )


def receipt(where: Where, *, is_done: bool) -> str:
    """What is said of a deed whose own words may hold names that others wrote."""
    return "Done." if is_done else _FAILED[where]
