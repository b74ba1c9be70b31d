"""The file of a picture that was named, read once and only if it is still an ordinary file."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from voiced.plugin import Candidate, Entity, FileEntity, IntentFailed, SlotContext

__all__ = ["PICTURE", "read_picture"]

_KIND = "image"
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


PICTURE = _Picture()


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
