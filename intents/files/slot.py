"""The slot types of files and folders: spoken names in, files that exist out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from voiced.plugin import (
    DATE_SPAN,
    Candidate,
    Entity,
    FileEntity,
    IntentError,
    InvalidSlots,
    SlotContext,
    choice,
    spoken_forms,
)

from .description import KIND_OF_SAID
from .finding import finder, newest
from .kinds import FOLDER_KIND, kinds_of_word
from .listing import Entry
from .refusals import denied
from .refusals import said as shown
from .search import Match
from .settings import Settings

__all__ = ["ASKED", "DESCRIBED", "FILE", "FOLDER", "KIND", "SEVERAL", "WANTED", "meant"]

_MOST = 10
_MOST_WORDS = 4
_LEAST_LETTERS = 4
_FORMS = 3
_NAMED = 3
_NEAR_BEST, _CLOSE = 0.2, 0.13
_MOST_FOUND = 200
_SPECIAL = re.compile(r"([\\()\[\]{}<>|;:])")

KIND = choice(
    "kind", {word: kinds_of_word(word) for word in KIND_OF_SAID.values() if kinds_of_word(word)}
)
"""A kind of file; the value is the names of the kinds that the word covers."""


def _template(form: str) -> str:
    """A phrase as a template that means itself and nothing else."""
    return _SPECIAL.sub(r"\\\1", " ".join(form.split()))


def _templates(entries: Sequence[Entry]) -> list[str]:
    forms: dict[str, None] = {}
    for entry in entries:
        for form in spoken_forms(shown(entry.name))[:_FORMS]:
            forms |= dict.fromkeys((form, *_parts(form)))
    return [_template(form) for form in forms]


def _parts(form: str) -> list[str]:
    """How a name is said for short: how it begins, or one of its longer words."""
    words = form.split()
    if not 1 < len(words) <= _MOST_WORDS:
        return []
    beginnings = [" ".join(words[:end]) for end in range(1, len(words))]
    parts = [*beginnings, *words[1:]]
    return [part for part in parts if len(part) >= _LEAST_LETTERS]


def _newest(context: SlotContext, *, only_folders: bool = False) -> Sequence[Entry]:
    """What was changed last, or none where a folder is gone: the intents then say which."""
    limit = context.settings(Settings).vocabulary
    try:
        return newest(context, limit, only_folders=only_folders)
    except IntentError:
        return ()


def _descriptions(context: SlotContext) -> list[str]:
    kinds = "|".join(" ".join(words) for words in KIND_OF_SAID)
    dates = "|".join(DATE_SPAN.phrases(context))
    when = f" [from ({dates})]" if dates else ""
    return [f"[(newest|latest|last|oldest|biggest)] ({kinds}){when}"]


def _candidates(matches: Sequence[Match]) -> list[Candidate[FileEntity]]:
    kept = matches[:_MOST]
    names = [match.entry.name for match in kept]
    return [
        Candidate(
            match.entry.entity(),
            _called(match.entry, is_unique=names.count(match.entry.name) == 1),
            match.score,
        )
        for match in kept
    ]


def _called(entry: Entry, *, is_unique: bool) -> str:
    name = shown(entry.name)
    if is_unique or not entry.spot.parts:
        return name
    return f"{name} in {shown(Path(entry.spot.path).parent.name)}"


@dataclass(frozen=True, slots=True)
class _File:
    """A file or folder that exists, by name, kind and date: "the invoice from yesterday"."""

    name: ClassVar[str] = "file"
    is_open: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "description": "name, path, or description: 'the PDF from yesterday in downloads'",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """The names of the newest files, and how files are described."""
        return (*_templates(_newest(context)), *_descriptions(context))

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[FileEntity]]:
        """The files that may be meant, best first, at most ten.

        Raises:
            IntentDenied: A path leaves the allowed folders.
            IntentFailed: An allowed folder is gone.
        """
        with finder(context) as found:
            return _candidates(found.files(said))

    def from_entity(self, entity: Entity) -> FileEntity | None:
        """What "it" is, if the conversation spoke of a file or folder."""
        return entity if isinstance(entity, FileEntity) else None


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder that exists, the allowed folders themselves included."""

    name: ClassVar[str] = "folder"
    is_open: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "description": "name or path of a folder: 'taxes in documents'",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """The names of the folders."""
        folders = _newest(context, only_folders=True)
        return [f"{form} [folder]" for form in _templates(folders)]

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[FileEntity]]:
        """The folders that may be meant, best first, at most ten; raises as FILE does."""
        with finder(context) as found:
            return _candidates(found.folders(said))

    def from_entity(self, entity: Entity) -> FileEntity | None:
        """What "it" is, if the conversation spoke of a folder."""
        if isinstance(entity, FileEntity) and entity.kind == FOLDER_KIND:
            return entity
        return None


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Any number of files and folders, by name, kind, date and place."""

    name: ClassVar[str] = "wanted"
    is_open: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "description": "what to look for: 'pictures from last week in downloads'",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """As FILE's, with a place."""
        places = _newest(context, only_folders=True)
        names = "|".join(_templates(places[:_MOST_FOUND]))
        where = f" [in [my] ({names}) [folder]]" if names else ""
        described = [f"{form}{where}" for form in _descriptions(context)]
        return (*_templates(_newest(context)), *described)

    def resolve(
        self, said: str, context: SlotContext
    ) -> Sequence[Candidate[tuple[FileEntity, ...]]]:
        """One candidate: all that fits nearly as well as the best; raises as FILE does."""
        if not said.strip():
            return ()
        with finder(context) as finds:
            matches = finds.files(said)[:_MOST_FOUND]
        least = matches[0].score - _NEAR_BEST if matches else 0.0
        found = tuple(match.entry.entity() for match in matches if match.score >= least)
        return (Candidate(found, shown(said)),)


