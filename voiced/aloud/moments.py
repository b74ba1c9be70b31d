"""Dates, times of day and years as they are said. A date that may mean two days is not guessed."""

from __future__ import annotations

import re

from voiced.aloud.figures import cardinal, digits, ordinal, year

__all__ = ["say_moments"]

_MONTHS = (
    "January February March April May June July August September October November December"
).split()
_SHORT = {name[:3]: name for name in _MONTHS} | {"Sept": "September"}
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)}|(?:{'|'.join(_SHORT)})\b\.?)"
_YEAR = r"(?:1[1-9]|20)[0-9]{2}"
_DAY = r"(?P<day>0?[1-9]|[12][0-9]|3[01])"
_START, _END = r"(?<![\w.,:/@#-])(?<![0-9] )", r"(?![\w@])(?![.,:/-][0-9])"

_ISO = re.compile(
    rf"(?<![\w.,/@#-])(?P<year>{_YEAR})-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12][0-9]|3[01])"
    r"(?:(?P<at>T|,?\ )(?P<hour>[01][0-9]|2[0-3]):(?P<minute>[0-5][0-9])"
    r"(?::[0-5][0-9](?:\.[0-9]+)?)?(?P<zone>Z)?)?(?![\w-])"
)
_NUMERIC = re.compile(
    rf"(?<![\w.,/@#-])(?P<one>[0-9]{{1,2}})(?P<mark>[/.])(?P<two>[0-9]{{1,2}})(?P=mark)"
    rf"(?P<year>{_YEAR})(?![\w/-])(?!\.[0-9])"
)
_MONTH_FIRST = re.compile(
    rf"\b{_MONTH}\s+{_DAY}(?:st|nd|rd|th)?(?![\w%°$€£])(?![.,:/-][0-9])(?:,?\s+(?P<year>{_YEAR}){_END})?"
)
_DAY_FIRST = re.compile(
    rf"(?P<the>\bthe\s+)?(?<![\w.,:/@#-]){_DAY}(?P<nth>st|nd|rd|th)?\s+(?P<of>of\s+)?{_MONTH}(?!\w)"
    rf"(?:,?\s+(?P<year>{_YEAR}){_END})?"
)
_MONTH_YEAR = re.compile(rf"\b{_MONTH},?\s+(?P<year>{_YEAR}){_END}")
_CLOCK = re.compile(
    r"(?<![\w.,:/@#-])(?P<hour>[01]?[0-9]|2[0-4]):(?P<minute>[0-5][0-9])(?::(?P<second>[0-5][0-9]))?"
    r"(?:\s?(?P<half>[AaPp])\.?[Mm]\b\.?)?(?P<end>\s?(?:h|hrs)\b)?(?![\w:])(?!\.[0-9])"
)
_CLOCK_RANGE = re.compile(r"(?<=[0-9])\s?[-\u2013\u2014]\s?(?=(?:[01]?[0-9]|2[0-4]):[0-5][0-9])")
_HOUR = re.compile(
    r"(?<![\w.,:/@#])(?P<low>(?:1[0-2]|0?[1-9])\s?[-\u2013\u2014]\s?)?"
    r"(?P<hour>1[0-2]|0?[1-9])\s?(?P<half>[AaPp])\.?[Mm]\b\.?"
)
_HALF_RANGE = re.compile(r"(?<=[AP]M)\s?[-\u2013\u2014]\s?(?=\w)")
_RATIO = re.compile(r"(?<![\w.,:/-])([0-9]{1,3}):([0-9]{1,3})(?![\w:])(?![.,][0-9])")
_DECADE = re.compile(
    r"(?<![\w.,/-])(?:(?P<century>1[1-9]|20)|['\u2019])?(?P<tens>[0-9]0)['\u2019]?s\b"
)
_SPAN = re.compile(rf"(?<![\w.,/-])({_YEAR})\s?[-\u2013\u2014/]\s?({_YEAR}|[0-9]{{2}}){_END}")
_BARE = re.compile(rf"(?P<before>\w+[\s(]+)?{_START}(?P<year>{_YEAR}){_END}(?P<after>\s*\S+)?")

_YEARLY = frozenset(
    "in since of from until till by before after during around circa between late early mid year "
    "summer winter autumn fall spring class and to".split()
)
_COUNTED = frozenset(
    "about almost counted exactly found has have nearly over the under was".split()
)
_NO_PLURAL = frozenset("was is has this its as us does plus census yes".split())
_OLDEST_BARE = 1900
_NOON = 12


