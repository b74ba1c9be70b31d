"""A language model that is left alone for a while after it has failed too often."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from voiced.errors import EngineError
from voiced.stages import Message, ReplyDelta, Responder, Room, Tool, ToolCall, Usage
from voiced.supervision.supervisor import Supervisor

__all__ = ["SupervisedResponder"]

_MODEL, _NOTHING = range(2)


class SupervisedResponder:
    """The model itself, and whether to ask it at all.

    Args:
        model: The language model.
        supervisor: Counts failures and tells of changes.
        name: What the model is called.
    """

    def __init__(self, model: Responder, supervisor: Supervisor, name: str) -> None:
        self._model = model
        self._rungs = supervisor.rungs("responder", [name, ""])

    @property
    def rests(self) -> bool:
        """Whether it has failed so often that nothing is asked of it for a while."""
        return self._rungs.choose() == _NOTHING

    async def prepare(self) -> None:
        """Connect."""
        await self._model.prepare()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._model.aclose()

    @property
    def last_usage(self) -> Usage | None:
        """The tokens of the last reply."""
        return self._model.last_usage

    async def room(self) -> Room | None:
        """How much it holds."""
        return await self._model.room()

    async def reply(
        self,
        history: Sequence[Message],
        tools: Sequence[Tool],
        schema: Mapping[str, Any] | None = None,
    ) -> AsyncGenerator[ReplyDelta | ToolCall]:
        """As the model replies; a failure counts where trying again may help.

        Raises:
            ReplyError: The model failed.
        """
        try:
            async with aclosing(self._model.reply(history, tools, schema)) as items:
                async for item in items:
                    yield item
        except EngineError as error:
            if error.retryable:
                self._rungs.fail(_MODEL, error.code)
            raise
        self._rungs.succeed(_MODEL)
