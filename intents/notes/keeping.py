"""What the intents of notes and lists share: to put items in, and to take them out."""

from __future__ import annotations

from collections.abc import Sequence

from voiced.plugin import (
    Context,
    IntentFailed,
    JsonValue,
    Undo,
    normalise,
    one_line,
    sound_similarity,
)

from .files import change, read
from .pages import Item, items_of, new_lines, without
from .settings import Settings

__all__ = ["alike", "all_items", "holding", "put_in", "take_out"]

_ALIKE = 0.75
_LEAD = 0.1
_SMALL = frozenset("a an any my of some the to".split())


async def all_items(context: Context, name: str) -> list[Item]:
    """The items of a file that are not done."""
    lines = await context.in_worker(read, context.settings(Settings).path, name)
    return items_of(lines)


async def put_in(context: Context, name: str, texts: Sequence[str], summary: str) -> str:
    """Put items at the end of a file; what to say of a file that had to be set aside."""
    folder = context.settings(Settings).path
    heading = [f"# {name.removesuffix('.md').capitalize()}", ""]
    data: dict[str, JsonValue] = {"file": name, "texts": list(texts)}

    def edit(lines: list[str]) -> list[str]:
        return [*(lines or heading), *new_lines(lines, texts)]

    async with context.change(Undo("notes.added", data), summary):
        aside = await context.in_worker(change, folder, name, edit)
    return f" The file was damaged: I put it aside as {aside.removesuffix('.md')}." if aside else ""


async def take_out(context: Context, name: str, items: Sequence[Item], summary: str) -> None:
    """Take items out of a file."""
    folder = context.settings(Settings).path
    wanted = [item.text for item in items]
    lines = await context.in_worker(read, folder, name)
    places: list[JsonValue] = [[item.line, lines[item.line]] for item in items]

    def edit(now: list[str]) -> list[str]:
        return _less(now, items, wanted)

    async with context.change(Undo("notes.removed", {"file": name, "lines": places}), summary):
        await context.in_worker(change, folder, name, edit)


def _less(lines: Sequence[str], items: Sequence[Item], wanted: Sequence[str]) -> list[str]:
    """Without them; if somebody has edited the file in between, by their texts."""
    now = items_of(lines)
    if all(item in now for item in items):
        return without(lines, (item.line for item in items))
    return without(lines, (item.line for item in now if item.text in wanted))


def alike(said: str, items: Sequence[Item], where: str) -> Item:
    """The item that is meant.

    Raises:
        IntentFailed: There is none, or there are several.
    """
    words = _words(said)
    scores = [_likeness(words, _words(item.text)) for item in items]
    best = max(scores, default=0.0)
    if best < _ALIKE:
        raise IntentFailed("no such item", spoken=f"{said.capitalize()} is not on your {where}.")
    found = [item for item, score in zip(items, scores, strict=True) if score > best - _LEAD]
    if len({item.text for item in found}) > 1 and best < 1.0:
        names = " or ".join(one_line(item.text) for item in found[:3])
        raise IntentFailed("several items may be meant", spoken=f"Which one: {names}?")
    return items[scores.index(best)]


def _words(text: str) -> str:
    words = normalise(text)
    return " ".join([word for word in words if word not in _SMALL] or words)


def _likeness(said: str, there: str) -> float:
    if said == there:
        return 1.0
    is_part = f" {said} " in f" {there} "
    return max(0.9 if is_part else 0.0, 0.95 * sound_similarity(said, there))


def holding(topic: str, items: Sequence[Item]) -> list[Item]:
    """Those that hold all the words that tell something."""
    wanted = _words(topic).split()
    return [item for item in items if _holds(normalise(item.text), wanted)]


def _holds(words: Sequence[str], wanted: Sequence[str]) -> bool:
    return all(any(each.startswith(word.removesuffix("s")) for each in words) for word in wanted)
