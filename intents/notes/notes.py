"""Notes: taken, read, found, taken away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from voiced.plugin import (
    TEXT,
    Context,
    Effect,
    Integrity,
    IntentFailed,
    Reply,
    first_sentences,
    intent,
    number_words,
    one_line,
)
from voiced_intents.clock.words import full_date

from .files import NOTES
from .keeping import all_items, holding, put_in, take_out
from .pages import Item

__all__ = ["find_notes", "read_notes", "remove_note", "take_note"]

_SPOKEN_ITEMS = 3
_READ_LETTERS = 300


@intent(
    "notes.take",
    sentences=[
        "(take|make) a note [(that|to|of)] {text}",
        "note [down] [that] {text}",
        "write down [that] {text}",
        "(add|put) {text} (to|in) my notes",
    ],
    effect=Effect.W1,
    returns=Integrity.CONFIG,
    examples=["take a note the spare key is with Anna"],
)
async def take_note(context: Context, text: Annotated[str, TEXT]) -> Reply:
    """Take a note."""
    words = one_line(text).strip()
    dated = f"{context.now:%Y-%m-%d %H:%M} {words}"
    aside = await put_in(context, NOTES, [dated], f"noted: {words}")
    return Reply(f"Noted: {words}.{aside}")


@intent(
    "notes.read",
    sentences=[
        "(read|show|tell) [me] [all] [of] my [last|latest] (note|notes)",
        "what (are|do you have in|is in|did i write in) my notes",
        "what (did i note|notes do i have|notes are there)",
    ],
    effect=Effect.R1,
    examples=["read my notes"],
)
async def read_notes(context: Context) -> Reply:
    """Read the notes, the newest first."""
    return _told(await all_items(context, NOTES), context.now, "There are no notes.")


@intent(
    "notes.find",
    sentences=[
        "(find|read|show) [me] (my|the) (note|notes) (about|on|with) {topic}",
        "what did i (note|write down) about {topic}",
        "(do i have|is there|did i take) a note (about|on) {topic}",
        "what do my notes say about {topic}",
    ],
    effect=Effect.R1,
    examples=["what did I note about the key"],
)
async def find_notes(context: Context, topic: Annotated[str, TEXT]) -> Reply:
    """Find notes about something."""
    found = holding(topic, await all_items(context, NOTES))
    return _told(found, context.now, f"There is no note about {topic}.")


@intent(
    "notes.remove",
    sentences=[
        "(delete|remove|take away|throw away) (my|the) (last|latest) note",
        "(delete|remove|take away|throw away) (my|the) note (about|on) {topic}",
    ],
    effect=Effect.W1,
    examples=["delete my last note"],
)
async def remove_note(context: Context, topic: Annotated[str | None, TEXT] = None) -> Reply:
    """Take a note away: the last one, or the one about something."""
    notes = await all_items(context, NOTES)
    found = notes[-1:] if topic is None else holding(topic, notes)
    if not found:
        raise IntentFailed("there is no such note", spoken="There is no such note.")
    if len(found) > 1:
        spoken = f"There are {_number(len(found))} of them. Say more of what it says."
        raise IntentFailed("several notes may be meant", spoken=spoken)
    words = first_sentences(one_line(found[0].text), _READ_LETTERS)
    await take_out(context, NOTES, found, f"took away the note: {words}")
    return Reply(f"I took the note away: {words}.")


def _told(notes: Sequence[Item], now: datetime, none: str) -> Reply:
    if not notes:
        return Reply(none)
    told = [_sentence(note, now) for note in reversed(notes[-_SPOKEN_ITEMS:])]
    more = len(notes) - len(told)
    if more:
        told.append(f"And {_number(more)} more.")
    return Reply(" ".join(told))


def _sentence(note: Item, now: datetime) -> str:
    text = first_sentences(one_line(note.text), _READ_LETTERS)
    end = "" if text.endswith((".", "!", "?")) else "."
    try:
        day = datetime.fromisoformat(note.day)
    except ValueError:
        return f"{text[:1].upper()}{text[1:]}{end}"
    days = (now.date() - day.date()).days
    when = {0: "today", 1: "yesterday"}.get(days) or f"on {full_date(day, now)}"
    return f"{when[:1].upper()}{when[1:]}: {text}{end}"


def _number(value: int) -> str:
    return " ".join(number_words(value))
