"""Numbers as they are said, both ways: 2026 and "twenty twenty six". English, own small tables."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = [
    "NUMBER_VOCABULARY",
    "ORDINALS",
    "digit_words",
    "number_words",
    "ordinal_words",
    "read_number",
    "read_ordinal",
    "with_digits",
    "year_words",
]

_BELOW_TWENTY = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen
"""
_BY_TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety"
_ONES = _BELOW_TWENTY.split()
_TENS = _BY_TENS.split()
_SCALES = (("trillion", 10**12), ("billion", 10**9), ("million", 10**6), ("thousand", 1000))
_IRREGULAR = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_DIGITS = {word: value for value, word in enumerate(_ONES[:10])} | {"oh": 0}
_SMALL = {word: value for value, word in enumerate(_ONES)}
_WHOLE_TENS = {word: 10 * value for value, word in enumerate(_TENS) if value > 1}
_FIRST_CENTURY, _LAST_CENTURY = 11, 20

NUMBER_VOCABULARY = frozenset(
    (*_SMALL, *_WHOLE_TENS, *dict(_SCALES), "a", "and", "dozen", "hundred", "minus", "oh", "point")
)
"""Every word that a number may have."""

Read = tuple[int, int]
"""A value, and how many words it took."""


def number_words(value: int) -> tuple[str, ...]:
    """A whole number in words, without "and": 205 is "two hundred five"."""
    if value < 0:
        return ("minus", *number_words(-value))
    if value < 20:  # noqa: PLR2004 - the words are irregular up to here
        return (_ONES[value],)
    if value < 100:  # noqa: PLR2004
        tens, ones = divmod(value, 10)
        return (_TENS[tens], _ONES[ones]) if ones else (_TENS[tens],)
    for name, size in (*_SCALES, ("hundred", 100)):
        if value >= size:
            count, rest = divmod(value, size)
            return (*number_words(count), name, *(number_words(rest) if rest else ()))
    raise AssertionError(value)


def year_words(value: int) -> tuple[str, ...]:
    """A year from 1100 to 2099 in pairs: 1905 is "nineteen oh five", 2000 "two thousand"."""
    century, year = divmod(value, 100)
    if century == _LAST_CENTURY and year < 10:  # noqa: PLR2004
        return number_words(value)
    if year == 0:
        return (*number_words(century), "hundred")
    if year < 10:  # noqa: PLR2004
        return (*number_words(century), "oh", _ONES[year])
    return (*number_words(century), *number_words(year))


def digit_words(digits: str) -> tuple[str, ...]:
    """Each digit on its own: "007" is "zero zero seven"."""
    return tuple(_ONES[int(digit)] for digit in digits)


