"""A mail as it comes, to what can be read of it. Whatever the bytes are, nothing here raises.

``read_mail`` gives the text, the files with it, and a sentence on what cannot be read. Nothing is
fetched: a part that lies elsewhere stays there. All of it is anybody's words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import policy
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser

from .decoding import clean, decoded, header_text
from .enclosed import invitation, rtf_text, winmail
from .headers import Headers, headers_of
from .page_text import page_text

__all__ = ["Attached", "Mail", "content_of", "read_headers", "read_mail"]

_MOST_BYTES = 50 * 2**20
_MOST_PARTS = 500
_DEEPEST = 30
_SHORT_STUB = 60
_LONGEST_NAME = 200
_MOST_TEXT = 1_000_000
_CHARSET_IN_PAGE = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.I)
_ENCRYPTED = ("application/pgp-encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")
_WINMAIL = ("application/ms-tnef", "application/vnd.ms-tnef")
_SIGNS = (
    "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature",
    "application/pgp-keys",
)  # fmt: skip
_NOTES = {
    "encrypted": "It is encrypted, and I can't read it.",
    "elsewhere": "A part of it lies on another machine. I didn't fetch it.",
    "broken": "I can't read a part of it.",
    "deep": "It is packed so many times that I didn't read all of it.",
    "pictures": "It has no text, only pictures or files.",
    "empty": "It is empty.",
    "unreadable": "I can't read this mail: it is broken.",
}


@dataclass(frozen=True, slots=True)
class Attached:
    """A file with a mail. ``part`` finds it again in the same mail: ``content_of``."""

    name: str
    kind: str
    size_bytes: int
    part: str


@dataclass(frozen=True, slots=True)
class Mail:
    """What can be read of a mail. ``notes`` are sentences on what cannot, our own words."""

    headers: Headers = field(default_factory=Headers)
    text: str = ""
    files: tuple[Attached, ...] = ()
    invitation: str = ""
    """What a calendar part says, as a sentence with the mail's own words in it."""
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Reading:
    texts: list[str] = field(default_factory=list)
    files: list[Attached] = field(default_factory=list)
    inner: dict[str, bytes] = field(default_factory=dict)
    invitation: str = ""
    notes: dict[str, None] = field(default_factory=dict)
    has_pictures: bool = False
    parts: int = 0
    wanted: str = ""
    """The file whose content is asked for; the others are let go."""

    def note(self, what: str) -> None:
        self.notes[_NOTES[what]] = None


def read_headers(raw: bytes) -> Headers:
    """The headers alone."""
    message = _parsed(raw, headers_only=True)
    return headers_of(message) if message is not None else Headers()


def read_mail(raw: bytes) -> Mail:
    """What can be read of it."""
    message = _parsed(raw)
    if message is None:
        return Mail(notes=(_NOTES["unreadable"],))
    reading = _read(message, "")
    text = clean("\n\n".join(each for each in reading.texts if each.strip()))[:_MOST_TEXT].strip()
    if not text and not reading.invitation and not reading.notes:
        reading.note("pictures" if reading.files or reading.has_pictures else "empty")
    return Mail(
        headers_of(message), text, tuple(reading.files), reading.invitation, tuple(reading.notes)
    )


def content_of(raw: bytes, attached: Attached) -> bytes | None:
    """What is in a file of this mail; None where it cannot be read."""
    message = _parsed(raw)
    return None if message is None else _read(message, attached.part).inner.get(attached.part)


def _parsed(raw: bytes, *, headers_only: bool = False) -> Message | None:
    try:
        parser = BytesParser(policy=policy.compat32)
        return parser.parsebytes(raw[:_MOST_BYTES], headersonly=headers_only)
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def _read(message: Message, wanted: str) -> _Reading:
    reading = _Reading(wanted=wanted)
    try:
        _part(message, "1", reading, 0)
    except RecursionError:
        reading.note("deep")
    except Exception:  # noqa: BLE001 - the parser's objects raise what they like at what is broken
        reading.note("broken")
    return reading


def _part(part: Message, at: str, reading: _Reading, depth: int) -> None:
    reading.parts += 1
    if depth > _DEEPEST or reading.parts > _MOST_PARTS:
        reading.note("deep")
        return
    kind = part.get_content_type()
    if kind in _ENCRYPTED and "signed" not in str(part.get("Content-Type", "")).lower():
        reading.note("encrypted")
    elif kind == "message/external-body":
        reading.note("elsewhere")
    elif part.is_multipart():
        _several(part, kind, at, reading, depth)
    elif kind in _WINMAIL or _name(part).lower() == "winmail.dat":
        _winmail(part, at, reading)
    elif _is_file(part, kind):
        _file(part, kind, at, reading)
    else:
        _text(part, kind, reading)


def _several(part: Message, kind: str, at: str, reading: _Reading, depth: int) -> None:
    inner = [each for each in part.get_payload() if isinstance(each, Message)]
    numbered = [(f"{at}.{number}", each) for number, each in enumerate(inner, 1)]
    if kind == "multipart/encrypted":
        reading.note("encrypted")
    elif kind == "multipart/alternative":
        _best(numbered, reading, depth)
    elif kind == "message/rfc822" or kind.startswith("message/"):
        for where, each in numbered:
            _enclosed_mail(each, where, reading, depth)
    else:
        for where, each in numbered:
            _part(each, where, reading, depth + 1)


