"""A row of the event stream back to the event: for programs that watch."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, get_args

from voiced.events import Event, Timing
from voiced.rates import RATE_HZ
from voiced.trace import type_name

__all__ = ["event_of"]

_KINDS: Mapping[str, type[Event]] = {type_name(kind): kind for kind in get_args(Event)}


def event_of(row: Mapping[str, Any]) -> Event | None:
    """The event that ``to_row`` made this of; None where it is cut, or of a newer voiced."""
    kind = _KINDS.get(str(row.get("type")))
    if kind is None:
        return None
    names = {each.name for each in dataclasses.fields(kind)}
    values = {name: value for name, value in row.items() if name in names}
    try:
        if "slots" in values:
            values["slots"] = tuple((str(key), str(word)) for key, word in row["slots"].items())
        if "timing_ms" in values:
            values["timing_ms"] = Timing(**row["timing_ms"])
        return kind(at=round(float(row["at_s"]) * RATE_HZ), **values)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
