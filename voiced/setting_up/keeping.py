"""Writes what was chosen into voiced.toml: shown first, checked, and with the way back kept."""

from __future__ import annotations

import difflib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from voiced.config import Loaded
from voiced.config.editing import Changes, edited, read, replace_file
from voiced.errors import ConfigError

__all__ = ["Keeper", "backup_of", "undo"]


def backup_of(path: Path) -> Path:
    """Where the file lies as it was before the last setup."""
    return path.with_name(path.name + ".before-setup")


def undo(path: Path) -> None:
    """Put the file back as it was before the last setup; a second undo takes that back.

    Raises:
        ConfigError: There was no setup, or a file cannot be read or written.
    """
    backup = backup_of(path)
    if not backup.exists():
        reason = "there is no setup to take back"
        raise ConfigError(file=str(path), key="", reason=reason, mend="voiced setup")
    before, now = read(backup), read(path)
    replace_file(path, before)
    replace_file(backup, now)


@dataclass(slots=True)
class Keeper:
    """The file of one run of setup.

    Attributes:
        path: voiced.toml; it need not exist.
        load: Reads a file as the daemon would.
        has_backup: Whether the file as it was before this run is kept already.
    """

    path: Path
    load: Callable[[Path], Loaded]
    has_backup: bool = field(default=False, init=False)

    def difference(self, changes: Changes) -> str:
        """What would change in the file, line by line; empty: nothing."""
        before, after = read(self.path), edited(self.path, changes)
        lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1)
        return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))

    def write(self, changes: Changes) -> Loaded:
        """Write it, once it is known to be right; the file of before is kept beside it.

        Returns:
            The configuration as it is now.

        Raises:
            ConfigError: The file would have a mistake, or cannot be written.
        """
        text = edited(self.path, changes)
        loaded = self._loaded(text)
        if not self.has_backup:
            replace_file(backup_of(self.path), read(self.path))
            self.has_backup = True
        replace_file(self.path, text)
        return loaded

    def _loaded(self, text: str) -> Loaded:
        with tempfile.TemporaryDirectory() as folder:
            draft = Path(folder) / self.path.name
            draft.write_text(text, encoding="utf-8")
            return self.load(draft)
