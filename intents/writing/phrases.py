"""What is said in dictation and means a sign, a line or an order. Tables only."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LONGEST", "SCRATCH", "SIGNS", "STOP", "Sign"]

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sign:
    """What is written; ``joins_left`` and ``joins_right``: without a space on that side."""

    text: str
    joins_left: bool = True
    joins_right: bool = False


def _table(rows: dict[str, Sign]) -> dict[Words, Sign]:
    return {tuple(form.split()): sign for forms, sign in rows.items() for form in forms.split("|")}


_LINE, _PARAGRAPH = Sign("\n", joins_right=True), Sign("\n\n", joins_right=True)
_OPENS = (False, True)
_BOTH = (True, True)

SIGNS = _table(
    {
        "new line|newline|next line": _LINE,
        "new paragraph|next paragraph": _PARAGRAPH,
        "tab key": Sign("\t", *_BOTH),
        "comma": Sign(","),
        "dot com": Sign(".com"),
        "dot org": Sign(".org"),
        "dot net": Sign(".net"),
        "period|full stop": Sign("."),
        "question mark": Sign("?"),
        "exclamation mark|exclamation point": Sign("!"),
        "colon": Sign(":"),
        "semicolon|semi colon": Sign(";"),
        "ellipsis|dot dot dot": Sign("\u2026"),
        "dash": Sign("\u2013", joins_left=False),
        "hyphen": Sign("-", *_BOTH),
        "apostrophe": Sign("'", *_BOTH),
        "underscore": Sign("_", *_BOTH),
        "slash|forward slash": Sign("/", *_BOTH),
        "backslash": Sign("\\", *_BOTH),
        "at sign": Sign("@", *_BOTH),
        "no space": Sign("", *_BOTH),
        "open quote|open quotes": Sign('"', *_OPENS),
        "close quote|close quotes|end quote|unquote": Sign('"'),
        "open bracket|open parenthesis|left bracket": Sign("(", *_OPENS),
        "close bracket|close parenthesis|right bracket": Sign(")"),
        "percent sign": Sign("%"),
        "ampersand": Sign("&", joins_left=False),
        "hashtag|hash sign": Sign("#", *_OPENS),
        "dollar sign": Sign("$", *_OPENS),
        "euro sign": Sign("\u20ac"),
        "degree sign": Sign("\u00b0"),
    }
)

LONGEST = max(map(len, SIGNS))

SCRATCH = frozenset({("scratch", "that"), ("scratch", "it")})

STOP = frozenset(
    (verb, *article, noun)
    for verb in ("stop", "end", "finish", "quit")
    for article in ((), ("the",))
    for noun in ("dictation", "dictating", "dictations")
)
