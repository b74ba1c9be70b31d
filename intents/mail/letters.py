"""The text of a draft and how it is changed by voice; replies and forwards. Pure.

What the user wrote stands above; below it may stand the mail that is answered or passed on, which
is somebody else's and is never changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime

from voiced.plugin import normalise, one_line, sound_similarity

from .composing import PLAIN, WITH_UTF8, Letter, Person
from .headers import Headers
from .mime import Mail

__all__ = [
    "as_sentence",
    "exchanged",
    "forward_of",
    "joined",
    "own_part",
    "parsed",
    "reply_to",
    "sentences_of",
    "text_of",
    "with_text",
    "without_sentence",
]

_LONGEST_QUOTE = 200_000
_ALIKE = 0.82
_BELOW = re.compile(r"^(?:On [^\n]{1,400} wrote:\n>|-{10} Forwarded message -{10}$)", re.MULTILINE)
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?]+[\"')]*|$|(?=\n))[ \t]*|\n+", re.MULTILINE)
_WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")
_PREFIX = re.compile(r"\s*(?:re|aw|fwd?|wg|antw|sv|tr)\s*:", re.IGNORECASE)
_LONGEST_LEAD = 300


def as_sentence(said: str) -> str:
    """Words as they were said, as a sentence: with a capital and a full stop."""
    text = said.strip()
    if not text:
        return ""
    text = f"{text[0].upper()}{text[1:]}"
    return text if text[-1] in ".!?:;,\u2026" else f"{text}."


def own_part(text: str) -> tuple[str, str]:
    """What the user wrote, and what stands below it."""
    text = text.replace("\r\n", "\n")
    found = _BELOW.search(text)
    if found is None:
        return text.strip("\n"), ""
    return text[: found.start()].strip("\n"), text[found.start() :]


def joined(own: str, below: str) -> str:
    """The whole text again."""
    return f"{own}\n\n{below}" if below else f"{own}\n"


def reply_to(mail: Mail, me: Person, own: Iterable[str], text: str, *, to_all: bool) -> Letter:
    """A reply: to where the writer wants it, or to everybody who got it but the user.

    Args:
        mail: What is answered.
        me: The user, as he sends it.
        own: Addresses that are his own, in small letters.
        text: What he says.
        to_all: Whether everybody gets it.
    """
    mine, headers = {me.address.lower(), *own}, mail.headers
    is_own = headers.sender.address.lower() in mine
    first = headers.to if is_own else headers.reply_to or (headers.sender,)
    to = _others(first, mine)
    cc = _others((*headers.to, *headers.cc), {*mine, *(each.address.lower() for each in to)})
    return Letter(
        me,
        to or _others(first, set()),
        cc if to_all else (),
        subject=_subject("Re", headers.subject),
        text=joined(text, _quoted(mail)),
        answers=headers.message_id,
        references=headers.references,
    )


def _others(people: Sequence[Person], without: set[str]) -> tuple[Person, ...]:
    found = {each.address.lower(): each for each in people if "@" in each.address}
    return tuple(each for address, each in found.items() if address not in without)


def forward_of(mail: Mail, me: Person, to: Sequence[Person], text: str) -> Letter:
    """The mail, passed on."""
    subject = _subject("Fwd", mail.headers.subject)
    return Letter(me, tuple(to), subject=subject, text=joined(text, _passed_on(mail)))


def _subject(prefix: str, subject: str) -> str:
    plain = one_line(subject).strip()
    return plain if _PREFIX.match(plain) else f"{prefix}: {plain}".strip()


def _who(person: Person) -> str:
    name = one_line(person.name)[:_LONGEST_LEAD]
    return f"{name} <{person.address}>" if name else person.address


def _quoted(mail: Mail) -> str:
    who = one_line(_who(mail.headers.sender))[:_LONGEST_LEAD] or "somebody"
    when = f"{format_datetime(mail.headers.date)}, " if mail.headers.date else "that day, "
    lines = [f"> {line}".rstrip() for line in mail.text[:_LONGEST_QUOTE].split("\n")]
    return "\n".join((f"On {when}{who} wrote:", *lines, ""))


def _passed_on(mail: Mail) -> str:
    headers: Headers = mail.headers
    rows = [f"From: {_who(headers.sender)}"]
    rows += [f"Date: {format_datetime(headers.date)}"] if headers.date else []
    rows += [f"Subject: {one_line(headers.subject)}"]
    rows += [f"To: {', '.join(map(_who, headers.to[:20]))}"] if headers.to else []
    head = "\n".join(map(one_line, rows))
    return f"---------- Forwarded message ----------\n{head}\n\n{mail.text[:_LONGEST_QUOTE]}\n"


def parsed(raw: bytes) -> EmailMessage:
    """A draft as it lies on the server."""
    is_plain = raw.partition(b"\r\n\r\n")[0].isascii()
    rules = PLAIN if is_plain else WITH_UTF8
    return BytesParser(policy=rules).parsebytes(raw)


def text_of(message: EmailMessage) -> str:
    """The text of a draft; empty where it has none."""
    part = message.get_body(("plain",))
    if part is None:
        return ""
    try:
        return str(part.get_content()).replace("\r\n", "\n")
    except (LookupError, ValueError, KeyError):
        return ""


def with_text(message: EmailMessage, text: str) -> EmailMessage:
    """The same with another text, in place."""
    part = message.get_body(("plain",))
    if isinstance(part, EmailMessage):
        part.set_content(text.replace("\0", ""))
    return message


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, with the blanks after them; line ends are pieces of their own."""
    return _SENTENCE.findall(text)


