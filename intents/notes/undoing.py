"""Taking back what was done to notes and lists; each looks first at what is there now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from voiced.plugin import Context, IntentFailed, JsonValue, undoes
from voiced_intents.clock.words import joined

from .files import NOTES, change, erase_file, read
from .pages import items_of, with_lines, without
from .settings import Settings

__all__ = ["undo_added", "undo_created", "undo_removed"]


def _called(file: str) -> str:
    return "notes" if file == NOTES else file.removesuffix(".md")


def _gone(file: str) -> IntentFailed:
    spoken = f"That was changed since, so I leave your {_called(file)} as it is."
    return IntentFailed("the file was changed since", spoken=spoken)


@undoes("notes.added")
async def undo_added(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Take out what was put in, as far as it is still there."""
    file, texts = str(data["file"]), _texts(data["texts"])
    folder = context.settings(Settings).path
    lines = await context.in_worker(read, folder, file)
    if not _lines_of(lines, texts):
        raise _gone(file)

    def edit(now: list[str]) -> list[str]:
        return without(now, _lines_of(now, texts))

    await context.in_worker(change, folder, file, edit)
    if file == NOTES:
        return "I took the note away again."
    return f"I took {joined(texts)} off your {_called(file)} again."


def _lines_of(lines: Sequence[str], texts: Sequence[str]) -> list[int]:
    """The last line of each of the items."""
    items = items_of(lines)
    found = [
        next((i.line for i in reversed(items) if text in (i.text, f"{i.day} {i.text}")), None)
        for text in texts
    ]
    return [line for line in found if line is not None]


@undoes("notes.removed")
async def undo_removed(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Put back what was taken out, where it was."""
    file, places = str(data["file"]), _places(data["lines"])
    folder = context.settings(Settings).path
    there = await context.in_worker(read, folder, file)
    missing = [(place, line) for place, line in places if line not in there]
    if not missing:
        raise _gone(file)

    def edit(now: list[str]) -> list[str]:
        return with_lines(now, missing)

    await context.in_worker(change, folder, file, edit)
    names = joined([item.text for item in items_of([line for _, line in missing])])
    return f"I put {names} back."


@undoes("notes.created")
async def undo_created(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Take a list away, unless something was put on it."""
    file = str(data["file"])
    folder = context.settings(Settings).path
    lines = await context.in_worker(read, folder, file)
    if [line for line in lines if line.strip()][1:] or not lines:
        raise _gone(file)
    await context.in_worker(erase_file, folder, file)
    return f"The {_called(file)} is gone again."


def _texts(value: JsonValue) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def _places(value: JsonValue) -> list[tuple[int, str]]:
    pairs = value if isinstance(value, list) else []
    return [
        (int(str(pair[0])), str(pair[1]))
        for pair in pairs
        if isinstance(pair, list) and len(pair) > 1
    ]
