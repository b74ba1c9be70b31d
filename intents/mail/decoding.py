"""Bytes of mails as text, whatever they say of themselves. Pure; nothing here raises."""

from __future__ import annotations

import codecs
import re
import unicodedata
from binascii import Error as BinasciiError
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message

__all__ = ["clean", "decoded", "header_text", "raw_headers"]

_ALIASES = {
    "iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252",
    "ansi": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "ks_c_5601-1987": "cp949",
    "iso-8859-8-i": "iso-8859-8", "utf8mb4": "utf-8", "x-utf-8": "utf-8", "utf-8-sig": "utf-8",
    "x-sjis": "cp932", "shift_jis": "cp932", "windows-31j": "cp932",
}  # fmt: skip
"""What is said for what is meant; ASCII and Latin 1 mostly mean what Windows wrote."""

_NO_CHARSETS = frozenset(
    "idna punycode undefined unicode_escape raw_unicode_escape unicode-escape mbcs oem".split()
)
_LONGEST_HEADER = 200_000
_ESCAPED_JAPANESE = b"\x1b$"
_KEPT_CONTROLS = "\n\t"
_DROPPED = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))
_JOINERS = "\u034f"  # what pads the hidden beginning of newsletters


def decoded(data: bytes, charset: str = "") -> str:
    """The text, in the charset that is named, or in the one that fits."""
    for name in (_known(charset), _guessed(data), "utf-8"):
        try:
            if name:
                return data.decode(name)
        except (UnicodeError, LookupError, ValueError):
            continue
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode(_known(charset) or "utf-8", "replace")


def _known(charset: str) -> str:
    name = charset.strip().strip("\"'").lower()
    name = _ALIASES.get(name, name)
    if not name or name in _NO_CHARSETS or len(name) > 40:  # noqa: PLR2004
        return ""
    try:
        codecs.lookup(name)
        b"".decode(name)
    except (LookupError, ValueError):  # unknown, or no charset at all
        return ""
    return "" if name == "cp1252" else name


def _guessed(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    return "iso2022_jp" if _ESCAPED_JAPANESE in data[:4096] else ""


def clean(text: str) -> str:
    """Without what cannot be seen: controls, joiners, marks that turn the direction of writing."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii() and (text.isprintable() or not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text)):
        return text
    return "".join(letter for letter in text if _is_seen(letter))


def _is_seen(letter: str) -> bool:
    if letter in _KEPT_CONTROLS:
        return True
    return unicodedata.category(letter) not in _DROPPED and letter not in _JOINERS


def header_text(value: object) -> str:
    """A header as it is meant: encoded words decoded, eight bits guessed, on one line."""
    raw = str(value)[:_LONGEST_HEADER]
    raw = decoded(raw.encode("utf-8", "surrogateescape")) if not raw.isascii() else raw
    text = _decoded_words(raw) if "=?" in raw else raw
    return " ".join(clean(text).split())


def _decoded_words(raw: str) -> str:
    try:
        pieces = decode_header(re.sub(r"\s*\n\s*", " ", raw))
    except (HeaderParseError, BinasciiError, ValueError, LookupError):
        return raw
    return "".join(
        piece if isinstance(piece, str) else decoded(piece, charset or "")
        for piece, charset in pieces
    )


def raw_headers(message: Message, name: str) -> list[str]:
    """A header's values as they came; what is not ASCII is kept (surrogateescape)."""
    wanted = name.lower()
    return [str(value) for key, value in message.raw_items() if key.lower() == wanted]
