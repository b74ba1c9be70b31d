from __future__ import annotations

from contextlib import aclosing

import anyio
import pytest

from voiced.bench.standins import StandInResponder, tokens
from voiced.stages import Message
from voiced.testing import clock
from voiced.testing.conformance import check_responder

HISTORY = (Message("system", "Be brief."), Message("user", "hello"))


async def asked(responder: StandInResponder, take: int | None = None, slow_s: float = 0.0):
    """The pieces of the answer with when they came, in ms."""
    begin_s = anyio.current_time()
    found = []
    async with aclosing(responder.reply(HISTORY, ())) as reply:
        async for item in reply:
            found.append((round((anyio.current_time() - begin_s) * 1000, 3), item.text))
            if len(found) == take:
                break
            await anyio.sleep(slow_s)
    return found


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_conforms(backend):
    clock.run(check_responder, StandInResponder("Yes, of course."), backend=backend)


def test_the_first_word_takes_120_ms_the_others_15():
    responder = StandInResponder({"hello": "Good  morning, Bud."})
    assert clock.run(asked, responder) == [(120, "Good"), (135, "  morning,"), (150, " Bud.")]
    assert responder.closed_at_s == []
    assert responder.requests[0].is_over


def test_a_slow_listener_does_not_slow_it_down():
    responder = StandInResponder("a b c")
    found = clock.run(asked, responder, None, 0.02)
    assert found == [(120, "a"), (140, " b"), (160, " c")]


def test_when_it_is_hung_up_on_is_known():
    responder = StandInResponder({"other": "no"}, otherwise="one two three")
    clock.run(asked, responder, 2)
    assert responder.closed_at_s == pytest.approx([0.135])
    (request,) = responder.requests
    assert (request.text, request.is_over) == ("hello", False)


def test_tokens_are_the_text():
    text = " It is 3 pm, here\nand there."
    assert "".join(tokens(text)) == text
    assert tokens("") == []
