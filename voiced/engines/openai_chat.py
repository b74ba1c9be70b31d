"""A language model behind any OpenAI-compatible server: streamed, with tool calls.

Here is the conversation with the server and its deadlines; what its chunks mean is read in
``openai_reading``, how requests look is in ``openai_wire``, and what a server without tools gets
in ``openai_prompted``.
"""

from __future__ import annotations

import logging
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import anyio

from voiced.engines.openai_faults import Peer, Refusal
from voiced.engines.openai_http import Server
from voiced.engines.openai_prompted import (
    PromptedReader,
    answer_schema,
    prompted_messages,
    with_schema,
)
from voiced.engines.openai_reading import ReplyReader
from voiced.engines.openai_room import find_room
from voiced.engines.openai_wire import (
    rejected_feature,
    rejects_pictures,
    response_format,
    tool_names,
    wire_messages,
    wire_tools,
)
from voiced.engines.sse import EventTooLong, ServerEventParser
from voiced.errors import EngineError, ReplyError, ReplyTimeout
from voiced.stages import ReplyDelta

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    import httpx

    from voiced.config import ResponderSettings
    from voiced.stages import Message, Room, Tool, ToolCall, Usage

__all__ = ["OpenAIResponder"]

_LOG = logging.getLogger(__name__)
_STREAM_LIMIT_BYTES = 16 * 1024 * 1024
_AFTERWORD_S = 0.5
_REPLY_PART = 4
_LAST_BYTES_S = 0.05
_PEER = Peer("my language model", "responder", "/chat/completions", ReplyError, ReplyTimeout)


