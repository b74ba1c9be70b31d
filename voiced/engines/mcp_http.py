"""An MCP server behind a URL, with a limit on what one answer of it may hold."""

from __future__ import annotations

import ssl
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from voiced.engines.openai_http import read_secret
from voiced.errors import ToolServerError

if TYPE_CHECKING:
    import httpx2

    from voiced.config import McpServerSettings

__all__ = ["http_streams"]

_MOST_ANSWER_BYTES = 4 * 1024 * 1024
_CONNECT_S = 5.0
_READ_S = 600.0


@asynccontextmanager
async def http_streams(settings: McpServerSettings) -> AsyncGenerator[tuple[Any, Any]]:
    """What the server says, and what it is told, as messages of the mcp library.

    Raises:
        ToolServerError: The key cannot be had.
    """
    import httpx2
    from mcp.client.streamable_http import streamable_http_client

    key = await read_secret(settings.key, ToolServerError)
    headers = {"Accept-Encoding": "identity"}
    headers |= {"Authorization": f"Bearer {key}"} if key else {}
    timeout = httpx2.Timeout(_READ_S, connect=_CONNECT_S)
    async with (
        httpx2.AsyncClient(transport=_capped(), headers=headers, timeout=timeout) as client,
        streamable_http_client(settings.url, http_client=client) as streams,
    ):
        yield streams


def _capped() -> httpx2.AsyncBaseTransport:
    """A transport whose answers end with an error where they are too long."""
    import httpx2

    class CappedStream(httpx2.AsyncByteStream):
        def __init__(self, stream: Any) -> None:
            self._stream = stream

        async def __aiter__(self) -> AsyncIterator[bytes]:
            got = 0
            async for part in self._stream:
                got += len(part)
                if got > _MOST_ANSWER_BYTES:
                    raise httpx2.ReadError("the answer is too long")
                yield part

        async def aclose(self) -> None:
            await self._stream.aclose()

    class CappedTransport(httpx2.AsyncHTTPTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            response = await super().handle_async_request(request)
            if response.headers.get("content-encoding", "identity") != "identity":
                await response.aclose()
                raise httpx2.ReadError("the answer is packed, which was not asked for")
            response.stream = CappedStream(response.stream)
            return response

    return CappedTransport(verify=ssl.create_default_context(), trust_env=False)
