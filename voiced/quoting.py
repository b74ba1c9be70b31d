"""Text from outside as it may be told: without links, and as the words of its source. Pure."""

from __future__ import annotations

import re
import unicodedata

from voiced.labels import Labelled
from voiced.spoken import one_line

__all__ = ["attributed", "links_in", "without_links"]

_LINK = "(link)"
_SCHEMES = re.compile(
    r"\b[a-z][a-z0-9+.-]{1,20}://\S*"
    r"|\b(?:mailto|data|javascript|vbscript|file|tel|sms|magnet|blob|view-source):\S+"
    r"|\bwww\d?\.\S+",
    re.IGNORECASE,
)
_ENDINGS = (
    "com|net|org|info|biz|io|dev|app|co|me|ru|cn|xyz|top|site|online|tk|de|uk|eu|ly|gg|link|click"
)
_HOSTS = re.compile(
    rf"(?<![\w@.-])(?:[\w-]+\.)+(?:[a-z]{{2,24}}(?::\d{{1,5}})?/\S*|(?:{_ENDINGS})(?![\w-]))"
    r"|(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?/\S*",
    re.IGNORECASE,
)


def without_links(text: str) -> str:
    """The text with every link replaced by a word, also where invisible letters hide it."""
    return _HOSTS.sub(_LINK, _SCHEMES.sub(_LINK, _visible(text)))


def links_in(text: str) -> tuple[str, ...]:
    """Every link in the text, as it stands there without its invisible letters."""
    plain = _visible(text)
    found = [*_SCHEMES.finditer(plain), *_HOSTS.finditer(_SCHEMES.sub(" ", plain))]
    return tuple(dict.fromkeys(each[0].rstrip(".,;:!?)]}'\"") for each in found))


def _visible(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text)
    return "".join(c for c in plain if c in "\n\t" or unicodedata.category(c)[0] != "C")


def attributed(source: str, found: Labelled[str]) -> str:
    """What was found, told as the words of its source: "The mail says: it is on Monday"."""
    said = one_line(without_links(found.reveal())).strip()
    named = one_line(source).strip()
    named = f"{named[:1].upper()}{named[1:]}"
    return f"{named} says: {said}" if said else f"{named} says nothing about that."