def say_moments(text: str) -> str:
    """Dates, times and years in words."""
    if not any("0" <= letter <= "9" for letter in text):
        return text
    text = _NUMERIC.sub(_numeric, _ISO.sub(_iso, text))
    text = _MONTH_FIRST.sub(_month_first, _DAY_FIRST.sub(_day_first, text))
    text = _MONTH_YEAR.sub(lambda found: f"{_named(found)} {year(found['year'])}", text)
    text = _HOUR.sub(_hour, _CLOCK.sub(_clock, _CLOCK_RANGE.sub(" to ", text)))
    text = _RATIO.sub(lambda found: f"{cardinal(found[1])} to {cardinal(found[2])}", text)
    text = _SPAN.sub(_span, _DECADE.sub(_decade, _HALF_RANGE.sub(" to ", text)))
    return _BARE.sub(_bare, text)


def _named(found: re.Match[str]) -> str:
    name = found["month"].rstrip(".")
    return _SHORT.get(name, name)


def _date(month: str, day: str, in_year: str | None) -> str:
    said = f"{month} {ordinal(day)}"
    return f"{said}, {year(in_year)}" if in_year else said


def _iso(found: re.Match[str]) -> str:
    said = _date(_MONTHS[int(found["month"]) - 1], found["day"], found["year"])
    if not found["hour"]:
        return said
    zone = " UTC" if found["zone"] else ""
    return f"{said}, {_time(found['hour'], found['minute'])}{zone}"


def _numeric(found: re.Match[str]) -> str:
    """3/4/2026 may be a day in March or in April, 3.4.2026 and 13/4/2026 cannot."""
    one, two = int(found["one"]), int(found["two"])
    months = [
        (month, day)
        for month, day in ((one, two), (two, one))
        if 1 <= month <= len(_MONTHS) and 1 <= day <= 31  # noqa: PLR2004 - the longest month
    ]
    if found["mark"] == ".":
        months = [(month, day) for month, day in months if (month, day) == (two, one)]
    if len(set(months)) == 1:
        month, day = months[0]
        return _date(_MONTHS[month - 1], str(day), found["year"])
    mark = "slash" if found["mark"] == "/" else "dot"
    return f"{cardinal(str(one))} {mark} {cardinal(str(two))} {mark} {year(found['year'])}"


def _month_first(found: re.Match[str]) -> str:
    return _date(_named(found), found["day"], found["year"])


def _day_first(found: re.Match[str]) -> str:
    day, month = ordinal(found["day"]), _named(found)
    if found["of"]:
        return f"{found['the'] or ''}{day} of {month}{_in_year(found)}"
    if found["nth"] is None and found["month"] == "May" and not found["year"] and not found["the"]:
        return found[0]  # "the first 3 May wait"
    said = _date(month, found["day"], found["year"])
    return f"{found['the']}{day} of {month}{_in_year(found)}" if found["the"] else said


def _in_year(found: re.Match[str]) -> str:
    return f" {year(found['year'])}" if found["year"] else ""


def _time(hour: str, minute: str) -> str:
    value = int(hour)
    if minute == "00":
        if value == 0:
            return "midnight"
        return f"{cardinal(str(value))} o'clock" if value <= _NOON else f"{cardinal(hour)} hundred"
    said = f"oh {digits(minute[1])}" if minute[0] == "0" else cardinal(minute)
    return f"{cardinal(str(value))} {said}"


def _clock(found: re.Match[str]) -> str:
    hour, minute, half = found["hour"], found["minute"], found["half"]
    if half:
        said = cardinal(str(int(hour))) if minute == "00" else _time(hour, minute)
        said = f"{said} {half.upper()}M"
    else:
        said = _time(hour, minute)
    return f"{said} and {cardinal(str(int(found['second'])))} seconds" if found["second"] else said


def _hour(found: re.Match[str]) -> str:
    low = re.sub(r"[^0-9]", "", found["low"] or "")
    hours = f"{cardinal(str(int(low)))} to " if low else ""
    return f"{hours}{cardinal(str(int(found['hour'])))} {found['half'].upper()}M"


def _decade(found: re.Match[str]) -> str:
    tens = found["tens"]
    if tens == "00":
        return f"{year(found['century'] + tens)}s" if found["century"] else found[0]
    if not found["century"] and tens == "10":
        return found[0]
    century = f"{cardinal(found['century'])} " if found["century"] else ""
    return f"{century}{cardinal(tens)[:-1]}ies" if tens != "10" else f"{century}tens"


def _span(found: re.Match[str]) -> str:
    return f"{year(found[1])} to {year(found[2])}"


def _bare(found: re.Match[str]) -> str:
    before, after = found["before"] or "", found["after"] or ""
    if not _is_year(before.rstrip(" (").lower(), after, found["year"]):
        return found[0]
    return f"{before}{year(found['year'])}{after}"


def _is_year(before: str, after: str, figures: str) -> bool:
    """Whether four figures are a year, and do not count what follows."""
    next_word = after.strip().lower()
    counts = next_word.endswith("s") and next_word not in _NO_PLURAL and after[:1].isspace()
    if counts or before in _COUNTED - {"the", "was"}:
        return False
    return before in _YEARLY or int(figures) >= _OLDEST_BARE
