"""Erasing from the journal: which rows, and the proof that no byte of them is left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voiced.errors import JournalError
from voiced.journal.records import Erased
from voiced.journal.store import Store

__all__ = ["Which", "count", "erase"]

_LONGEST_PROBE, _SHORTEST_PROBE = 64, 8
_MOST_PROBES = 300


@dataclass(frozen=True, slots=True)
class Which:
    """Rows: those that hold the words of the FTS5 ``query``, of a span of time, of one kind.

    Times are in seconds since 1970. Without an ``until_s``, rows that were written after the first
    one of the span belong to it, too: a clock that was set back meanwhile hides nothing.
    """

    query: str = ""
    since_s: float | None = None
    until_s: float | None = None
    only_said: bool = False
    now_s: float = 0.0

    def entries(self) -> str:
        """The condition on the table of records."""
        found: list[str] = []
        if self.query:
            found.append("id IN (SELECT rowid FROM words WHERE words MATCH :query)")
        if self.only_said:
            found.append("kind != 'change'")
        return " AND ".join([*found, *self._time(by_sequence=True)]) or "1"

    def misses(self) -> str:
        """The condition on the requests that were missed."""
        found = ["misses MATCH :query"] if self.query else []
        return " AND ".join([*found, *self._time(by_sequence=False)]) or "1"

    def values(self) -> dict[str, Any]:
        """What stands for the marks of both."""
        return {
            "query": self.query,
            "since": self.since_s,
            "until": self.until_s,
            "now": self.now_s,
        }

    def _time(self, *, by_sequence: bool) -> Iterable[str]:
        if self.since_s is not None and self.until_s is None and by_sequence:
            first = "SELECT min(id) FROM entries WHERE at_s BETWEEN :since AND :now"
            yield f"(at_s >= :since OR id >= ({first}))"
        elif self.since_s is not None:
            yield "at_s >= :since"
        if self.until_s is not None:
            yield "at_s < :until"


def erase(store: Store, which: Which) -> Erased:
    """Erase the rows, and see that nothing of them is left in any file.

    Raises:
        JournalError: It failed; see the message for what is left.
    """
    values = which.values()
    entries, misses = which.entries(), which.misses()
    with store.transaction():
        (kept,) = store.run(
            f"SELECT count(*) FROM entries WHERE state = 'begun' AND {entries}",  # noqa: S608
            values,
        )
        lost = store.run(f"SELECT text FROM misses WHERE {misses}", values)  # noqa: S608
        rows = store.run(
            f"DELETE FROM entries WHERE state IS NOT 'begun' AND {entries}"  # noqa: S608
            " RETURNING kind, text, data",
            values,
        )
        store.run(f"DELETE FROM misses WHERE {misses}", values)  # noqa: S608
    proved = 0
    if rows or lost:
        store.scrub()
        proved = _prove(store, [*rows, *lost])
    changes = sum(row["kind"] == "change" for row in rows)
    return Erased(said=len(rows) - changes, changes=changes, kept=kept[0], proved=proved)


def count(store: Store, which: Which) -> Erased:
    """How many rows ``erase`` would erase; nothing is erased.

    Raises:
        JournalError: It failed.
    """
    changes, begun = "sum(kind = 'change')", "sum(state IS 'begun')"
    (row,) = store.run(
        f"SELECT count(*), {changes}, {begun} FROM entries WHERE {which.entries()}",  # noqa: S608
        which.values(),
    )
    kept = row[2] or 0
    made = (row[1] or 0) - kept
    return Erased(said=row[0] - made - kept, changes=made, kept=kept)


def _prove(store: Store, rows: Sequence[Any]) -> int:
    """Look for the bytes of what was erased; how many texts were looked for.

    A text that a row which stays holds, too, proves nothing, and is passed over.
    """
    texts = {str(row[name]) for row in rows for name in ("text", "data") if name in row.keys()}  # noqa: SIM118 - a Row is no dict
    longest = sorted(texts, key=len, reverse=True)[:_MOST_PROBES]
    probes = [text[:_LONGEST_PROBE] for text in longest if len(text) >= _SHORTEST_PROBE]
    gone = [text for text in probes if not _is_kept(store, text)]
    left = _left(store.files(), [text.encode("utf-8", "surrogateescape") for text in gone])
    if left:
        raise JournalError(
            f"the journal {store.path}: bytes of {left} erased records still lie in its file",
            mend="run voiced forget again",
        )
    return len(gone)


def _is_kept(store: Store, text: str) -> bool:
    (row,) = store.run(
        "SELECT EXISTS(SELECT 1 FROM entries WHERE instr(text, :t) OR instr(data, :t))"
        " OR EXISTS(SELECT 1 FROM misses WHERE instr(text, :t))",
        {"t": text},
    )
    return bool(row[0])


def _left(files: Sequence[Path], texts: Sequence[bytes]) -> int:
    contents = [path.read_bytes() for path in files]
    return sum(any(text in content for content in contents) for text in texts)
