"""Times, dates and lengths in words that every voice reads well. Other plugins use them, too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from voiced.plugin import number_words, ordinal_words, year_words

__all__ = ["date_words", "full_date", "joined", "length_words", "time_words"]

_QUARTERS = {15: "a quarter past {this}", 30: "half past {this}", 45: "a quarter to {next}"}
_NOON = 12
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86400
_LISTED = 3


def time_words(moment: datetime) -> str:
    """The time of day: "half past seven"."""
    if moment.minute == 0 and moment.hour in (0, _NOON):
        return "noon" if moment.hour else "midnight"
    this, after = _hour_word(moment.hour), _hour_word(moment.hour + 1)
    if moment.minute == 0:
        return f"{this} o'clock"
    if moment.minute in _QUARTERS:
        return _QUARTERS[moment.minute].format(this=this, next=after)
    minute = "-".join(number_words(moment.minute))
    return f"{this} {minute}" if moment.minute > 9 else f"{this} oh {minute}"  # noqa: PLR2004


def _hour_word(hour: int) -> str:
    return number_words((hour - 1) % 12 + 1)[0]


def full_date(day: datetime, now: datetime) -> str:
    """The weekday and the date; the year where it is not this one."""
    return f"{day:%A}, {date_words(day, now)}"


def date_words(day: datetime, now: datetime) -> str:
    """The month and the day, and the year where it is not this one."""
    words = f"{day:%B} {'-'.join(ordinal_words(day.day))}"
    return words if day.year == now.year else f"{words}, {' '.join(year_words(day.year))}"


def length_words(seconds: float) -> str:
    """A length of time by its two largest units: "an hour" is "one hour"."""
    whole = max(0, round(seconds))
    if whole >= 10 * _MINUTE_S:  # nobody wants the seconds
        whole = round(whole / _MINUTE_S) * _MINUTE_S
    parts: list[str] = []
    for name, size in (("day", _DAY_S), ("hour", _HOUR_S), ("minute", _MINUTE_S), ("second", 1)):
        count, whole = divmod(whole, size)
        if count:
            parts.append(f"{' '.join(number_words(count))} {name}{'s' if count > 1 else ''}")
    return " and ".join(parts[:2]) or "no time"


def joined(names: Sequence[str], more: str = "more") -> str:
    """Names as a list for the ear: three, then how many more."""
    shown = list(names[:_LISTED])
    if len(names) > _LISTED:
        shown.append(f"{number_words(len(names) - _LISTED)[0]} {more}")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
