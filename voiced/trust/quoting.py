"""Text from outside as it may be told: without links, and as the words of its source. Pure."""

from __future__ import annotations

import re
import unicodedata

from voiced.spoken import one_line
from voiced.trust.labels import Labelled

__all__ = ["attributed", "links_back", "links_in", "marked_links", "without_links"]

_LINK = "(link)"
_MARK = re.compile(r"\(link (\d{1,4})\)")
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
    return _printable(unicodedata.normalize("NFKC", text))


def marked_links(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with every link replaced by its number, ``(link 1)``, and the links."""
    links: list[str] = []

    def mark(found: re.Match[str]) -> str:
        links.append(found[0])
        return f"(link {len(links)})"

    plain = _MARK.sub(_LINK, _printable(text))  # a number that stood there already means nothing
    return _HOSTS.sub(mark, _SCHEMES.sub(mark, plain)), tuple(links)


def links_back(text: str, links: tuple[str, ...]) -> str:
    """A text that was made of one with marked links: these are put back, any other is left out."""

    def put_back(found: re.Match[str]) -> str:
        at = int(found[1]) - 1
        return links[at] if 0 <= at < len(links) else ""

    plain = _HOSTS.sub("", _SCHEMES.sub("", _printable(text)))
    return _MARK.sub(put_back, plain)


def _printable(text: str) -> str:
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c)[0] != "C")


def attributed(source: str, found: Labelled[str], verb: str = "says") -> str:
    """What was found, told as the words of its source: "The mail says: it is on Monday"."""
    said = one_line(without_links(found.reveal())).strip()
    named = one_line(source).strip()
    named = f"{named[:1].upper()}{named[1:]}"
    return f"{named} {verb}: {said}" if said else f"{named} {verb} nothing about that."
