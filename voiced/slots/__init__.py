"""What a slot type is, and the built-in ones. Intent authors import them from voiced.plugin."""

from __future__ import annotations

from voiced.slots.base import Candidate, JsonValue, SlotContext, SlotType
from voiced.slots.dates import COMING_DATE_SPAN, DATE_SPAN, DateSpanType
from voiced.slots.durations import DURATION
from voiced.slots.spans import DateSpan
from voiced.slots.values import NUMBER, ORDINAL, TEXT, Choice, choice

__all__ = [
    "COMING_DATE_SPAN",
    "DATE_SPAN",
    "DURATION",
    "NUMBER",
    "ORDINAL",
    "TEXT",
    "Candidate",
    "Choice",
    "DateSpan",
    "DateSpanType",
    "JsonValue",
    "SlotContext",
    "SlotType",
    "choice",
]
