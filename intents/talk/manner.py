"""How things are said: louder, slower, in a whisper. What was cut off is said on in the new way."""

from __future__ import annotations

from voiced.plugin import Context, Effect, Integrity, Reply, intent

__all__ = ["faster", "louder", "normal", "quieter", "slower", "whisper"]

_STEP_DB = 6.0
_STEP_SPEED = 1.25


def _on(context: Context) -> Reply:
    unfinished = context.assistant.unfinished_reply
    return Reply(unfinished or "Okay.", is_aside=True, is_repeat=bool(unfinished))


@intent(
    "talk.louder",
    sentences=[
        "[speak|talk|say it] [a (bit|little)|much|even] louder",
        "[speak|talk] more loudly",
        "speak up",
        "i (can't|cannot) hear you",
        "you're too quiet",
    ],
    effect=Effect.R0,
    returns=Integrity.CONFIG,
    examples=["louder"],
)
async def louder(context: Context) -> Reply:
    """Speak louder from now on."""
    context.assistant.deliver(louder_db=_STEP_DB)
    return _on(context)


@intent(
    "talk.quieter",
    sentences=[
        "[speak|talk|say it] [a (bit|little)|much|even] (quieter|softer)",
        "[speak|talk] more (quietly|softly)",
        "not so loud",
        "lower your voice",
        "you're too loud",
    ],
    effect=Effect.R0,
    returns=Integrity.CONFIG,
    examples=["quieter"],
)
async def quieter(context: Context) -> Reply:
    """Speak more quietly from now on."""
    context.assistant.deliver(louder_db=-_STEP_DB)
    return _on(context)


@intent(
    "talk.slower",
    sentences=[
        "[speak|talk|say it] [a (bit|little)|much|even] slower",
        "[speak|talk] more slowly",
        "slow down",
        "not so fast",
        "you're [(speaking|talking)] too fast",
    ],
    effect=Effect.R0,
    returns=Integrity.CONFIG,
    examples=["slower"],
)
async def slower(context: Context) -> Reply:
    """Speak slower from now on."""
    context.assistant.deliver(speed=1 / _STEP_SPEED)
    return _on(context)


@intent(
    "talk.faster",
    sentences=[
        "[speak|talk|say it] [a (bit|little)|much|even] (faster|quicker)",
        "[speak|talk] more quickly",
        "speed up",
        "not so slow",
        "you're [(speaking|talking)] too slow",
    ],
    effect=Effect.R0,
    returns=Integrity.CONFIG,
    examples=["faster"],
)
async def faster(context: Context) -> Reply:
    """Speak faster from now on."""
    context.assistant.deliver(speed=_STEP_SPEED)
    return _on(context)


@intent(
    "talk.whisper",
    sentences=["whisper", "(speak|talk|say it) in a whisper", "start whispering"],
    effect=Effect.R0,
    returns=Integrity.CONFIG,
    examples=["whisper"],
)
async def whisper(context: Context) -> Reply:
    """Whisper from now on."""
    context.assistant.deliver(whisper=True)
    return _on(context)


@intent(
    "talk.normal",
    sentences=[
        "(speak|talk) (normally|as usual|as before)",
        "(speak|talk) in your (normal|usual) voice",
        "[use] your (normal|usual) voice",
        "(don't|do not|no more) (whisper|whispering)",
    ],
    effect=Effect.R0,
    returns=Integrity.CONFIG,
    examples=["speak normally"],
)
async def normal(context: Context) -> Reply:
    """Speak as usual again: neither louder nor slower, and no whisper."""
    context.assistant.deliver(reset=True)
    return _on(context)
