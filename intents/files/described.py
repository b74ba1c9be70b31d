"""The slot types of files that are described in words that no name has, and of several at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from voiced.plugin import Candidate, FileEntity, IntentError, InvalidSlots, SlotContext

from .description import KIND_OF_SAID
from .everything import is_everything
from .finding import finder
from .kinds import FOLDER_KIND, kinds_of_word
from .listing import Entry, entry_at
from .refusals import denied
from .refusals import said as shown
from .search import Match
from .settings import Settings
from .slot import FileSlot, WantedSlot, descriptions
from .these import at, says_these, these

__all__ = ["ASKED", "DESCRIBED", "EVERYTHING", "NEARLY", "SEVERAL", "meant", "meant_all"]

_CLOSE = 0.13
_NAMED = 3


@dataclass(frozen=True, slots=True)
class _Several:
    """Several files that are changed at once. What a question reads back is their count."""

    name: ClassVar[str] = "file"
    is_open: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "description": "which files: 'pictures from last week in downloads'",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """As FILE's descriptions."""
        return descriptions(context)

    def resolve(
        self, said: str, context: SlotContext
    ) -> Sequence[Candidate[tuple[FileEntity, ...]]]:
        """One candidate: all files that fit as well as the best; folders only where that was said.

        Raises:
            IntentDenied: They are too many, or everything was said.
        """
        if is_everything(said, context):
            raise denied("everything was said", "I don't change everything. Say which files.")
        with finder(context) as finds:
            found_all = finds.files(said, is_careful=True)
        matches = [m for m in found_all if m.entry.kind != FOLDER_KIND or _says_folders(said)]
        if not matches:
            return ()
        near = [match for match in matches if match.score >= matches[0].score - _CLOSE]
        most = context.settings(Settings).max_at_once
        if len(near) > most:
            text = f"Those are more than {most} files. That is too much at once by voice."
            mend = "raise max_at_once in the section [files] of voiced.toml"
            raise denied("more than [files] max_at_once", text, mend)
        found = [entry for match in near if (entry := _now(match)) is not None]
        if not found:
            return ()
        return (Candidate(tuple(entry.entity() for entry in found), _read_back(found)),)


def _says_folders(said: str) -> bool:
    """Whether folders are meant: "all recipes" are the files in that folder, not the folder."""
    return any(FOLDER_KIND in kinds_of_word(word) for word in said.lower().split())


def _now(match: Match) -> Entry | None:
    """A thing as it is now, since a walk may be a moment old; None where it has gone."""
    try:
        return entry_at(match.entry.spot)
    except IntentError:
        return None


def _read_back(entries: Sequence[Entry]) -> str:
    names = [shown(entry.name) for entry in entries]
    if len(names) == 1:
        return names[0]
    rest = f", and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{len(names)} files: {', '.join(names[:_NAMED])}{rest}"


_MARKS = frozenset("about tagged with from sent i that which called of".split())
_TELLING = frozenset(["about", "tagged"])
_LEAST_WORDS = 3


def _describes(said: str) -> bool:
    """Whether words describe a file, as "the PDF Anna sent me": more than a name is said."""
    words = tuple(said.split())
    if len(words) < _LEAST_WORDS:
        return False
    pairs = ((words[i:j]) for i in range(len(words)) for j in range(i + 1, len(words) + 1))
    return not _MARKS.isdisjoint(words) and (
        not _TELLING.isdisjoint(words) or any(pair in KIND_OF_SAID for pair in pairs)
    )


@dataclass(frozen=True, slots=True)
class _Described(FileSlot):
    """As FILE, of a description in words that no name has: "the PDF Anna sent me last week"."""

    name: ClassVar[str] = "file"

    def phrases(self, context: SlotContext) -> Sequence[str]:  # noqa: ARG002
        """None: other words than those of names are what it is for."""
        return ()

    def fits(self, said: str) -> bool:
        """Whether it is a description."""
        return _describes(said)


@dataclass(frozen=True, slots=True)
class _Nearly(_Described):
    """As DESCRIBED, and what is only nearly what was said: for what changes nothing."""

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[FileEntity]]:
        """The files that may be meant; raises as FILE does."""
        return self.found(said, context)


@dataclass(frozen=True, slots=True)
class _Asked(WantedSlot):
    """As WANTED, of a description in words that no name has."""

    name: ClassVar[str] = "file"

    def phrases(self, context: SlotContext) -> Sequence[str]:  # noqa: ARG002
        """None, as for DESCRIBED."""
        return ()

    def fits(self, said: str) -> bool:
        """Whether it is a description."""
        return _describes(said)


_ALL_FILES = frozenset("all of my the files folders things stuff them it".split())


@dataclass(frozen=True, slots=True)
class _Everything(_Several):
    """As SEVERAL, of what begins with "everything": in a folder that is some files."""

    name: ClassVar[str] = "file"

    def phrases(self, context: SlotContext) -> Sequence[str]:  # noqa: ARG002
        """None: what follows may be any folder."""
        return ()

    def fits(self, said: str) -> bool:
        """Whether it begins so."""
        words = said.split()
        return (
            words[:1] in (["everything"], ["anything"])
            or (_ALL_FILES.issuperset(words) and words != ["it"])
            or says_these(said)
        )

    def resolve(
        self, said: str, context: SlotContext
    ) -> Sequence[Candidate[tuple[FileEntity, ...]]]:
        """As SEVERAL; "these" are what was named last."""
        if says_these(said):
            found = [(file, entry) for file in these(said, context) if (entry := at(file, context))]
            read_back = _read_back([entry for _, entry in found])
            return (Candidate(tuple(file for file, _ in found), read_back),) if found else ()
        return _Several.resolve(self, said, context)


DESCRIBED = _Described()
NEARLY = _Nearly()
ASKED = _Asked()
SEVERAL = _Several()
EVERYTHING = _Everything()


def meant(file: FileEntity | None, described: FileEntity | None) -> FileEntity:
    """The one of two slots that was said.

    Raises:
        InvalidSlots: Neither was.
    """
    found = file or described
    if found is None:
        raise InvalidSlots("no file was said", spoken="I need to know the file for that.")
    return found


def meant_all(
    several: tuple[FileEntity, ...] | None, everything: tuple[FileEntity, ...] | None
) -> tuple[FileEntity, ...]:
    """The one of two slots that was said; raises as ``meant``."""
    found = several or everything
    if not found:
        raise InvalidSlots("no files were said", spoken="I need to know the files for that.")
    return found
