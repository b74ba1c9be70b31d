"""Addresses as they are said, and the names of files, which stay as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from voiced.aloud.figures import digits
from voiced.spoken.names import EXTENSIONS

__all__ = ["pieces"]

_TLD = (
    "com org net edu gov int info dev app io ai co eu uk de fr es nl ch at au ca us jp br pl se fi "
    "dk cz ie nz xyz tech cloud online site blog"
)
_HOST = rf"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:{'|'.join(_TLD.split())})"
_TAIL = r"(?=[\])}.,;:!?\"'*_>\u2019\u201d\u2026]*(?:\s|$))"
_ADDRESS = re.compile(
    rf"""
    (?P<mail>(?:mailto:)?[\w.+-]+@(?:[\w-]+\.)+[a-z]{{2,}}(?![\w@]))
  | (?P<url>(?:https?|ftp)://[^\s<>]+?{_TAIL}
      | (?<![\w.@/-])www\.[^\s<>]+?{_TAIL}
      | (?<![\w.@/-]){_HOST}(?::[0-9]+)?(?:/[^\s<>]*?)?{_TAIL}
      | (?<![\w.@/-])localhost:[0-9]+(?:/[^\s<>]*?)?{_TAIL})
  | (?P<file>(?:(?<=[\s"'(\[\u2018\u201c])|^)[\w~./][^\s"\u201c\u201d,;:!?<>|]*?[\w)\]]
      \.(?:{"|".join(sorted(EXTENSIONS - {"ai"}, key=len, reverse=True))})
      (?=[\s"',;:!?)\]\u2019\u201d\u2026]|\.?(?:\s|$)))
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SAID_AS_WORDS = frozenset("co us".split())
_SAID_TOGETHER = frozenset("ai uk eu au at".split())
_LONGEST_PATH = 30
_PATH = re.compile(r"(?:/[a-z0-9]+(?:[-_][a-z0-9]+)*){1,2}", re.IGNORECASE)
_MARKS = {"-": " dash ", "_": " underscore ", "+": " plus ", ".": " dot ", "/": " slash "}


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text in order; True with what is said already and must stay as it is."""
    end = 0
    for found in _ADDRESS.finditer(text):
        yield text[end : found.start()], False
        yield _say(found), True
        end = found.end()
    yield text[end:], False


def _say(found: re.Match[str]) -> str:
    if found["file"]:
        return found[0]
    if found["mail"]:
        name, _, host = found[0].removeprefix("mailto:").partition("@")
        return f"{_spelled(name)} at {_host(host)}"
    return _url(found[0])


def _url(url: str) -> str:
    address = re.sub(r"^(?:https?|ftp)://(?:[^/@\s]*@)?", "", url, flags=re.IGNORECASE)
    host, path = re.match(r"([^/?#]*)(.*)", address, re.DOTALL).groups()  # type: ignore[union-attr]
    host, _, port = host.partition(":")
    said = _host(re.sub(r"^www\.", "", host, flags=re.IGNORECASE))
    if port:
        said += f" port {digits(port)}" if port.isdecimal() else f" port {port}"
    path = path.rstrip("/")
    if not path:
        return said
    if len(address) <= _LONGEST_PATH and _PATH.fullmatch(path):
        return said + _spelled(path)
    return f"a link to {said}"


def _host(host: str) -> str:
    *labels, last = host.split(".")
    return " dot ".join([*map(_spelled, labels), _top(last) if labels else _spelled(last)])


def _top(domain: str) -> str:
    lower = domain.lower()
    if len(lower) != 2 or lower in _SAID_AS_WORDS:  # noqa: PLR2004 - the letters of a country
        return _spelled(domain)
    return lower.upper() if lower in _SAID_TOGETHER else " ".join(lower.upper())


def _spelled(text: str) -> str:
    said = re.sub(r"[-_+./]", lambda found: _MARKS[found[0]], text)
    return re.sub(r"(?<![\w])[0-9]+(?!\w)", lambda found: digits(found[0]), said).rstrip()
