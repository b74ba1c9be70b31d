"""Changes of voiced.toml that can be taken back: the texts of before, beside the file."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from voiced.config.editing import read, replace_file
from voiced.errors import ConfigError

__all__ = ["Change", "changes", "history_of", "mark_of", "replace", "undo"]

_MOST_CHANGES = 20


@dataclass(frozen=True, slots=True)
class Change:
    """A change that can be taken back: when and what it was, the text before, a mark of after."""

    at: str
    what: str
    before: str
    after_mark: str


def history_of(path: Path) -> Path:
    """Where the changes of a file are kept; it need not exist."""
    return path.with_name(path.name + ".history")


def mark_of(text: str) -> str:
    """What differs where two texts differ."""
    return sha256(text.encode("utf-8")).hexdigest()


def changes(path: Path) -> tuple[Change, ...]:
    """The changes that are kept, oldest first; a damaged list is none."""
    try:
        rows: list[dict[str, Any]] = json.loads(read(history_of(path)) or "[]")
        return tuple(
            Change(str(row["at"]), str(row["what"]), str(row["before"]), str(row["after_mark"]))
            for row in rows
        )
    except (ConfigError, ValueError, TypeError, KeyError):
        return ()


def replace(
    path: Path,
    text: str,
    what: str,
    clock: Callable[[], datetime] = datetime.now,
) -> Change:
    """Write the file, and keep what it was before.

    Raises:
        ConfigError: One of them cannot be read or written.
    """
    at = clock().astimezone().isoformat(timespec="seconds")
    change = Change(at, what, read(path), mark_of(text))
    _keep(path, (*changes(path), change)[-_MOST_CHANGES:])
    replace_file(path, text)
    return change


def undo(path: Path) -> Change:
    """Put the file back as it was before the last change; the change that was taken back.

    Raises:
        ConfigError: There is none, the file was changed by somebody else since, or it cannot be
            written.
    """
    kept = changes(path)
    if not kept:
        raise ConfigError(file=str(path), key="", reason="there is no change to take back")
    last = kept[-1]
    if mark_of(read(path)) != last.after_mark:
        reason = "it was changed by hand since, so nothing is taken back"
        mend = "change it by hand, or on this page"
        raise ConfigError(file=str(path), key="", reason=reason, mend=mend)
    replace_file(path, last.before)
    _keep(path, kept[:-1])
    return last


def _keep(path: Path, kept: Sequence[Change]) -> None:
    replace_file(history_of(path), json.dumps([asdict(each) for each in kept], indent=1))
