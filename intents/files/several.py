"""Several changes as one: all are prepared, then made; what cannot be takes back the others."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from voiced.plugin import IntentError, JsonValue, Undo

from .changes import Change, Renaming
from .names import split_extension, with_addition
from .refusals import denied, failed
from .roots import Spot
from .trashing import Restoring, Trashing

__all__ = ["Several", "numbered", "with_dates"]


@dataclass(slots=True)
class Several:
    """Changes that are made in order, and taken back in the other order."""

    steps: Sequence[Change]
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
        return Undo("files.several", {"steps": rows})

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
    back: Renaming | Restoring | None = None
    if isinstance(step, Renaming):
        back = Renaming(step.new, step.old, step.operation, step.stamp)
    elif isinstance(step, Trashing) and step.trash and step.stamp:
        back = Restoring(step.trash, step.name, step.spot, step.stamp)
    if back is not None:
        back.prepare()
        back.commit()


def numbered(spots: Sequence[Spot], stem: str) -> list[Renaming]:
    """Renames to "holiday 01.jpg", "holiday 02.jpg" and so on, in the order that is given.

    Raises:
        IntentDenied: They lie in more than one folder.
        IntentFailed: A name is taken by something else.
    """
    width = max(2, len(str(len(spots))))
    names = [f"{stem} {number:0{width}}" for number in range(1, len(spots) + 1)]
    return _renamed(spots, names)


def with_dates(spots: Sequence[Spot], dates: Sequence[str]) -> list[Renaming]:
    """Renames that put a date before each name; raises as ``numbered``."""
    names = [f"{date} {spot.name}" for spot, date in zip(spots, dates, strict=True)]
    return _renamed(spots, names, keep_extension=False)


def _renamed(
    spots: Sequence[Spot], stems: Sequence[str], *, keep_extension: bool = True
) -> list[Renaming]:
    if len({spot.parent for spot in spots}) > 1:
        raise denied("in several folders", "Those lie in several folders. I rename in one only.")
    taken = {spot.name for spot in spots}
    steps = []
    for spot, stem in zip(spots, stems, strict=True):
        name = with_addition(stem + (split_extension(spot.name)[1] if keep_extension else ""), "")
        if name == spot.name:
            continue
        if name in taken:
            reason = f"There is already something called {name} there. I changed nothing."
            raise failed("a new name is taken", reason)
        steps.append(Renaming(spot, spot.parent.child(name)))
    return steps
