"""What is said between us and an MCP server, as values, and the protocol of a connection."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol, TypeAlias

from voiced.config import McpServerSettings
from voiced.errors import ToolServerError

__all__ = [
    "MOST_ARGUMENT_BYTES",
    "MOST_MESSAGE_BYTES",
    "MOST_TEXT_BYTES",
    "MOST_TOOLS",
    "Answer",
    "Connect",
    "Connection",
    "ListedTool",
    "Lost",
]

MOST_TOOLS = 200
MOST_TEXT_BYTES = 64 * 1024
"""The longest text of a result."""
MOST_MESSAGE_BYTES = 1024 * 1024
"""The longest message of a server, whatever is in it."""
MOST_ARGUMENT_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class ListedTool:
    """A tool as its server describes it: nothing of it is trusted."""

    name: str
    description: str
    schema: Mapping[str, Any]

    @property
    def fingerprint(self) -> str:
        """A hash of all that the server says of it."""
        said = json.dumps([self.name, self.description, self.schema], sort_keys=True)
        return sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool gave back. ``others`` counts what is no text: pictures, sounds, files."""

    texts: tuple[str, ...] = ()
    structured: Mapping[str, Any] | None = None
    is_error: bool = False
    others: int = 0


class Lost(ToolServerError):
    """No answer came that makes sense: what was asked for may have been done."""


class Connection(Protocol):
    """A conversation with a server that has begun.

    Its methods raise ToolServerError, whose message holds nothing that the server said.
    """

    @property
    def is_changed(self) -> bool:
        """Whether the server said, since ``tools`` was called, that its tools are others now."""
        ...

    async def tools(self) -> Sequence[ListedTool]:
        """All its tools, at most ``MOST_TOOLS``."""
        ...

    async def call(self, tool: str, arguments: Mapping[str, Any]) -> Answer:
        """Call a tool and wait for its answer. A call that is cancelled may still be carried out.

        Raises:
            Lost: The server is gone, or answered nonsense.
            ToolServerError: It refused the call.
        """
        ...

    async def ended(self) -> str:
        """Wait until the server is gone or did what it must not, and say which."""
        ...


Connect: TypeAlias = Callable[[str, McpServerSettings], AbstractAsyncContextManager[Connection]]
"""Begins a conversation with the server of this name; at the end its process is gone.

Raises ToolServerError where it cannot be begun.
"""
