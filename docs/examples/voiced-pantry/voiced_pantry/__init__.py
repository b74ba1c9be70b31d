"""What is in the pantry, in a text file, one thing a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from voiced.plugin import (
    TEXT,
    Candidate,
    Context,
    Effect,
    Integrity,
    IntentFailed,
    JsonValue,
    Reply,
    SlotContext,
    Undo,
    intent,
    sound_similarity,
    undoes,
)


class Settings(BaseModel):
    """The section [pantry] of voiced.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: Path = Field(Path("~/pantry.txt"), description="Where what is in it is kept.")


def read_list(file: Path) -> list[str]:
    """What is on the list; nothing where there is no file."""
    path = file.expanduser()
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def write_list(file: Path, things: Sequence[str]) -> None:
    """Write the list anew, all or nothing."""
    path = file.expanduser()
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text("".join(f"{thing}\n" for thing in things), encoding="utf-8")
    fresh.replace(path)


ALIKE = 0.7
"""How alike what was said and what is on the list must sound."""


class ListedThing:
    """Something that is on the list; other words are heard too, and fit nothing."""

    name = "thing"
    is_open = True
    json_schema: Mapping[str, Any] = {"type": "string", "description": "a thing on the list"}

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """What may be said now."""
        return read_list(context.settings(Settings).file)

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[str]]:
        """The things that sound like it, best first."""
        things = read_list(context.settings(Settings).file)
        scored = [Candidate(thing, thing, sound_similarity(said, thing)) for thing in things]
        return sorted((each for each in scored if each.score > ALIKE), key=lambda each: -each.score)


THING = ListedThing()


@intent(
    "pantry.add",
    sentences=["(add|put) {thing} (to|in|into) (the|my) pantry"],
    effect=Effect.W1,
    critical=["thing"],
    returns=Integrity.CONFIG,
    examples=["add milk to my pantry"],
)
async def add(context: Context, thing: Annotated[str, TEXT]) -> Reply:
    """Put a thing into the pantry."""
    file = context.settings(Settings).file
    things = await context.in_worker(read_list, file)
    way_back = Undo("pantry.add", {"thing": thing})
    async with context.change(way_back, f"put {thing} in your pantry"):
        await context.in_worker(write_list, file, [*things, thing])
    return Reply(f"{thing.capitalize()} is in your pantry.")


@undoes("pantry.add")
async def undo_add(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Take off what was put on the list."""
    file, thing = context.settings(Settings).file, str(data["thing"])
    things = await context.in_worker(read_list, file)
    if thing not in things:
        raise IntentFailed("the thing is no longer there", spoken=f"{thing} is gone already.")
    things.remove(thing)
    await context.in_worker(write_list, file, things)
    return f"I took {thing} out of your pantry."


@intent(
    "pantry.remove",
    sentences=["(remove|take|delete) {thing} (from|out of) (the|my) pantry"],
    effect=Effect.W1,
    critical=["thing"],
    examples=["take milk out of my pantry"],
)
async def remove(context: Context, thing: Annotated[str, THING]) -> Reply:
    """Take a thing out of the pantry."""
    file = context.settings(Settings).file
    things = await context.in_worker(read_list, file)
    if thing not in things:
        raise IntentFailed("the thing is not there", spoken=f"{thing} is not in your pantry.")
    things.remove(thing)
    way_back = Undo("pantry.put", {"thing": thing})
    async with context.change(way_back, f"took {thing} out of your pantry"):
        await context.in_worker(write_list, file, things)
    return Reply(f"I took {thing} out of your pantry.")


@undoes("pantry.put")
async def undo_remove(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Put back what was taken off the list."""
    file, thing = context.settings(Settings).file, str(data["thing"])
    things = await context.in_worker(read_list, file)
    await context.in_worker(write_list, file, [*things, thing])
    return f"{thing.capitalize()} is back in your pantry."


@intent(
    "pantry.read",
    sentences=["(what's|what is) in (the|my) pantry", "(check|read [me]) my pantry"],
    effect=Effect.R1,
    examples=["what's in my pantry"],
)
async def read(context: Context) -> Reply:
    """Tell what is in the pantry."""
    things = await context.in_worker(read_list, context.settings(Settings).file)
    if not things:
        return Reply("Your list is empty.")
    more = len(things) - 3
    rest = f", and {more} more" if more > 0 else ""
    return Reply(f"{', '.join(things[:3])}{rest}.", data={"things": things})
