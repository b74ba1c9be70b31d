"""After a kill: a restart, as voiced makes it, then what is where, and "undo that"."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass

from bench.kills.acts import Act
from bench.kills.ground import A_FOLDER, CONTENTS, Ground
from bench.kills.killing import undo_that

from voiced.composition.brain import _interrupted
from voiced.journal import Journal

__all__ = ["Outcome", "check"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a kill left behind, as plain values.

    ``lost`` contents are nowhere, neither in the folders nor in the trash, ``twice`` more often in
    the folders than the act can want, ``halves`` files that are not whole; each after the restart
    or after "undo that". ``is_whole``: the journal is sound, knows the act at most once and leaves
    nothing under way. ``is_restored``: after "undo that" all is as before the act. ``is_double``:
    until then a thing lay on both disks. ``was_told``: the restart said that it was interrupted.
    ``left_over`` counts what still lies about that nobody sees, after the restart and at the end.
    """

    act: str
    way: str
    lost: tuple[str, ...]
    twice: tuple[str, ...]
    halves: tuple[str, ...]
    is_whole: bool
    is_restored: bool
    is_double: bool
    was_told: bool
    left_over: int
    said: str

    @property
    def is_good(self) -> bool:
        """Whether nothing went wrong."""
        is_all_there = not (self.lost or self.twice or self.halves)
        return is_all_there and self.is_whole and self.is_restored and not self.left_over


def check(ground: Ground, act: Act, way: str, before: dict[str, str]) -> Outcome:
    """Start again and look; ``before`` is the tree as it was before the act."""
    journal = ground.open_journal()
    try:
        told = _interrupted(journal)
        ground.tidy(journal)
        is_whole = _is_whole(journal)
        left_over = ground.left_over()
        found, trashed = ground.tree(), ground.trashed()
        said = asyncio.run(undo_that(ground.dispatcher(journal)))
        undone, trash_at_end = ground.tree(), ground.trashed()
        is_whole = is_whole and _is_whole(journal)
        left_over = max(left_over, ground.left_over())
    finally:
        journal.close()
    most = 2 if act.is_copy or act.is_far else 1
    return Outcome(
        act.name,
        way,
        (*_lost(found, trashed), *_lost(undone, trash_at_end)),
        (*_twice(found, most), *_twice(undone, 1)),
        (*_halves(found), *_halves(undone)),
        is_whole,
        undone == before,
        not act.is_copy and bool(_twice(found, 1)),
        bool(told),
        left_over,
        said,
    )


def _counted(tree: dict[str, str]) -> Counter[str]:
    return Counter(tree.values())


def _lost(tree: dict[str, str], trashed: Counter[str]) -> list[str]:
    held = _counted(tree) + trashed
    return [name for name, text in CONTENTS.items() if not held[text]]


def _twice(tree: dict[str, str], most: int) -> list[str]:
    held = _counted(tree)
    return [name for name, text in CONTENTS.items() if held[text] > most]


def _halves(tree: dict[str, str]) -> list[str]:
    known = {A_FOLDER, *CONTENTS.values()}
    return [name for name, text in tree.items() if text not in known]


def _is_whole(journal: Journal) -> bool:
    """Whether the file is sound, and each change in it has ended, the act's at most once."""
    with closing(sqlite3.connect(journal.path)) as connection:
        (sound,) = connection.execute("PRAGMA integrity_check").fetchone()
    changes = [row for row in journal.export() if row["kind"] == "change"]
    has_ended = all(row["state"] in ("done", "failed", "undone") for row in changes)
    return sound == "ok" and not journal.notice and has_ended and len(changes) <= 1
