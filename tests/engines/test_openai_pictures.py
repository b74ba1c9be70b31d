"""Pictures on the wire, and servers that take none."""

from __future__ import annotations

import base64
from contextlib import aclosing
from typing import Any

import pytest

from voiced.config import ResponderSettings
from voiced.engines.openai_chat import OpenAIResponder
from voiced.engines.openai_wire import rejects_pictures
from voiced.errors import ReplyError
from voiced.stages import Message, Picture, ReplyDelta
from voiced.testing.answers import chat, refusal
from voiced.testing.servers import FaultServer, LoopbackServer

PICTURE = Picture(b"\x89PNG data", "image/png")
HISTORY = [Message("system", "Look."), Message("user", "What is it?", pictures=(PICTURE,))]

pytestmark = pytest.mark.anyio


async def ask(server: LoopbackServer, history: list[Message], **settings: Any) -> str:
    responder = OpenAIResponder(ResponderSettings(url=server.url, model="m", **settings))
    try:
        async with aclosing(responder.reply(history, ())) as deltas:
            return "".join([d.text async for d in deltas if isinstance(d, ReplyDelta)])
    finally:
        await responder.aclose()


async def test_a_picture_goes_as_a_data_url_after_the_words() -> None:
    async with FaultServer(chat("A cat.")) as server:
        assert await ask(server, HISTORY) == "A cat."
        messages = server.requests[0].json()["messages"]
    data = base64.b64encode(PICTURE.data).decode()
    assert messages[0] == {"role": "system", "content": "Look."}
    assert messages[1]["content"] == [
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}},
    ]


async def test_pictures_may_have_a_model_of_their_own() -> None:
    async with FaultServer(chat("A cat.")) as server:
        await ask(server, HISTORY, picture_model="sees")
        await ask(server, HISTORY[:1], picture_model="sees")
        assert [each.json()["model"] for each in server.requests] == ["sees", "m"]


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (500, "image input is not supported - hint: provide the mmproj"),
        (400, "this model does not support image input"),
        (400, "messages[1].content must be a string"),
        (404, "No endpoints found that support image input"),
        (422, "unknown variant `image_url`, expected `text`"),
    ],
)
async def test_a_server_that_takes_none_is_said(status: int, text: str) -> None:
    assert rejects_pictures(status, text)
    async with FaultServer(refusal(status, text)) as server:
        with pytest.raises(ReplyError) as failed:
            await ask(server, HISTORY)
    assert failed.value.spoken == "My language model can't look at pictures."
    assert "picture_model" in failed.value.mend


async def test_other_refusals_are_what_they_are() -> None:
    async with FaultServer(refusal(401, "image")) as server:
        with pytest.raises(ReplyError, match="key was refused"):
            await ask(server, HISTORY)
    async with FaultServer(refusal(400, "the image of your request is broken")) as server:
        with pytest.raises(ReplyError) as failed:
            await ask(server, HISTORY[:1])
    assert "pictures" not in failed.value.spoken
