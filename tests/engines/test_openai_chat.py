"""The language model's engine against real sockets: what goes well, and every fault."""

from __future__ import annotations

import json
import logging
import socket
import sys
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import anyio
import pytest

from voiced.config import ResponderSettings, SecretSource
from voiced.engines.openai_chat import OpenAIResponder
from voiced.engines.openai_http import read_secret
from voiced.engines.openai_wire import rejected_feature, wire_messages
from voiced.errors import ConfigError, ReplyError, ReplyTimeout
from voiced.stages import Message, ReplyDelta, Tool, ToolCall
from voiced.testing.answers import (
    Answer,
    busy,
    chat,
    chat_events,
    disconnect,
    endless,
    events,
    page,
    redirect,
    refusal,
    sliced,
    whole_json,
)
from voiced.testing.conformance.responder import check_responder
from voiced.testing.servers import FaultServer, LoopbackServer, ScriptedChatServer

pytestmark = [pytest.mark.anyio, pytest.mark.engine]

_HELLO = [Message("user", "hello")]
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
_CALL = ToolCall("c1", "files.rename", {"to": "Büro"})
_KEY = "sk-very-secret-0123456789"


def _settings(url: str, **more: Any) -> ResponderSettings:
    """Short times, so that a stall is a short test."""
    times = {"connect_timeout_s": 1.0, "first_token_timeout_s": 1.0, "stall_timeout_s": 0.15}
    return ResponderSettings(url=url, **{"model": "m", **times, **more})


async def _collect(responder: OpenAIResponder, *, into: list | None = None, tools=(_RENAME,)):
    items = [] if into is None else into
    async with aclosing(responder.reply(_HELLO, tools)) as reply:
        async for item in reply:
            items.append(item)
    return items


async def _ask(server: LoopbackServer, **more: Any) -> list[ReplyDelta | ToolCall]:
    responder = OpenAIResponder(_settings(server.url, **more))
    try:
        return await _collect(responder)
    finally:
        await responder.aclose()


async def _fails(*answers: Answer, **more: Any) -> tuple[ReplyError, str, FaultServer]:
    """The error, the text that came before it, and the server."""
    items: list[ReplyDelta | ToolCall] = []
    async with FaultServer(*answers) as server:
        responder = OpenAIResponder(_settings(server.url, **more))
        with pytest.raises(ReplyError) as caught:
            await _collect(responder, into=items)
        await responder.aclose()
    assert not any(isinstance(item, ToolCall) for item in items)
    return caught.value, _text(items), server


def _text(items: list[ReplyDelta | ToolCall]) -> str:
    return "".join(item.text for item in items if isinstance(item, ReplyDelta))


async def test_it_is_a_responder() -> None:
    replies = ["Hello there, my friend.", ToolCall("c1", "lamps.switch", {"lamp": "kitchen"})]
    async with ScriptedChatServer([*replies, "Well.", "Fine."]) as server:
        await check_responder(OpenAIResponder(_settings(server.url)))


async def test_text_comes_as_it_is_streamed_then_the_call() -> None:
    async with ScriptedChatServer([["Grüß Gott, ", _CALL]]) as server:
        responder = OpenAIResponder(_settings(server.url, model=""))
        items = await _collect(responder)
        assert items == [ReplyDelta("Grüß"), ReplyDelta(" Gott,"), ReplyDelta(" "), _CALL]
        assert responder.last_usage is not None
        assert responder.last_usage.prompt == 10
        await _collect(responder)
        await responder.aclose()
    assert [request.path for request in server.requests] == [
        "/v1/models",
        "/v1/chat/completions",
        "/v1/chat/completions",
    ]
    assert server.connections == 1  # kept open between the requests


async def test_the_request_holds_strict_tools_and_the_whole_history() -> None:
    history = [
        Message("system", "Be short."),
        Message("user", "rename it"),
        Message("assistant", "", (_CALL,)),
        Message("tool", "done", tool_call_id="c1"),
    ]
    async with ScriptedChatServer(["Done."]) as server:
        settings = _settings(server.url, system_prompt="You are Ada.", temperature=0.5)
        responder = OpenAIResponder(settings)
        async with aclosing(responder.reply(history, [_RENAME])) as reply:
            assert [item async for item in reply] == [ReplyDelta("Done.")]
        await responder.aclose()
    body = server.requests[0].json()
    assert body.pop("messages") == [
        {"role": "system", "content": "You are Ada.\n\nBe short."},
        {"role": "user", "content": "rename it"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {
                    "id": "c1",
                    "type": "function",
                    "function": {"name": "files__rename", "arguments": '{"to": "Büro"}'},
                }
            ],
        },
        {"role": "tool", "content": "done", "tool_call_id": "c1"},
    ]
    assert body == {
        "model": "m",
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 2000,
        "temperature": 0.5,
        "parallel_tool_calls": True,
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "files__rename",
                    "description": "Renames a file.",
                    "parameters": _RENAME.parameters,
                    "strict": True,
                },
            }
        ],
    }


