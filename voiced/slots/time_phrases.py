"""Templates of times of day with and without a day, for the recogniser. Data and one function."""

from __future__ import annotations

from voiced.slots.spans import WEEKDAYS
from voiced.spoken import number_words

__all__ = ["time_phrases"]

_HOUR = f"({'|'.join(number_words(hour)[0] for hour in range(1, 13))})"
_ONES = "(one|two|three|four|five|six|seven|eight|nine)"
_MINUTE = (
    f"(ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|"
    f"(twenty|thirty|forty|fifty) [{_ONES}]|oh {_ONES})"
)
_HALF = "(a m|p m|in the (morning|afternoon|evening)|at night)"
_NAMED = f"(half past|[a] quarter (past|to)|(five|ten|twenty) [minutes] (past|to)) {_HOUR}"
_CLOCK = f"(noon|midnight|({_HOUR} [({_MINUTE}|o'clock)]|{_NAMED}) [{_HALF}])"
_SURE = f"(noon|midnight|{_HOUR} ({_MINUTE}|o'clock) [{_HALF}]|{_NAMED} [{_HALF}]|{_HOUR} {_HALF})"
"""What is a time of day without an "at" before it."""

_PART = "(morning|afternoon|evening|night)"
_DAY = (
    f"(today|tonight|the day after tomorrow|(tomorrow|yesterday) [{_PART}]|this {_PART}"
    f"|[on] [this|next|last] ({'|'.join(WEEKDAYS)}) [{_PART}])"
)
_TIME = (
    f"({_SURE}|(at|around|about|by) {_CLOCK}"
    f"|(between {_CLOCK} and|from {_CLOCK} (to|until)) {_CLOCK}"
    f"|(before|after|until|since) {_CLOCK})"
)
_COUNT = (
    "(a|an|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty"
    "|[twenty|thirty|forty] five|ninety)"
)
_LENGTH = (
    f"({_COUNT} [and a half] (minute|minutes|hour|hours|day|days|week|weeks) [and a half]"
    "|half an hour|[a] quarter of an hour)"
)


def time_phrases() -> tuple[str, ...]:
    """What may be said of a time of day, alone or with its day, and how far off something is."""
    return (
        f"{_TIME} [{_DAY}]",
        f"{_HOUR} {_DAY}",
        f"{_DAY} {_TIME}",
        f"in {_LENGTH}",
        f"{_LENGTH} (ago|from now)",
    )
