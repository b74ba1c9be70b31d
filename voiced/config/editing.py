"""Changes keys of voiced.toml, and leaves the rest of it as its owner wrote it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from voiced.errors import ConfigError

__all__ = ["Changes", "KeyValue", "edited", "read", "replace_file", "set_keys"]

KeyValue: TypeAlias = str | float | Sequence[str] | Mapping[str, str]
"""What can be written."""

Changes: TypeAlias = Mapping[str, Mapping[str, KeyValue | None]]
"""Sections, and the values of their keys; None takes a key out."""

_PRIVATE = 0o600


def set_keys(path: Path, section: str, values: Mapping[str, KeyValue]) -> None:
    """Write these keys of a section; a file that is not there is begun.

    Raises:
        ConfigError: It cannot be read or written, or is no TOML.
    """
    replace_file(path, edited(path, {section: values}))


def edited(path: Path, changes: Changes) -> str:
    """The text of the file with these keys set; nothing is written.

    Raises:
        ConfigError: It cannot be read, or is no TOML.
    """
    import tomlkit  # noqa: PLC0415 - nothing else needs it
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415

    section = next(iter(changes), "")
    try:
        document = tomlkit.parse(read(path))
        for section, values in changes.items():
            if section not in document:
                document[section] = tomlkit.table()
            for key, value in values.items():
                if value is None:
                    document[section].pop(key, None)
                else:
                    document[section][key] = list(value) if isinstance(value, tuple) else value
        return tomlkit.dumps(document)
    except (TOMLKitError, TypeError) as error:
        raise _refused(path, section, error) from error


def read(path: Path) -> str:
    """The text of the file; empty where it is not there.

    Raises:
        ConfigError: It cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise _refused(path, "", error) from error


def replace_file(path: Path, text: str) -> None:
    """Have the old file or the new one, whatever happens in between; a link stays one.

    Raises:
        ConfigError: It cannot be written.
    """
    try:
        _replace(path.resolve(), text)
    except OSError as error:
        raise _refused(path, "", error) from error


def _refused(path: Path, section: str, error: Exception) -> ConfigError:
    return ConfigError(file=str(path), key=section, reason=f"cannot be set: {error}")


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o777 if path.exists() else _PRIVATE
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
        try:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).chmod(mode)
            Path(file.name).replace(path)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise
