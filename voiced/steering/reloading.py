"""Reading the configuration again while the assistant runs: what is in force at once, what later.

All or nothing: a configuration with a mistake changes nothing, and what is wrong is told.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast

from voiced.config import Config, Loaded
from voiced.errors import VoicedError

__all__ = ["Part", "Reloaded", "Reloader", "changed_keys"]

Apply = Callable[[Loaded], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Part:
    """What can be changed while it runs: keys that begin so, and how that is done."""

    keys: tuple[str, ...]
    apply: Apply


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What came of it: keys in force now, keys that wait for the next start, or why none is."""

    applied: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    error: str | None = None

    def as_row(self) -> dict[str, Any]:
        """As a JSON object."""
        return {"applied": list(self.applied), "waiting": list(self.waiting), "error": self.error}

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know of it afterwards."""
        if self.error is not None:
            return (f"the configuration was not reloaded: {self.error}",)
        if self.waiting:
            return (f"at the next start: {', '.join(self.waiting)}",)
        return ()


@dataclass(slots=True)
class Reloader:
    """Compares the configuration with the one in force.

    Attributes:
        loaded: The one in force.
        read: Reads it anew; raises ConfigError.
        check: Looks at what ``read`` cannot, before anything is changed; raises VoicedError.
        parts: What can be changed now.
    """

    loaded: Loaded
    read: Callable[[], Awaitable[Loaded]]
    check: Apply
    parts: Sequence[Part]
    _started: Config = field(init=False)

    def __post_init__(self) -> None:
        self._started = self.loaded.config

    async def reload(self) -> Reloaded:
        """Read it, and put in force what can be."""
        try:
            fresh = await self.read()
            await self.check(fresh)
        except VoicedError as error:
            return Reloaded(error=str(error))
        changed = changed_keys(self.loaded.config, fresh.config)
        before, applied = self.loaded, list[str]()
        self.loaded = fresh
        try:
            for part in self.parts:
                keys = [key for key in changed if key.startswith(part.keys)]
                applied += keys
                if keys:
                    await part.apply(fresh)
        except VoicedError as error:
            await self._go_back(before, applied)
            return Reloaded(error=str(error))
        live = tuple(key for part in self.parts for key in part.keys)
        since_start = changed_keys(self._started, fresh.config)
        waiting = tuple(key for key in since_start if not key.startswith(live))
        return Reloaded(tuple(sorted(applied)), waiting)

    async def _go_back(self, before: Loaded, applied: Sequence[str]) -> None:
        self.loaded = before
        for part in self.parts:
            if any(key.startswith(part.keys) for key in applied):
                with suppress(VoicedError):  # it worked before
                    await part.apply(before)


def changed_keys(before: Config, after: Config) -> list[str]:
    """The keys that differ, sorted: ``policy.confirm_s``; plugins' as ``timers.alarm_rings``."""
    old, new = _leaves(before), _leaves(after)
    return sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))


def _leaves(config: Config) -> dict[str, object]:
    tree = config.model_dump()
    sections: dict[str, Any] = {**tree.pop("plugins"), **tree}
    return {
        f"{section}.{key}": value
        for section, table in sections.items()
        for key, value in cast("Mapping[str, object]", table).items()
    }
