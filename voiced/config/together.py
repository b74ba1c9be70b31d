"""Keys that make no sense together, although each of them is right. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from pydantic import BaseModel

from voiced.config.checking import FromEnvironment
from voiced.config.sections import TraceSettings, TurnSettings
from voiced.errors import ConfigError

__all__ = ["check_together"]

_NOT_ABOVE_PATIENCE = ("early_end_ms", "complete_end_ms", "end_silence_ms")


def check_together(
    sections: Mapping[str, BaseModel], tree: Mapping[str, Mapping[str, Any]], file: str
) -> None:
    """Look at the sections as they were made of the tables in ``tree``.

    Raises:
        ConfigError: Who is surely finished would wait longer than who surely is not; or sound is
            to be kept of turns that are not kept.
    """
    turns = cast("TurnSettings", sections["turns"])
    trace = cast("TraceSettings", sections["trace"])
    most = turns.patient_end_ms
    for name in _NOT_ABOVE_PATIENCE:
        least: int = getattr(turns, name)
        if least > most:
            blamed = name if name in tree.get("turns", {}) else "patient_end_ms"
            reason = f"{name} is {least}, but patient_end_ms only {most}"
            mend = f"patient_end_ms must not be less than {name}"
            raise _error(tree, ("turns", blamed), file, reason, mend)
    if trace.sound and not trace.keep_turns:
        reason = "no sound can be kept of turns that are not kept"
        mend = "set keep_turns above 0, or sound = false"
        raise _error(tree, ("trace", "sound"), file, reason, mend)


def _error(
    tree: Mapping[str, Mapping[str, Any]], at: tuple[str, str], file: str, reason: str, mend: str
) -> ConfigError:
    section, name = at
    value = tree.get(section, {}).get(name)
    if isinstance(value, FromEnvironment):
        return ConfigError(file="environment", key=value.variable, reason=reason, mend=mend)
    return ConfigError(file=file, key=f"{section}.{name}", reason=reason, mend=mend)
