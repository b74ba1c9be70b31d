"""How much a model holds: what servers say of it, in their own ways."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cases import every

from voiced.config import ResponderSettings
from voiced.engines.openai_chat import OpenAIResponder
from voiced.engines.openai_room import letters_per_token, tokens_told
from voiced.errors import ReplyError
from voiced.stages import Message, Room
from voiced.testing.answers import Answer, whole_json
from voiced.testing.servers import LoopbackServer, Request

pytestmark = pytest.mark.anyio

LLAMA = {"default_generation_settings": {"n_ctx": 4096}, "total_slots": 1}
VLLM = {"object": "list", "data": [{"id": "a", "max_model_len": 8192}, {"id": "b"}]}


@every(
    ("body", "model", "tokens"),
    [
        (LLAMA, "", 4096),
        (LLAMA, "any", 4096),
        (VLLM, "", 8192),
        (VLLM, "a", 8192),
        (VLLM, "b", 0),
        (VLLM, "c", 0),
        ({"data": [{"id": "x", "context_length": 32768}]}, "x", 32768),
        ({"data": [{"id": "x", "meta": {"n_ctx": 2048, "n_ctx_train": 9999}}]}, "", 2048),
        ({"data": [{"id": "x", "meta": {"n_ctx_train": 9999}}]}, "", 0),
        (
            {"data": [{"id": "x", "loaded_context_length": 5000, "max_context_length": 9}]},
            "x",
            5000,
        ),
        ({"models": [{"name": "q:4b", "context_length": 4096}]}, "q:4b", 4096),
        ({"data": [{"id": "x", "max_model_len": "8192"}]}, "x", 0),
        ({"data": [{"id": "x", "max_model_len": 3}]}, "x", 0),
        ({"data": [{"id": "x", "max_model_len": 10**12}]}, "x", 0),
        ({"data": ["x"]}, "", 0),
        ({"data": []}, "", 0),
        ({"data": {}}, "", 0),
        ({}, "", 0),
        (None, "", 0),
        ([], "", 0),
        ("4096", "", 0),
    ],
)
def test_what_a_server_says(body: Any, model: str, tokens: int) -> None:
    assert tokens_told(body, model) == tokens


@every(
    ("body", "least", "most"),
    [
        ({"tokens": [1] * 100}, 3.0, 6.0),
        ({"tokens": [1] * 10_000}, 1.0, 1.0),
        ({"tokens": [1]}, 6.0, 6.0),
    ],
)
def test_how_long_a_token_is(body: Any, least: float, most: float) -> None:
    found = letters_per_token(body)
    assert found is not None
    assert least <= found <= most


@every("body", [None, {}, {"tokens": []}, {"tokens": 3}, []])
def test_how_long_a_token_is_may_not_be_said(body: Any) -> None:
    assert letters_per_token(body) is None


def serving(**paths: Any) -> LoopbackServer:
    async def respond(request: Request) -> Answer:
        name = request.path.strip("/").replace("/", "_")
        if name in paths:
            return whole_json(paths[name])
        return whole_json({"error": {"message": "no such path"}}, status=404)

    return LoopbackServer(respond)


async def room_of(server: LoopbackServer, **settings: Any) -> Room | None:
    async with server:
        model = OpenAIResponder(ResponderSettings(url=server.url, **settings))
        found = await model.room()
        count = len(server.requests)
        assert await model.room() == found
        assert len(server.requests) == count, "it is asked once"
        await model.aclose()
        return found


async def test_llama_cpp_says_it_and_how_long_a_token_is() -> None:
    found = await room_of(serving(props=LLAMA, tokenize={"tokens": [1] * 100}))
    assert found is not None
    assert found.tokens == 4096
    assert 3.0 < found.letters_per_token < 6.0
    assert found.letters > 3 * 4096


async def test_others_say_it_in_their_lists_of_models() -> None:
    assert await room_of(serving(v1_models=VLLM)) == Room(8192)
    lm_studio = {"data": [{"id": "x", "loaded_context_length": 5000}]}
    assert await room_of(serving(v1_models={"data": []}, api_v0_models=lm_studio)) == Room(5000)
    ollama = {"models": [{"name": "q", "context_length": 4096}]}
    assert await room_of(serving(api_ps=ollama), model="q") == Room(4096)


async def test_the_user_knows_it_better() -> None:
    assert await room_of(serving(v1_models=VLLM), context_tokens=3000) == Room(3000)
    found = await room_of(serving(props=LLAMA, tokenize={"tokens": [1] * 100}), context_tokens=3000)
    assert found is not None
    assert found.tokens == 3000


async def test_nobody_may_say_it() -> None:
    assert await room_of(serving()) is None
    assert await room_of(serving(props="nonsense", v1_models=[1])) is None


async def test_a_server_that_is_not_there_is_asked_again_later() -> None:
    settings = ResponderSettings(url="http://127.0.0.1:9/v1", context_tokens=0)
    model = OpenAIResponder(settings)
    assert await model.room() is None
    await model.aclose()
    said = OpenAIResponder(ResponderSettings(url="http://127.0.0.1:9/v1", context_tokens=2000))
    assert await said.room() == Room(2000)
    await said.aclose()


async def test_a_reply_leaves_room_for_what_was_asked() -> None:
    async with serving(props=LLAMA, v1_models={"data": [{"id": "m"}]}) as server:
        model = OpenAIResponder(ResponderSettings(url=server.url, model="m", max_tokens=3000))
        for expected in (3000, 1024):
            with pytest.raises(ReplyError):
                async for _ in model.reply([Message("user", "hello")], ()):
                    pass
            assert json.loads(server.requests[-1].body)["max_tokens"] == expected
            await model.room()
        await model.aclose()
