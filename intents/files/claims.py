"""What an act makes out of sight, written down beforehand: who is killed meanwhile leaves no more.

Each claim is one small file in the state folder, locked for as long as its process lives. Claims
that nobody holds are for ``sweeping``.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_state_path

from voiced.plugin import JsonValue

from .records import uri_of
from .roots import Spot
from .trash import Trash

__all__ = ["CLAIM", "Claim", "claims_folder"]

CLAIM = ".claim"
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
_ATTEMPTS = 3
_OWN_FOLDERS = 3
"""So many of the folders above a claim may be there for it alone."""


def claims_folder() -> Path:
    """Where the claims lie; it need not exist."""
    return user_state_path("voiced") / "files" / "unfinished"


@dataclass(slots=True)
class Claim:
    """One thing that is ours to remove. Where it cannot be written down, the act goes on anyway."""

    _path: Path | None = None
    _held: int = -1

    @classmethod
    def on_draft(
        cls, folder: Spot, name: str, after: Mapping[str, JsonValue] | None = None
    ) -> Claim:
        """Claim a hidden name in a folder.

        Args:
            folder: It lies there.
            name: A ``draft_name``.
            after: The record (``new``, ``stamp``) of what must be there before it may go.
        """
        return cls._on({"draft": uri_of(folder.child(name).path), **(after or {})})

    @classmethod
    def on_note(cls, trash: Trash, name: str, text: str, draft: str = "") -> Claim:
        """Claim the note with this text on a thing in the trash, for when that is not there.

        ``draft`` is the ``draft_name`` of the note before it is shown, beside it.
        """
        thing = uri_of(trash.folder / "files" / name)
        return cls._on({"note": thing, "text": text, "unseen": draft})

    @classmethod
    def _on(cls, row: Mapping[str, JsonValue]) -> Claim:
        for _ in range(_ATTEMPTS):
            with suppress(FileNotFoundError), suppress(OSError):
                return cls._written(json.dumps(row).encode())
        return cls()

    @classmethod
    def _written(cls, line: bytes) -> Claim:
        folder = claims_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"{secrets.token_hex(8)}{CLAIM}"
        held = os.open(path.with_suffix(".new"), _NEW, 0o600)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.write(held, line)
            os.fsync(held)
            path.with_suffix(".new").rename(path)
        except BaseException:
            os.close(held)
            raise
        return cls(path, held)

    def drop(self) -> None:
        """Nothing of it is left."""
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink()
            with suppress(OSError):  # they hold other things
                for folder in [*self._path.parents][:_OWN_FOLDERS]:
                    folder.rmdir()
        self.leave()

    def leave(self) -> None:
        """It could not be removed: the next start tries again."""
        self._path = None
        held, self._held = self._held, -1
        if held >= 0:
            os.close(held)
