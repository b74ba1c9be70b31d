"""Lists: things are put on, taken off, read."""

from __future__ import annotations

from typing import Annotated

from voiced.plugin import (
    TEXT,
    Context,
    Effect,
    Integrity,
    IntentFailed,
    Reply,
    Undo,
    intent,
    normalise,
    one_line,
)
from voiced_intents.clock.words import joined

from .files import change, file_of, list_names
from .keeping import alike, all_items, put_in, take_out
from .settings import Settings
from .slots import ITEMS, LIST, NAME

__all__ = ["add", "clear", "create", "is_listed", "read_list", "remove", "which_lists"]

_THE = "[the|my|our]"


def _named(context: Context, name: str | None) -> tuple[str, str]:
    """What the list is called, and its file."""
    known = name or context.settings(Settings).usual_list
    return f"{known} list", file_of(known)


@intent(
    "lists.add",
    sentences=[
        f"(add|put) {{items}} (to|on|onto) {_THE} {{list}} list",
        "(add|put) {items} (to|on|onto) (the|my|our) list",
    ],
    effect=Effect.W1,
    returns=Integrity.CONFIG,
    examples=["add milk to my shopping list"],
)
async def add(
    context: Context,
    items: Annotated[tuple[str, ...], ITEMS],
    list: Annotated[str | None, LIST] = None,  # noqa: A002 - the slot's name
) -> Reply:
    """Put things on a list."""
    called, file = _named(context, list)
    there = {normalise(item.text) for item in await all_items(context, file)}
    fresh = [one_line(item) for item in items if normalise(item) not in there]
    verb = "is" if len(items) == 1 else "are"
    names = joined([one_line(item) for item in items])
    names = f"{names[:1].upper()}{names[1:]}"
    if not fresh:
        return Reply(f"{names} {verb} on your {called} already.")
    aside = await put_in(context, file, fresh, f"put {joined(fresh)} on your {called}")
    return Reply(f"{names} {verb} on your {called}.{aside}")


@intent(
    "lists.remove",
    sentences=[
        f"(remove|take|delete|cross|scratch|strike) {{items}} (from|off) {_THE} {{list}} list",
        "(remove|take|delete|cross|scratch|strike) {items} (from|off) (the|my|our) list",
    ],
    effect=Effect.W1,
    examples=["take milk off my shopping list"],
)
async def remove(
    context: Context,
    items: Annotated[tuple[str, ...], ITEMS],
    list: Annotated[str | None, LIST] = None,  # noqa: A002
) -> Reply:
    """Take things off a list."""
    called, file = _named(context, list)
    there = await all_items(context, file)
    found = [alike(item, there, called) for item in dict.fromkeys(items)]
    names = joined([one_line(item.text) for item in found])
    await take_out(context, file, found, f"took {names} off your {called}")
    return Reply(f"I took {names} off your {called}.")


@intent(
    "lists.read",
    sentences=[
        f"[tell me] (what's|what is) on {_THE} {{list}} list",
        f"(read|show) [me] {_THE} {{list}} list",
        "[tell me] (what's|what is) on (the|my|our) list",
    ],
    effect=Effect.R1,
    examples=["what's on my shopping list"],
)
async def read_list(
    context: Context,
    list: Annotated[str | None, LIST] = None,  # noqa: A002
) -> Reply:
    """Read a list."""
    called, file = _named(context, list)
    there = [one_line(item.text) for item in await all_items(context, file)]
    if not there:
        return Reply(f"Your {called} is empty.")
    names = joined(there)
    return Reply(f"{names[:1].upper()}{names[1:]}.")


@intent(
    "lists.has",
    sentences=[f"(is|are) [there] [any] {{item}} on {_THE} {{list}} list"],
    effect=Effect.R1,
    examples=["is milk on my shopping list"],
)
async def is_listed(
    context: Context,
    item: Annotated[str, TEXT],
    list: Annotated[str | None, LIST] = None,  # noqa: A002
) -> Reply:
    """Tell whether something is on a list."""
    called, file = _named(context, list)
    try:
        found = alike(item, await all_items(context, file), called)
    except IntentFailed as error:
        return Reply(f"No. {error.spoken}")
    name = one_line(found.text)
    return Reply(f"Yes, {name} is on your {called}.")


@intent(
    "lists.which",
    sentences=[
        "(what|which) lists (are there|do i have|do you have)",
        "(list|tell me|show me) [all] [of] my lists",
    ],
    effect=Effect.R1,
    examples=["which lists do I have"],
)
async def which_lists(context: Context) -> Reply:
    """Tell which lists there are."""
    names = await context.in_worker(list_names, context.settings(Settings).path)
    if not names:
        return Reply("There is no list yet. Say: add milk to my shopping list.")
    noun = "list" if len(names) == 1 else "lists"
    return Reply(f"You have the {joined([one_line(name) for name in names], 'more')} {noun}.")


@intent(
    "lists.clear",
    sentences=[
        f"(clear|empty) {_THE} {{list}} list",
        f"(remove|delete|take|cross) everything (from|off) {_THE} {{list}} list",
    ],
    effect=Effect.W1,
    returns=Integrity.CONFIG,
    examples=["clear my shopping list"],
)
async def clear(context: Context, list: Annotated[str, LIST]) -> Reply:  # noqa: A002
    """Take everything off a list."""
    called, file = _named(context, list)
    there = await all_items(context, file)
    if not there:
        return Reply(f"Your {called} is empty already.")
    await take_out(context, file, there, f"cleared your {called}")
    return Reply(f"Your {called} is empty now. Say: undo that, to have it back.")


@intent(
    "lists.create",
    sentences=[
        "(create|make|start) (a|another) [new] {name} list",
        "(create|make|start) (a|another) [new] list (called|named) {name}",
    ],
    effect=Effect.W1,
    returns=Integrity.CONFIG,
    examples=["make a new list called guests"],
)
async def create(context: Context, name: Annotated[str, NAME]) -> Reply:
    """Begin a new list."""
    called, file = _named(context, name)
    folder = context.settings(Settings).path
    if file.removesuffix(" list.md") in await context.in_worker(list_names, folder):
        return Reply(f"There is a {called} already.")

    def edit(lines: list[str]) -> list[str]:
        return lines or [f"# {called.capitalize()}", ""]

    async with context.change(Undo("notes.created", {"file": file}), f"began a {called}"):
        await context.in_worker(change, folder, file, edit)
    return Reply(f"There is a {called} now. Say: add something to the {called}.")
