"""A model that fails too often is left alone for a while; what needs none goes on."""

from __future__ import annotations

from contextlib import aclosing, suppress

import anyio
from breaking_engines import watched

from voiced.errors import ReplyError
from voiced.stages import Message
from voiced.supervision import SupervisedResponder
from voiced.testing import clock
from voiced.testing.conformance import check_responder
from voiced.testing.fakes import FakeResponder


async def ask(responder: SupervisedResponder) -> None:
    with suppress(ReplyError):
        async with aclosing(responder.reply([Message("user", "hello")], ())) as items:
            async for _ in items:
                pass


def test_it_rests_after_three_failures_and_is_asked_again() -> None:
    async def body() -> None:
        supervisor, changes = watched()
        off = ReplyError("nobody listens", retryable=True)
        answers = {"hello": [[off]]}
        model = FakeResponder(answers)
        responder = SupervisedResponder(model, supervisor, "m")
        for rests in (False, False, True):
            await ask(responder)
            assert responder.rests is rests
        await anyio.sleep(60)
        assert not responder.rests
        answers["hello"] = [["Hello."]]  # type: ignore[list-item]
        await ask(responder)
        assert [(each.engine, each.level) for each in changes] == [("", 1), ("m", 0)]

    clock.run(body)


def test_what_asking_again_cannot_mend_does_not_count() -> None:
    async def body() -> None:
        supervisor, changes = watched()
        model = FakeResponder({"hello": [[ReplyError("the key is wrong")]]})
        responder = SupervisedResponder(model, supervisor, "m")
        for _ in range(5):
            await ask(responder)
        assert not responder.rests
        assert changes == []

    clock.run(body)


def test_it_is_a_responder() -> None:
    async def body() -> None:
        supervisor, _ = watched()
        await check_responder(SupervisedResponder(FakeResponder({}), supervisor, "m"))

    clock.run(body)
