"""Dictation into the focused window: it takes all that is said, until "stop dictation"."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

import anyio

from voiced.plugin import (
    TEXT,
    Context,
    Desk,
    DeskError,
    Effect,
    Integrity,
    IntentDenied,
    IntentFailed,
    JsonValue,
    Reply,
    Undo,
    intent,
    undoes,
)

from .dictation import Dictation, Erase, Type, hear
from .settings import Settings

__all__ = ["start_dictation", "stop_dictation", "type_speech", "undo_dictation"]

_TAKER = "writing.type"
_ENDED = "I had stopped typing, since it was silent for long. Say that again if it was for me."
_LONGEST_S = 30.0
"""The longest utterance."""

_START_OVER = "The window has changed since I typed that, so I left it."


@dataclass(slots=True)
class _Session:
    """One dictation: what was typed, and into which window. Utterances take turns."""

    id: str
    window: str
    heard: datetime
    is_on: bool = True
    typed: Dictation = field(default_factory=Dictation)
    turns: anyio.Lock = field(default_factory=anyio.Lock)


# The dictation that goes on, or the last one, so that it can be taken back. There is one keyboard.
_sessions: list[_Session] = []


@intent(
    "writing.dictate",
    sentences=[
        "(start|begin) [a|the] (dictation|dictating)",
        "take [a] dictation",
        "(type|write) [down] what i say",
        "(start|begin) typing what i say",
    ],
    effect=Effect.W1,
    returns=Integrity.CONFIG,
    deadline_s=60.0,  # the desktop may ask the user
    examples=["start dictation"],
)
async def start_dictation(context: Context) -> Reply:
    """Type what is said into the window that has the keyboard, until "stop dictation"."""
    window = await context.in_worker(context.desk.typist.window)
    session = _Session(secrets.token_hex(4), window, context.now)
    async with context.change(Undo("writing.dictate", {"id": session.id}), "typed what you said"):
        _sessions[:] = [session]
        context.assistant.take_speech(_TAKER)
    return Reply("I type what you say. Say stop dictation when you are done.")


@intent(
    _TAKER,
    sentences=[],
    effect=Effect.W1,
    critical=["text"],
    returns=Integrity.CONFIG,
    deadline_s=60.0,
)
async def type_speech(context: Context, text: Annotated[str, TEXT]) -> Reply:
    """Type what was dictated. Only while the user dictates."""
    session = next((each for each in _sessions if each.is_on), None)
    if session is None:
        raise IntentDenied("nothing is dictated now", spoken="You are not dictating.")
    if _is_idle(context, session):
        _end(context, session)
        return Reply(_ENDED, is_aside=True)
    async with session.turns:
        heard = hear(
            await _in_window(context, session), text, context.settings(Settings).punctuation
        )
        await context.in_worker(_carry_out, context.desk, heard.edits)
        session.typed = heard.dictation
    if heard.is_over:
        _end(context, session)
        return Reply("I stopped typing.", is_aside=True)
    return Reply("There is nothing left to scratch." if heard.nothing_left else "", is_aside=True)


def _is_idle(context: Context, session: _Session) -> bool:
    """Whether the silence before this utterance was so long that it may not be dictated."""
    before, session.heard = session.heard, context.now
    idle_s = context.settings(Settings).dictation_idle_s + _LONGEST_S
    return (session.heard - before).total_seconds() > idle_s


def _end(context: Context, session: _Session) -> None:
    session.is_on = False
    context.assistant.take_speech("")


async def _in_window(context: Context, session: _Session) -> Dictation:
    """What was typed into the window that has the keyboard now; dictation ends where none can.

    Raises:
        DeskError: Nothing can be typed.
    """
    try:
        window = await context.in_worker(context.desk.typist.window)
    except DeskError:
        _end(context, session)
        raise
    if window != session.window:  # what was typed elsewhere is not taken back from here
        session.window, session.typed = window, Dictation()
    return session.typed


def _carry_out(desk: Desk, edits: tuple[Type | Erase, ...]) -> None:
    for edit in edits:
        match edit:
            case Type(text):
                desk.typist.type(text)
            case Erase(letters):
                desk.typist.erase(letters)


@intent(
    "writing.stop",
    sentences=["(stop|end|finish) [the|my] (dictation|dictating)", "stop typing [what i say]"],
    effect=Effect.R0,
    returns=Integrity.CONFIG,
    examples=["stop dictation"],
)
async def stop_dictation(context: Context) -> Reply:
    """Stop typing what is said."""
    for session in _sessions:
        session.is_on = False
    context.assistant.take_speech("")
    return Reply("I'm not typing any more.", is_aside=True)


@undoes("writing.dictate")
async def undo_dictation(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Take what was dictated out of the window, if that still has the keyboard."""
    session = next((each for each in _sessions if each.id == data["id"]), None)
    if session is None:
        raise IntentFailed(
            "the dictation is from an earlier run, or there was another one since",
            spoken="I can only take back what you dictated last.",
        )
    async with session.turns:
        if await context.in_worker(context.desk.typist.window) != session.window:
            raise IntentFailed("another window has the keyboard", spoken=_START_OVER)
        await context.in_worker(context.desk.typist.erase, session.typed.letters)
        session.typed = Dictation()
    return "I took back what you dictated."
