"""Spoken arithmetic to a number: a small parser over words, exact, and limited in size. Pure.

"fifteen percent of eighty", "two plus three times four", "the square root of two", "eighty plus
fifteen percent" (a tip), "sixty minus ten percent", "half of seven", "three squared".
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from fractions import Fraction

from voiced.plugin import normalise, parse_number

__all__ = ["NoSum", "TooLarge", "read_sum", "spoken_number"]

_LONGEST = 60
_LARGEST = Fraction(10) ** 40
_HIGHEST_POWER = 200
_ALONE = {
    "half": Fraction(1, 2), "third": Fraction(1, 3), "quarter": Fraction(1, 4),
    "fifth": Fraction(1, 5), "sixth": Fraction(1, 6), "eighth": Fraction(1, 8),
    "tenth": Fraction(1, 10),
}  # fmt: skip
_PARTS = _ALONE | {f"{name}s": part for name, part in _ALONE.items()}
_SIGNS = (
    (r"(?<=[\d)])\s*[*x\u00d7]\s*(?=[\d(])", " times "),
    (r"(?<=[\d)])\s*[/\u00f7]\s*(?=[\d(])", " divided by "),
    (r"(?<=[\d)])\s*\^\s*(?=[\d(])", " to the power of "),
    (r"(?<=[\d)%])\s*[-\u2212]\s*(?=[\d(])", " minus "),
    (r"(?<=[\d)%])\s*\+\s*(?=[\d(])", " plus "),
    (r"\u221a", " the square root of "),
)
_PLUS = (("plus",), ("added", "to"), ("and",))
_MINUS = (("minus",), ("less",))
_TIMES = (("times",), ("multiplied", "by"), ("multiply", "by"))
_OVER = (("divided", "by"), ("divide", "by"), ("over",))


class NoSum(ValueError):
    """It is none that can be read; or it has no result, and the message says why."""


class TooLarge(NoSum):
    """Its result is too large to be told."""


def read_sum(text: str) -> Fraction:
    """The result.

    Raises:
        NoSum: It cannot be read, or has no result.
    """
    for sign, word in _SIGNS:
        text = re.sub(sign, word, text)
    words = [word for word in normalise(text) if word not in ("equals", "is")]
    if not words or len(words) > _LONGEST:
        raise NoSum
    return _Reader(words).read()


class _Reader:
    def __init__(self, words: Sequence[str]) -> None:
        self._words = list(words)
        self._at = 0

    def read(self) -> Fraction:
        value = self._sum()
        if self._at < len(self._words):
            raise NoSum
        return value

    def _takes(self, *phrases: tuple[str, ...]) -> bool:
        for phrase in phrases:
            if tuple(self._words[self._at : self._at + len(phrase)]) == phrase:
                self._at += len(phrase)
                return True
        return False

    def _sum(self) -> Fraction:
        value = self._product()
        while True:
            if self._takes(*_PLUS):
                sign = 1
            elif self._takes(*_MINUS):
                sign = -1
            else:
                return value
            begun = self._at
            share = self._percentage()
            if share is not None:  # eighty plus fifteen percent
                value = _limited(value * (1 + sign * share))
            else:
                self._at = begun
                value = _limited(value + sign * self._product())

    def _product(self) -> Fraction:
        value = self._power()
        while True:
            if self._takes(*_TIMES):
                value = _limited(value * self._power())
            elif self._takes(*_OVER):
                divisor = self._power()
                if divisor == 0:
                    raise NoSum("Nothing can be divided by zero.")
                value = value / divisor
            else:
                return value

    def _power(self) -> Fraction:
        value = self._part()
        while True:
            if self._takes(("squared",)):
                value = _power(value, Fraction(2))
            elif self._takes(("cubed",)):
                value = _power(value, Fraction(3))
            elif self._takes(("to", "the", "power", "of"), ("to", "the", "power")):
                value = _power(value, self._part())
            else:
                return value

    def _part(self) -> Fraction:
        if self._takes(("minus",), ("negative",)):
            return -self._part()
        if self._takes(("the", "square", "root", "of"), ("square", "root", "of")):
            return _root(self._part())
        if self._takes(("twice",), ("double",)):
            return 2 * self._part()
        for read in (self._share, self._percent_of):
            begun = self._at
            value = read()
            if value is not None:
                return value
            self._at = begun
        return self._number()

    def _percent_of(self) -> Fraction | None:
        """Read "fifteen percent of eighty", "twenty percent off fifty", "five percent"."""
        percentage = self._percentage(is_last=False)
        if percentage is not None and self._takes(("of",)):
            return percentage * self._part()
        if percentage is not None and self._takes(("off",)):
            return (1 - percentage) * self._part()
        return percentage

    def _share(self) -> Fraction | None:
        """Read "half of seven", "two thirds of nine", "a quarter"."""
        begun = self._at
        count = Fraction(1)
        is_bare = self._words[self._at : self._at + 1] == ["half"]
        if not is_bare and not self._takes(("a",), ("one",)):
            try:
                count = self._number(longest=1)
            except NoSum:
                self._at = begun
        word = self._words[self._at] if self._at < len(self._words) else ""
        if word not in _PARTS:
            self._at = begun
            return None
        self._at += 1
        value = count * _PARTS[word]
        if self._takes(("of",)) or word == "half":
            return value * self._part() if self._at < len(self._words) else value
        return value

    def _percentage(self, *, is_last: bool = True) -> Fraction | None:
        """A number of percent; ``is_last``: it is of what came before, not "of" anything."""
        try:
            value = self._number()
        except NoSum:
            return None
        if not self._takes(("percent",), ("per", "cent")):
            return None
        if is_last and self._words[self._at : self._at + 1] in (["of"], ["off"]):
            return None
        return value / 100

    def _number(self, longest: int = 12) -> Fraction:
        rest = self._words[self._at :]
        for length in range(min(len(rest), longest), 0, -1):
            value = parse_number(rest[:length])
            if value is not None:
                self._at += length
                return _limited(Fraction(str(value)))
        raise NoSum


def _limited(value: Fraction) -> Fraction:
    if abs(value) > _LARGEST:
        raise TooLarge("That is too large for me to say.")
    return value


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1 or abs(exponent) > _HIGHEST_POWER:
        raise NoSum("I only know whole powers, up to two hundred.")
    if base == 0 and exponent < 0:
        raise NoSum("Nothing can be divided by zero.")
    size = abs(exponent) * math.log10(max(abs(base.numerator), base.denominator, 1))
    if size > math.log10(_LARGEST):
        raise TooLarge("That is too large for me to say.")
    return Fraction(base ** int(exponent))


def _root(value: Fraction) -> Fraction:
    if value < 0:
        raise NoSum("A number below zero has no square root that I could say.")
    exact = Fraction(math.isqrt(value.numerator), math.isqrt(value.denominator))
    return exact if exact * exact == value else Fraction(math.sqrt(value))


_SAID_WHOLE = Fraction(10) ** 15
_DECIMALS = 4
_SMALLEST = Fraction(1, 1000)


def spoken_number(value: Fraction) -> tuple[str, bool]:
    """A number as it is said, and whether that is exact: at most four decimals."""
    if value.denominator == 1 and abs(value) < _SAID_WHOLE:
        return str(value.numerator), True
    if abs(value) >= _SAID_WHOLE or 0 < abs(value) < _SMALLEST:
        number, _, power = f"{float(value):.3e}".partition("e")
        shown = number.rstrip("0").rstrip(".")
        return f"{shown} times ten to the power of {int(power)}", False
    rounded = round(value, _DECIMALS)
    shown = f"{float(rounded):.{_DECIMALS}f}".rstrip("0").rstrip(".")
    return shown, rounded == value