@dataclass(frozen=True, slots=True)
class _Several:
    """Several files that are changed at once. What a question reads back is their count."""

    name: ClassVar[str] = "several"
    is_open: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "description": "which files: 'pictures from last week in downloads'",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """As FILE's descriptions."""
        return _descriptions(context)

    def resolve(
        self, said: str, context: SlotContext
    ) -> Sequence[Candidate[tuple[FileEntity, ...]]]:
        """One candidate: all files that fit as well as the best; folders only where that was said.

        Raises:
            IntentDenied: They are too many, or everything was said.
        """
        with finder(context) as finds:
            found_all = finds.files(said)
        matches = [m for m in found_all if m.entry.kind != FOLDER_KIND or _says_folders(said)]
        if not matches:
            if _EVERYTHING.intersection(said.lower().split()):
                raise denied("everything was said", "I don't change everything. Say which files.")
            return ()
        near = [match for match in matches if match.score >= matches[0].score - _CLOSE]
        most = context.settings(Settings).max_at_once
        if len(near) > most:
            text = f"Those are more than {most} files. That is too much at once by voice."
            mend = "raise max_at_once in the section [files] of voiced.toml"
            raise denied("more than [files] max_at_once", text, mend)
        found = tuple(match.entry.entity() for match in near)
        return (Candidate(found, _read_back(near)),)


_EVERYTHING = frozenset(["everything", "all", "files", "anything"])


def _says_folders(said: str) -> bool:
    """Whether folders are meant: "all recipes" are the files in that folder, not the folder."""
    return any(FOLDER_KIND in kinds_of_word(word) for word in said.lower().split())


def _read_back(matches: Sequence[Match]) -> str:
    names = [shown(match.entry.name) for match in matches]
    if len(names) == 1:
        return names[0]
    rest = f", and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{len(names)} files: {', '.join(names[:_NAMED])}{rest}"


_MARKS = frozenset(["about", "with", "from", "sent", "i", "that", "which", "called", "of"])
_LEAST_WORDS = 3


def _describes(said: str) -> bool:
    """Whether words describe a file, as "the PDF Anna sent me": more than a name is said."""
    words = tuple(said.split())
    if len(words) < _LEAST_WORDS:
        return False
    pairs = ((words[i:j]) for i in range(len(words)) for j in range(i + 1, len(words) + 1))
    return not _MARKS.isdisjoint(words) and (
        "about" in words or any(pair in KIND_OF_SAID for pair in pairs)
    )


@dataclass(frozen=True, slots=True)
class _Described(_File):
    """As FILE, of a description in words that no name has: "the PDF Anna sent me last week"."""

    name: ClassVar[str] = "described"

    def phrases(self, context: SlotContext) -> Sequence[str]:  # noqa: ARG002
        """None: other words than those of names are what it is for."""
        return ()

    def fits(self, said: str) -> bool:
        """Whether it is a description."""
        return _describes(said)


@dataclass(frozen=True, slots=True)
class _Asked(_Wanted):
    """As WANTED, of a description in words that no name has."""

    name: ClassVar[str] = "asked"

    def phrases(self, context: SlotContext) -> Sequence[str]:  # noqa: ARG002
        """None, as for DESCRIBED."""
        return ()

    def fits(self, said: str) -> bool:
        """Whether it is a description."""
        return _describes(said)


FILE = _File()
DESCRIBED = _Described()
ASKED = _Asked()
FOLDER = _Folder()
WANTED = _Wanted()
SEVERAL = _Several()


def meant(file: FileEntity | None, described: FileEntity | None) -> FileEntity:
    """The one of two slots that was said.

    Raises:
        InvalidSlots: Neither was.
    """
    found = file or described
    if found is None:
        raise InvalidSlots("no file was said", spoken="I need to know the file for that.")
    return found
