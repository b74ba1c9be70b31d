"""Whether the user said a value himself. Pure; every doubt is decided against the value.

A value is looked for as words. It must not be a piece of something longer that was said: "thirty"
is not in "thirty five", nor "example.com" in "example.com.au". What is found in almost any sentence
("me", "that", a lone "one") is held only weakly.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from voiced.spoken import (
    FILLERS,
    NUMBER_VOCABULARY,
    ORDINALS,
    normalise,
    parse_number,
    read_number,
    read_ordinal,
    tokens,
)

__all__ = ["SMALL_WORDS", "Held", "UserWords", "is_sharp", "parts_of", "same_value"]

SMALL_WORDS = FILLERS | frozenset(
    "a all an and any are as at be by can could d did do does for from get give has have how i in"
    " into is it its let ll m me my new no not of off on one or our out over re s say so some tell"
    " that the their them then there these they this those to up us use user ve want was we what"
    " when where which who will with would you your".split()
)
"""Words that say little: they stand in almost any sentence."""

_POINTING = frozenset(
    "again her here him it one ones other same that them there these this those".split()
)
_BEFORE_A_PRONOUN = _POINTING | frozenset(
    "an any each every last my next no some the which".split()
)
_NUMBERS = NUMBER_VOCABULARY - {"a", "and", "oh"}
_SCALES = frozenset("hundred thousand million billion trillion".split())
_JOINS = frozenset("dot hyphen plus slash underscore".split())
_SYMBOLS = frozenset(".@-_/+")
_SHARP = re.compile(r"[@/\\:]|\w\.\w")
_SCHEME = re.compile(r"^https?://|/$")
_SCHEMES = ("http://", "https://")
_GOES_ON = frozenset(".@-/+%:?#&=~")
_CODE = re.compile(r"0\d+")
_SHORT = 2


class Held(enum.IntEnum):
    """How surely the user said a value."""

    NOT = 0
    WEAKLY = 1
    """The words were there, but may have meant something else, or were said some time ago."""
    SURELY = 2


def is_sharp(value: str) -> bool:
    """Whether every character counts: an address, a URL, a path, the name of a file."""
    return _SHARP.search(value) is not None


def same_value(one: object, other: object) -> bool:
    """Whether two values are the same for all that anybody could mean by them."""
    ones, others = parts_of(one), parts_of(other)
    if ones is not None or others is not None:
        pairs = zip(ones or (), others or (), strict=False)
        is_as_long = ones is not None and others is not None and len(ones) == len(others)
        return is_as_long and all(same_value(*pair) for pair in pairs)
    if _number(one) is not None:
        return _number(one) == _number(other)
    left, right = str(one).strip(), str(other).strip()
    if left == right:
        return True
    if is_sharp(left) or is_sharp(right):
        return _is_address(left) and left.casefold() == right.casefold()
    words = normalise(left)
    return bool(words) and words == normalise(right) and _is_printable(left + right)


def parts_of(value: object) -> Sequence[object] | None:
    """The values of a list, or None where it is one value."""
    return cast("Sequence[object]", value) if isinstance(value, list | tuple) else None


def _is_address(text: str) -> bool:
    return text.isascii() and "@" in text and "/" not in text


@dataclass(frozen=True, slots=True)
class UserWords:
    """What the user said himself: in this request, and before it."""

    now: str
    before: tuple[str, ...] = ()

    def hold(self, value: object) -> Held:
        """How surely the user said this value; of several, the least sure one counts."""
        parts = parts_of(value)
        if parts is not None:
            return min(map(self.hold, parts), default=Held.NOT)
        now = _held(value, self.now)
        if now is Held.SURELY:
            return now
        if all(_held(value, said) is not Held.SURELY for said in self.before):
            return now
        return Held.SURELY if self.points_back else Held.WEAKLY

    @property
    def points_back(self) -> bool:
        """Whether this request speaks of something that was named before: "delete that"."""
        return not _POINTING.isdisjoint(normalise(self.now))


def _held(value: object, said: str) -> Held:
    number = _number(value)
    if number is not None:
        return max((sure for found, sure in _numbers_in(said) if found == number), default=Held.NOT)
    text = str(value).strip()
    if not text or not _is_printable(text):
        return Held.NOT
    if is_sharp(text):
        return Held.SURELY if _is_written_in(text, said) else _spelt_in(text, said)
    wanted = normalise(text)
    if not wanted or not _places(wanted, normalise(said)):
        return Held.NOT
    return Held.WEAKLY if _says_little(wanted) else Held.SURELY


def _number(value: object) -> int | float | None:
    """A value as a number; digits that begin with a zero are none, but a code."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if not isinstance(value, str) or _CODE.fullmatch(value.strip()):
        return None
    return parse_number(value)


