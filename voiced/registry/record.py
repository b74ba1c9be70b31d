"""What is kept of plugins from one run to the next: which may run, which may not, what failed.

One small file in the user's state folder, written in whole. Nothing of what a person said is in it.
"""

from __future__ import annotations

import json
import logging
import os
import stat
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from platformdirs import user_state_path
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from voiced.errors import PluginError
from voiced.private_files import locked

__all__ = [
    "MANY",
    "WITHIN_S",
    "Pin",
    "Record",
    "Stopped",
    "note_failure",
    "read",
    "record_file",
    "update",
]

T = TypeVar("T")

MANY = 3
WITHIN_S = 300.0
"""So many failures within so long a time switch a plugin off."""

_log = logging.getLogger(__name__)


class _Kept(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Pin(_Kept):
    """What the user enabled: a distribution in one version, with the effects granted to it."""

    distribution: str
    version: str
    sha256: str
    effects: tuple[str, ...]


class Stopped(_Kept):
    """A plugin that was switched off since it failed too often."""

    at_s: float
    what: str


class Record(_Kept):
    """All that is kept. ``failures`` are the times of the latest ones; ``disabled`` is by hand."""

    pins: dict[str, Pin] = Field(default_factory=dict)
    disabled: tuple[str, ...] = ()
    stopped: dict[str, Stopped] = Field(default_factory=dict)
    failures: dict[str, tuple[float, ...]] = Field(default_factory=dict)

    def enabled(self, name: str, pin: Pin | None) -> Record:
        """With a plugin that may run, with its pin if it has one; its failures are forgotten."""
        pins = {**self.pins, name: pin} if pin is not None else self.pins
        return self.model_copy(
            update={
                "pins": pins,
                "disabled": tuple(each for each in self.disabled if each != name),
                "stopped": _without(self.stopped, name),
                "failures": _without(self.failures, name),
            }
        )

    def without(self, name: str) -> Record:
        """With a plugin that may not run; what was granted to it is taken back."""
        cleared = self.enabled(name, None)
        pins = _without(cleared.pins, name)
        return cleared.model_copy(update={"pins": pins, "disabled": (*cleared.disabled, name)})

    def failed(self, name: str, what: str, now_s: float) -> Record:
        """With one more failure, which may switch the plugin off."""
        recent = [at_s for at_s in self.failures.get(name, ()) if 0 <= now_s - at_s < WITHIN_S]
        recent = [*recent, now_s][-MANY:]
        failures = {**self.failures, name: tuple(recent)}
        changes: dict[str, object] = {"failures": failures}
        if len(recent) == MANY and name not in self.stopped:
            changes["stopped"] = {**self.stopped, name: Stopped(at_s=now_s, what=what)}
        return self.model_copy(update=changes)


def _without(table: Mapping[str, T], name: str) -> dict[str, T]:
    return {key: value for key, value in table.items() if key != name}


def record_file() -> Path:
    """Where the record lies; it need not exist."""
    return user_state_path("voiced") / "plugins" / "record.json"


def read() -> Record:
    """The record; an empty one where there is none.

    Raises:
        PluginError: It cannot be read, or others may change it.
    """
    path = record_file()
    try:
        with path.open(encoding="utf-8") as stream:
            status = os.fstat(stream.fileno())
            text = stream.read()
    except FileNotFoundError:
        return Record()
    except (OSError, ValueError) as error:
        raise _unreadable(path, "cannot be read") from error
    if status.st_uid not in (os.getuid(), 0) or status.st_mode & stat.S_IWOTH:
        raise _unreadable(path, "others may change it")
    try:
        return Record.model_validate_json(text)
    except ValidationError as error:
        raise _unreadable(path, "is damaged") from error


def _unreadable(path: Path, why: str) -> PluginError:
    reason = f"{path}: {why}, so only built-in plugins are loaded"
    return PluginError(reason, mend=f"rm {path}, then: voiced intents enable NAME")


def update(change: Callable[[Record], Record]) -> Record:
    """Change the record, alone among all processes.

    Raises:
        PluginError: It cannot be read or written.
    """
    path = record_file()
    try:
        with locked(path.parent):
            record = change(read())
            fresh = path.with_name(f".{path.name}.{os.getpid()}")
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
            with os.fdopen(os.open(fresh, flags, 0o600), "w", encoding="utf-8") as stream:
                json.dump(record.model_dump(mode="json"), stream, indent=1)
                stream.flush()
                os.fsync(stream.fileno())
            fresh.replace(path)
            return record
    except OSError as error:
        with suppress(OSError):
            path.with_name(f".{path.name}.{os.getpid()}").unlink()
        raise PluginError(f"{path}: cannot be written: {error.strerror or error}") from error


def note_failure(name: str, what: str, clock_s: Callable[[], float] = time.time) -> bool:
    """Keep that a plugin failed; True where it is switched off now."""
    try:
        record = update(lambda before: before.failed(name, what, clock_s()))
    except PluginError as error:
        _log.error("what plugin %s did is not kept: %s", name, error.code)
        return False
    return name in record.stopped
