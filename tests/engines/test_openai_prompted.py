"""Servers without tools, schema or JSON mode: what they get instead, and how it is read."""

from __future__ import annotations

import json
from contextlib import aclosing
from typing import Any

import pytest
from cases import every
from hypothesis import given
from hypothesis import strategies as st

from voiced.config import ResponderSettings
from voiced.engines.openai_chat import OpenAIResponder
from voiced.engines.openai_prompted import PromptedReader, answer_schema, prompted_messages
from voiced.engines.openai_wire import wire_messages, wire_tools
from voiced.planning.schema import mistake
from voiced.stages import Message, ReplyDelta, Tool, ToolCall
from voiced.testing.answers import Answer, chat, events, refusal
from voiced.testing.servers import FaultServer

_RENAME = Tool(
    "files.rename",
    "Renames a file.",
    {
        "type": "object",
        "properties": {"to": {"type": "string"}},
        "required": ["to"],
        "additionalProperties": False,
    },
)
_NAMES = {"files__rename": "files.rename"}
_CALL = ToolCall("c1", "files.rename", {"to": "Büro"})
_HISTORY = [
    Message("system", "Be short."),
    Message("user", "rename it"),
    Message("assistant", "Let me see.", (_CALL,)),
    Message("tool", '{"result": "done"}', tool_call_id="c1"),
]
_NO_TOOLS = refusal(400, "m does not support tools")
_NO_SCHEMA = refusal(400, "response_format json_schema is not supported")
_NO_JSON = refusal(400, "response_format is not supported")


def _read(*pieces: str) -> tuple[str, list[ToolCall], list[str]]:
    """The text, the calls, and the deltas."""
    reader = PromptedReader(_NAMES)
    deltas = [delta.text for piece in pieces for delta in reader.feed(piece)]
    rest = reader.finish()
    calls = [item for item in rest if isinstance(item, ToolCall)]
    assert len(calls) == len(rest)
    return "".join(deltas), calls, deltas


def test_what_is_said_comes_before_the_answer_is_whole() -> None:
    answer = json.dumps({"say": 'Grüß "Gott", 👋\nyou.', "calls": []})
    text, calls, deltas = _read(*answer)
    assert (text, calls) == ('Grüß "Gott", 👋\nyou.', [])
    assert len(deltas) == len(text)


@given(st.text(max_size=40), st.text(max_size=20), st.integers(1, 9), st.booleans())
def test_any_text_is_read_however_it_is_cut(say: str, to: str, size: int, ascii_only: bool) -> None:
    calls = [{"name": "files__rename", "arguments": {"to": to}}]
    answer = json.dumps({"say": say, "calls": calls}, ensure_ascii=ascii_only)
    text, found, _ = _read(*[answer[at : at + size] for at in range(0, len(answer), size)])
    assert text == say
    assert [(call.name, call.arguments) for call in found] == [("files.rename", {"to": to})]


@pytest.mark.parametrize(
    "answer",
    [
        '```json\n{"say": "", "calls": [{"name": "files__rename", "arguments": {"to": "a"}}]}\n```',
        '{"calls": [{"name": "files.rename", "arguments": {"to": "a"}}]}',
        '{"name": "files__rename", "arguments": {"to": "a"}}',
    ],
)
def test_other_ways_to_write_a_call(answer: str) -> None:
    _, (call,), _ = _read(answer)
    assert (call.name, call.arguments, call.mistake) == ("files.rename", {"to": "a"}, "")


@every(
    ("answer", "told"),
    [
        ('{"say": "a", "calls": [', "not one valid JSON object"),
        ("{say: 1}", "not one valid JSON object"),
        ('{"say": "", "calls": 3}', "must be a list"),
        ('{"say": "", "calls": [3]}', "needs name and arguments"),
        ('{"say": "", "calls": [{"name": "files__rename", "arguments": 3}]}', "JSON object"),
    ],
)
def test_what_cannot_be_read_is_a_call_with_a_mistake(answer: str, told: str) -> None:
    _, (call,), _ = _read(answer)
    assert told in call.mistake


def test_an_answer_that_is_no_json_is_what_is_said() -> None:
    assert _read(" ", "It is ", "{nine}.") == (" It is {nine}.", [], [" It is ", "{nine}."])


def test_the_schema_of_the_answer_holds_the_tools() -> None:
    schema = answer_schema(wire_tools([_RENAME], frozenset()))

    def wrong(*calls: Any) -> str:
        return mistake({"say": "x", "calls": list(calls)}, schema)

    assert not wrong()
    assert not wrong({"name": "files__rename", "arguments": {"to": "a"}})
    assert wrong({"name": "files__burn", "arguments": {"to": "a"}})
    assert wrong({"name": "files__rename", "arguments": {"from": "a"}})


def test_calls_and_results_are_text_in_turns() -> None:
    tools = wire_tools([_RENAME], frozenset())
    first, *rest = prompted_messages(wire_messages(_HISTORY, ""), tools)
    assert first["role"] == "system"
    assert first["content"].startswith("Be short.\n\n")
    assert "files__rename: Renames a file." in first["content"]
    assert [message["role"] for message in rest] == ["user", "assistant", "user"]
    called = json.loads(rest[1]["content"])
    assert called["say"] == "Let me see."
    assert called["calls"] == [{"name": "files__rename", "arguments": {"to": "Büro"}}]
    assert rest[2]["content"] == 'Result of the tool: {"result": "done"}'


