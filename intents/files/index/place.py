"""Where the index lies, of what it is, and who keeps it. Nothing is opened but the lock."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_state_path

from voiced_intents.files.settings import Settings

__all__ = ["Orders", "database", "is_kept", "pictures", "scope_of", "taken"]


@dataclass(frozen=True, slots=True)
class Orders:
    """What is to be indexed, and where. ``rest``: pauses, as a share of the work."""

    database: Path
    roots: tuple[Path, ...]
    texts: bool
    rest: float = 0.5

    def as_line(self) -> str:
        """As the keeper reads it."""
        return json.dumps(
            {
                "database": os.fsencode(self.database).hex(),
                "roots": [os.fsencode(root).hex() for root in self.roots],
                "texts": self.texts,
                "rest": self.rest,
            }
        )

    @classmethod
    def of(cls, line: str) -> Orders:
        """What ``as_line`` wrote."""
        row = json.loads(line)
        paths = [Path(os.fsdecode(bytes.fromhex(each))) for each in row["roots"]]
        database = Path(os.fsdecode(bytes.fromhex(row["database"])))
        return cls(database, tuple(paths), bool(row["texts"]), float(row["rest"]))

    @property
    def scope(self) -> str:
        """What the index is of; another scope starts anew."""
        return scope_of(self.roots, texts=self.texts)


def database(settings: Settings) -> Path:
    """The file of the index; it need not exist."""
    folder = settings.index_folder or user_state_path("voiced") / "files"
    return folder / "index.db"


def pictures(settings: Settings) -> Path:
    """The file beside it of what pictures say of themselves; it need not exist."""
    return database(settings).with_name("pictures.db")


def scope_of(roots: tuple[Path, ...], *, texts: bool) -> str:
    """What an index is of; one of another scope is begun anew."""
    return json.dumps([[os.fsencode(root).hex() for root in roots], texts])


def taken(database: Path) -> int | None:
    """Become the one who keeps the index: a descriptor to hold, or None where another does."""
    database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(database.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return lock


def is_kept(database: Path) -> bool:
    """Whether somebody keeps the index in step with the folders now."""
    try:
        lock = os.open(database.with_suffix(".lock"), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(lock)
    return False
