"""Addresses of mail and of the web as they are said: "anna at example dot org". Pure."""

from __future__ import annotations

import re
from itertools import groupby

from voiced.spoken.numbers import read_number
from voiced.spoken.words import normalise

__all__ = ["written_address"]

_SIGNS = {
    "at": "@", "colon": ":", "dash": "-", "dot": ".", "hyphen": "-", "minus": "-", "period": ".",
    "plus": "+", "point": ".", "slash": "/", "tilde": "~", "underscore": "_",
}  # fmt: skip
_LEAD = frozenset(("the", "address", "site", "website", "page"))
_HOST = (
    r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*\.[a-z]{2,24}"
)
_MAIL = re.compile(rf"[a-z0-9][a-z0-9._+-]{{0,63}}@{_HOST}")
_WEB = re.compile(rf"(?:https?://)?(?:{_HOST}|localhost)(?::\d{{1,5}})?(?:/[a-z0-9._~/+-]*)?")
_WRITTEN_WEB = re.compile(rf"(?:https?://)?{_HOST}(?::\d{{1,5}})?(?:[/?#]\S*)?", re.IGNORECASE)
_LONGEST = 2000
_LABEL_WORDS = 3
_FILES_ONLY = frozenset("doc docx gif jpg jpeg pdf png ppt pptx txt xls xlsx csv mp3 mp4".split())


def written_address(said: str) -> str | None:
    """The address of mail or of a web page that was said, or None where it is none.

    "anna dot schmidt at example dot org" is "anna.schmidt@example.org", "w w w dot example dot
    org slash docs" is "www.example.org/docs". One that is written already stays as it is.
    """
    text = said.strip().rstrip(".,;!?")
    if len(text) > _LONGEST:
        return None
    if _WRITTEN_WEB.fullmatch(text) or _MAIL.fullmatch(text.lower()):
        return text
    words = list(normalise(text))
    while words and words[0] in _LEAD:
        words = words[1:]
    if "dot" not in words and "localhost" not in words:
        return None
    pieces = _pieces(words)
    joined = "".join(pieces)
    is_address = _MAIL.fullmatch(joined) or _WEB.fullmatch(joined)
    return joined if is_address and not _is_file(pieces) else None


def _is_file(pieces: list[str]) -> bool:
    """Tell "thesis final version two dot doc x" by its many words and the ending of a file."""
    name = "".join(pieces).rpartition("/")[2]
    runs = (list(run) for is_sign, run in groupby(pieces, _is_sign) if not is_sign)
    is_long = any(sum(len(word) > 1 for word in run) > _LABEL_WORDS for run in runs)
    return is_long or ("/" not in pieces and name.rpartition(".")[2] in _FILES_ONLY)


def _is_sign(piece: str) -> bool:
    return piece in _SIGNS.values()


def _pieces(words: list[str]) -> list[str]:
    pieces: list[str] = []
    while words:
        number = read_number(words)
        if words[0] in _SIGNS:
            pieces.append(_SIGNS[words[0]])
            words = words[1:]
        elif number is not None and isinstance(number[0], int):
            pieces.append(str(number[0]))
            words = words[number[1] :]
        else:
            pieces.append(words[0].replace("'", ""))
            words = words[1:]
    return pieces
