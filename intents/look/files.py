"""The file of a picture that was named, read once and only if it is still an ordinary file."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from voiced.plugin import Candidate, Entity, FileEntity, IntentFailed, SlotContext, normalise
from voiced_intents.photos.slot import PICTURE as PHOTO

__all__ = ["NAMED", "PICTURE", "read_picture"]

_KIND = "image"
_NOUNS = frozenset("picture photo image photograph".split())
_POINTING = _NOUNS | frozenset(
    "the this that my a an first second third fourth fifth last other one".split()
)
_MOST_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class _Picture:
    """A picture that was named last: "it", "the second one"."""

    name: ClassVar[str] = "picture"
    is_open: ClassVar[bool] = False
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "description": "which of the pictures named last: 'it', 'the second one', or its handle",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:  # noqa: ARG002 - always these
        """The words that point."""
        return ("[the] (first|second|third|fourth|fifth|last) (picture|photo|image)",)

    def resolve(
        self,
        said: str,  # noqa: ARG002
        context: SlotContext,  # noqa: ARG002
    ) -> Sequence[Candidate[FileEntity]]:
        """None: only what was named before can be meant, and ``from_entity`` finds that."""
        return ()

    def from_entity(self, entity: Entity) -> FileEntity | None:
        """What "it" is, if the conversation spoke of a picture in a file."""
        return entity if isinstance(entity, FileEntity) and entity.kind == _KIND else None


@dataclass(frozen=True, slots=True)
class _Named:
    """A picture that is called something: "the lake picture", not "the picture"."""

    name: ClassVar[str] = "named"
    is_open: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = PHOTO.json_schema

    def phrases(self, context: SlotContext) -> Sequence[str]:  # noqa: ARG002 - open, see fits
        """None: the names of pictures are known by the plugin that edits them."""
        return ()

    def fits(self, said: str) -> bool:
        """Whether it ends in a word for a picture, and says something before it."""
        words = normalise(said)
        return words[-1:] != () and words[-1] in _NOUNS and not _POINTING.issuperset(words)

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[FileEntity]]:
        """The pictures that may be meant, best first; raises as a photo does."""
        return PHOTO.resolve(said, context)

    def from_entity(self, entity: Entity) -> FileEntity | None:
        """As for ``PICTURE``."""
        return PICTURE.from_entity(entity)


PICTURE = _Picture()
NAMED = _Named()


def read_picture(path: Path) -> bytes:
    """What is in the file. No link is followed at its end.

    Raises:
        IntentFailed: It is gone, too large, or no ordinary file.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as stream:  # noqa: PTH123 - a descriptor
            state = os.fstat(stream.fileno())
            if not stat.S_ISREG(state.st_mode) or state.st_size > _MOST_BYTES:
                raise IntentFailed(
                    "no ordinary file, or too large", spoken="I can't look at that file."
                )
            return stream.read(_MOST_BYTES)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise IntentFailed(f"cannot be read: {reason}", spoken="I can't read that file.") from error
