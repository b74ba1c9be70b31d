"""Chat completions on the wire: messages and tools out, chunks in, as types. Pure.

What a server may leave out or add is decided here; what a stream of chunks means is not.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from voiced.stages import Message, Picture, Tool, ToolCall

__all__ = [
    "Chunk",
    "Delta",
    "Feature",
    "FunctionDelta",
    "ToolCallDelta",
    "rejected_feature",
    "rejects_pictures",
    "response_format",
    "tool_names",
    "wire_messages",
    "wire_name",
    "wire_tools",
]

_NAME_LIMIT = 64
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]")


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore")


class FunctionDelta(_Lenient):
    """A piece of a call: the name comes once, the arguments in pieces of JSON text."""

    name: str | None = None
    arguments: str | None = None


class ToolCallDelta(_Lenient):
    """A piece of one of the calls. Some servers leave out the index, some the id."""

    index: int | None = None
    id: str | None = None
    function: FunctionDelta = Field(default_factory=FunctionDelta)


class Delta(_Lenient):
    """The next piece of the answer."""

    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    refusal: str | None = None
    tool_calls: list[ToolCallDelta] | None = None


class _Choice(_Lenient):
    delta: Delta | None = None
    message: Delta | None = None
    finish_reason: str | None = None


class _CachedTokens(_Lenient):
    cached_tokens: int | None = None


class _Usage(_Lenient):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: _CachedTokens | None = None
    cost: Any = None


class _Timings(_Lenient):
    """What llama.cpp adds: tokens of the prompt it knew, those it read, and those of the reply."""

    cache_n: int | None = None
    prompt_n: int | None = None
    predicted_n: int = 0


class Chunk(_Lenient):
    """One event of the stream, or the whole answer of a server that does not stream."""

    choices: list[_Choice] | None = None
    usage: _Usage | None = None
    timings: _Timings | None = None
    error: Any = None


@dataclass(frozen=True, slots=True)
class Feature:
    """A part of the request that some servers do not take, and the words they name it by."""

    name: str
    named: re.Pattern[str]


def _feature(name: str, named: str) -> Feature:
    return Feature(name, re.compile(named, re.IGNORECASE))


_FEATURES = (
    _feature("strict", r"\bstrict\b|schema for function|invalid_function_parameters"),
    _feature("json_schema", r"json_schema|response_format"),
    _feature("response_format", r"response_format|json_object"),
    _feature("stream_options", r"stream_options|include_usage"),
    _feature("parallel_tool_calls", r"parallel_tool_calls"),
    _feature("max_tokens", r"\bmax_tokens\b"),
    _feature("temperature", r"\btemperature\b"),
    _feature("tools", r"\btools?\b|tool[_ -]choice|function calling"),
)
_REJECTION = re.compile(
    r"not support|unsupported|unknown|unrecogni|unexpected|not permitted|not allowed|forbidden"
    r"|extra (field|input)|invalid (schema|param|function)|requires? \"?--|not implemented",
    re.IGNORECASE,
)
_REJECTING = frozenset({400, 404, 415, 422, 501})


def rejected_feature(status: int, text: str, dropped: frozenset[str]) -> str | None:
    """The first feature not yet dropped that this refusal is about, if it is about one."""
    if status not in _REJECTING or not _REJECTION.search(text):
        return None
    about = (each for each in _FEATURES if each.named.search(text))
    return next((each.name for each in about if each.name not in dropped), None)


_PICTURES = re.compile(
    r"image|vision|multi-?modal|mmproj|picture|content (must be|should be|type)"
    r"|invalid type.*content",
    re.IGNORECASE,
)


def rejects_pictures(status: int, text: str) -> bool:
    """Whether this refusal of a request with pictures is about the pictures."""
    is_refusal = status in _REJECTING or status == 500  # noqa: PLR2004 - what llama.cpp says
    return is_refusal and bool(_PICTURES.search(text))


def wire_name(name: str) -> str:
    """An intent's name as servers allow it: ``files.rename`` is ``files__rename``."""
    return _NOT_IN_NAMES.sub("_", name.replace(".", "__"))[:_NAME_LIMIT]


def tool_names(tools: Sequence[Tool]) -> Mapping[str, str]:
    """From names on the wire back to the names of intents."""
    return {wire_name(tool.name): tool.name for tool in tools}


def wire_tools(tools: Sequence[Tool], dropped: frozenset[str]) -> list[dict[str, Any]]:
    """Tools as function definitions, strict unless that was rejected."""
    strict = {} if "strict" in dropped else {"strict": True}
    return [
        {
            "type": "function",
            "function": {
                "name": wire_name(tool.name),
                "description": tool.description,
                "parameters": tool.parameters,
                **strict,
            },
        }
        for tool in tools
    ]


def response_format(schema: Mapping[str, Any], dropped: frozenset[str]) -> dict[str, Any] | None:
    """How the server is told to answer with JSON: by the schema, or else at least with JSON."""
    if "json_schema" not in dropped:
        strict = {} if "strict" in dropped else {"strict": True}
        named = {"name": "answer", **strict, "schema": schema}
        return {"type": "json_schema", "json_schema": named}
    return None if "response_format" in dropped else {"type": "json_object"}


def wire_messages(history: Sequence[Message], system_prompt: str) -> list[dict[str, Any]]:
    """The history as message objects; the system prompt goes before our own instructions."""
    messages = [_message(each) for each in history]
    if not system_prompt:
        return messages
    if messages and messages[0]["role"] == "system":
        own = messages.pop(0)["content"]
        system_prompt = f"{system_prompt}\n\n{own}"
    return [{"role": "system", "content": system_prompt}, *messages]


def _message(message: Message) -> dict[str, Any]:
    wire: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        wire["content"] = message.content or None
        wire["tool_calls"] = [_call(call) for call in message.tool_calls]
    if message.role == "tool":
        wire["tool_call_id"] = message.tool_call_id
    if message.pictures:
        words = {"type": "text", "text": message.content}
        wire["content"] = [words, *map(_picture, message.pictures)]
    return wire


def _picture(picture: Picture) -> dict[str, Any]:
    data = base64.b64encode(picture.data).decode("ascii")
    return {"type": "image_url", "image_url": {"url": f"data:{picture.kind};base64,{data}"}}


def _call(call: ToolCall) -> dict[str, Any]:
    arguments = json.dumps(dict(call.arguments), ensure_ascii=False)
    function = {"name": wire_name(call.name), "arguments": arguments}
    return {"id": call.id, "type": "function", "function": function}
