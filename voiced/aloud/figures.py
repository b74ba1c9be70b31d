"""Written figures in words: what the rules for dates, sums and plain numbers share."""

from __future__ import annotations

from voiced.spoken import number_words, ordinal_words, year_words
from voiced.spoken.numbers import digit_words

__all__ = ["FIGURE", "cardinal", "digits", "ordinal", "plural", "year"]

FIGURE = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?)"
"""A number as it is written: 1,234 or 1234 or 3.14."""

_MOST_DIGITS = 15
_FIRST_YEAR, _LAST_YEAR = 1100, 2099


def cardinal(figure: str) -> str:
    """A written number: "1,234.5" is "one thousand two hundred thirty four point five"."""
    whole, _, decimals = figure.replace(",", "").partition(".")
    words = number_words(int(whole)) if _is_number(whole) else digit_words(whole)
    return " ".join((*words, "point", *digit_words(decimals)) if decimals else words)


def _is_number(whole: str) -> bool:
    return len(whole) <= _MOST_DIGITS and (whole == "0" or not whole.startswith("0"))


def digits(figures: str) -> str:
    """Each digit on its own: "007" is "zero zero seven"."""
    return " ".join(digit_words(figures))


def ordinal(figure: str) -> str:
    """The place in a row: "21" is "twenty first"."""
    value = int(figure) if len(figure) <= _MOST_DIGITS else 0
    return " ".join(ordinal_words(value)) if value else f"{cardinal(figure)}th"


def year(figure: str) -> str:
    """A year: "1999" is "nineteen ninety nine"."""
    value = int(figure)
    if _FIRST_YEAR <= value <= _LAST_YEAR:
        return " ".join(year_words(value))
    return cardinal(figure)


def plural(figure: str, one: str, many: str) -> str:
    """The word that belongs to a number: only a plain 1 takes the singular."""
    return one if figure == "1" else many
