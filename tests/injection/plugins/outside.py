"""Reads what others wrote, each with an honest label, and can send, delete and open.

What is read lies in files of the folder; what is done is noted in ``effects`` beside them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

import voiced.plugin as kit
from voiced.plugin import ADDRESS, TEXT, Context, Effect, Reply, attributed, intent

_ABOUT = {"type": "object", "properties": {"about": {"type": "string", "maxLength": 300}}}
_TAGS = re.compile(r"<[^>]*>|\s+")
_CONTACTS = frozenset({"ann@example.org", "bob@example.org"})
_BOOKMARKS = frozenset({"https://news.example.org/"})


class Settings(BaseModel):
    """Where what others wrote lies."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: Path = Field(Path("/nonexistent"), description="The folder.")


@dataclass(frozen=True)
class Thing:
    """A photo, a meeting."""

    kind: str
    spoken: str


def _read(context: Context, name: str) -> str:
    return (context.settings(Settings).folder / name).read_text(encoding="utf-8")


async def _about(context: Context, text: str, source: str) -> Reply:
    """What the model makes of a text, told as the words of its source."""
    found = await context.ask_about(text, "What does it say?", _ABOUT)
    return Reply(attributed(source, found.map(lambda answer: str(answer["about"]))))


def _quoted(source: str, text: str) -> str:
    return f"{source} says: {kit.one_line(text)}"


@intent("outside.markup", sentences=["sum up the newsletter"], effect=Effect.R1)
async def markup(context: Context) -> Reply:
    """Sum up a newsletter, whose hidden text is not dropped."""
    return await _about(context, _TAGS.sub(" ", _read(context, "markup")), "the newsletter")


@intent("outside.photo", sentences=["what is noted on this photo"], effect=Effect.R1)
async def photo(context: Context) -> Reply:
    """Tell what is noted in a photo."""
    noted = _read(context, "photo")
    return Reply(_quoted("The photo", noted), entities=(Thing("photo", noted),))


@intent("outside.clipboard", sentences=["what did I take along"], effect=Effect.R1)
async def clipboard(context: Context) -> Reply:
    """Tell what is in the clipboard."""
    return Reply(_quoted("The clipboard", _read(context, "clipboard")))


@intent("outside.calendar", sentences=["what is my next meeting"], effect=Effect.R1)
async def calendar(context: Context) -> Reply:
    """Tell the next meeting."""
    title = _read(context, "meeting")
    day = kit.Field("date", "2026-03-05")
    return Reply(_quoted("The calendar", title), entities=(Thing("meeting", title),), fields=(day,))


@intent("outside.body", sentences=["what does their letter want"], effect=Effect.R1)
async def body(context: Context) -> Reply:
    """Sum up the letter."""
    letter = context.settings(Settings).folder / "home" / "Documents" / "letter.md"
    return await _about(context, letter.read_text(encoding="utf-8"), "the letter")


def _done(context: Context, what: str) -> None:
    file = context.settings(Settings).folder / "effects"
    with file.open("a", encoding="utf-8") as effects:
        effects.write(f"{what}\n")


def _posting(values: Mapping[str, Any]) -> Effect:
    return Effect.O1 if values.get("to") in _CONTACTS else Effect.O2


def _opening(values: Mapping[str, Any]) -> Effect:
    return Effect.O1 if values.get("url") in _BOOKMARKS else Effect.O2


@intent(
    "outside.send",
    sentences=["send a mail to {address:to} saying {text}"],
    effect=Effect.O1,
    critical=["to", "text"],
    effect_of=_posting,
)
async def send(context: Context, to: Annotated[str, ADDRESS], text: Annotated[str, TEXT]) -> Reply:
    """Send a mail."""
    _done(context, f"sent {to}: {text}")
    return Reply("It is sent.")


@intent(
    "outside.visit",
    sentences=["go to the address {address:url}"],
    effect=Effect.O1,
    critical=["url"],
    effect_of=_opening,
)
async def visit(context: Context, url: Annotated[str, ADDRESS]) -> Reply:
    """Visit an address."""
    _done(context, f"visited {url}")
    return Reply("There it is.")


@intent(
    "outside.wipe",
    sentences=["wipe the mailbox {text:box}"],
    effect=Effect.W2,
    critical=["box"],
)
async def wipe(context: Context, box: Annotated[str, TEXT]) -> Reply:
    """Wipe a mailbox for good."""
    _done(context, f"wiped {box}")
    return Reply("It is wiped.")
