"""What a slot type is, and the built-in ones. Intent authors import them from voiced.plugin."""

from __future__ import annotations

from voiced.slots.base import Candidate, JsonValue, SlotContext, SlotType
from voiced.slots.dates import (
    COMING_DATE_SPAN,
    COMING_TIME_SPAN,
    DATE_SPAN,
    TIME_SPAN,
    DateSpanType,
)
from voiced.slots.durations import DURATION
from voiced.slots.lists import ListType, list_of
from voiced.slots.named import Named, named
from voiced.slots.spans import DateSpan
from voiced.slots.values import ADDRESS, NUMBER, ORDINAL, TEXT, Choice, choice

__all__ = [
    "ADDRESS",
    "COMING_DATE_SPAN",
    "COMING_TIME_SPAN",
    "DATE_SPAN",
    "DURATION",
    "NUMBER",
    "ORDINAL",
    "TEXT",
    "TIME_SPAN",
    "Candidate",
    "Choice",
    "DateSpan",
    "DateSpanType",
    "JsonValue",
    "ListType",
    "Named",
    "SlotContext",
    "SlotType",
    "choice",
    "list_of",
    "named",
]
