"""What an examination is made of and what it finds. Values only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from voiced.config import Loaded
from voiced.registry import LoadedPlugins

__all__ = ["Check", "Examination", "is_healthy"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at.

    ``ok`` None: not there and not needed. ``mend`` is the command or the change that mends it.
    ``is_needed``: the assistant as it is configured cannot work without.
    """

    name: str
    ok: bool | None
    found: str
    mend: str = ""
    is_needed: bool = False


@dataclass(frozen=True, slots=True)
class Examination:
    """What is examined: the configuration, the plugins, where things lie, the environment."""

    loaded: Loaded
    plugins: LoadedPlugins
    models: Path
    voices: Path
    env: Mapping[str, str]


def is_healthy(checks: Iterable[Check]) -> bool:
    """Whether everything that is needed works."""
    return all(check.ok for check in checks if check.is_needed)
