"""The slot type of the folder that a file of a mail is saved in: one that files may use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from voiced.plugin import Candidate, Entity, FileEntity, IntentError, SlotContext
from voiced_intents.files.slot import FOLDER as FILES_FOLDER

from .storing import file_settings

__all__ = ["FOLDER"]


class _Folder:
    """A folder that exists; where files may not be used, there is none."""

    name: ClassVar[str] = "folder"
    is_open: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = FILES_FOLDER.json_schema

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """The names of the folders."""
        try:
            file_settings(context)
        except IntentError:
            return ()
        return FILES_FOLDER.phrases(context)

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[FileEntity]]:
        """The folders that may be meant; raises as a folder of the file intents does."""
        file_settings(context)
        return FILES_FOLDER.resolve(said, context)

    def from_entity(self, entity: Entity) -> FileEntity | None:
        """What "it" is, if the conversation spoke of a folder."""
        return FILES_FOLDER.from_entity(entity)


FOLDER = _Folder()