class OpenAIResponder:
    """A Responder over ``POST {url}/chat/completions``.

    ``prepare`` sends nothing, so that the assistant starts without its model. Parts of the
    request that the server rejects (strict schemas, usage in streams, tools) are left out from
    then on; tools and schemas are then told in the prompt.

    Args:
        settings: Section ``[responder]``; the URL must be set.
    """

    def __init__(self, settings: ResponderSettings) -> None:
        self._settings = settings
        self._server = Server(_PEER, settings.url, settings.key, settings.model)
        self._model = settings.model
        self._dropped: frozenset[str] = frozenset()
        self._usage: Usage | None = None
        self._room: Room | None = None
        self._has_asked = False

    @property
    def last_usage(self) -> Usage | None:
        """Tokens of the last whole reply, if the server counts them."""
        return self._usage

    async def room(self) -> Room | None:
        """How much the model holds; None where neither its server nor the user says."""
        if not self._has_asked:
            url = self._settings.url.rstrip("/").removesuffix("/v1")
            root = Server(_PEER, url, self._settings.key)
            try:
                await self.prepare()
                await root.open(self._settings.connect_timeout_s)
                self._room = await find_room(self._settings, self._server, root)
                self._has_asked = True
            except EngineError:  # the request itself will say what is wrong
                return None
            finally:
                await root.aclose()
        return self._room

    async def prepare(self) -> None:
        """Read the key and check the URL.

        Raises:
            ReplyError: The key cannot be read, or the URL is none.
        """
        await self._server.open(self._settings.connect_timeout_s)

    async def aclose(self) -> None:
        """Close the connections; a later reply opens them again."""
        await self._server.aclose()

    async def models(self) -> tuple[str, ...]:
        """The names of the server's models.

        Raises:
            ReplyError: The server could not be asked.
        """
        await self.prepare()
        limit_s = self._settings.first_token_timeout_s
        try:
            with anyio.fail_after(limit_s):
                return await self._server.models()
        except TimeoutError as error:
            raise self._server.tell.too_slow(limit_s) from error

    async def reply(
        self,
        history: Sequence[Message],
        tools: Sequence[Tool],
        schema: Mapping[str, Any] | None = None,
    ) -> AsyncGenerator[ReplyDelta | ToolCall]:
        """Deltas of text as they come, and tool calls when they are whole.

        Raises:
            ReplyError: Refused, broken off or nonsense; text that came before was yielded.
            ReplyTimeout: No first word in time, or no next one.
        """
        self._usage = None
        patience = _Patience(self._settings)
        names = tool_names(tools)
        reader = ReplyReader(self._server.tell, names)
        response = await self._begin(_Request(history, tools, schema), patience)
        prompted = PromptedReader(names) if tools and "tools" in self._dropped else None
        async with aclosing(response), aclosing(self._data(response, patience, reader)) as events:
            async for data in events:
                for item in reader.take(data):
                    for each in _as_read(item, prompted):
                        yield each
                if reader.enough:
                    break
        reader.broke_off()
        self._usage = reader.usage
        for each in prompted.finish() if prompted else ():
            yield each

    async def _begin(self, request: _Request, patience: _Patience) -> httpx.Response:
        try:
            with anyio.fail_after(patience.left_s()):
                return await self._ask(request)
        except TimeoutError as error:
            raise self._server.tell.too_slow(self._settings.first_token_timeout_s) from error

    async def _ask(self, request: _Request) -> httpx.Response:
        """The answer, its body still to come; what the server rejects is left out in turn."""
        await self.prepare()
        if not self._model:
            self._model = (await self._server.models())[0]
        dropped = self._dropped
        while True:
            body = self._body(request, dropped)
            answer = await self._server.send("POST", _PEER.path, json=body)
            if not isinstance(answer, Refusal):
                break
            feature = rejected_feature(answer.status, answer.text, dropped)
            if feature is None or answer.is_overflow:
                raise self._refused(request, answer)
            dropped |= {feature}
        if dropped != self._dropped:
            names = ", ".join(sorted(dropped))
            _LOG.warning("the language model's server does not take: %s", names)
            self._dropped = dropped
        return answer

    def _refused(self, request: _Request, answer: Refusal) -> EngineError:
        if request.has_pictures and rejects_pictures(answer.status, answer.text):
            return self._server.tell.error(
                "takes no pictures",
                spoken="My language model can't look at pictures.",
                mend="use a model that takes images: [responder] picture_model, or model",
            )
        return self._server.tell.refused(answer)

    def _body(self, request: _Request, dropped: frozenset[str]) -> dict[str, Any]:
        settings = self._settings
        seeing = settings.picture_model if request.has_pictures else ""
        body: dict[str, Any] = {
            "model": seeing or self._model,
            "stream": True,
            "stream_options": {"include_usage": True},
            "max_tokens": self._longest,
        }
        if settings.temperature is not None:
            body["temperature"] = settings.temperature
        body |= request.content(settings.system_prompt, dropped)
        if "max_tokens" in dropped:  # the newer name of the same
            body["max_completion_tokens"] = self._longest
        return {name: value for name, value in body.items() if name not in dropped}

    @property
    def _longest(self) -> int:
        """The longest reply, in tokens: a small model must hold what was asked, too."""
        longest = self._settings.max_tokens
        return min(longest, self._room.tokens // _REPLY_PART) if self._room else longest

    async def _data(
        self, response: httpx.Response, patience: _Patience, reader: ReplyReader
    ) -> AsyncGenerator[str | bytes]:
        """The data of the stream's events; the deadlines are kept here."""
        parser = ServerEventParser()
        async with aclosing(self._pieces(response, patience, reader)) as pieces:
            if response.headers.get("content-type", "").startswith("application/json"):
                yield b"".join([piece async for piece in pieces])  # a server that cannot stream
                return
            async for piece in pieces:
                try:
                    events = parser.feed(piece)
                except EventTooLong as error:
                    raise self._server.tell.malformed(str(error)) from error
                for event in events:
                    yield event.data
        for event in parser.flush():
            yield event.data

    async def _pieces(
        self, response: httpx.Response, patience: _Patience, reader: ReplyReader
    ) -> AsyncGenerator[bytes]:
        size_bytes = 0
        async with aclosing(self._server.pieces(response)) as pieces:
            while True:
                patience.see(reader)
                try:
                    with anyio.fail_after(patience.left_s()):
                        piece = await anext(pieces, b"")
                except (TimeoutError, ReplyError) as error:
                    if reader.finished:  # all that was missing is the count of the tokens
                        return
                    if isinstance(error, ReplyError):
                        raise
                    raise self._late(reader) from error
                size_bytes += len(piece)
                if size_bytes > _STREAM_LIMIT_BYTES:
                    raise self._server.tell.malformed("the stream does not end")
                if not piece:
                    return
                yield piece

    def _late(self, reader: ReplyReader) -> EngineError:
        if reader.has_answer:
            return self._server.tell.stalled(self._settings.stall_timeout_s)
        return self._server.tell.too_slow(self._settings.first_token_timeout_s)


@dataclass(frozen=True, slots=True)
class _Request:
    """What is asked; the same history, tools and schema are always the same bytes."""

    history: Sequence[Message]
    tools: Sequence[Tool]
    schema: Mapping[str, Any] | None

    @property
    def has_pictures(self) -> bool:
        """Whether the model must be one that takes images."""
        return any(message.pictures for message in self.history)

    def content(self, system_prompt: str, dropped: frozenset[str]) -> dict[str, Any]:
        """The part of the body that is about that."""
        messages = wire_messages(self.history, system_prompt)
        tools = wire_tools(self.tools, dropped)
        schema = self.schema
        content: dict[str, Any] = {}
        if tools and "tools" in dropped:
            messages = prompted_messages(messages, tools)
            schema = schema or answer_schema(tools)
        elif tools:
            content = {"tools": tools, "parallel_tool_calls": True}
        if schema is not None:
            content["response_format"] = response_format(schema, dropped)
            if self.schema is not None and "json_schema" in dropped:
                messages = with_schema(messages, schema)
        content["messages"] = messages
        return {name: value for name, value in content.items() if value is not None}


def _as_read(
    item: ReplyDelta | ToolCall, prompted: PromptedReader | None
) -> Sequence[ReplyDelta | ToolCall]:
    if prompted is None or not isinstance(item, ReplyDelta):
        return (item,)
    return prompted.feed(item.text)


class _Patience:
    """How long may be waited: for the first word, then for each next one, then for the usage."""

    def __init__(self, settings: ResponderSettings) -> None:
        self._stall_s = settings.stall_timeout_s
        self._deadline_s = anyio.current_time() + settings.first_token_timeout_s
        self._seen = 0

    def see(self, reader: ReplyReader) -> None:
        """Wait anew if the stream brought something; keep-alives bring nothing."""
        seen = reader.progress + reader.finished + reader.done
        if seen == self._seen:
            return
        self._seen = seen
        if reader.done:  # read to its very end, the connection can be used again
            self._deadline_s = anyio.current_time() + _LAST_BYTES_S
        elif reader.finished:
            self._deadline_s = anyio.current_time() + _AFTERWORD_S
        elif reader.has_answer:
            self._deadline_s = anyio.current_time() + self._stall_s

    def left_s(self) -> float:
        """Seconds until the deadline; 0 if it has passed."""
        return max(0.0, self._deadline_s - anyio.current_time())
