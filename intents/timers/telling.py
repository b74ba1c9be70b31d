"""Timers, alarms and reminders in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from voiced_intents.clock.words import full_date, joined, length_words, time_words

from .entries import WEEKDAYS, Entry, due_at

__all__ = ["day_and_time", "left", "listed", "name", "repeated", "told_back"]

_TURNED = {"my": "your", "me": "you", "i": "you", "i'm": "you're", "mine": "yours", "our": "your"}
_WORD = re.compile(r"[A-Za-z']+")
_PLURAL = re.compile(r"\b(day|hour|minute|second)s\b")


def name(entry: Entry) -> str:
    """What it is called: "pasta timer", "ten minutes timer", "alarm"."""
    if entry.kind == "timer":
        label = entry.label or _singular(length_words(entry.length_s))
        return f"{label} timer"
    return entry.kind


def left(entry: Entry, now: datetime) -> str:
    """How long it is until it is due."""
    due = due_at(entry, now)
    return length_words((due - now).total_seconds()) if due else "no time"


def day_and_time(moment: datetime, now: datetime) -> str:
    """A moment as it is said: "tomorrow at half past six"."""
    days = (moment.date() - now.date()).days
    clock = time_words(moment)
    if days == 0:
        return f"today at {clock}"
    if days == 1:
        return f"tomorrow at {clock}"
    if 1 < days < 7:  # noqa: PLR2004 - within a week its name will do
        return f"on {moment:%A} at {clock}"
    return f"on {full_date(moment, now)} at {clock}"


def repeated(entry: Entry) -> str:
    """How often: "every weekday"."""
    named = {"daily": "every day", "weekdays": "every weekday", "weekends": "every weekend"}
    if entry.repeat in WEEKDAYS:
        return f"every {entry.repeat.capitalize()}"
    return named[entry.repeat]


def told_back(label: str) -> str:
    """What somebody wanted to be reminded of, as it is said to him: "call your mother"."""
    return _WORD.sub(lambda word: _TURNED.get(word[0].lower(), word[0]), label)


def _one(entry: Entry, now: datetime) -> str:
    due = due_at(entry, now)
    if entry.kind == "timer":
        return f"{left(entry, now)} on the {name(entry)}"
    when = ""
    if due is not None:
        when = f"{repeated(entry)} at {time_words(due)}" if entry.repeat else day_and_time(due, now)
    if entry.kind == "alarm":
        return when
    return f"{told_back(entry.label)}{f', {when}' if when else ''}"


def listed(entries: Sequence[Entry], now: datetime) -> str:
    """Those of one kind, the next one first."""
    never = now + timedelta(days=36500)
    ordered = sorted(entries, key=lambda entry: due_at(entry, now) or never)
    return joined([_one(entry, now) for entry in ordered])


def _singular(length: str) -> str:
    """A length as it stands before a noun: "twenty second"."""
    return _PLURAL.sub(r"\1", length)
