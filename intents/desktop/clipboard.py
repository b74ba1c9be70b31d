"""The clipboard: read it aloud, put the last reply or some words into it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from typing import Annotated

from voiced.plugin import (
    TEXT,
    Context,
    Effect,
    Integrity,
    IntentFailed,
    JsonValue,
    Reply,
    Undo,
    intent,
    one_line,
    undoes,
)

from .edges import edges
from .refusals import failed
from .windows import is_wayland

__all__ = ["copy_reply", "copy_text", "read_clipboard", "undo_copy"]

_LONGEST_READ = 600
_LONGEST_KEPT = 100_000
_READ: Mapping[str, Sequence[str]] = {
    "wl-paste": ("wl-paste", "--no-newline", "--type", "text"),
    "xclip": ("xclip", "-selection", "clipboard", "-out"),
    "xsel": ("xsel", "--clipboard", "--output"),
}
_WRITE: Mapping[str, Sequence[str]] = {
    "wl-copy": ("wl-copy",),
    "xclip": ("xclip", "-selection", "clipboard", "-in"),
    "xsel": ("xsel", "--clipboard", "--input"),
}


def _tool(tools: Mapping[str, Sequence[str]]) -> Sequence[str]:
    env = edges().env
    for name, command in tools.items():
        fits = is_wayland(env) if name.startswith("wl-") else bool(env.get("DISPLAY"))
        if fits and shutil.which(name, path=env.get("PATH")):
            return command
    package = "wl-clipboard" if is_wayland(env) else "xclip"
    spoken = f"To reach the clipboard, I need the package {package}."
    raise failed("no clipboard tool", spoken, f"sudo apt install {package}")


def _read() -> str:
    command = _tool(_READ)
    try:
        done = edges().run(command, None, edges().env)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise failed(
            f"{command[0]}: {type(error).__name__}", "The clipboard did not answer."
        ) from error
    if done.returncode != 0:  # empty, or no text
        return ""
    return done.stdout.decode("utf-8", "replace")


def _write(text: str) -> None:
    command = _tool(_WRITE)
    try:
        done = edges().run(command, text.encode(), edges().env)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise failed(
            f"{command[0]}: {type(error).__name__}", "The clipboard did not answer."
        ) from error
    if done.returncode != 0:
        raise failed(f"{command[0]} ended with {done.returncode}", "The clipboard refused it.")


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
    """Read aloud what is in the clipboard."""
    text = one_line(await context.in_worker(_read)).strip()
    if not text:
        return Reply("There is no text in the clipboard.")
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
    """Put what was said last into the clipboard."""
    said = context.assistant.last_reply
    if not said:
        raise IntentFailed("nothing was said yet", spoken="I haven't said anything yet.")
    await _copy(context, said)
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
async def copy_text(context: Context, text: Annotated[str, TEXT]) -> Reply:
    """Put words into the clipboard."""
    await _copy(context, text)
    return Reply("Copied.", is_aside=True)


async def _copy(context: Context, text: str) -> None:
    before = await context.in_worker(_read)
    kept: dict[str, JsonValue] = {"before": before if len(before) <= _LONGEST_KEPT else ""}
    async with context.change(Undo("desktop.clipboard", kept), "copied to the clipboard"):
        await context.in_worker(_write, text)


@undoes("desktop.clipboard")
async def undo_copy(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Put back what was in the clipboard."""
    await context.in_worker(_write, str(data["before"]))
    return "The clipboard is as before."
