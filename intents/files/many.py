"""The intents that change several files at once: the count is read back before, and told after."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from voiced.plugin import (
    TEXT,
    Context,
    Effect,
    FileEntity,
    IntentError,
    JsonValue,
    Reply,
    intent,
    undoes,
)

from .carrying import budget, carry_out, spot_of
from .changes import Change, Moving
from .described import EVERYTHING, SEVERAL, meant_all
from .kinds import FOLDER_KIND
from .names import new_name_of
from .refusals import failed, said
from .roots import Spot
from .settings import Settings
from .several import Several, numbered, refuse_changed, taken_back, with_dates
from .slot import FOLDER
from .trashing import Trashing
from .undoing import undo_move, undo_rename, undo_trash

__all__ = ["date_files", "move_files", "number_files", "trash_files", "undo_several"]

_DEADLINE_S = 600.0


def _effect(values: Mapping[str, Any]) -> Effect:
    """More than one is read back, and confirmed with the verb."""
    found = values.get("several") or values.get("everything") or ()
    return Effect.W2 if len(found) > 1 else Effect.W1


def _count(files: Sequence[FileEntity]) -> str:
    if len(files) == 1:
        return said(files[0].path.name)
    has_folders = any(file.kind == FOLDER_KIND for file in files)
    return f"{len(files)} files{' and folders' * has_folders}"


async def _spots(context: Context, files: Sequence[FileEntity]) -> list[Spot]:
    """Their places; they must be what was read back."""
    spots = [await spot_of(context, file.path) for file in files]
    await context.in_worker(refuse_changed, spots, files)
    return spots


async def _make(context: Context, steps: Sequence[Change], done: str) -> Reply:
    if not steps:
        raise failed("nothing to change", "There is nothing to change about those.")
    await carry_out(context, Several(steps), done)
    return Reply(f"{done[:1].upper()}{done[1:]}.")


@intent(
    "files.trash_several",
    sentences=[
        "(delete|trash|remove|throw away) (all|all the|all of the|all my|both|both of the) "
        "{several}",
        "(move|put) (all|all the|all of the|all my|both) {several} (to|into|in) the "
        "(trash|bin|wastebasket)",
        "get rid of (all|all the|all of the|all my|both) {several}",
        "(delete|trash|remove|throw away|get rid of) {everything}",
        "(move|put|throw) {everything} (to|into|in) the (trash|bin|wastebasket)",
    ],
    effect=Effect.W1,
    effect_of=_effect,
    critical=["several", "everything"],
    examples=["delete all screenshots from last week"],
    deadline_s=_DEADLINE_S,
)
async def trash_files(
    context: Context,
    several: Annotated[tuple[FileEntity, ...] | None, SEVERAL] = None,
    everything: Annotated[tuple[FileEntity, ...] | None, EVERYTHING] = None,
) -> Reply:
    """Delete several files, into the trash."""
    several = meant_all(several, everything)
    spots = await _spots(context, several)
    steps = [Trashing(spot, lambda: context.now) for spot in spots]
    return await _make(context, steps, f"moved {_count(several)} to the trash")


@intent(
    "files.move_several",
    sentences=[
        "(move|put) (all|all the|all of the|all my|both|both of the|these) {several} "
        "(to|into|in) [the|my] {folder}",
        "(move|put) {everything} (to|into) [the|my] {folder}",
    ],
    effect=Effect.W1,
    effect_of=_effect,
    critical=["several", "everything", "folder"],
    examples=["move all pdfs from yesterday to taxes"],
    deadline_s=_DEADLINE_S,
)
async def move_files(
    context: Context,
    folder: Annotated[FileEntity, FOLDER],
    several: Annotated[tuple[FileEntity, ...] | None, SEVERAL] = None,
    everything: Annotated[tuple[FileEntity, ...] | None, EVERYTHING] = None,
) -> Reply:
    """Move several files into a folder."""
    several = meant_all(several, everything)
    target = await spot_of(context, folder.path)
    allowed = budget(context.settings(Settings))
    spots = await _spots(context, several)
    steps = [
        Moving(spot, target.child(spot.name), allowed) for spot in spots if spot.parent != target
    ]
    if len({step.new.name for step in steps}) < len(steps):
        raise failed("two have one name", "Two of those have the same name. I moved nothing.")
    return await _make(context, steps, f"moved {_count(several)} to {said(target.name)}")


@intent(
    "files.number",
    sentences=[
        "number (all|all the|the|my) {several}",
        "number (all|all the|the|my) {several} as {new_name}",
        "rename (all|all the) {several} to {new_name} with numbers",
        "(number|rename) {everything}",
        "number {everything} as {new_name}",
        "rename {everything} to {new_name} with numbers",
    ],
    effect=Effect.W1,
    effect_of=_effect,
    critical=["several", "everything", "new_name"],
    examples=["number the pictures in holiday as beach"],
    deadline_s=60.0,
)
async def number_files(
    context: Context,
    several: Annotated[tuple[FileEntity, ...] | None, SEVERAL] = None,
    new_name: Annotated[str | None, TEXT] = None,
    everything: Annotated[tuple[FileEntity, ...] | None, EVERYTHING] = None,
) -> Reply:
    """Number and rename several files of a folder, the oldest first."""
    several = meant_all(several, everything)
    oldest = sorted(several, key=lambda file: (file.modified, file.path.name))
    spots = await _spots(context, oldest)
    stem = new_name_of(new_name) if new_name else spots[0].parent.name
    return await _make(
        context, numbered(spots, stem), f"numbered {_count(several)} as {said(stem)}"
    )


@intent(
    "files.add_date",
    sentences=[
        "(add|put) the date (to|before|in front of) "
        "(the names of (the|all)|all|all the|the|my) {several}",
        "rename (all|all the) {several} by [their] date",
        "(add|put) the date (to|before|in front of) [the names of] {everything}",
    ],
    effect=Effect.W1,
    effect_of=_effect,
    critical=["several", "everything"],
    examples=["add the date to all scans from yesterday"],
    deadline_s=60.0,
)
async def date_files(
    context: Context,
    several: Annotated[tuple[FileEntity, ...] | None, SEVERAL] = None,
    everything: Annotated[tuple[FileEntity, ...] | None, EVERYTHING] = None,
) -> Reply:
    """Add the date before the names of several files: the day on which each was changed."""
    several = meant_all(several, everything)
    spots = await _spots(context, several)
    steps = with_dates(spots, [_day(file.modified) for file in several])
    return await _make(context, steps, f"added the date to {_count(several)}")


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"


_UNDOERS: dict[str, Callable[[Context, Mapping[str, JsonValue]], Any]] = {
    each.operation: each.function for each in (undo_move, undo_rename, undo_trash)
}


@undoes("files.several")
async def undo_several(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Take each back that can be, the last one first; those that were never made are left."""
    steps = data.get("steps")
    if not isinstance(steps, Sequence) or isinstance(steps, str):
        raise failed("the undo record is damaged", "My note on how to undo that is damaged.")
    back, reasons = 0, list[str]()
    for step in reversed(steps):
        try:
            await _undo_one(context, step)
            back += 1
        except IntentError as error:
            reasons.append(error.spoken)
    if not back:
        raise failed("none of it can be taken back", reasons[0] if reasons else "There is nothing.")
    left = f" Of the others I say: {reasons[0]}" if reasons else ""
    return f"{taken_back(back, len(steps))}{left}"


async def _undo_one(context: Context, step: JsonValue) -> None:
    if not isinstance(step, Mapping):
        raise failed("the undo record is damaged", "My note on how to undo that is damaged.")
    data = step.get("data")
    undoer = _UNDOERS.get(str(step.get("operation")))
    if undoer is None or not isinstance(data, Mapping):
        raise failed("the undo record is damaged", "My note on how to undo that is damaged.")
    await undoer(context, data)