async def test_a_system_prompt_is_added_where_there_is_none() -> None:
    messages = wire_messages(_HELLO, "You are Ada.")
    assert [message["role"] for message in messages] == ["system", "user"]


@pytest.mark.parametrize("size_bytes", [1, 7, 4096])
async def test_slices_of_any_size(size_bytes: int) -> None:
    async with FaultServer(sliced(chat(["Grüß 👋 Gott", _CALL]), size_bytes)) as server:
        items = await _ask(server)
    assert _text(items) == "Grüß 👋 Gott"
    assert items[-1] == _CALL


async def test_a_server_that_cannot_stream_is_understood() -> None:
    message = {"role": "assistant", "content": "Hello."}
    answer = whole_json({"choices": [{"message": message, "finish_reason": "stop"}]})
    async with FaultServer(answer) as server:
        assert await _ask(server) == [ReplyDelta("Hello.")]


async def test_no_done_and_no_usage_is_normal_and_does_not_wait_long() -> None:
    answer = events(*chat_events("Hello.")[:-1], ending="stall")
    async with FaultServer(answer) as server:
        with anyio.fail_after(2):
            assert await _ask(server) == [ReplyDelta("Hello.")]


async def test_nobody_listens() -> None:
    with socket.socket() as taken:  # bound, but nobody accepts
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        with pytest.raises(ReplyError) as caught:
            await _collect(OpenAIResponder(_settings(url)))
    assert caught.value.spoken == "My language model is off."
    assert caught.value.retryable
    assert "[responder] url" in caught.value.mend


async def test_a_name_that_no_computer_has() -> None:
    with pytest.raises(ReplyError) as caught:
        await _collect(OpenAIResponder(_settings("http://model.invalid/v1")))
    assert "can't find" in caught.value.spoken


async def test_https_to_a_server_that_speaks_http() -> None:
    async with ScriptedChatServer(["Hello."]) as server:
        url = server.url.replace("http:", "https:")
        with pytest.raises(ReplyError) as caught:
            await _collect(OpenAIResponder(_settings(url)))
    assert "secure connection" in caught.value.spoken


@pytest.mark.parametrize(
    "url",
    ["localhost:8080", "ftp://x/v1", "http://", "http://u:pass@x/v1", "http://x/v1?key=pass"],
)
async def test_an_address_that_is_none(url: str) -> None:
    unchecked = _settings("").model_copy(update={"url": url})
    with pytest.raises(ReplyError) as caught:
        await OpenAIResponder(unchecked).prepare()
    assert "pass@" not in str(caught.value)
    assert "key=" not in str(caught.value)
    assert "http://127.0.0.1:8080/v1" in caught.value.mend


async def test_no_address_is_a_mistake_of_the_configuration() -> None:
    with pytest.raises(ConfigError) as caught:
        await OpenAIResponder(_settings("")).prepare()
    assert (caught.value.file, caught.value.key) == ("voiced.toml", "responder.url")


@pytest.mark.parametrize(
    ("answer", "spoken", "requests"),
    [
        (refusal(401, code="invalid_api_key"), "The key was refused by my language model.", 1),
        (refusal(403), "The key was refused by my language model.", 1),
        (refusal(404, "The model 'm' does not exist"), "does not have the model", 1),
        (refusal(404, "Not Found"), "it is not my language model", 1),
        (page(404), "it is not my language model", 1),
        (busy("30"), "My language model is busy, try again in 30 seconds.", 1),
        (busy("1"), "My language model is busy, try again in 1 second.", 2),
        (busy("600"), "My language model is busy, try again in 10 minutes.", 1),
        (busy("nonsense"), "My language model is busy, try again later.", 1),
        (refusal(500), "My language model has a fault.", 2),
        (refusal(503), "My language model has a fault.", 2),
        (page(), "don't understand", 1),
        (redirect("https://evil.example/v1?q=1"), "My language model has moved.", 1),
        (refusal(400, code="exceed_context_size_error"), "more than my language model can hold", 1),
        (refusal(400, "bad"), "did not take my request", 1),
        (disconnect(), "don't understand", 2),
        (disconnect("reset"), "don't understand", 2),
    ],
    ids=lambda value: value.split()[-1] if isinstance(value, str) else None,
)
async def test_each_refusal_is_told(answer: Answer, spoken: str, requests: int) -> None:
    error, text, server = await _fails(answer, first_token_timeout_s=3)
    assert spoken in error.spoken
    assert not text
    assert len(server.requests) == requests


