"""Changes keys of voiced.toml, and leaves the rest of it as its owner wrote it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from voiced.errors import ConfigError

__all__ = ["set_keys"]

_PRIVATE = 0o600


def set_keys(path: Path, section: str, values: Mapping[str, str | float]) -> None:
    """Write these keys of a section; a file that is not there is begun.

    Raises:
        ConfigError: It cannot be read or written, or is no TOML.
    """
    import tomlkit  # noqa: PLC0415 - nothing else needs it
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415

    try:
        document = tomlkit.parse(path.read_text(encoding="utf-8") if path.exists() else "")
        if section not in document:
            document[section] = tomlkit.table()
        for key, value in values.items():
            document[section][key] = value
        _replace(path.resolve(), tomlkit.dumps(document))  # a link stays one
    except (OSError, TOMLKitError, TypeError, UnicodeDecodeError) as error:
        reason = f"cannot be set: {error}"
        raise ConfigError(file=str(path), key=section, reason=reason) from error


def _replace(path: Path, text: str) -> None:
    """The old file or the new one, whatever happens in between."""
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
