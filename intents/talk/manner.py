"""How things are said: louder, slower, in a whisper. What was cut off is said on in the new way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from voiced.plugin import Context, Effect, Integrity, Intent, Reply, intent

__all__ = ["faster", "louder", "normal", "quieter", "slower", "whisper"]

_STEP_DB = 6.0
_STEP_SPEED = 1.25

_SPEAK = "[speak|talk|say it] [a (bit|little)|much|even]"
_MORE = "[speak|talk] more"


def _manner(
    name: str, *sentences: str, example: str
) -> Callable[[Callable[[Context], Awaitable[Reply]]], Intent]:
    return intent(
        name,
        sentences=sentences,
        effect=Effect.R0,
        returns=Integrity.CONFIG,
        examples=[example],
    )


def _from_now_on(context: Context, **wish: Any) -> Reply:
    """Let all be said as wished, beginning with what was cut off; see ``Assistant.deliver``."""
    context.assistant.deliver(**wish)
    unfinished = context.assistant.unfinished_reply
    return Reply(unfinished or "Okay.", is_aside=True, is_repeat=bool(unfinished))


@_manner(
    "talk.louder",
    f"{_SPEAK} louder",
    f"{_MORE} loudly",
    "speak up",
    "i (can't|cannot) hear you",
    "you're too quiet",
    example="louder",
)
async def louder(context: Context) -> Reply:
    """Speak louder from now on."""
    return _from_now_on(context, louder_db=_STEP_DB)


@_manner(
    "talk.quieter",
    f"{_SPEAK} (quieter|softer)",
    f"{_MORE} (quietly|softly)",
    "not so loud",
    "lower your voice",
    "you're too loud",
    example="quieter",
)
async def quieter(context: Context) -> Reply:
    """Speak more quietly from now on."""
    return _from_now_on(context, louder_db=-_STEP_DB)


@_manner(
    "talk.slower",
    f"{_SPEAK} slower",
    f"{_MORE} slowly",
    "slow down",
    "not so fast",
    "you're [(speaking|talking)] too fast",
    example="slower",
)
async def slower(context: Context) -> Reply:
    """Speak slower from now on."""
    return _from_now_on(context, speed=1 / _STEP_SPEED)


@_manner(
    "talk.faster",
    f"{_SPEAK} (faster|quicker)",
    f"{_MORE} quickly",
    "speed up",
    "not so slow",
    "you're [(speaking|talking)] too slow",
    example="faster",
)
async def faster(context: Context) -> Reply:
    """Speak faster from now on."""
    return _from_now_on(context, speed=_STEP_SPEED)


@_manner(
    "talk.whisper",
    "whisper",
    "(speak|talk|say it) in a whisper",
    "start whispering",
    example="whisper",
)
async def whisper(context: Context) -> Reply:
    """Whisper from now on."""
    return _from_now_on(context, whisper=True)


@_manner(
    "talk.normal",
    "(speak|talk) (normally|as usual|as before)",
    "(speak|talk) in your (normal|usual) voice",
    "[use] your (normal|usual) voice",
    "(don't|do not|no more) (whisper|whispering)",
    example="speak normally",
)
async def normal(context: Context) -> Reply:
    """Speak as usual again: neither louder nor slower, and no whisper."""
    return _from_now_on(context, reset=True)
