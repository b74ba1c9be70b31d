"""What of a mail is read aloud: its own text, without what it quotes, signs with or links to. Pure.

Every line is looked at once: a mail may be made to be slow to read.
"""

from __future__ import annotations

import re

__all__ = ["aloud", "own_text"]

_QUOTED = re.compile(r"\s{0,3}(?:>|\|\s)")
_SIGNATURE = re.compile(r"--\s?$|_{10,}\s*$|—\s*$")
_SENT_FROM = re.compile(
    r"(?:sent|get) (?:from|via|with) |get outlook for |gesendet (?:von|mit) "
    r"|von meinem \w+ gesendet"
    r"|envoyé (?:de|depuis) |enviado desde |inviato da |verzonden vanaf ",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"[-_=*\s>]{3,}\s*(?:original (?:message|appointment)|forwarded message|ursprüngliche nachricht"
    r"|originalnachricht|weitergeleitete nachricht|message d'origine|mensaje original"
    r"|messaggio originale|oorspronkelijk bericht)\b",
    re.IGNORECASE,
)
_WROTE = re.compile(
    r"(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef)\b.{0,120}:\s*$",
    re.IGNORECASE,
)
_WROTE_BEGINS = re.compile(r"\s*(?:on|am|le|el|il|op|\d|.{0,80}@)", re.IGNORECASE)
_HEADING = re.compile(
    r"\*?(?:from|sent|to|cc|subject|date|von|gesendet|an|betreff|datum|de|envoyé|à|objet|para"
    r"|asunto|da|inviato|oggetto)\*?\s?:",
    re.IGNORECASE,
)
_HEADINGS = 3
_SIGNATURE_LINES = 12
_LINK = re.compile(r"<?\b(?:https?://|www\.)[^\s<>]{1,2000}>?", re.IGNORECASE)
_RULED = re.compile(r"[-_=*~#.\s]{4,}")
_IN_BRACKETS = re.compile(r"\[(?:cid|image|https?|mailto):[^\]\n]{0,2000}\]|\(\s*\)|\[\s*\]", re.I)
_LONGEST_LINE = 5000


def own_text(text: str) -> str:
    """The text without quoted mail below it, quoted lines in it, and the signature."""
    lines = [line[:_LONGEST_LINE] for line in text.split("\n")]
    kept: list[str] = []
    for at, line in enumerate(lines):
        if _begins_quote(lines, at) or _is_signature(lines, at):
            break
        if not _QUOTED.match(line):
            kept.append(line)
    if not any(line.strip() for line in kept):  # all of it is quoted: better that than nothing
        kept = [_QUOTED.sub("", line, count=1) for line in lines]
    return "\n".join(kept).strip()


def _begins_quote(lines: list[str], at: int) -> bool:
    line = lines[at].strip()
    if _ORIGINAL.match(line):
        return True
    if _HEADING.match(line):
        near = [each for each in lines[at : at + 2 * _HEADINGS] if _HEADING.match(each.strip())]
        if len(near) >= _HEADINGS:
            return True
    if not line or not _WROTE_BEGINS.match(line):
        return False
    joined = " ".join(each.strip() for each in lines[at : at + 2])
    if not (_WROTE.search(line[-250:]) or (len(joined) < 300 and _WROTE.search(joined))):  # noqa: PLR2004
        return False
    below = [each for each in lines[at + 1 : at + 5] if each.strip()]
    return not below or any(_QUOTED.match(each) for each in below) or at + 2 >= len(lines)


def _is_signature(lines: list[str], at: int) -> bool:
    line = lines[at]
    rest = sum(1 for each in lines[at + 1 :] if each.strip())
    if _SENT_FROM.match(line.strip()) and len(line) < 80:  # noqa: PLR2004
        return rest == 0 or _follows_quote(lines, at + 1)
    return bool(_SIGNATURE.match(line)) and rest <= _SIGNATURE_LINES


def _follows_quote(lines: list[str], at: int) -> bool:
    first = next((number for number in range(at, len(lines)) if lines[number].strip()), at)
    return bool(_QUOTED.match(lines[first])) or _begins_quote(lines, first)


def aloud(text: str) -> str:
    """The text as it is read: its own words, addresses of pages left out, in paragraphs."""
    own = _IN_BRACKETS.sub("", _LINK.sub("", own_text(text)))
    paragraphs = [
        " ".join(line for line in map(str.strip, block) if not _RULED.fullmatch(line))
        for block in _blocks(own.split("\n"))
    ]
    return "\n".join(" ".join(each.split()) for each in paragraphs if each.strip())


def _blocks(lines: list[str]) -> list[list[str]]:
    blocks: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    return blocks