def without_sentence(text: str, which: int) -> tuple[str, str]:
    """The text without one of its sentences (-1 is the last), and that one; it as it is if none."""
    pieces = sentences_of(text)
    places = [at for at, piece in enumerate(pieces) if piece.strip()]
    at = which - 1 if which > 0 else which
    if which == 0 or not -len(places) <= at < len(places):
        return text, ""
    gone = pieces.pop(places[at])
    return re.sub(r"[ \t]+(?=\n|$)", "", "".join(pieces)).strip("\n"), gone.strip()


def exchanged(text: str, old: str, new: str) -> tuple[str, int]:
    """The text with other words in place of some, and how often; what sounds alike counts, too."""
    wanted = normalise(old)
    words = [(found.start(), found.end()) for found in _WORD.finditer(text)]
    places = _places(text, words, wanted, 1.0) or _places(text, words, wanted, _ALIKE)
    for start, end in reversed(places):
        put = new
        if text[start:end][:1].isupper() and new[:1].islower() and _begins(text, start):
            put = f"{new[:1].upper()}{new[1:]}"
        text = f"{text[:start]}{put}{text[end:]}"
    return text, len(places)


def _begins(text: str, start: int) -> bool:
    """Whether a sentence begins there."""
    before = text[:start].rstrip(" \t")
    return not before or before[-1] in ".!?\n"


def _places(
    text: str, words: Sequence[tuple[int, int]], wanted: Sequence[str], least: float
) -> list[tuple[int, int]]:
    said = " ".join(wanted)
    found: list[tuple[int, int]] = []
    at = 0
    while wanted and at + 1 <= len(words):
        fits = (
            (words[at][0], words[end - 1][1])
            for end in range(at + 1, min(len(words), at + len(wanted) + 1) + 1)
            if _sounds(text[words[at][0] : words[end - 1][1]], said, least)
        )
        place = next(fits, None)
        if place is None:
            at += 1
            continue
        found.append(place)
        at = next((n for n, (start, _) in enumerate(words) if start >= place[1]), len(words))
    return found


def _sounds(text: str, said: str, least: float) -> bool:
    words = " ".join(normalise(text))
    return words == said if least >= 1.0 else sound_similarity(words, said) >= least
