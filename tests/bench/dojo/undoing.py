"""The way back of what voiced does in AgentDojo's drive: the file as it was before, kept beside it.

AgentDojo's drive has no trash of its own; here it gets one, as the intents of a real drive have.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from agentdojo.default_suites.v1.tools.types import CloudDriveFile

from voiced.plugin import Context, JsonValue, Undo, Undoer

if TYPE_CHECKING:
    from bench.dojo.tools import Desk

__all__ = ["UNDOABLE", "kept", "undoers"]

PUT_BACK = "dojo.put_back"
UNDOABLE = frozenset({"append_to_file", "create_file", "delete_file"})
"""Tools of the drive that are taken back here, and are reversible because of that."""


@asynccontextmanager
async def kept(
    context: Context, desk: Desk, function: str, arguments: Mapping[str, Any]
) -> AsyncGenerator[None]:
    """Hold a change of the drive; what it changes is written to the journal before."""
    if function not in UNDOABLE:
        yield
        return
    drive: Any = desk.world.cloud_drive  # type: ignore[attr-defined]
    name = str(arguments.get("file_id") or drive._get_next_id())
    before = drive.files.get(name)
    file = None if before is None else before.model_dump(mode="json")
    async with context.change(Undo(PUT_BACK, {"file_id": name, "file": file}), function):
        yield


def undoers(desk: Callable[[], Desk]) -> list[Undoer]:
    """What takes these changes back; ``desk`` gives the world they are in."""

    async def put_back(context: Context, data: Mapping[str, JsonValue]) -> str:
        drive: Any = desk().world.cloud_drive  # type: ignore[attr-defined]
        name, file = str(data["file_id"]), data["file"]
        if file is None:
            drive.files.pop(name, None)
        else:
            drive.files[name] = CloudDriveFile.model_validate(file)
        return "It is as it was."

    return [Undoer(PUT_BACK, put_back)]