def _enclosed_mail(part: Message, at: str, reading: _Reading, depth: int) -> None:
    headers = headers_of(part)
    if headers.sender.address or headers.subject:
        sender = headers.sender.name or headers.sender.address or "nobody"
        reading.texts.append(f"A mail from {sender}, {headers.subject or 'without a subject'}:")
    _part(part, at, reading, depth + 1)


def _best(numbered: list[tuple[str, Message]], reading: _Reading, depth: int) -> None:
    """Of several forms of one text, the plain one, where it is more than a pointer to another."""
    tried = []
    for where, part in numbered:
        one = _Reading(wanted=reading.wanted, parts=reading.parts)
        _part(part, where, one, depth + 1)
        reading.parts = one.parts
        reading.files += one.files
        reading.inner |= one.inner
        reading.has_pictures = reading.has_pictures or one.has_pictures
        reading.invitation = reading.invitation or one.invitation
        tried.append((part.get_content_type() == "text/plain", "\n\n".join(one.texts), one))
    longest = max((len(text.strip()) for _, text, _ in tried), default=0)
    for is_plain, text, _ in tried:
        if is_plain and len(text.strip()) >= min(longest, max(_SHORT_STUB, longest // 8)):
            reading.texts.append(text)
            return
    best = max(tried, key=lambda each: len(each[1].strip()), default=None)
    if best is not None:
        reading.texts.append(best[1])
        if not best[1].strip():
            reading.notes |= best[2].notes


def _is_file(part: Message, kind: str) -> bool:
    disposition = str(part.get("Content-Disposition", "")).strip().lower()
    if disposition.startswith("attachment"):
        return kind != "text/calendar"
    is_text = kind.startswith(("text/", "multipart/")) or kind == "application/rtf"
    return not is_text and kind not in _SIGNS


def _file(part: Message, kind: str, at: str, reading: _Reading) -> None:
    content = _bytes(part)
    name = _name(part)
    if not name and kind.startswith("image/"):
        reading.has_pictures = True
    else:
        reading.files.append(Attached(name or "a file without a name", kind, len(content), at))
    if at == reading.wanted:
        reading.inner[at] = content


def _winmail(part: Message, at: str, reading: _Reading) -> None:
    data = _bytes(part)
    found = winmail(data)
    if found is None:
        reading.note("broken")
        reading.files.append(Attached(_name(part) or "winmail.dat", _WINMAIL[0], len(data), at))
        return
    if found.text.strip():
        reading.texts.append(found.text)
    for number, (name, content) in enumerate(found.files, 1):
        where = f"{at}.w{number}"
        shown = " ".join(name.split())[:_LONGEST_NAME] or "a file without a name"
        reading.files.append(Attached(shown, "application/octet-stream", len(content), where))
        if where == reading.wanted:
            reading.inner[where] = content


def _text(part: Message, kind: str, reading: _Reading) -> None:
    if kind in _SIGNS:
        return
    data = _bytes(part)
    if kind in {"text/rtf", "application/rtf"}:
        reading.texts.append(rtf_text(data))
        return
    charset = _charset(part)
    if kind == "text/html":
        named = _CHARSET_IN_PAGE.search(data[:4096])
        inside = named.group(1).decode("ascii") if named else ""
        reading.texts.append(page_text(decoded(data, charset or inside)))
    elif kind == "text/calendar":
        reading.invitation = reading.invitation or invitation(decoded(data, charset))
    else:
        text = decoded(data, charset)
        text = _unflowed(part, text) if kind == "text/plain" else text
        reading.texts.append(re.sub(r"<[^<>]{0,200}>", "", text) if "enriched" in kind else text)


def _charset(part: Message) -> str:
    try:
        return str(part.get_content_charset() or "")
    except (ValueError, LookupError, TypeError):
        return ""


def _bytes(part: Message) -> bytes:
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, AssertionError):
        payload = None
    if isinstance(payload, bytes):
        return payload
    return str(part.get_payload()).encode("utf-8", "surrogateescape")


def _name(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except (ValueError, LookupError, TypeError):
        name = ""
    return header_text(name).replace("/", " ").replace("\\", " ").strip()[:_LONGEST_NAME]


def _unflowed(part: Message, text: str) -> str:
    """Lines joined that were cut only for the way (RFC 3676)."""
    try:
        is_flowed = str(part.get_param("format", "")).lower() == "flowed"
        joins = str(part.get_param("delsp", "")).lower() == "yes"
    except (ValueError, LookupError, TypeError):
        return text
    return "".join(_joined(text.splitlines(), joins=joins)) if is_flowed else text


def _joined(lines: list[str], *, joins: bool) -> Iterator[str]:
    for line in lines:
        bare = line.removeprefix(" ") if line.startswith(" ") else line
        if bare.endswith(" ") and bare.rstrip() != "--":
            yield bare[:-1] if joins else bare
        else:
            yield bare + "\n"
