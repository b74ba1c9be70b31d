"""Several changes as one: all are prepared, then made; what cannot be takes back the others."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from voiced.plugin import FileEntity, IntentError, JsonValue, Undo

from .changes import Change, Moving, Renaming
from .kinds import FOLDER_KIND
from .listing import entry_at
from .names import longest, split_extension
from .refusals import denied, failed, said
from .roots import Spot
from .trashing import Restoring, Trashing

__all__ = [
    "Hideable",
    "Several",
    "all_of",
    "numbered",
    "refuse_changed",
    "taken_back",
    "with_dates",
]


_BOTH = 2


@runtime_checkable
class Hideable(Protocol):
    """A change that can be hidden again at once, since all it does is to show something new."""

    def hide(self) -> None:
        """Take ``commit`` back."""
        ...


@dataclass(slots=True)
class Several:
    """Changes that are made in order, and taken back in the other order."""

    steps: Sequence[Change]
    operation: str = "files.several"
    _made: list[Change] = field(default_factory=list[Change], init=False)

    def prepare(self) -> None:
        """Prepare every one."""
        for step in self.steps:
            step.prepare()

    def undo(self) -> Undo:
        """The way back: those of all steps, each of which looks at what is there first."""
        rows: list[JsonValue] = []
        for step in self.steps:
            way_back = step.undo()
            rows.append({"operation": way_back.operation, "data": way_back.data})
        return Undo(self.operation, {"steps": rows})

    def commit(self) -> None:
        """Make them all; where one cannot be made, those before it are taken back."""
        try:
            for step in self.steps:
                step.commit()
                self._made.append(step)
        except IntentError:
            for step in reversed(self._made):
                with suppress(IntentError):
                    _take_back(step)
            raise

    def discard(self) -> None:
        """Remove what was prepared and not used."""
        for step in self.steps:
            step.discard()


def _take_back(step: Change) -> None:
    back: Renaming | Restoring | Moving | None = None
    if isinstance(step, Hideable):
        step.hide()
    elif isinstance(step, Moving):
        back = Moving(step.new, step.old, step.budget)
    elif isinstance(step, Renaming):
        back = Renaming(step.new, step.old, step.operation, step.stamp)
    elif isinstance(step, Trashing) and step.trash and step.stamp:
        back = Restoring(step.trash, step.name, step.spot, step.stamp)
    if back is not None:
        back.prepare()
        back.commit()
        if isinstance(back, Moving):
            back.discard()


def numbered(spots: Sequence[Spot], stem: str) -> list[Renaming]:
    """Renames to "holiday 01.jpg", "holiday 02.jpg" and so on, in the order that is given.

    Raises:
        IntentDenied: They lie in more than one folder.
        IntentFailed: A name is taken by something else.
    """
    width = max(2, len(str(len(spots))))
    numbers = [f" {number:0{width}}" for number in range(1, len(spots) + 1)]
    # only an ending that a name has is kept whole: the stem itself may look like one
    ends = [split_extension(spot.name)[1] for spot in spots]
    return _renamed(
        spots, [longest(stem, number + end) for number, end in zip(numbers, ends, strict=True)]
    )


def with_dates(spots: Sequence[Spot], dates: Sequence[str]) -> list[Renaming]:
    """Renames that put a date before each name; raises as ``numbered``."""
    names = []
    for spot, date in zip(spots, dates, strict=True):
        stem, extension = split_extension(spot.name)
        names.append(longest(f"{date} {stem}", extension))
    return _renamed(spots, names)


def _renamed(spots: Sequence[Spot], names: Sequence[str]) -> list[Renaming]:
    if len({spot.parent for spot in spots}) > 1:
        raise denied("in several folders", "Those lie in several folders. I rename in one only.")
    if len(set(names)) < len(names):
        text = "Two of those would get the same name, since no name may be longer. "
        raise failed("two new names are the same", f"{text}I changed nothing.")
    taken = {spot.name for spot in spots}
    steps = []
    for spot, name in zip(spots, names, strict=True):
        if name == spot.name:
            continue
        if name in taken:
            reason = f"There is already something called {said(name)} there. I changed nothing."
            raise failed("a new name is taken", reason)
        steps.append(Renaming(spot, spot.parent.child(name)))
    return steps


def refuse_changed(spots: Sequence[Spot], files: Sequence[FileEntity]) -> None:
    """Refuse to change what is not what was read back, or named before.

    Raises:
        IntentFailed: Somebody has changed, replaced or removed one of them since.
    """
    for spot, file in zip(spots, files, strict=True):
        now = entry_at(spot)
        if FOLDER_KIND in (now.kind, file.kind):
            is_same = now.kind == file.kind
        else:
            is_same = (now.size_bytes, now.modified) == (file.size_bytes, file.modified)
        if not is_same:
            text = f"{said(spot.name)} has been changed since. I changed nothing."
            raise failed("one was changed since it was read back", text)


def taken_back(back: int, of: int) -> str:
    """How many of several are as they were."""
    if back < of:
        return f"I took back {back} of {of}."
    return "It is as it was." if of == 1 else f"{all_of(of)} are as they were."


def all_of(number: int) -> str:
    """How so many begin a sentence."""
    return "Both" if number == _BOTH else f"All {number}"
