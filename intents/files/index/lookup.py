"""Finds in the index what was asked for. Reads only, and believes nothing without a look.

What is found is looked at before it is named: the index may be a moment behind the folders.
"""

from __future__ import annotations

import os
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from voiced.plugin import DateSpan
from voiced_intents.files.kinds import FOLDER_KIND
from voiced_intents.files.roots import Area, Spot
from voiced_intents.files.tags import fitting

from .lexicon import Lexicon
from .place import is_kept, scope_of
from .ranking import Found, Said, ranked
from .request import Request
from .words import name_words

__all__ = ["Index", "Progress"]

_MOST_ROWS = 120
_MOST_LISTED = 400
_MOST_WORDS = 8
_GOOD = 0.7
_WEIGHTS = "12.0, 4.0, 3.0, 1.0"
_COLUMNS = "files.id, root, path, files.name, kind, size, changed, created, added"
_FROM = "FROM files JOIN folders ON folders.id = files.folder"
_MATCHED = (
    "FROM words JOIN files ON files.id = words.rowid JOIN folders ON folders.id = files.folder"
)
_ORDERS = {
    "newest": "changed DESC",
    "oldest": "changed",
    "biggest": "size DESC",
    "smallest": "size",
}

# The lexicon of one database, which only grows; a rebuilt database is another file.
_lexicons: dict[tuple[str, int], Lexicon] = {}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the index is.

    ``refusal``: why the kernel does not tell what changes; ``rebuilt``: when a broken one was made
    anew; both may be empty.
    """

    is_whole: bool
    is_kept: bool
    files: int
    waiting: int
    refusal: str
    rebuilt: str


class Index:
    """The index of some roots, open for reading. Blocking: use it in a worker, and close it."""

    def __init__(self, db: sqlite3.Connection, path: Path, facts: dict[str, str]) -> None:
        self._db = db
        self._path = path
        self._facts = facts

    @classmethod
    def open(cls, path: Path, area: Area) -> Index | None:
        """The index of these roots, or None where there is none that can be read."""
        if not path.exists():
            return None
        try:
            db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=0.2)
            db.execute("PRAGMA query_only=ON")
            db.execute("PRAGMA mmap_size=268435456")
            facts = dict(db.execute("SELECT name, value FROM facts").fetchall())
        except sqlite3.Error:
            return None
        if facts.get("scope") not in (
            scope_of(area.roots, texts=True),
            scope_of(area.roots, texts=False),
        ):
            db.close()
            return None
        return cls(db, path, facts)

    def close(self) -> None:
        """Close it."""
        self._db.close()

    @property
    def is_in_step(self) -> bool:
        """Whether it holds everything, and somebody keeps it so."""
        return int(self._facts.get("whole", 0)) > 0 and is_kept(self._path)

    @property
    def is_whole(self) -> bool:
        """Whether everything was read once."""
        return int(self._facts.get("whole", 0)) > 0

    def progress(self) -> Progress:
        """How far it is; counts, so it takes a moment."""
        (files,) = self._db.execute("SELECT count(*) FROM files").fetchone()
        (waiting,) = self._db.execute("SELECT count(*) FROM files WHERE text = 1").fetchone()
        return Progress(
            self.is_whole,
            is_kept(self._path),
            files,
            waiting,
            self._facts.get("refusal", ""),
            self._facts.get("rebuilt", ""),
        )

    def find(self, requests: Iterable[Request], *, only_folders: bool = False) -> list[Found]:
        """What the readings of a request mean, best first; the likelier readings are tried first.

        A reading that is less likely is tried only while nothing fits well.
        """
        every = list(requests)
        best: dict[int, Found] = {}
        for request in every:  # as it was recognised, where all of it fits
            if _top(best) >= _GOOD:
                break
            _add(best, self._spelled(request, only_folders=only_folders))
        if _top(best) < _GOOD:
            lexicon = self._lexicon()
            for request in every:
                if _top(best) >= max(_GOOD, request.worth):
                    break
                found = self._answer(request, lexicon, only_folders=only_folders)
                _add(best, found)
        return sorted(best.values(), key=lambda each: (-each.score, -each.changed_ns, each.id))

    def _spelled(self, request: Request, *, only_folders: bool) -> Sequence[Found]:
        where, values = self._filters(request, only_folders=only_folders)
        said = Said.spelled(request)
        if not said.strict:
            if not request.restricts:
                return ()
            return ranked(self._listed(request, where, values), said, request, self._text)
        order = _ORDERS.get(request.order)
        return ranked(self._matched(said.strict, where, values, order), said, request, self._text)

    def _answer(self, request: Request, lexicon: Lexicon, *, only_folders: bool) -> Sequence[Found]:
        if not request.words and not request.place:
            return ()
        where, values = self._filters(request, only_folders=only_folders)
        said = Said.of(request, lexicon)
        rows: dict[int, Found] = {}
        for query in said.queries(_MOST_WORDS):
            for row in self._matched(query, where, values, _ORDERS.get(request.order)):
                rows[row.id] = row
            if rows:
                break
        found = ranked(rows.values(), said, request, self._text)
        if request.kinds == (FOLDER_KIND,) and not found:
            return self._by_contents(request, said)
        return found

    def _listed(self, request: Request, where: str, values: list[object]) -> Iterator[Found]:
        order = _ORDERS.get(request.order, "changed DESC")
        query = f"SELECT {_COLUMNS}, 0 {_FROM} WHERE {where} ORDER BY {order} LIMIT {_MOST_LISTED}"
        return map(_found, self._rows(query, values))

    def _matched(
        self, query: str, where: str, values: list[object], order: str | None = None
    ) -> Iterator[Found]:
        text = (
            f"SELECT {_COLUMNS}, bm25(words, {_WEIGHTS}) AS rank {_MATCHED} "
            f"WHERE words MATCH ? AND {where} ORDER BY {order or 'rank'} LIMIT {_MOST_ROWS}"
        )
        return map(_found, self._rows(text, [query, *values]))

    def _by_contents(self, request: Request, said: Said) -> Sequence[Found]:
        """Folders whose name says nothing, by how many files in them fit."""
        for query in said.queries(_MOST_WORDS):
            rows = self._rows(
                "SELECT files.folder, count(*) AS n FROM words "
                "JOIN files ON files.id = words.rowid WHERE words MATCH ? "
                "GROUP BY files.folder ORDER BY n DESC LIMIT 3",
                [query],
            )
            if rows:
                folders = [self._folder(row[0]) for row in rows]
                kept = [each for each in folders if each is not None]
                return [
                    replace(each, score=request.worth * (0.8 - 0.1 * number))
                    for number, each in enumerate(kept)
                ]
        return ()

    def _folder(self, folder: int) -> Found | None:
        (row,) = self._rows("SELECT root, path FROM folders WHERE id = ?", [folder])
        root, path = row
        outer, _, name = path.rpartition(b"/")
        rows = self._rows(
            f"SELECT {_COLUMNS}, 0 {_FROM} WHERE root = ? AND path = ? AND files.name = ?",
            [root, outer, name],
        )
        return _found(rows[0]) if rows else None

    def newest(self, most: int, *, only_folders: bool = False) -> list[Found]:
        """The files, or folders, that were changed last."""
        where = "kind = 'folder'" if only_folders else "kind != 'folder'"
        query = f"SELECT {_COLUMNS}, 0 {_FROM} WHERE {where} ORDER BY changed DESC LIMIT ?"
        return [_found(row) for row in self._rows(query, [most])]

    def recent(self, kinds: Sequence[str], span: DateSpan | None, most: int) -> list[Found]:
        """Files that were changed last, of some kinds and in a span."""
        request = Request((), kinds=tuple(kinds), span=span, since="changed")
        where, values = _filters(request, only_folders=False)
        query = f"SELECT {_COLUMNS}, 0 {_FROM} WHERE {where} ORDER BY changed DESC LIMIT ?"
        return [_found(row) for row in self._rows(query, [*values, most])]

    def named(self, name: str) -> list[Found]:
        """Files of exactly that name."""
        query = " AND ".join(f'name : "{word}"' for word in name_words(name))
        return list(self._matched(query, "files.name = ?", [os.fsencode(name)])) if query else []

    def tags(self) -> list[str]:
        """Every tag that a file has, the most frequent first."""
        query = "SELECT tag FROM tags GROUP BY tag ORDER BY count(*) DESC, tag"
        return [row[0] for row in self._rows(query, [])]

    def _filters(self, request: Request, *, only_folders: bool) -> tuple[str, list[object]]:
        where, values = _filters(request, only_folders=only_folders)
        if not request.tag:
            return where, values
        meant = fitting(request.tag, self.tags())
        marks = ", ".join("?" * len(meant))
        tagged = f"files.id IN (SELECT file FROM tags WHERE tag IN ({marks}))"  # noqa: S608
        return f"{where} AND {tagged}", [*values, *meant]

    def _text(self, identity: int) -> list[str]:
        """The words of a document's text, the first ones first."""
        rows = self._rows("SELECT words FROM texts WHERE id = ?", [identity])
        return zlib.decompress(rows[0][0]).decode().split(" ") if rows else []

    def _rows(self, query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        with closing(self._db.execute(query, values)) as cursor:
            return cursor.fetchall()

    def _lexicon(self) -> Lexicon:
        key = (str(self._path), self._path.stat().st_ino)
        if key not in _lexicons:
            _lexicons.clear()
            _lexicons[key] = Lexicon()
        _lexicons[key].extend(self._db)
        return _lexicons[key]


def _add(best: dict[int, Found], found: Iterable[Found]) -> None:
    for each in found:
        if each.id not in best or each.score > best[each.id].score:
            best[each.id] = each


def _top(best: dict[int, Found]) -> float:
    return max((each.score for each in best.values()), default=0.0)


def _filters(request: Request, *, only_folders: bool) -> tuple[str, list[object]]:
    parts, values = ["1"], list[object]()
    kinds = (FOLDER_KIND,) if only_folders else request.kinds
    if kinds:
        parts.append(f"kind IN ({', '.join('?' * len(kinds))})")
        values += kinds
    elif not request.words and not request.place and not request.tag:
        parts.append(f"kind != '{FOLDER_KIND}'")
    if request.span:
        start, end = (
            int(each.timestamp() * 1e9) for each in (request.span.start, request.span.end)
        )
        when = "(changed >= ? AND changed < ?)"
        come = (
            "(created >= ? AND created < ? OR added >= ? AND added < ?"
            " OR changed >= ? AND changed < ? AND created > changed)"
        )
        if request.since == "changed":
            parts.append(when)
            values += [start, end]
        elif request.since == "added":
            parts.append(come)
            values += [start, end] * 3
        else:
            parts.append(f"({when} OR {come})")
            values += [start, end] * 4
    return " AND ".join(parts), values


def _found(row: Sequence[Any]) -> Found:
    identity, root, path, name, kind, size, changed, created, added, rank = row
    inner = [os.fsdecode(part) for part in path.split(b"/") if part]
    spot = Spot(Path(os.fsdecode(root)), (*inner, os.fsdecode(name)))
    return Found(identity, spot, kind, size, changed, created, added, rank)
