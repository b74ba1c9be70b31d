"""Tools for a server that has none: told in the prompt, called by JSON in the answer. Pure.

The answer is ``{"say": TEXT, "calls": [{"name": NAME, "arguments": {...}}]}``; where the server
takes a schema or knows JSON, it is held to that. What is said is passed on as it comes. An answer
that does not begin like JSON is taken for plain text.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from voiced.engines.openai_reading import CALLS_LIMIT, NAMELESS, read_arguments
from voiced.stages import ReplyDelta, ToolCall

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["PromptedReader", "answer_schema", "prompted_messages", "with_schema"]

_HOW = (
    "You have tools. Answer with one JSON object and nothing else: "
    '{"say": "what is said aloud", "calls": [{"name": "a tool", "arguments": {}}]}. '
    "Leave calls empty where no tool is needed. The results come in the next message. The tools, "
    "each with the JSON schema of its arguments:"
)
_SAYS = re.compile(r'"say"\s*:\s*"')
_WRITTEN = re.compile(r'(?:[^"\\]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*')
_FENCE = re.compile(r"\A\s*```(?:json)?\s*|\s*```\s*\Z")
_HIGH, _HIGHEST = 0xD800, 0xDBFF


def answer_schema(tools: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The JSON schema of an answer; tools as they are on the wire."""
    functions = [tool["function"] for tool in tools]
    call = {"anyOf": [_call_schema(each["name"], each["parameters"]) for each in functions]}
    calls = {"type": "array", "maxItems": CALLS_LIMIT, "items": call}
    return _object({"say": {"type": "string"}, "calls": calls})


def _call_schema(name: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    return _object({"name": {"type": "string", "enum": [name]}, "arguments": parameters})


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def prompted_messages(
    messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The messages with the tools in the first one, and calls and results as text."""
    told = "\n".join([_HOW, *(_line(tool["function"]) for tool in tools)])
    first: dict[str, Any] = {"role": "system", "content": told}
    rest = list(messages)
    if rest and rest[0]["role"] == "system":
        first["content"] = f"{rest.pop(0)['content']}\n\n{told}"
    plain = [first]
    for message in map(_as_text, rest):
        if message["role"] == plain[-1]["role"]:  # templates without tools want turns
            plain[-1]["content"] += f"\n\n{message['content']}"
        else:
            plain.append(message)
    return plain


def _line(function: Mapping[str, Any]) -> str:
    parameters = json.dumps(function["parameters"], ensure_ascii=False)
    return f"- {function['name']}: {function['description']} {parameters}"


def _as_text(message: Mapping[str, Any]) -> dict[str, Any]:
    if message["role"] == "tool":
        return {"role": "user", "content": f"Result of the tool: {message['content']}"}
    calls = message.get("tool_calls")
    if not calls:
        return dict(message)
    functions = [call["function"] for call in calls]
    called = [{"name": f["name"], "arguments": json.loads(f["arguments"])} for f in functions]
    answer = {"say": message["content"] or "", "calls": called}
    return {"role": "assistant", "content": json.dumps(answer, ensure_ascii=False)}


def with_schema(
    messages: Sequence[Mapping[str, Any]], schema: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The messages, the last of which asks for JSON of this schema."""
    asked = f"Answer with one JSON object of this schema: {json.dumps(schema, ensure_ascii=False)}"
    *before, last = map(dict, messages)
    return [*before, {**last, "content": f"{last['content']}\n\n{asked}"}]


class PromptedReader:
    """Reads one answer, from its text as it comes.

    Args:
        names: From tool names in the prompt to names of intents.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self._text = ""
        self._is_json: bool | None = None
        self._said = 0

    def feed(self, piece: str) -> list[ReplyDelta]:
        """What is said by this piece."""
        self._text += piece
        if self._is_json is None and self._text.strip():
            self._is_json = self._text.lstrip()[0] in "{`"
            piece = self._text
        if self._is_json is None:
            return []
        return self._more_said() if self._is_json else [ReplyDelta(piece)]

    def finish(self) -> list[ReplyDelta | ToolCall]:
        """The rest of what is said, and the calls."""
        if not self._is_json:
            return []
        answer, mistake = read_arguments(_FENCE.sub("", self._text))
        if mistake:
            return [ToolCall("call_0", NAMELESS, {}, "the answer is not one valid JSON object")]
        calls = answer.get("calls", [answer] if "name" in answer else [])
        if not isinstance(calls, list):
            return [ToolCall("call_0", NAMELESS, {}, "calls must be a list")]
        return [self._call(number, call) for number, call in enumerate(calls[:CALLS_LIMIT])]

    def _more_said(self) -> list[ReplyDelta]:
        begins = _SAYS.search(self._text)
        written = _WRITTEN.match(self._text, begins.end()) if begins else None
        if written is None:
            return []
        said = str(json.loads(f'"{written[0]}"', strict=False))
        if said and _HIGH <= ord(said[-1]) <= _HIGHEST:  # the other half of the letter is to come
            said = said[:-1]
        more, self._said = said[self._said :], len(said)
        return [ReplyDelta(more)] if more else []

    def _call(self, number: int, call: object) -> ToolCall:
        name = f"call_{number}"
        match call:
            case {"name": str(tool), "arguments": dict(arguments)} if tool:
                return ToolCall(name, self._names.get(tool, tool.replace("__", ".")), arguments)
            case {"name": str(tool)} if tool:
                known = self._names.get(tool, tool.replace("__", "."))
                return ToolCall(name, known, {}, "arguments must be a JSON object")
            case _:
                return ToolCall(name, NAMELESS, {}, "a call needs name and arguments")
