"""The clipboard by voice: read it aloud, put the last reply or some words on it."""

from __future__ import annotations

from typing import Annotated

from voiced.plugin import (
    SECRET,
    TEXT,
    Context,
    Effect,
    Integrity,
    IntentFailed,
    Reply,
    intent,
    one_line,
)

from .copying import copy_text
from .sources import is_password

__all__ = ["copy_reply", "copy_words", "read_clipboard"]

_LONGEST_READ = 600


@intent(
    "clipboard.read",
    sentences=[
        "(read|read out|read me|tell me) [what's (in|on)] (the|my) clipboard [aloud|out]",
        "(what's|what is) (in|on) (the|my) clipboard",
    ],
    effect=Effect.R1,
    examples=["read the clipboard"],
)
async def read_clipboard(context: Context) -> Reply:
    """Read aloud what is on the clipboard."""
    clip = await context.in_worker(context.desk.clipboard.clip)
    if clip.kind == SECRET:
        raise is_password()
    text = one_line(clip.text).strip()
    if not text:
        return Reply("There is no text on the clipboard.")
    if len(text) > _LONGEST_READ:
        return Reply(f"The clipboard says: {text[:_LONGEST_READ]}, and so on.")
    return Reply(f"The clipboard says: {text}")


@intent(
    "clipboard.copy_reply",
    sentences=[
        "copy (that|this|it|what you [just] said|your [last] (answer|reply)) [to the clipboard]",
        "put (that|this|it|what you [just] said|your [last] (answer|reply)) (in|on|into) "
        "(the|my) clipboard",
    ],
    effect=Effect.W1,
    examples=["copy that to the clipboard"],
)
async def copy_reply(context: Context) -> Reply:
    """Put what was said last on the clipboard."""
    said = context.assistant.last_reply
    if not said:
        raise IntentFailed("nothing was said yet", spoken="I haven't said anything yet.")
    await copy_text(context, said, "copied what I said to your clipboard")
    return Reply("Copied.", is_aside=True)


@intent(
    "clipboard.copy",
    sentences=[
        "copy {text} to (the|my) clipboard",
        "put {text} (in|on|into) (the|my) clipboard",
    ],
    effect=Effect.W1,
    critical=["text"],
    returns=Integrity.CONFIG,
    examples=["copy hello world to the clipboard"],
)
async def copy_words(context: Context, text: Annotated[str, TEXT]) -> Reply:
    """Put words on the clipboard."""
    await copy_text(context, text, "copied your words to your clipboard")
    return Reply("Copied.", is_aside=True)
