"""Every change of files that can be taken back, and taking each of them back, as acts to kill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bench.kills.ground import CONTENTS, Ground

from voiced.dispatch import Call
from voiced.plugin import Intent
from voiced_intents import files, talk

__all__ = ["ACTS", "Act"]

_FILE, _FOLDER = "thesis.txt", "project"
_UNDO = "undo of "


@dataclass(frozen=True, slots=True)
class Act:
    """One change. ``what`` is the name of a thing in Documents; ``slots`` name other things.

    ``is_undo``: the change is made first, and taking it back is the act. ``is_far``: it goes to
    another disk. A copy leaves the thing where it was.
    """

    name: str
    intent: Intent
    what: str
    slots: Mapping[str, str]
    is_undo: bool = False
    is_far: bool = False

    @property
    def is_copy(self) -> bool:
        """Whether what is there may be there twice afterwards."""
        return self.intent is files.copy_file

    @property
    def precious(self) -> tuple[str, ...]:
        """The contents that must not be lost."""
        return tuple(text for name, text in CONTENTS.items() if name.startswith(self.what))

    def calls(self, ground: Ground) -> tuple[Call, ...]:
        """What is done, in order; the last one is the act."""
        values: dict[str, Any] = {}
        if "file" in self.intent.slots:
            values["file"] = ground.entity(ground.documents / self.what)
        if "new_name" in self.slots:
            values["new_name"] = self.slots["new_name"]
        if "folder" in self.slots:
            values["folder"] = ground.entity(ground.folder_of(self.slots["folder"]))
        done = Call(self.intent, {}, values=values)
        return (done, Call(talk.undo, {}, values={"count": 1})) if self.is_undo else (done,)


def _changes() -> Iterator[Act]:
    for what in (_FILE, _FOLDER):
        yield Act(f"rename {what}", files.rename_file, what, {"new_name": "gone"})
        yield Act(f"move {what}", files.move_file, what, {"folder": "Downloads"})
        yield Act(f"move {what} far", files.move_file, what, {"folder": "far"}, is_far=True)
        yield Act(f"copy {what}", files.copy_file, what, {"folder": "Downloads"})
        yield Act(f"copy {what} far", files.copy_file, what, {"folder": "far"}, is_far=True)
        yield Act(f"trash {what}", files.trash_file, what, {})
    yield Act("new folder", files.create_folder, _FILE, {"new_name": "holidays"})


def _acts() -> Iterator[Act]:
    for act in _changes():
        yield act
        again = (act.intent, act.what, act.slots)
        yield Act(_UNDO + act.name, *again, is_undo=True, is_far=act.is_far)


ACTS = tuple(_acts())
