"""The built-in slot type of a length of time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from voiced.slots.base import Candidate, SlotContext
from voiced.slots.hearing import hear
from voiced.slots.values import BELOW_HUNDRED
from voiced.spoken import NUMBER_VOCABULARY, with_digits

__all__ = ["DURATION", "read_seconds"]

_UNITS_S = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_UNIT = "|".join(_UNITS_S)
_ISO_DURATION = re.compile(
    r"P(?:(?P<week>\d+)W)?(?:(?P<day>\d+)D)?"
    r"(?:T(?:(?P<hour>[\d.]+)H)?(?:(?P<minute>[\d.]+)M)?(?:(?P<second>[\d.]+)S)?)?"
)
_PART = re.compile(
    rf"(?:and )?(?:(?P<half>half an?|1 half|a half|3 quarters of an?|a quarter of an?)"
    rf"|(?P<count>\d+(?:\.\d+)?|an?)(?P<more> and a half)?)"
    rf" (?P<unit>{_UNIT})s?(?P<rest> and a half)?(?: |$)"
)
_FRACTIONS = {"3 quarters of a": 0.75, "a quarter of a": 0.25}


class _Duration:
    """A length of time, as a timedelta."""

    name = "duration"
    is_open = False
    json_schema: Mapping[str, Any] = {
        "type": "string",
        "description": "an ISO 8601 duration such as PT1H30M, or words such as ten minutes",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:  # noqa: ARG002
        """Seconds to weeks, halves, and two units in a row."""
        one, many = "(second|minute|hour|day|week)", "(seconds|minutes|hours|days|weeks)"
        return (
            f"(a|an|one) {one} [and a half]",
            f"{BELOW_HUNDRED} ({one}|{many}|and a half {many})",
            "(half (a|an)|(a quarter|three quarters) of an) (minute|hour)",
            f"(an hour|one hour|{BELOW_HUNDRED} hours) [and] {BELOW_HUNDRED} (minute|minutes)",
            f"(a minute|{BELOW_HUNDRED} (minute|minutes)) [and] {BELOW_HUNDRED} (second|seconds)",
        )

    def resolve(
        self,
        said: str,
        context: SlotContext,  # noqa: ARG002
    ) -> Sequence[Candidate[timedelta]]:
        """The length; more than zero."""
        iso = _iso_duration(said.strip())
        if iso is not None:
            return (Candidate(iso, said.strip()),)
        heard = hear(said, _DURATION_VOCABULARY)
        seconds = read_seconds(heard.words) if heard else None
        if heard is None or not seconds:
            return ()
        return (Candidate(timedelta(seconds=seconds), " ".join(heard.words), heard.score),)


_DURATION_VOCABULARY = (
    NUMBER_VOCABULARY
    | set(_UNITS_S)
    | {f"{unit}s" for unit in _UNITS_S}
    | {"half", "quarter", "quarters", "of", "an", "a", "and"}
)


def _iso_duration(text: str) -> timedelta | None:
    match = _ISO_DURATION.fullmatch(text)
    if match is None:
        return None
    try:
        seconds = sum(float(match[unit] or 0) * size for unit, size in _UNITS_S.items())
        return timedelta(seconds=seconds) if seconds else None
    except (ValueError, OverflowError):
        return None


def read_seconds(words: Sequence[str]) -> float | None:
    """The seconds that normalised words mean, all of them, or None."""
    text = with_digits(words, ordinals=False)
    total, place = 0.0, 0
    while place < len(text):
        match = _PART.match(text, place)
        if match is None:
            return None
        total += _count(match) * _UNITS_S[match["unit"]]
        place = match.end()
    return total


def _count(match: re.Match[str]) -> float:
    if match["half"]:
        return _FRACTIONS.get(match["half"].removesuffix("n"), 0.5)
    count = 1.0 if match["count"] in ("a", "an") else float(match["count"])
    return count + 0.5 * bool(match["more"] or match["rest"])


DURATION = _Duration()