def ordinal_words(value: int) -> tuple[str, ...]:
    """The place in a row, from 1: 21 is "twenty first"."""
    *head, last = number_words(value)
    if last in _IRREGULAR:
        return (*head, _IRREGULAR[last])
    return (*head, f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")


ORDINALS = {ordinal_words(value)[-1]: value for value in (*range(1, 21), *range(30, 100, 10))}
"""The last word of an ordinal and its value: "third" is 3, "thirtieth" 30."""


def _below_hundred(words: Sequence[str]) -> Read | None:
    if not words:
        return None
    if words[0] in _WHOLE_TENS:
        ones = _DIGITS.get(words[1], 0) if len(words) > 1 and words[1] != "oh" else 0
        return _WHOLE_TENS[words[0]] + ones, 2 if ones else 1
    value = _SMALL.get(words[0])
    return None if value is None else (value, 1)


def _below_thousand(words: Sequence[str]) -> Read | None:
    if len(words) > 1 and words[0] in ("a", "an") and words[1] in ("hundred", "dozen"):
        return _hundreds(1, words, 1)
    first = _below_hundred(words)
    return first and _hundreds(first[0], words, first[1])


def _hundreds(value: int, words: Sequence[str], used: int) -> Read:
    if used >= len(words) or value == 0:
        return value, used
    if words[used] == "dozen":
        return 12 * value, used + 1
    if words[used] != "hundred":
        return value, used
    value, used = 100 * value, used + 1
    skip = 1 if words[used : used + 1] == ["and"] else 0
    rest = _below_hundred(words[used + skip :])
    return (value + rest[0], used + skip + rest[1]) if rest and rest[0] else (value, used)


def _digit_run(words: Sequence[str]) -> tuple[str, int]:
    digits = ""
    for word in words:
        if word not in _DIGITS:
            break
        digits += str(_DIGITS[word])
    return digits, len(digits)


def _year(words: Sequence[str]) -> Read | None:
    century = _below_hundred(words)
    if century is None or not _FIRST_CENTURY <= century[0] <= _LAST_CENTURY:
        return None
    rest = words[century[1] :]
    if len(rest) > 1 and rest[0] == "oh" and _DIGITS.get(rest[1]):
        return 100 * century[0] + _DIGITS[rest[1]], century[1] + 2
    year = _below_hundred(rest)
    if year is None or year[0] < 10 or rest[year[1] : year[1] + 1] == ["hundred"]:  # noqa: PLR2004
        return None
    return 100 * century[0] + year[0], century[1] + year[1]


def _scaled(words: Sequence[str]) -> Read | None:
    total, used, limit = 0, 0, 10**15
    while True:
        rest = words[used:]
        skip = 1 if used and rest[:1] == ["and"] else 0
        group = _below_thousand(rest[skip:]) or _article(rest[skip:])
        if group is None or (used and not group[0]):
            break
        value, count = group[0], used + skip + group[1]
        scale = dict(_SCALES).get(words[count], 1) if count < len(words) else 1
        if value * scale >= limit or scale >= limit:
            break
        total, used, limit = total + value * scale, count + (scale > 1), scale
        if scale == 1:
            break
    return (total, used) if used else None


def _article(words: Sequence[str]) -> Read | None:
    scales = dict(_SCALES)
    return (1, 1) if len(words) > 1 and words[0] == "a" and words[1] in scales else None


def read_number(words: Sequence[str]) -> tuple[int | float, int] | None:
    """Read the longest number that the words begin with.

    Args:
        words: Normalised words.

    Returns:
        The number and how many words it took, or None where the words begin with no number.
        Digits in a row are one number: "one two three" is 123.
    """
    words = list(words)
    if words[:1] == ["minus"]:
        positive = read_number(words[1:])
        return positive and (-positive[0], positive[1] + 1)
    digits, length = _digit_run(words)
    whole = (int(digits), length) if length > 1 else _year(words) or _scaled(words)
    if whole is None:
        return None
    value, used = whole
    if words[used : used + 1] == ["point"]:
        decimals, count = _digit_run(words[used + 1 :])
        if count:
            return float(f"{value}.{decimals}"), used + 1 + count
    return value, used


_WHOLE = {f"{word}th": word for word in ("hundred", *dict(_SCALES))}
"""Ordinals of large numbers and the words that they count by: "hundredth"."""


def read_ordinal(words: Sequence[str]) -> Read | None:
    """Read the ordinal that the words begin with: "twenty first" is 21, and took two words."""
    if words and words[0] in ORDINALS:
        return ORDINALS[words[0]], 1
    if len(words) > 1 and words[0] in _WHOLE_TENS and ORDINALS.get(words[1], 10) < 10:  # noqa: PLR2004
        return _WHOLE_TENS[words[0]] + ORDINALS[words[1]], 2
    return _large_ordinal(words)


def _large_ordinal(words: Sequence[str]) -> Read | None:
    """Read "hundredth", "one hundred and first", "two thousandth"."""
    for index, word in enumerate(words[:8]):
        if word in _WHOLE:
            counted = [*words[:index], _WHOLE[word]] if index else ["one", _WHOLE[word]]
        elif word in ORDINALS and not _LARGE.isdisjoint(words[:index]):
            counted = [*words[:index], *number_words(ORDINALS[word])]
        elif word not in NUMBER_VOCABULARY:
            return None
        else:
            continue
        found = _scaled(counted)
        is_whole = found is not None and found[1] == len(counted)
        return (found[0], index + 1) if found and is_whole else None
    return None


_LARGE = frozenset(("hundred", *dict(_SCALES)))


def with_digits(words: Sequence[str], *, ordinals: bool = True) -> str:
    """The words as one text with numbers in digits: "march third twenty ten" is "march 3 2010".

    Args:
        words: Normalised words.
        ordinals: Write "third" as 3 too.
    """
    rest = list(words)
    pieces: list[str] = []
    while rest:
        found = (read_ordinal(rest) if ordinals else None) or read_number(rest)
        value, used = found or (rest[0], 1)
        pieces.append(str(value))
        rest = rest[used:]
    return " ".join(pieces)
