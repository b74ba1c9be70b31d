"""Text as words that a person would say, with the way back to the written text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from voiced.spoken.numbers import digit_words, number_words, ordinal_words, year_words

__all__ = ["FILLERS", "Token", "normalise", "spell", "stem", "tokens"]

_MEANINGLESS = """
ah alright actually basically eh er erm hey hm hmm just kindly mhm mm now oh okay please so
thanks then uh uhm um well yeah
"""
FILLERS = frozenset(_MEANINGLESS.split())
"""Words that mean nothing in an order; a matcher may pass over them."""

_SPOKEN = {
    "docx": ("doc", "x"),
    "dr": ("doctor",),
    "hm": ("hm",),
    "hmm": ("hmm",),
    "mhm": ("mhm",),
    "mm": ("mm",),
    "mr": ("mister",),
    "mrs": ("missus",),
    "ok": ("okay",),
    "pptx": ("p", "p", "t", "x"),
    "psst": ("psst",),
    "shh": ("shh",),
    "vs": ("versus",),
}
_SAID_BY_LETTER = "api avi cia eps exe faq ics img iso odp ods odt ui uri url usa usb"
_INITIALISMS = frozenset(_SAID_BY_LETTER.split())
_SYMBOLS = {"&": "and", "+": "plus", "@": "at", "%": "percent", "_": "underscore", "°": "degrees"}
_MONEY = {"$": ("dollar", "dollars"), "€": ("euro", "euros"), "£": ("pound", "pounds")}
_LETTERS = {
    "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe",
    "\N{LATIN SMALL LETTER DOTLESS I}": "i",
}  # fmt: skip
_APOSTROPHES = dict.fromkeys(map(ord, "\u2019\u2018\u02bc\uff07`\u00b4"), "'")

_ENDINGS = ("ing", "ed", "es", "s", "e")
_LEAST_STEM = 3

_CHUNK = re.compile(r"\S+")
_NAME = re.compile(r"_|[^\W_]\)?\.[^\W\d_][^\W_]")
_SCAN = re.compile(
    r"""
    (?P<time>(?<![\w.:])\d{1,2}:\d{2}(?![\d:]))
  | (?P<money>[$€£]\d+(?:,\d{3})*(?:\.\d+)?(?![\w.,]*\d))
  | (?P<ordinal>(?<![\w.])\d+(?:st|nd|rd|th)(?!\w))
  | (?P<decimal>(?<![\w.])(?:\d{1,3}(?:,\d{3})+|\d+)\.\d+(?!\.?\w))
  | (?P<grouped>(?<![\w.,])\d{1,3}(?:,\d{3})+(?![\d,]*\d))
  | (?P<digits>\d+)
  | (?P<letters>(?<![\w.])[a-z](?:\.[a-z])+\.(?!\w))
  | (?P<word>[^\W\d_]+(?:'[^\W\d_]+)*)
  | (?P<symbol>[-&+@%_°./])
    """,
    re.VERBOSE,
)
_MAX_NUMBER_DIGITS = 6
_MAX_GROUPED_DIGITS = 15
_MOST_KEPT = 200
_FIRST_YEAR, _LAST_YEAR = 1100, 2099


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the written text and the words it is said with.

    ``start`` and ``end`` are indices into the original text, end excluded.
    """

    words: tuple[str, ...]
    start: int
    end: int


def normalise(text: str) -> tuple[str, ...]:
    """The words of a text as they are said: lower case, numbers in words, no punctuation.

    "Open Budget_2026.xlsx" is "open budget underscore twenty twenty six dot x l s x". Words that
    were normalised before stay as they are.
    """
    return tuple(word for token in tokens(text) for word in token.words)


def tokens(text: str) -> tuple[Token, ...]:
    """The normalised words with the places in ``text`` that they come from, in order."""
    return _kept_tokens(text) if len(text) <= _MOST_KEPT else _tokens(text)


def _tokens(text: str) -> tuple[Token, ...]:
    folded, places = _fold(text)
    found: list[Token] = []
    previous = ""
    for chunk in _CHUNK.finditer(folded):
        is_name = _NAME.search(chunk[0]) is not None
        for match in _SCAN.finditer(folded, chunk.start(), chunk.end()):
            words = _say(match, previous=previous, is_name=is_name)
            if words:
                token = Token(words, places[match.start()], places[match.end() - 1] + 1)
                _append(found, token)
                previous = words[-1]
    return tuple(found)


_kept_tokens = lru_cache(maxsize=512)(_tokens)
"""While a sentence is matched, every slot that may take a part of it asks for its words."""


def _append(found: list[Token], token: Token) -> None:
    if found and token.start < found[-1].end:  # one character that is several words
        last = found.pop()
        token = Token(last.words + token.words, last.start, max(last.end, token.end))
    found.append(token)


@lru_cache(maxsize=1024)
def spell(word: str) -> tuple[str, ...]:
    """A word as it is said: letter by letter if nobody could say it otherwise ("xlsx")."""
    if word in _SPOKEN:
        return _SPOKEN[word]
    plain = word.isascii() and "'" not in word
    if word in _INITIALISMS or (plain and not re.search("[aeiouy]", word)):
        return tuple(word)
    return (word,)


def _fold(text: str) -> tuple[str, Sequence[int]]:
    """Lower case without diacritics, and for each character its index in ``text``."""
    if text.isascii():
        return text.replace("`", "'").lower(), range(len(text))
    folded: list[str] = []
    places: list[int] = []
    for index, character in enumerate(text):
        plain = _fold_character(character)
        folded.append(plain)
        places.extend([index] * len(plain))
    return "".join(folded), places


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    lowered = unicodedata.normalize("NFKD", character.translate(_APOSTROPHES)).casefold()
    bare = (
        each for each in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(each)
    )
    return "".join(_LETTERS.get(each, each) for each in bare)


def _say(match: re.Match[str], *, previous: str, is_name: bool) -> tuple[str, ...]:
    kind = match.lastgroup or ""
    if kind == "symbol":
        return _say_symbol(match, is_name=is_name)
    if match[0] == "am" and (previous in _CLOCK_WORDS):
        return ("a", "m")
    return _SAY[kind](match[0])


def _say_symbol(match: re.Match[str], *, is_name: bool) -> tuple[str, ...]:
    symbol = match[0]
    if symbol in _SYMBOLS:
        return (_SYMBOLS[symbol],)
    before = match.string[match.start() - 1 : match.start()] if match.start() else ""
    after = match.string[match.end() : match.end() + 1]
    if not after.isalnum():
        return ()
    if symbol == ".":
        return () if before == "." else ("dot",)
    if symbol == "-" and after.isdecimal() and not before.strip():
        return ("minus",)
    if not is_name or not before.strip():
        return ()
    return ("slash",) if symbol == "/" else ("hyphen",)


def _say_time(text: str) -> tuple[str, ...]:
    hour, minute = text.split(":")
    words = number_words(int(hour))
    if minute == "00":
        return words
    if minute[0] == "0":
        return (*words, "oh", *digit_words(minute[1]))
    return (*words, *number_words(int(minute)))


def _say_money(text: str) -> tuple[str, ...]:
    amount = _say_number(text[1:])
    one, many = _MONEY[text[0]]
    return (*amount, one if amount == ("one",) else many)


def _say_number(text: str) -> tuple[str, ...]:
    whole, _, decimals = text.partition(".")
    digits = whole.replace(",", "")
    grouped = digits != whole and len(digits) <= _MAX_GROUPED_DIGITS
    words = number_words(int(digits)) if grouped else _say_whole(digits)
    return (*words, "point", *digit_words(decimals)) if decimals else words


def _say_whole(digits: str) -> tuple[str, ...]:
    if len(digits) > _MAX_NUMBER_DIGITS or (digits[0] == "0" and len(digits) > 1):
        return digit_words(digits)
    value = int(digits)
    if len(digits) == 4 and _FIRST_YEAR <= value <= _LAST_YEAR:  # noqa: PLR2004
        return year_words(value)
    return number_words(value)


def _say_ordinal(text: str) -> tuple[str, ...]:
    digits = text[:-2]
    if len(digits) > _MAX_NUMBER_DIGITS or not int(digits):
        return (*_say_whole(digits), "th")
    return ordinal_words(int(digits))


def _say_letters(text: str) -> tuple[str, ...]:
    return tuple(text.replace(".", ""))


_SAY: dict[str, Callable[[str], tuple[str, ...]]] = {
    "time": _say_time,
    "money": _say_money,
    "ordinal": _say_ordinal,
    "decimal": _say_number,
    "grouped": _say_number,
    "digits": _say_whole,
    "letters": _say_letters,
    "word": spell,
}
_CLOCK_WORDS = frozenset(word for value in (*range(60), 0) for word in number_words(value)) | {
    "clock"
}


def stem(word: str) -> str:
    """A word without its ending, as far as English allows it: "sending" and "sends" are "send"."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST_STEM:
            word = word.removesuffix(ending)
            break
    return f"{word[:-1]}i" if word.endswith("y") else word
