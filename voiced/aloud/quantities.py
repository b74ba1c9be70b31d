"""Money, measures, percentages, and every other number as it is said."""

from __future__ import annotations

import re

from voiced.aloud.figures import FIGURE, cardinal, digits, ordinal, plural
from voiced.aloud.units import UNITS

__all__ = ["say_numbers", "say_quantities"]

_LEFT = r"(?<![\w.,:/@#-])(?<!\w-)"
_MINUS = r"(?P<minus>[-\u2212](?=[0-9$€£¥]))?"
_TO = r"\s?[-\u2013\u2014]\s?"
_SCALES = {
    "k": "thousand", "K": "thousand", "m": "million", "M": "million", "mn": "million",
    "bn": "billion", "B": "billion", "tn": "trillion", "T": "trillion",
}  # fmt: skip
_SCALE = (
    rf"(?:(?P<short>{'|'.join(_SCALES)})(?!\w)"
    r"|\s(?P<long>(?:hundred|thousand|million|billion|trillion))\b)"
)
_SIGNS = {
    "$": ("dollar", "cent"), "€": ("euro", "cent"), "£": ("pound", "penny"), "¥": ("yen", ""),
    "USD": ("US dollar", "cent"), "EUR": ("euro", "cent"), "GBP": ("pound", "penny"),
    "CHF": ("Swiss franc", "centime"), "JPY": ("yen", ""),
}  # fmt: skip
_CODES = "USD|EUR|GBP|CHF|JPY"
_MONEY = re.compile(
    rf"(?<![\w.,:/@#])(?<!\w-){_MINUS}(?:US)?(?P<sign>[$€£¥]|(?:{_CODES})\s)\s?"
    rf"(?P<low>{FIGURE})(?:{_TO}(?:[$€£¥])?(?P<high>{FIGURE}))?{_SCALE}?(?![0-9])(?:/(?=[a-z]))?"
)
_MONEY_AFTER = re.compile(
    rf"(?<![\w.,:/@#-]){_MINUS}(?:(?P<local>[0-9]{{1,3}}(?:\.[0-9]{{3}})*,[0-9]{{2}})|(?P<low>{FIGURE})"
    rf"(?:{_TO}(?P<high>{FIGURE}))?{_SCALE}?)\s?(?P<sign>[€£]|{_CODES})(?!\w)(?:/(?=[a-z]))?"
)
_SMALL = {"cent": "cents", "penny": "pence", "centime": "centimes"}
_UNIT = "|".join(map(re.escape, sorted(UNITS, key=len, reverse=True)))
_MEASURE = re.compile(
    rf"(?<![\w.,:/@#])(?<!\w-){_MINUS}(?P<low>{FIGURE})(?:{_TO}(?P<high>{FIGURE}))?"
    rf"(?P<gap>\s?)(?P<unit>{_UNIT})(?![\w°²³])"
)
_NOT_APART = frozenset("A B W l s m g V b".split())
_BY = re.compile(r"(?<![\w.])([0-9]{3,5})\s?[x\u00d7]\s?([0-9]{3,5})(?!\w)")
_PHONE = re.compile(
    r"(?<![\w.,:/@#-])(?:\+[0-9]{1,3}(?:[\s./-]?\(?[0-9]{1,5}\)?){2,6}"
    r"|\([0-9]{2,5}\)[\s-]?[0-9]{3,4}[\s-]?[0-9]{3,5}"
    r"|(?:[0-9]{3}-)?[0-9]{3}-[0-9]{4})(?![\w@-])(?!\.[0-9])"
)
_VERSIONED = (
    "[vV]ersion|[rR]elease|[kK]ernel|Android|Debian|Django|Fedora|GNOME|Go|iOS|Java|Linux|macOS|Node"
    "|PHP|PostgreSQL|Python|Ruby|Rust|Ubuntu|Windows"
)
_VERSION = re.compile(
    rf"(?<![\w.,:/@-])(?:(?P<v>[vV])(?=[0-9])|(?P<name>\b(?:{_VERSIONED})\s)(?=[0-9]+\.[0-9]))?"
    r"(?P<parts>[0-9]+(?:\.[0-9]+)*)(?![0-9,]*[\w%$€£°])"
)
_FRACTION = re.compile(
    r"(?<![\w.,:/@#-])(?:(?P<whole>[0-9]{1,3})\s)?(?P<top>[0-9]{1,2})/(?P<bottom>[0-9]{1,3})"
    r"(?![\w/])(?!\.[0-9])"
)
_VULGAR = {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3", "⅛": "1/8"}
_ORDINAL = re.compile(r"(?<![\w.,:/@#-])([0-9]{1,6})(?:st|nd|rd|th)(?!\w)")
_RANGE = re.compile(rf"{_LEFT}({FIGURE}){_TO}({FIGURE})(?![\w-])(?!\.[0-9])")
_NEGATIVE = re.compile(r"(?<![\w)])[-\u2212](?=[0-9])")
_BARE_POINT = re.compile(r"(?<![\w.])\.(?=[0-9])")
_PLAIN = re.compile(rf"(?<![\w.])({FIGURE})(?!\w)(?!\.[0-9])")
_LONG_DIGITS = 7
_LARGEST_ORDINAL_PART = 10


def say_quantities(text: str) -> str:
    """Money and measures in words."""
    if not any("0" <= letter <= "9" for letter in text):
        return text
    text = _PHONE.sub(_phone, text)
    text = _MONEY_AFTER.sub(_money, _MONEY.sub(_money, text))
    text = _BY.sub(lambda found: f"{cardinal(found[1])} by {cardinal(found[2])}", text)
    return _MEASURE.sub(_measure, text)


def say_numbers(text: str) -> str:
    """Every other number in words."""
    for sign, written in _VULGAR.items():
        text = re.sub(rf"(?<=[0-9])\s?{sign}", f" {written}", text).replace(sign, written)
    if not any("0" <= letter <= "9" for letter in text):
        return text
    text = _FRACTION.sub(_fraction, _VERSION.sub(_version, text))
    text = _ORDINAL.sub(lambda found: ordinal(found[1]), text)
    text = _RANGE.sub(lambda found: f"{_plain(found[1])} to {_plain(found[2])}", text)
    text = _NEGATIVE.sub("minus ", _BARE_POINT.sub("0.", text))
    return _PLAIN.sub(lambda found: _plain(found[1]), text)


def _minus(found: re.Match[str]) -> str:
    return "minus " if found["minus"] else ""


def _plain(figure: str) -> str:
    is_code = figure.isdecimal() and len(figure) >= _LONG_DIGITS and not figure.endswith("000")
    return digits(figure) if is_code else cardinal(figure)


def _money(found: re.Match[str]) -> str:
    groups = found.groupdict()
    local = groups.get("local")
    low = local.replace(".", "").replace(",", ".") if local else groups["low"]
    one, small = _SIGNS[found["sign"].strip()]
    high = groups["high"]
    scale = _SCALES.get(groups["short"] or "", groups["long"] or "")
    per = " per " if found[0].endswith("/") else ""
    whole, _, cents = low.partition(".")
    if high or scale or len(cents) != 2 or not small:  # noqa: PLR2004 - hundredths
        amount = f"{cardinal(low)} to {cardinal(high)}" if high else cardinal(low)
        amount = f"{amount} {scale}" if scale else amount
        return f"{_minus(found)}{amount} {_coins(one, None if high or scale else low)}{per}"
    return f"{_minus(found)}{_with_cents(whole, cents, one, small)}{per}"


def _coins(one: str, figure: str | None) -> str:
    return one if figure == "1" or one == "yen" else f"{one}s"


def _with_cents(whole: str, cents: str, one: str, small: str) -> str:
    count = str(int(cents))
    change = f"{cardinal(count)} {plural(count, small, _SMALL[small])}"
    if whole == "0" and count != "0":
        return change
    said = f"{cardinal(whole)} {_coins(one, whole)}"
    return said if count == "0" else f"{said} and {change}"


def _measure(found: re.Match[str]) -> str:
    unit, gap = found["unit"], found["gap"]
    if gap and unit in _NOT_APART:
        return found[0]
    one, many = UNITS[unit]
    low, high = found["low"], found["high"]
    if high:
        return f"{_minus(found)}{cardinal(low)} to {cardinal(high)} {many}"
    return f"{_minus(found)}{cardinal(low)} {plural(low, one, many)}"


def _phone(found: re.Match[str]) -> str:
    groups = re.findall(r"[0-9]+", found[0])
    plus = "plus " if found[0].startswith("+") else ""
    return plus + ", ".join(map(digits, groups))


def _version(found: re.Match[str]) -> str:
    parts = found["parts"].split(".")
    name = "version " if found["v"] else found["name"] or ""
    if not name and len(parts) <= 2:  # noqa: PLR2004 - a decimal
        return found[0]
    is_host = len(parts) == 4 and not name  # noqa: PLR2004 - an IP address
    said = [f"oh {digits(part[1:])}" if _has_zero(part) else cardinal(part) for part in parts]
    return name + (" dot " if is_host else " point ").join(said)


def _has_zero(part: str) -> bool:
    return len(part) > 1 and part[0] == "0"


def _fraction(found: re.Match[str]) -> str:
    whole, top, bottom = found["whole"], found["top"], found["bottom"]
    if (top, bottom) in (("24", "7"), ("9", "11")) and not whole:
        return f"{cardinal(top)} {cardinal(bottom)}"
    if not 1 < int(bottom) <= _LARGEST_ORDINAL_PART or not 0 < int(top) < int(bottom):
        said = f"{cardinal(top)} slash {cardinal(bottom)}"
    else:
        said = _part(int(top), int(bottom))
    if not whole:
        return said
    return f"{cardinal(whole)} and {re.sub('^one ', 'a ', said)}"


def _part(top: int, bottom: int) -> str:
    names = {2: ("half", "halves"), 4: ("quarter", "quarters")}
    one, many = names.get(bottom, (ordinal(str(bottom)), f"{ordinal(str(bottom))}s"))
    return f"{cardinal(str(top))} {one if top == 1 else many}"
