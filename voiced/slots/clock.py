"""Times of day as they are said: "half past three", "ten to nine", "noon". Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voiced.spoken import number_words

__all__ = ["CLOCK_WORDS", "TimeOfDay", "read_clock"]

_HOUR_MIN, _DAY_MIN = 60, 24 * 60
_NOON_H = 12
_SMALL = {number_words(value): value for value in range(60)}
_NAMED_MIN = {"noon": _NOON_H * _HOUR_MIN, "midday": _NOON_H * _HOUR_MIN, "midnight": 0}
_FRACTIONS_MIN = {"half": 30, "quarter": 15}
_AFTER = frozenset(("past", "after"))
_BEFORE = frozenset(("to", "before", "of", "till", "til"))
_LEAST_MINUTE, _MOST_COUNTED = 10, 30
_COUNTED = frozenset((5, 10, 20, 25))
"""Minutes before or after an hour that are said without the word: "nine to five" is a stretch."""

_SUFFIXES: dict[tuple[str, ...], tuple[int, int]] = {
    # words after the time, and from and until which hour they let it be
    ("a", "m"): (0, 12),
    ("am",): (0, 12),
    ("p", "m"): (12, 24),
    ("pm",): (12, 24),
    ("in", "the", "morning"): (0, 12),
    ("in", "the", "afternoon"): (12, 19),
    ("in", "the", "evening"): (16, 24),
    ("at", "night"): (18, 30),
}
CLOCK_WORDS = frozenset(
    "a after about am around at before between by clock half hour hours in m midday midnight "
    "minute minutes noon now of oh o'clock p past pm quarter sharp the til till to until".split()
)
"""Words of times besides numbers and days."""

Words = Sequence[str]


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """``minutes`` since midnight, 0 to 1439.

    ``is_settled``: it was said which half of the day it is; else it may be twelve hours later.
    """

    minutes: int
    is_settled: bool

    @property
    def choices(self) -> tuple[int, ...]:
        """The minutes since midnight that may be meant."""
        other = (self.minutes + _DAY_MIN // 2) % _DAY_MIN
        return (self.minutes,) if self.is_settled else tuple(sorted((self.minutes, other)))


def read_clock(words: Words, *, before_to: bool = False) -> tuple[TimeOfDay, int] | None:
    """Read the time of day that the words begin with.

    Args:
        words: Normalised words.
        before_to: A "to" is expected after it: "ten to three" begins with ten o'clock.

    Returns:
        The time and how many words it took, or None where they begin with none.
    """
    skip = 1 if words[:1] == ["a"] else 0
    rest = words[skip:]
    plain = _plain(rest) if not skip else None
    found = (plain or _relative(rest)) if before_to else (_relative(rest) or plain)
    if found is None:
        return None
    time, used = found[0], skip + found[1]
    if list(words[used : used + 1]) == ["sharp"]:
        used += 1
    return _with_suffix(time, used, words)


def _with_suffix(time: TimeOfDay, used: int, words: Words) -> tuple[TimeOfDay, int]:
    for suffix, (first_h, last_h) in _SUFFIXES.items():
        if tuple(words[used : used + len(suffix)]) == suffix:
            fitting = [
                minutes
                for minutes in time.choices
                if first_h * _HOUR_MIN <= minutes < last_h * _HOUR_MIN
                or (minutes + _DAY_MIN < last_h * _HOUR_MIN)
            ]
            chosen = fitting[0] if fitting else time.minutes
            return TimeOfDay(chosen, is_settled=True), used + len(suffix)
    return time, used


def _relative(words: Words) -> tuple[TimeOfDay, int] | None:
    """Read "half past three", "quarter to nine", "ten minutes past two", "half three"."""
    offset, used = _offset(words)
    if not used:
        return None
    between = words[used] if used < len(words) else ""
    if between in _AFTER or between in _BEFORE:
        hour = _hour(words[used + 1 :])
        if hour is None:
            return None
        sign = 1 if between in _AFTER else -1
        return _at(hour[0], sign * offset), used + 1 + hour[1]
    hour = _hour(words[used:]) if words[0] == "half" else None
    return (_at(hour[0], offset), used + hour[1]) if hour else None


def _offset(words: Words) -> tuple[int, int]:
    if words and words[0] in _FRACTIONS_MIN:
        return _FRACTIONS_MIN[words[0]], 1
    found = _small(words)
    if found is None or not 0 < found[0] < _MOST_COUNTED:
        return 0, 0
    if list(words[found[1] : found[1] + 1]) in (["minutes"], ["minute"]):
        return found[0], found[1] + 1
    return found if found[0] in _COUNTED else (0, 0)


def _plain(words: Words) -> tuple[TimeOfDay, int] | None:
    if words and words[0] in _NAMED_MIN:
        return TimeOfDay(_NAMED_MIN[words[0]], is_settled=True), 1
    hour = _hour(words)
    if hour is None:
        return None
    rest = words[hour[1] :]
    minute, used = _minute(rest)
    if not used and list(rest[:1]) == ["o'clock"]:
        used = 1
    return _at(hour[0], minute), hour[1] + used


def _minute(words: Words) -> tuple[int, int]:
    if list(words[:1]) == ["oh"]:
        ones = _small(words[1:])
        return (ones[0], 1 + ones[1]) if ones and ones[0] < _LEAST_MINUTE else (0, 0)
    found = _small(words)
    return found if found and found[0] >= _LEAST_MINUTE else (0, 0)


def _hour(words: Words) -> tuple[int, int] | None:
    for length in (2, 1):
        value = _SMALL.get(tuple(words[:length])) if len(words) >= length else None
        if value is not None and value < 24:  # noqa: PLR2004 - hours
            return value, length
    return None


def _small(words: Words) -> tuple[int, int] | None:
    for length in (2, 1):
        value = _SMALL.get(tuple(words[:length])) if len(words) >= length else None
        if value is not None:
            return value, length
    return None


def _at(hour: int, minute: int) -> TimeOfDay:
    minutes = (hour * _HOUR_MIN + minute) % _DAY_MIN
    return TimeOfDay(minutes, is_settled=hour == 0 or hour > _NOON_H)
