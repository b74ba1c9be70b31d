"""The language model's engine against a real llama.cpp server and a real chat template.

Needs the ``xllamacpp`` wheel (extra ``dev``) or a ``llama-server`` binary: on the PATH, or named
by VOICED_LLAMA_SERVER. With both, both are tested.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, aclosing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from llama_peer import KEY, peers, serving
from make_gguf import CONTEXT_TOKENS, make_scripted_gguf

from voiced.config import IntentSettings, ResponderSettings, SecretSource
from voiced.conversation import Conversation
from voiced.dispatch import Call, Dispatcher, Environment, Report, Result
from voiced.engines.openai_chat import OpenAIResponder
from voiced.errors import ReplyError
from voiced.events import TurnId
from voiced.planning.schema import mistake
from voiced.registry import load_plugins
from voiced.stages import Message, ReplyDelta, Tool, ToolCall
from voiced.testing.conformance.responder import check_responder
from voiced.testing.script import inline
from voiced.thinking import planner_view
from voiced.thinking.thinker import Thinker, Turn
from voiced.trace import Marks

pytestmark = [pytest.mark.anyio, pytest.mark.engine]

_NO_SERVER = pytest.mark.skip(
    reason="NO REAL LANGUAGE MODEL SERVER: pip install xllamacpp, or set VOICED_LLAMA_SERVER"
)
_HELLO = [Message("user", "hello")]
_SCRIPTS: dict[str, tuple[tuple[str, ...], bool]] = {
    "talks": (("Hello", " there", ", I", " am Grüß", " 👋."), False),
    "calls": (
        (
            "<tool_call>",
            '\n{"name": "lamps__switch", "arguments": {"lamp": "',
            "kitchen",
            '"}}\n',
            "</tool_call>",
        ),
        False,
    ),
    "goes on": ((" and", " on"), True),
    "is small": (("It", " is", " done."), False),
}
_SMALL_TOKENS = 4096

_ORDERS = (
    "give my thesis another name, would you",
    "could you make sure that I am awake at seven",
    "the picture from Rome looks a bit too dark to me",
)
_NOWHERE = Environment(
    None,  # type: ignore[arg-type]  # nothing is changed
    lambda: datetime(2026, 3, 3, tzinfo=UTC),
    lambda: 0.0,
    inline,
    {},
)

Serve = Callable[[str], str]


async def _unheard(sentence: str) -> None:
    """Nobody listens."""


async def _undone(call: Call, report: Report) -> Result:
    raise AssertionError(f"{call.intent.name} was called")


def _lamps(lamp: dict[str, Any]) -> Tool:
    return Tool(
        "lamps.switch",
        "Switches a lamp on.",
        {
            "type": "object",
            "properties": {"lamp": lamp},
            "required": ["lamp"],
            "additionalProperties": False,
        },
    )


@pytest.fixture(scope="module", params=[*peers()] or [pytest.param("none", marks=_NO_SERVER)])
def serve(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Serve]:
    """Gives the URL of a server whose model does what its name says; each is started once."""
    folder: Path = tmp_path_factory.mktemp("gguf")
    urls: dict[str, str] = {}
    with ExitStack() as running:

        def url_of(name: str) -> str:
            if name not in urls:
                pieces, loops = _SCRIPTS[name]
                tokens = _SMALL_TOKENS if name == "is small" else CONTEXT_TOKENS
                path = folder / f"{name}.gguf"
                make_scripted_gguf(path, *pieces, loops=loops, context_tokens=tokens)
                urls[name] = running.enter_context(serving(request.param, path))
            return urls[name]

        yield url_of


@pytest.fixture
def responder(monkeypatch: pytest.MonkeyPatch) -> Callable[..., OpenAIResponder]:
    monkeypatch.setenv("LLAMA_TEST_KEY", KEY)

    def make(url: str, key: str = "LLAMA_TEST_KEY", **more: Any) -> OpenAIResponder:
        return OpenAIResponder(ResponderSettings(url=url, key=SecretSource(env=key), **more))

    return make


async def _collect(
    responder: OpenAIResponder, *tools: Tool, history: list[Message] = _HELLO
) -> list[ReplyDelta | ToolCall]:
    async with aclosing(responder.reply(history, tools)) as reply:
        return [item async for item in reply]


async def test_it_is_a_responder(serve: Serve, responder: Callable[..., OpenAIResponder]) -> None:
    await check_responder(responder(serve("talks")))
    await check_responder(responder(serve("calls")))


async def test_a_plain_stream(serve: Serve, responder: Callable[..., OpenAIResponder]) -> None:
    model = responder(serve("talks"))
    items = await _collect(model)
    await model.aclose()
    assert "".join(item.text for item in items) == "Hello there, I am Grüß 👋."
    assert len(items) > 2  # it came in pieces
    assert model.last_usage is not None
    assert model.last_usage.prompt > 5
    assert model.last_usage.completion >= 5


async def test_a_streamed_tool_call(
    serve: Serve, responder: Callable[..., OpenAIResponder]
) -> None:
    model = responder(serve("calls"))
    (call,) = await _collect(model, _lamps({"type": "string"}))
    assert isinstance(call, ToolCall)
    assert (call.name, call.arguments) == ("lamps.switch", {"lamp": "kitchen"})
    result = Message("tool", "done", tool_call_id=call.id)
    history = [*_HELLO, Message("assistant", "", (call,)), result, *_HELLO]
    again = await _collect(model, _lamps({"type": "string"}), history=history)
    assert [item.arguments for item in again if isinstance(item, ToolCall)] == [call.arguments]
    await model.aclose()


async def test_the_schema_binds_the_model(
    serve: Serve, responder: Callable[..., OpenAIResponder]
) -> None:
    """The model wants to say "kitchen", the schema does not have it."""
    model = responder(serve("calls"))
    rooms = ["attic", "cellar"]
    calls = await _collect(model, _lamps({"type": "string", "enum": rooms}))
    await model.aclose()
    assert calls  # off its script the model may well call more than once
    for call in calls:
        assert isinstance(call, ToolCall)
        assert set(call.arguments) == {"lamp"}
        assert call.arguments["lamp"] in rooms


async def test_an_answer_is_held_to_its_schema(
    serve: Serve, responder: Callable[..., OpenAIResponder]
) -> None:
    """The model wants to say "Hello there", the schema wants an object."""
    model = responder(serve("talks"))
    schema = {
        "type": "object",
        "properties": {"day": {"type": "string", "enum": ["Monday", "Tuesday"]}},
        "required": ["day"],
        "additionalProperties": False,
    }
    async with aclosing(model.reply(_HELLO, (), schema)) as reply:
        text = "".join([item.text async for item in reply if isinstance(item, ReplyDelta)])
    await model.aclose()
    assert not mistake(json.loads(text), schema), text


async def test_what_was_sent_before_is_known_to_the_server(
    serve: Serve, responder: Callable[..., OpenAIResponder]
) -> None:
    """The conversation is only appended to, so all of the request before is in the cache."""
    model = responder(serve("calls"))
    tool = _lamps({"type": "string"})
    history = [Message("system", "You switch lamps. " * 20), *_HELLO]
    await _collect(model, tool, history=history)
    first = model.last_usage
    call, *_ = await _collect(model, tool, history=history)
    again = model.last_usage
    assert isinstance(call, ToolCall)
    result = Message("tool", "done", tool_call_id=call.id)
    await _collect(model, tool, history=[*history, Message("assistant", "", (call,)), result])
    longer = model.last_usage
    await model.aclose()
    assert first is not None
    assert again is not None
    assert longer is not None
    assert again.cached is not None
    assert again.cached >= first.prompt - 2  # the last token is always read anew
    assert longer.prompt > first.prompt
    assert longer.cached is not None
    assert longer.cached >= first.prompt - 2


async def test_the_tools_fit_what_the_model_holds(
    serve: Serve, responder: Callable[..., OpenAIResponder]
) -> None:
    """All skills of voiced, and a model of 4,096 tokens, each of them about a letter."""
    model = responder(serve("is small"))
    skills = load_plugins(IntentSettings(folder=Path(os.devnull)))
    with pytest.raises(ReplyError) as caught:
        await _collect(model, *planner_view.tools(skills.intents))
    assert caught.value.spoken == "That is more than my language model can hold."

    room = await model.room()
    assert room is not None
    assert room.tokens == _SMALL_TOKENS
    assert room.letters_per_token < 1.2
    unspoken = [replace(intent, sentences=()) for intent in skills.intents]  # the model alone
    dispatcher = Dispatcher(unspoken, [], _NOWHERE, Conversation())
    await dispatcher.refresh()
    thinker = Thinker(dispatcher, model)
    for number, text in enumerate(_ORDERS * 3, start=1):
        turn = Turn(Report(TurnId(number), lambda: 0, lambda _: None), Marks(), _unheard, _undone)
        thought = await thinker.think([(text, 1.0)], turn)
        assert (thought.outcome, thought.reply) == ("completed", "It is done.")
        dispatcher.conversation.add(text, thought.reply)
        assert model.last_usage is not None
        assert _SMALL_TOKENS / 4 < model.last_usage.prompt < _SMALL_TOKENS * 7 / 8
    await model.aclose()


async def test_a_wrong_key_is_refused(
    serve: Serve, responder: Callable[..., OpenAIResponder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WRONG_KEY", "another-key")
    model = responder(serve("talks"), "WRONG_KEY", model="any")
    with pytest.raises(ReplyError) as caught:
        await _collect(model)
    await model.aclose()
    assert caught.value.spoken == "The key was refused by my language model."
    assert "another-key" not in str(caught.value)


async def test_a_conversation_that_is_too_long(
    serve: Serve, responder: Callable[..., OpenAIResponder]
) -> None:
    model = responder(serve("talks"))
    with pytest.raises(ReplyError) as caught:
        await _collect(model, history=[Message("user", "y " * 9000)])
    assert caught.value.spoken == "That is more than my language model can hold."
    assert await _collect(model)  # and it goes on
    await model.aclose()


async def test_connections_that_the_server_closes_are_made_anew(
    serve: Serve, responder: Callable[..., OpenAIResponder]
) -> None:
    model = responder(serve("talks"))
    for _ in range(20):
        assert await _collect(model)
    await model.aclose()


async def test_closing_the_reply_frees_the_slot(
    serve: Serve, responder: Callable[..., OpenAIResponder]
) -> None:
    url = serve("goes on")
    model = responder(url, max_tokens=32_000)
    slots = {"base_url": url.removesuffix("/v1"), "headers": {"Authorization": f"Bearer {KEY}"}}
    async with httpx.AsyncClient(trust_env=False, **slots) as client:

        async def is_busy() -> bool:
            return any(slot["is_processing"] for slot in (await client.get("/slots")).json())

        async with aclosing(model.reply(_HELLO, ())) as reply:
            assert isinstance(await anext(reply), ReplyDelta)
            assert await is_busy()
        closed_s = time.monotonic()
        with anyio.fail_after(5):
            while await is_busy():  # noqa: ASYNC110 - the server has no event to wait for
                await anyio.sleep(0.01)
    await model.aclose()
    assert time.monotonic() - closed_s < 1.0
