"""The slot types of files and folders: spoken names in, files that exist out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from voiced.plugin import (
    DATE_SPAN,
    Candidate,
    Entity,
    FileEntity,
    IntentError,
    SlotContext,
    choice,
    spoken_forms,
)

from .description import KIND_OF_SAID
from .everything import is_everything
from .finding import finder, newest
from .kinds import FOLDER_KIND, kinds_of_word
from .listing import Entry
from .refusals import denied
from .refusals import said as shown
from .search import Match
from .settings import Settings
from .sounding import told_apart

__all__ = ["FILE", "FOLDER", "KIND", "WANTED", "FileSlot", "WantedSlot", "descriptions"]

_MOST = 10
_MOST_WORDS = 4
_MOST_FOLDERS = 50
_LEAST_LETTERS = 4
_FORMS = 3
_NEAR_BEST = 0.2
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


def descriptions(context: SlotContext) -> list[str]:
    """How files are described: "the newest picture from yesterday"."""
    kinds = "|".join(" ".join(words) for words in KIND_OF_SAID)
    dates = "|".join(DATE_SPAN.phrases(context))
    when = f" [from ({dates})]" if dates else ""
    return [f"[(newest|latest|last|oldest|biggest)] ({kinds}){when}"]


def _candidates(matches: Sequence[Match]) -> list[Candidate[FileEntity]]:
    kept = matches[:_MOST]
    called = told_apart([match.entry for match in kept])
    return [
        Candidate(match.entry.entity(), name, match.score)
        for match, name in zip(kept, called, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class FileSlot:
    """A file or folder that exists, by name, kind and date: "the invoice from yesterday"."""

    name: ClassVar[str] = "file"
    is_open: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "description": "name, path, or description: 'the PDF from yesterday in downloads'",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """The names of the newest files, folders with that word, and how files are described."""
        folders = _templates(_newest(context, only_folders=True)[:_MOST_FOLDERS])
        named = [f"(folder {form}|{form} folder)" for form in folders]
        return (*_templates(_newest(context)), *named, *descriptions(context))

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[FileEntity]]:
        """The files that may be meant, best first, at most ten.

        Raises:
            IntentDenied: A path leaves the allowed folders, or everything was said.
            IntentFailed: An allowed folder is gone, or nothing fits all that was said.
        """
        return self.found(said, context, is_careful=True)

    def found(
        self, said: str, context: SlotContext, *, is_careful: bool = False
    ) -> Sequence[Candidate[FileEntity]]:
        """As ``resolve``, also what is only nearly what was said, where that is not careful."""
        if is_everything(said, context):
            raise denied("everything was said", "I don't take everything at once. Say which one.")
        with finder(context) as finds:
            return _candidates(finds.files(said, is_careful=is_careful))

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
class WantedSlot:
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
        described = [f"{form}{where}" for form in descriptions(context)]
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


FILE = FileSlot()
FOLDER = _Folder()
WANTED = WantedSlot()
