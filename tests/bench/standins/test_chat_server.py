from __future__ import annotations

from contextlib import aclosing

import anyio
import httpx
import pytest

from voiced.bench.standins import StandInChatServer
from voiced.config import ResponderSettings
from voiced.engines.openai_chat import OpenAIResponder
from voiced.stages import Message
from voiced.testing.conformance import check_responder

pytestmark = [pytest.mark.anyio, pytest.mark.engine]


@pytest.fixture
def anyio_backend():
    return "asyncio"


async def test_the_real_client_gets_the_answer_a_word_at_a_time():
    server = StandInChatServer({"hello": "Good morning, Bud."}, 0.001, 0.001)
    async with server:
        responder = OpenAIResponder(ResponderSettings(url=server.url, model="stand-in"))
        async with aclosing(responder.reply([Message("user", "hello")], ())) as reply:
            pieces = [item.text async for item in reply]
        await check_responder(responder)
    assert pieces == ["Good", " morning,", " Bud."]
    assert server.asked[0].text == "hello"
    assert len(server.hung_up_s) <= 1  # the check cuts one off


async def test_when_the_client_hangs_up_is_known():
    async with StandInChatServer("one two three", 0.0, 60.0) as server:
        responder = OpenAIResponder(ResponderSettings(url=server.url, model="stand-in"))
        async with aclosing(responder.reply([Message("user", "hello")], ())) as reply:
            async for _ in reply:
                break
        closed_s = anyio.current_time()
        with anyio.fail_after(5):
            await server.hung_up.wait()
        await responder.aclose()
        (asked,) = server.asked
        (hung_up_s,) = server.hung_up_s
        assert asked.at_s < hung_up_s
        assert hung_up_s <= anyio.current_time()
        assert closed_s > asked.at_s


async def test_pauses_are_between_the_words_only():
    server = StandInChatServer("one two three")
    pauses_s = [piece.pause_s for piece in server._paced("one two three").pieces]
    assert pauses_s[:4] == [0.0, 0.12, 0.015, 0.015]
    assert not any(pauses_s[4:])


async def test_other_paths():
    async with StandInChatServer("yes") as server, httpx.AsyncClient() as client:
        models = await client.get(f"{server.url}/models")
        assert models.json()["data"] == [{"id": "stand-in"}]
        assert (await client.get(f"{server.url}/nothing")).status_code == 404
