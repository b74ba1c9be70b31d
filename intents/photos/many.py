"""Several pictures at once: their slot type, and one change of all of them, or of none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, ClassVar

from voiced.plugin import (
    Candidate,
    Context,
    Effect,
    FileEntity,
    IntentFailed,
    Reply,
    SlotContext,
    Undo,
    normalise,
)
from voiced_intents.files.described import EVERYTHING, SEVERAL
from voiced_intents.files.listing import entry_at
from voiced_intents.files.refusals import failed
from voiced_intents.files.roots import Spot
from voiced_intents.files.several import Several, refuse_changed
from voiced_intents.files.these import says_these

from .edit import Edit, Wish
from .editing import free_beside, made_of, recipe_of, wish_for, write_version
from .library import area_of, file_settings
from .settings import Settings
from .telling import MOST, counted, data_of
from .versions import Version

__all__ = ["PICTURES", "edited_all", "effect_of_many", "shown_all", "unchanged_spots"]

_PLURAL = frozenset("pictures photos images photographs screenshots snapshots".split())
_LEADING = frozenset("all both of the my every each".split())


@dataclass(frozen=True, slots=True)
class _Pictures:
    """Several pictures: by kind, date, name, folder or tag, or those that were named last."""

    name: ClassVar[str] = "picture"
    is_open: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "description": "which pictures: 'the photos from yesterday', 'pictures in holiday'",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:  # noqa: ARG002
        """None: other words than those of one picture are what it is for."""
        return ()

    def fits(self, said: str) -> bool:
        """Whether more than one is said: "these", "the photos from yesterday"."""
        return says_these(said) or not _PLURAL.isdisjoint(normalise(said))

    def resolve(
        self, said: str, context: SlotContext
    ) -> Sequence[Candidate[tuple[FileEntity, ...]]]:
        """One candidate, read back by its count; raises as several files do."""
        file_settings(context)
        words = said.split()
        while words and words[0].lower() in _LEADING and not says_these(said):
            words = words[1:]
        kind = EVERYTHING if says_these(said) else SEVERAL
        return [
            Candidate(pictures, each.spoken.replace(" files: ", " pictures: "), each.score)
            for each in kind.resolve(" ".join(words), context)
            if (pictures := tuple(file for file in each.value if file.kind == "image"))
            and len(pictures) == len(each.value)
        ]


PICTURES = _Pictures()


def effect_of_many(values: Mapping[str, Any]) -> Effect:
    """More than one is read back, and confirmed."""
    return Effect.W2 if len(values.get("pictures") or ()) > 1 else Effect.W1


@dataclass(slots=True)
class _Edited:
    """A version of one of them, made when it is prepared; its name is free among all.

    ``reason`` is why there is none: the picture is broken, or of a kind that is not edited.
    """

    source: Spot
    edits: tuple[Edit, ...]
    wish: Wish
    settings: Settings
    taken: set[Spot]
    notes: tuple[str, ...] = ()
    reason: str = ""
    version: Version | None = field(default=None, init=False)

    def prepare(self) -> None:
        """Make the version, out of sight; its bytes are not kept in memory."""
        try:
            made = made_of(self.source, self.edits, self.wish, self.settings)
        except IntentFailed as error:
            self.reason = error.spoken
            return
        labels = tuple(edit.done for edit in self.edits)
        if not self.wish.keeps_location:
            labels = (*labels, "without location")
        new = free_beside(self.source, labels, made.format, self.taken)
        self.taken.add(new)
        recipe = (*recipe_of(self.source), *self.edits)
        self.version = Version(self.source, new, partial(write_version, made.data, recipe))
        self.version.prepare()
        self.version.write = _nothing
        self.notes = made.notes

    @property
    def new(self) -> Spot:
        """Where the version is."""
        return self._made().new

    def undo(self) -> Undo:
        """The way back."""
        return self._made().undo()

    def commit(self) -> None:
        """Show it."""
        self._made().commit()

    def hide(self) -> None:
        """Hide it again."""
        self._made().hide()

    def discard(self) -> None:
        """Remove it if it was not shown."""
        if self.version is not None:
            self.version.discard()

    def _made(self) -> Version:
        if self.version is None:
            raise AssertionError("prepare() comes first")
        return self.version


def _nothing(_: int) -> None:
    """The bytes of a version that is written are let go."""


async def edited_all(
    context: Context, pictures: Sequence[FileEntity], did: str, *edits: Edit, **how: object
) -> Reply:
    """Make a version of each that can be edited, and say which could not.

    Args:
        context: The call's.
        pictures: What was read back.
        did: The past tense, as "made {name} brighter".
        edits: What is done to each.
        how: Of a ``Wish``.
    """
    settings = context.settings(Settings)
    spots = await unchanged_spots(context, pictures)
    taken: set[Spot] = set()
    wish = wish_for(settings, **how)
    steps = [_Edited(spot, edits, wish, settings, taken) for spot in spots]
    try:
        await context.in_worker(_prepare, steps)
        made = [step for step in steps if not step.reason]
        if not made:
            raise failed("none of them can be edited", steps[0].reason)
        reply = await shown_all(context, Several(made, "photos.several"), did)
    finally:
        for step in steps:
            step.discard()
    notes = dict.fromkeys(note for step in made for note in step.notes)
    left = [step.reason for step in steps if step.reason]
    told = f"I left out {counted(len(left), 'picture')}: {left[0]}" if left else ""
    return replace(reply, text=" ".join(filter(None, (reply.text, *notes, told))))


def _prepare(steps: Sequence[_Edited]) -> None:
    for step in steps:
        step.prepare()


async def unchanged_spots(context: Context, pictures: Sequence[FileEntity]) -> list[Spot]:
    """Where they are; they must be what was read back."""
    area = await context.in_worker(area_of, context)
    spots = [area.spot(picture.path) for picture in pictures]
    await context.in_worker(refuse_changed, spots, pictures)
    return spots


async def shown_all(context: Context, batch: Several, did: str) -> Reply:
    """Show what was prepared, all of it or nothing, and tell how many there are."""
    told = did.replace("{name}", counted(len(batch.steps), "picture"))
    async with context.change(batch.undo(), told):
        await context.in_worker(batch.commit)
    entities = await context.in_worker(_entities, batch.steps)
    return Reply(f"{told[0].upper()}{told[1:]}.", entities[:MOST], data_of(entities))


def _entities(steps: Sequence[Any]) -> tuple[FileEntity, ...]:
    return tuple(entry_at(step.new).entity() for step in steps)