async def test_a_redirect_never_leaves_the_server() -> None:
    async with ScriptedChatServer(["Stolen."]) as other:
        error, _, _ = await _fails(redirect(other.url + "/chat/completions"))
        assert other.requests == []
    assert "127.0.0.1" in error.message


@pytest.mark.parametrize(
    "first", [refusal(500), refusal(502), busy("0"), disconnect(), disconnect("reset")]
)
async def test_what_passes_is_tried_once_more(first: Answer) -> None:
    async with FaultServer(first, chat("Hello.")) as server:
        assert await _ask(server) == [ReplyDelta("Hello.")]
    assert len(server.requests) == 2


async def test_a_kept_connection_that_the_server_closed_is_made_anew() -> None:
    first = replace(chat("One."), ending="close", is_chunked=False)
    length = sum(len(piece.data) for piece in first.pieces)
    first = replace(first, headers={**first.headers, "Content-Length": str(length)})
    async with FaultServer(first, chat("Two.")) as server:
        responder = OpenAIResponder(_settings(server.url))
        assert await _collect(responder) == [ReplyDelta("One.")]
        assert await _collect(responder) == [ReplyDelta("Two.")]
        await responder.aclose()


async def test_the_first_word_that_does_not_come() -> None:
    role, *_ = chat_events("x")
    for answer in (
        replace(chat("late"), delay_s=5),
        events(ending="stall"),
        events(role, ending="stall"),
        endless([role], b": keep-alive\n\n", pause_s=0.05),
    ):
        async with FaultServer(answer) as server:
            with pytest.raises(ReplyTimeout) as caught:
                await _ask(server, first_token_timeout_s=0.3)
            with anyio.fail_after(0.5):
                await server.hung_up.wait()
        assert caught.value.spoken == "My language model took too long to answer."


async def test_a_stall_in_the_middle_keeps_what_came() -> None:
    some = chat_events("Hello there my friend")[:3]
    for answer in (
        events(*some, ending="stall"),
        endless(some, b": keep-alive\n\n", pause_s=0.03),
        endless(some, json.dumps({"choices": []}), pause_s=0.03),
    ):
        error, text, _ = await _fails(answer)
        assert isinstance(error, ReplyTimeout)
        assert error.spoken == "I lost the rest."
        assert text == "Hello there"


@pytest.mark.parametrize("ending", ["close", "reset"])
async def test_a_connection_lost_in_the_middle(ending: Any) -> None:
    some = chat_events(["Yes, ", _CALL])[:-3]  # the call has begun
    error, text, server = await _fails(events(*some, ending=ending))
    assert error.spoken == "I lost the rest."
    assert text == "Yes, "
    assert len(server.requests) == 1  # what was said is not said again


@pytest.mark.parametrize("data", ["{not json", b"<html>\n\n" + b"x" * 300_000])
async def test_a_malformed_stream(data: str | bytes) -> None:
    error, text, _ = await _fails(events(chat_events("Hello")[1], data))
    assert "don't understand" in error.spoken
    assert text == "Hello"


async def test_invalid_tool_json_is_a_call_with_a_mistake() -> None:
    chunk = {"tool_calls": [{"index": 0, "function": {"name": "x", "arguments": "{secret"}}]}
    choice = {"delta": chunk, "finish_reason": "tool_calls"}
    async with FaultServer(events(json.dumps({"choices": [choice]}))) as server:
        (call,) = await _ask(server)
    assert isinstance(call, ToolCall)
    assert (call.arguments, call.mistake) == ({}, "the arguments are not valid JSON")


async def test_an_endless_reply_is_cut_and_the_server_is_told() -> None:
    async with FaultServer(endless([], chat_events("x" * 1000)[1])) as server:
        items = await _ask(server)
        with anyio.fail_after(1):
            await server.hung_up.wait()
    assert 60_000 < len(_text(items)) <= 65_536


async def test_closing_the_reply_hangs_up_at_once() -> None:
    async with FaultServer(endless([], chat_events("word")[1], pause_s=0.01)) as server:
        responder = OpenAIResponder(_settings(server.url))
        async with aclosing(responder.reply(_HELLO, ())) as reply:
            assert await anext(reply) == ReplyDelta("word")
        with anyio.fail_after(0.5):
            await server.hung_up.wait()
        await responder.aclose()


