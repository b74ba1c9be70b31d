"""File names and titles: how a written one is said, and how a said one is written."""

from __future__ import annotations

import re

from voiced.spoken.numbers import digit_words, number_words, ordinal_words, read_number
from voiced.spoken.words import normalise

__all__ = ["EXTENSIONS", "spoken_forms", "written_name"]

_KNOWN = """
7z aac ai avi bak bat bin bmp bz2 c cfg conf cpp cr2 css csv db deb doc docx eml eps epub exe
flac gif go gz h heic html ics ini ipynb iso jar java jpeg jpg js json kdbx key log m4a md
mkv mobi mov mp3 mp4 mpeg mpg odg odp ods odt ogg opus org pages pdf php png ppt pptx ps psd
py raw rb rpm rs rst rtf sh sql srt svg tar tex tgz tif tiff toml torrent ts tsv txt vcf wav
webm webp wma wmv xls xlsm xlsx xml xz yaml yml zip
"""
EXTENSIONS = frozenset(_KNOWN.split())
"""The file name extensions that "dot" may join."""

_ALSO_SAID = {
    ("doc", "x"): "docx",
    ("doc", "ex"): "docx",
    ("j", "peg"): "jpg",
    ("t", "x", "t"): "txt",
    ("text",): "txt",
    ("mark", "down"): "md",
    ("markdown",): "md",
    ("excel",): "xlsx",
    ("python",): "py",
    ("seven", "z"): "7z",
    ("m", "peg"): "mpeg",
}
_EXTENSION = re.compile(r"(?<=.)\.(tar\.[a-z0-9]{2,3}|(?=[0-9]*[a-zA-Z])[a-zA-Z0-9]{1,5})$")
_CAMEL = re.compile(
    r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[a-zA-Z])(?=\d)|(?<=\d)(?=[a-zA-Z])"
)
_YEAR = re.compile(r"(?<!\d)(?:1[1-9]|20)\d\d(?!\d)")
_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")
_SEPARATOR = re.compile(r"(?:[^\w&+@%']|_)+|(?<!\w)'|'(?!\w)")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_JOINERS = {"underscore": "_", "hyphen": "-", "dash": "-"}


def spoken_forms(name: str) -> tuple[str, ...]:
    """How a file name or title may be said, most likely first; normalised, without symbols.

    "Budget_2026-final(2).xlsx" gives "budget twenty twenty six final two dot x l s x" first. A
    name with nothing that can be said gives none.
    """
    found = _EXTENSION.search(name)
    stem = name[: found.start()] if found else name
    plain = _plain(stem)
    if not plain:
        return ()
    endings = _extension_forms(found[1]) if found else []
    forms: list[str] = []
    for said in (_plain(_DATE.sub(_as_date, stem)), plain):
        forms += [f"{said} dot {endings[0]}"] if endings else []
        forms.append(said)
    forms += [f"{plain} dot {ending}" for ending in endings[1:]]
    forms += [f"{plain} {ending}" for ending in endings[:1]]
    forms.append(_plain(_DATE.sub(_as_day, stem)))
    forms.append(" ".join(normalise(name)))
    forms.append(_plain(_YEAR.sub(_as_number, stem)))
    return tuple(dict.fromkeys(forms))


def _plain(stem: str) -> str:
    """The words of a stem without its separators."""
    return " ".join(normalise(_SEPARATOR.sub(" ", _CAMEL.sub(" ", stem))))


def _as_number(match: re.Match[str]) -> str:
    return f" {' '.join(number_words(int(match[0])))} "


def _as_date(match: re.Match[str]) -> str:
    return f"{_as_day(match)}{match[1]} "


def _as_day(match: re.Match[str]) -> str:
    return f" {_MONTHS[int(match[2]) - 1]} {' '.join(ordinal_words(int(match[3])))} "


def _extension_forms(extension: str) -> list[str]:
    lower = extension.lower()
    forms = [" ".join(normalise(lower))]
    forms += [" ".join(words) for words, meant in _ALSO_SAID.items() if meant == lower]
    return list(dict.fromkeys(forms))


def written_name(said: str) -> str:
    """The file name that was said: "budget twenty twenty six dot xlsx" is "budget 2026.xlsx".

    "underscore" and "hyphen" join, "dot" joins an extension that is known; a name that is written
    already stays as it is.
    """
    words = re.sub(r"(?<=\w)[.,!?]+$", "", said.strip()).split()
    pieces: list[str] = []
    index = 0
    while index < len(words):
        piece, used = _piece(words, index)
        pieces.append(piece)
        index += used
    text = " ".join(pieces)
    return re.sub(r"\s*\x00(.)\s*", r"\1", text)


def _piece(words: list[str], index: int) -> tuple[str, int]:
    rest = [word.lower() for word in words[index:]]
    inside = 0 < index < len(words) - 1
    if inside and rest[0] in _JOINERS:
        return f"\x00{_JOINERS[rest[0]]}", 1
    if index and rest[0] == "dot":
        found = _said_extension(words[index + 1 :])
        if found is not None:
            return f"\x00.{found[0]}", 1 + found[1]
    number = _number(rest)
    if number is not None:
        return number
    letters = _letters(rest)
    if len(letters) > 1:
        return "".join(letters), len(letters)
    return words[index], 1


def _letters(words: list[str]) -> list[str]:
    letters: list[str] = []
    for word in words:
        if len(word) != 1 or not word.isalpha():
            break
        letters.append(word)
    return letters


def _number(words: list[str]) -> tuple[str, int] | None:
    found = read_number(words)
    if found is None:
        return None
    value, used = found
    zeros = 0
    while zeros < used - 1 and words[zeros] in ("zero", "oh"):
        zeros += 1
    if zeros and tuple(words[:used]) == digit_words("0" * zeros + str(value)):
        return "0" * zeros + str(value), used
    return str(value), used


def _said_extension(words: list[str]) -> tuple[str, int] | None:
    lower = [word.lower() for word in words]
    for said, meant in _ALSO_SAID.items():
        if tuple(lower[: len(said)]) == said:
            return meant, len(said)
    for length in range(min(5, len(words)), 0, -1):
        head = lower[:length]
        digits = [str(found[0]) if (found := read_number([word])) else word for word in head]
        joined = "".join(digits)
        if joined in EXTENSIONS and (length == 1 or all(len(each) == 1 for each in digits)):
            return joined if length > 1 else words[0], length
    return None
