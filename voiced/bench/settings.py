"""The configuration of a benchmark: the user's, with files and a journal of its own."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from voiced.config import Config, JournalSettings, Loaded

__all__ = ["apart"]

_FOLDERS = ("Documents", "Downloads", "Taxes")
_FILES = ("budget 2026.xlsx", "budget draft.txt", "draft.txt", "invoice.pdf", "holiday.jpg")


@contextmanager
def apart(config: Config) -> Generator[Loaded]:
    """The configuration with a journal and a folder of files that are gone afterwards.

    The files are those that the examples of the built-in intents speak of.
    """
    with TemporaryDirectory(prefix="voiced-bench-") as name:
        home = Path(name)
        for folder in _FOLDERS:
            (home / folder).mkdir()
        for file in _FILES:
            (home / "Documents" / file).touch()
        changes = {
            "journal": JournalSettings(folder=home / "journal"),
            "plugins": {**config.plugins, "files": {"roots": [str(home)]}},
        }
        yield Loaded(config.model_copy(update=changes), {}, None)
