"""The configuration that worked last: for a service that would otherwise not start. Blocks."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from voiced.config import Config, Loaded, config_file, journal_folder
from voiced.errors import ConfigError
from voiced.private_files import make_empty

__all__ = ["GOOD_FILE", "good_file", "keep", "load_or_last_good"]

GOOD_FILE = "voiced.good.toml"
"""Its name in the folder of what voiced keeps of its state."""

_log = logging.getLogger(__name__)


def good_file() -> Path:
    """Where the copy is kept."""
    return journal_folder(Config().journal) / GOOD_FILE


def load_or_last_good(
    load: Callable[[Path | None], Loaded], path: Path | None
) -> tuple[Loaded, ConfigError | None]:
    """The configuration, and a copy kept of it; where it has a mistake, that copy and the mistake.

    The user's own file is never touched.

    Args:
        load: Loads a file; None is the user's own.
        path: The file that was asked for.

    Raises:
        ConfigError: It has a mistake, and none has worked before.
    """
    copy = good_file()
    try:
        loaded = load(path)
    except ConfigError as mistake:
        try:
            before = load(copy)
        except ConfigError:
            raise mistake from None
        return replace(before, path=path or config_file()), mistake
    keep(loaded.path)
    return loaded, None


def keep(file: Path | None) -> None:
    """Keep a copy of a file that has no mistake; None: of none. What cannot be kept is logged."""
    copy = good_file()
    draft = copy.with_suffix(".new")
    try:
        content = b"" if file is None else file.read_bytes()
        if copy.exists() and copy.read_bytes() == content:
            return
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        make_empty(draft)
        draft.write_bytes(content)
        draft.replace(copy)
    except OSError as error:
        _log.warning("no copy of the configuration is kept: %s", error.strerror)