async def test_a_cancelled_turn_hangs_up_at_once() -> None:
    async with FaultServer(events(ending="stall")) as server:
        responder = OpenAIResponder(_settings(server.url))
        async with anyio.create_task_group() as turn:
            turn.start_soon(_collect, responder)
            while not server.requests:  # noqa: ASYNC110 - the server keeps a list, not an event
                await anyio.sleep(0.01)
            await anyio.sleep(0.1)
            assert not server.hung_up.is_set()
            turn.cancel_scope.cancel()
        with anyio.fail_after(5):  # the server itself would never end
            await server.hung_up.wait()
        await responder.aclose()


async def test_what_the_server_rejects_is_left_out_from_then_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rejections = [
        refusal(422, "extra fields not permitted: body.tools.0.function.strict"),
        refusal(400, "Unsupported parameter: 'stream_options'"),
        refusal(400, "Unsupported parameter: 'max_tokens', use 'max_completion_tokens'"),
        refusal(400, "m does not support tools"),
    ]
    async with FaultServer(*rejections, chat("Hello.")) as server:
        responder = OpenAIResponder(_settings(server.url))
        with caplog.at_level(logging.WARNING):
            assert await _collect(responder) == [ReplyDelta("Hello.")]
        assert await _collect(responder) == [ReplyDelta("Hello.")]
        await responder.aclose()
    assert len(server.requests) == 6
    assert set(server.requests[-1].json()) == {
        "model",
        "messages",
        "stream",
        "max_completion_tokens",
        "response_format",
    }
    assert "strict" in caplog.text


async def test_a_rejection_that_nothing_cures_is_forgotten() -> None:
    error, _, server = await _fails(refusal(400, "unsupported: tools"))
    assert "did not take" in error.spoken
    assert len(server.requests) == 2


async def test_a_complaint_about_the_history_drops_nothing() -> None:
    complaint = "messages with role 'tool' must follow a message with 'tool_calls'"
    assert rejected_feature(400, complaint, frozenset()) is None
    assert rejected_feature(500, "tools are not supported", frozenset()) is None


async def test_the_key_is_sent_and_never_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("TEST_MODEL_KEY", _KEY)
    caplog.set_level(logging.DEBUG)
    echo = refusal(401, f"Incorrect API key provided: {_KEY}", code=_KEY)
    async with FaultServer(chat("Hello."), echo) as server:
        responder = OpenAIResponder(_settings(server.url, key=SecretSource(env="TEST_MODEL_KEY")))
        await _collect(responder)
        with pytest.raises(ReplyError) as caught:
            await _collect(responder)
        told = f"{caught.value!s} {caught.value!r} {caught.value.__cause__!r} {responder!r}"
        told += caught.value.spoken + repr(vars(responder)) + caplog.text
        await responder.aclose()
    assert server.requests[0].headers["authorization"] == f"Bearer {_KEY}"
    assert _KEY not in told


async def test_a_secret_of_a_command() -> None:
    assert await read_secret(SecretSource(command=f"printf '%s\\nmore' {_KEY}")) == _KEY
    assert await read_secret(SecretSource()) == ""


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (SecretSource(env="VOICED_TEST_NOT_SET"), "environment variable VOICED_TEST_NOT_SET"),
        (SecretSource(command="no-such-program-here"), "cannot be run"),
        (SecretSource(command="echo 'unclosed"), "cannot be run"),
        (SecretSource(command="false"), "exit code 1"),
        (SecretSource(command="true"), "gave no key"),
        (SecretSource(command="echo two words"), "gave no key"),
        (SecretSource(command=f"{sys.executable} -c 'print(chr(228))'"), "gave no key"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
async def test_a_secret_that_cannot_be_read(source: SecretSource, why: str) -> None:
    with pytest.raises(ReplyError, match=why) as caught:
        await read_secret(source)
    assert caught.value.mend
    assert "two words" not in str(caught.value)


async def test_the_models_can_be_asked_for() -> None:
    async with ScriptedChatServer(["x"], model="tiny") as server:
        responder = OpenAIResponder(_settings(server.url))
        assert await responder.models() == ("tiny",)
        await responder.aclose()
    async with FaultServer(whole_json({"data": []})) as server:
        with pytest.raises(ReplyError, match="no model"):
            await _ask(server, model="")
    async with FaultServer(whole_json({"models": 3})) as server:
        with pytest.raises(ReplyError, match="cannot be read"):
            await _ask(server, model="")
