"""The slot type of a length of time from now, months and years of the calendar included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from voiced.plugin import DURATION, Candidate, SlotContext, normalise, number_words

__all__ = ["AHEAD", "same_day"]

_MONTHS = 12
_MONTHS_OF = {"month": 1, "months": 1, "year": _MONTHS, "years": _MONTHS}
_COUNTS = {" ".join(number_words(count)): count for count in range(1, 100)} | {"a": 1}
_SEVERAL = f"({'|'.join(words for words, count in _COUNTS.items() if count > 1)})"


def same_day(start: datetime, year: int, month: int) -> datetime:
    """The same day of another month, or its last one."""
    for back in range(4):
        try:
            return start.replace(year=year, month=month, day=start.day - back)
        except ValueError:
            continue
    raise AssertionError(start)


class _Ahead:
    """A length of time as a timedelta: a month is as long as it is on the day that it is said."""

    name: ClassVar[str] = "ahead"
    is_open: ClassVar[bool] = False
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "description": "a length in words: two months, ten minutes; or an ISO 8601 duration",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """Seconds to years."""
        return (
            *DURATION.phrases(context),
            "(a|one) (month|year)",
            f"{_SEVERAL} (months|years)",
        )

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[timedelta]]:
        """The length; more than zero."""
        words = normalise(said)
        months = _MONTHS_OF.get(words[-1]) if words else None
        if months is None:
            return DURATION.resolve(said, context)
        count = _COUNTS.get(" ".join(words[:-1]))
        if count is None:
            return ()
        now = context.now
        years, month = divmod(now.month - 1 + months * count, _MONTHS)
        then = same_day(now, now.year + years, month + 1)
        return (Candidate(then - now, " ".join(words)),)


AHEAD = _Ahead()