def test_what_was_sent_stays_when_the_conversation_goes_on() -> None:
    tools = wire_tools([_RENAME], frozenset())
    before = prompted_messages(wire_messages(_HISTORY, ""), tools)
    more = [*_HISTORY, Message("assistant", "It is done."), Message("user", "thanks")]
    assert prompted_messages(wire_messages(more, ""), tools)[: len(before)] == before


async def _ask(*answers: Answer, schema: Any = None) -> tuple[list[Any], list[dict[str, Any]]]:
    """The items, and the bodies of the requests."""
    tools = () if schema else (_RENAME,)
    async with FaultServer(*answers) as server:
        responder = OpenAIResponder(ResponderSettings(url=server.url, model="m"))
        async with aclosing(responder.reply(_HISTORY[:2], tools, schema)) as reply:
            items = [item async for item in reply]
        await responder.aclose()
    return items, [request.json() for request in server.requests]


@pytest.mark.anyio
@pytest.mark.engine
async def test_a_server_without_tools_is_told_them_and_held_to_json() -> None:
    calls = [{"name": "files__rename", "arguments": {"to": "x"}}]
    answer = chat(json.dumps({"say": "Okay.", "calls": calls}))
    items, (_, body) = await _ask(_NO_TOOLS, answer)
    assert "".join(item.text for item in items if isinstance(item, ReplyDelta)) == "Okay."
    assert items[-1] == ToolCall("call_0", "files.rename", {"to": "x"})
    assert "tools" not in body
    assert "files__rename" in body["messages"][0]["content"]
    schema = body["response_format"]["json_schema"]["schema"]
    assert set(schema["properties"]) == {"say", "calls"}


@pytest.mark.anyio
@pytest.mark.engine
async def test_a_schema_goes_to_the_server_or_into_the_prompt() -> None:
    schema = {"type": "object", "properties": {"day": {"type": "string"}}}
    answer = chat('{"day": "Monday"}')
    items, bodies = await _ask(_NO_SCHEMA, _NO_JSON, answer, schema=schema)
    assert "".join(item.text for item in items) == '{"day": "Monday"}'
    formats = [body.get("response_format", {}).get("type") for body in bodies]
    assert formats == ["json_schema", "json_object", None]
    assert bodies[0]["response_format"]["json_schema"]["schema"] == schema
    told = [json.dumps(schema) in body["messages"][-1]["content"] for body in bodies]
    assert told == [False, True, True]


@pytest.mark.anyio
@pytest.mark.engine
@pytest.mark.parametrize(
    ("more", "usage"),
    [
        ({"usage": {"prompt_tokens": 90, "completion_tokens": 5}}, (90, None, 5)),
        (
            {
                "usage": {
                    "prompt_tokens": 90,
                    "completion_tokens": 5,
                    "prompt_tokens_details": {"cached_tokens": 64},
                }
            },
            (90, 64, 5),
        ),
        ({"timings": {"cache_n": 60, "prompt_n": 30, "predicted_n": 5}}, (90, 60, 5)),
        (
            {
                "usage": {"prompt_tokens": 90, "completion_tokens": 5},
                "timings": {"cache_n": 60, "prompt_n": 30, "predicted_n": 5},
            },
            (90, 60, 5),
        ),
        ({}, None),
    ],
)
async def test_known_tokens_are_counted_as_each_server_tells_them(more: Any, usage: Any) -> None:
    done = {"choices": [{"delta": {"content": "Hi."}, "finish_reason": "stop"}]}
    answer = events(json.dumps(done), json.dumps({"choices": [], **more}), "[DONE]")
    async with FaultServer(answer) as server:
        responder = OpenAIResponder(ResponderSettings(url=server.url, model="m"))
        async with aclosing(responder.reply(_HISTORY[:2], ())) as reply:
            assert [item async for item in reply] == [ReplyDelta("Hi.")]
        found = responder.last_usage
        await responder.aclose()
    assert (found and (found.prompt, found.cached, found.completion)) == usage


@pytest.mark.anyio
@pytest.mark.engine
@pytest.mark.parametrize(
    ("told", "cost"), [(0.0125, 0.0125), (0, 0.0), (None, None), ("1 $", None), (-1, None)]
)
async def test_a_cost_is_what_the_server_says(told: Any, cost: float | None) -> None:
    done = {"choices": [{"delta": {"content": "Hi."}, "finish_reason": "stop"}]}
    usage = {"prompt_tokens": 90, "completion_tokens": 5, "cost": told}
    answer = events(json.dumps(done), json.dumps({"choices": [], "usage": usage}), "[DONE]")
    async with FaultServer(answer) as server:
        responder = OpenAIResponder(ResponderSettings(url=server.url, model="m"))
        async with aclosing(responder.reply(_HISTORY[:2], ())) as reply:
            assert [item async for item in reply] == [ReplyDelta("Hi.")]
        found = responder.last_usage
        await responder.aclose()
    assert found is not None
    assert found.cost == cost
