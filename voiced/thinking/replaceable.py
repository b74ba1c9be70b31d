"""A language model that can be replaced while it is asked; a reply under way ends with the old."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from voiced.stages import Message, ReplyDelta, Responder, Room, Tool, ToolCall, Usage

__all__ = ["ReplaceableResponder"]


class ReplaceableResponder:
    """Passes on to the responder of the moment.

    Args:
        first: The one to begin with.
    """

    def __init__(self, first: Responder) -> None:
        self._now = first
        self._retired: list[Responder] = []

    async def replace(self, fresh: Responder) -> None:
        """Use another one from the next reply on.

        Raises:
            ReplyError: It cannot be prepared; the one before stays.
        """
        await fresh.prepare()
        self._retired.append(self._now)
        self._now = fresh

    async def prepare(self) -> None:
        """Prepare it.

        Raises:
            ReplyError: It cannot be.
        """
        await self._now.prepare()

    async def aclose(self) -> None:
        """Free all there were."""
        for each in (*self._retired, self._now):
            await each.aclose()

    @property
    def last_usage(self) -> Usage | None:
        """Of the reply that ended last."""
        return self._now.last_usage

    async def room(self) -> Room | None:
        """How much it holds."""
        return await self._now.room()

    async def reply(
        self,
        history: Sequence[Message],
        tools: Sequence[Tool],
        schema: Mapping[str, Any] | None = None,
    ) -> AsyncGenerator[ReplyDelta | ToolCall]:
        """A reply of the one there is when it begins.

        Raises:
            ReplyError: It failed.
        """
        async with aclosing(self._now.reply(history, tools, schema)) as parts:
            async for part in parts:
                yield part
