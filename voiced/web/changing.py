"""A change of voiced.toml: checked as the daemon would, written, and put in force."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from voiced.config import Loaded, load, plugin_settings
from voiced.config.editing import KeyValue, edited, read
from voiced.config.history import mark_of, replace
from voiced.errors import ConfigError, ControlError, NoDaemon
from voiced.registry import load_plugins, plugin_names
from voiced.spoken import one_line
from voiced.web.daemon import Daemon
from voiced.web.fields import Field

__all__ = ["InForce", "mark_now", "put_in_force", "told", "write"]

_MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class InForce:
    """What came of a change: keys in force now, keys for the next start, or why none is.

    ``is_running`` is False where no daemon runs: then all of it counts at its start.
    """

    applied: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    error: str = ""
    is_running: bool = True

    def of(self, section: str) -> InForce | None:
        """What of it is about a section; None where nothing is."""
        about = [key for key in (*self.applied, *self.waiting) if key.startswith(f"{section}.")]
        return self if about or self.error or not self.is_running else None


def mark_now(loaded: Loaded) -> str:
    """What the file is at this moment, so that two pages do not undo each other."""
    return mark_of(read(Path(loaded.file)))


def told(fields: tuple[Field, ...], changes: Mapping[str, KeyValue | None]) -> str:
    """A change in a line: "policy.confirm_s: 8 to 10"."""
    by_key = {field.row.key: field for field in fields}
    parts: list[str] = []
    for key, value in changes.items():
        new = "its default" if value is None else _shown(value)
        parts.append(f"{by_key[key].name}: {_shown(by_key[key].value)} to {new}")
    return "; ".join(parts)


def _shown(value: KeyValue) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value) if isinstance(value, str | int | float) else ", ".join(value)
    return one_line(text)[:_MOST_SHOWN] or "nothing"


def write(
    loaded: Loaded, section: str, changes: Mapping[str, KeyValue | None], what: str, mark: str
) -> None:
    """Write keys of a section, once the file is known to be right with them.

    Args:
        loaded: The configuration as it was read; it names the file.
        section: The section.
        changes: The values of its keys; None takes a key out.
        what: The change in a line, for whoever takes it back.
        mark: What the file was when the user looked at it; empty: whatever it was.

    Raises:
        ConfigError: The file would have a mistake, has changed since, or cannot be written.
    """
    path = Path(loaded.file)
    if mark and mark != mark_of(read(path)):
        reason = "the file has changed since you looked at it, so nothing was written"
        raise ConfigError(file=path.name, key="", reason=reason, mend="look again, then change it")
    text = edited(path, {section: changes})
    _check(text, path.name, section)
    replace(path, text, what)


def _check(text: str, name: str, section: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / name
        draft.write_text(text, encoding="utf-8")
        loaded = load(draft, os.environ, plugin_names)
    if section not in type(loaded.config).model_fields:
        plugins = load_plugins(loaded.config.intents)
        try:
            for plugin in plugins.plugins:
                if plugin.name == section and plugin.settings_model is not None:
                    plugin_settings(loaded.config, section, plugin.settings_model, name)
        finally:
            plugins.close()


async def put_in_force(daemon: Daemon) -> InForce:
    """Have the daemon read its file; what came of it."""
    try:
        row = (await daemon.ask(do="reload"))["reload"]
    except NoDaemon:
        return InForce(is_running=False)
    except ControlError as error:
        return InForce(error=str(error))
    return InForce(tuple(row["applied"]), tuple(row["waiting"]), row["error"] or "")