def _numbers_in(said: str) -> Iterator[tuple[int | float, Held]]:
    """Every number that was said, whole; a place in a row is one, but not for sure."""
    words = normalise(said)
    at = 0
    while at < len(words):
        place = read_ordinal(words[at:])
        found = place or read_number(words[at:])
        if found is None:
            at += 1
            continue
        value, used = found
        is_sure = place is None and not _is_pronoun(words, at, used)
        yield value, Held.SURELY if is_sure else Held.WEAKLY
        at += used


def _is_pronoun(words: Sequence[str], at: int, used: int) -> bool:
    """Whether a "one" counts nothing: "the red one", "which one is it"."""
    if tuple(words[at : at + used]) != ("one",):
        return False
    before = words[at - 1] if at else ""
    after = words[at + 1] if at + 1 < len(words) else ""
    return before in _BEFORE_A_PRONOUN or before in ORDINALS or not after or after in SMALL_WORDS


def _is_written_in(text: str, said: str) -> bool:
    """Whether it stands there, letter by letter, and is not a piece of something longer."""
    wanted, where = _SCHEME.sub("", text.casefold()), said.casefold()
    return bool(wanted) and any(
        _stands_alone(where, found.start(), found.end())
        for found in re.finditer(re.escape(wanted), where)
    )


def _stands_alone(text: str, start: int, end: int) -> bool:
    begins = text[:start].endswith(_SCHEMES) or not _goes_on(text, start - 1, -1)
    return begins and not _goes_on(text, end, 1)


def _goes_on(text: str, at: int, step: int) -> bool:
    """Whether the name goes on at this place: a full stop at the end of a sentence does not."""
    if not 0 <= at < len(text):
        return False
    if text[at].isalnum() or text[at] == "_":
        return True
    beyond = at + step
    return text[at] in _GOES_ON and 0 <= beyond < len(text) and not text[beyond].isspace()


def _spelt_in(text: str, said: str) -> Held:
    """How surely it was said sign by sign: "anna at example dot com"."""
    bare = _SCHEME.sub("", text)
    signs = [sign for sign in bare if not sign.isalnum() and not sign.isspace()]
    said_signs = [token for token in tokens(bare) if bare[token.start : token.end] in _SYMBOLS]
    if not bare or not bare.isascii() or len(signs) != len(said_signs):
        return Held.NOT
    words, wanted = normalise(said), normalise(bare)
    places = _places(wanted, words)
    if not places:
        return Held.NOT
    size = len(wanted)
    is_sure = any(
        "at" not in (*words[max(0, at - 1) : at], *words[at + size : at + size + 1])
        for at in places
    )
    return Held.SURELY if is_sure else Held.WEAKLY  # perhaps a piece of an address


def _places(wanted: Sequence[str], said: Sequence[str]) -> list[int]:
    """Where these words were said, but not as a piece of something longer."""
    size = len(wanted)
    return [
        at
        for at in range(len(said) - size + 1)
        if tuple(said[at : at + size]) == tuple(wanted) and not _is_cut(said, at, at + size)
    ]


def _is_cut(said: Sequence[str], start: int, end: int) -> bool:
    """Whether these words are only a piece of a longer number, name or spelling."""
    left = start > 0 and _belong_together(said, start)
    return left or (end < len(said) and _belong_together(said, end))


def _belong_together(said: Sequence[str], at: int) -> bool:
    """Whether the words before and after this place are parts of one thing."""
    before, after = said[at - 1], said[at]
    if before in _JOINS or after in _JOINS:
        return True
    if before == "and" and at > 1:
        return said[at - 2] in _SCALES and after in _NUMBERS
    if after == "and" and at + 1 < len(said):
        return before in _SCALES and said[at + 1] in _NUMBERS
    if before in _NUMBERS:
        return after in _NUMBERS or after in ORDINALS
    return len(before) == len(after) == 1


def _says_little(wanted: Sequence[str]) -> bool:
    return SMALL_WORDS.issuperset(wanted) or (len(wanted) == 1 and len(wanted[0]) <= _SHORT)


def _is_printable(text: str) -> bool:
    """No sign that nobody sees: what is shown and read back must be what is done."""
    return all(
        unicodedata.category(sign) not in ("Cc", "Cf", "Co", "Cn", "Cs") or sign in "\n\t"
        for sign in text
    )
