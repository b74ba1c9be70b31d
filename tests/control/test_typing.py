"""What other programs may type and press instead of speaking."""

from __future__ import annotations

import pytest
from control_lab import laboratory

from voiced.control.peers import Scope
from voiced.controls import Asked

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_what_is_typed_reaches_the_session_as_one_line(tmp_path) -> None:
    async with laboratory(tmp_path) as lab:
        client = await lab.client()
        assert await client.ask(do="say", text="  what time\n is it ") == {
            "ok": True,
            "mode": "listening",
        }
        assert lab.keyboard.typed == ["what time is it"]


@pytest.mark.parametrize("text", [None, 3, "", " \n", "x" * 1001, "a\x1b[2J", ["stop"]])
async def test_what_is_no_request(tmp_path, text) -> None:
    async with laboratory(tmp_path) as lab:
        client = await lab.client()
        assert (await client.ask(do="say", text=text))["error"]["code"] == "bad_order"
        assert not lab.keyboard.typed


async def test_while_somebody_speaks_nothing_can_be_typed(tmp_path) -> None:
    async with laboratory(tmp_path) as lab:
        lab.keyboard.is_quiet = False
        lab.keyboard.asked = Asked("q7", "Shall I?")
        client = await lab.client()
        for order in ({"do": "say", "text": "stop"}, {"do": "answer", "id": "q7", "answer": "no"}):
            assert (await client.ask(**order))["error"]["code"] == "busy"


async def test_the_question_that_waits_is_shown_and_answered(tmp_path) -> None:
    async with laboratory(tmp_path) as lab:
        client = await lab.client()
        assert (await client.ask(do="asked"))["asked"] is None
        lab.keyboard.asked = Asked("q7", "Shall I?", needs_screen=True)
        shown = (await client.ask(do="asked"))["asked"]
        assert shown == {"id": "q7", "text": "Shall I?", "options": [], "needs_screen": True}
        assert (await client.ask(do="answer", id="q7", answer="yes"))["ok"]
        assert lab.keyboard.typed == ["q7: yes"]


async def test_a_choice_is_answered_by_its_number(tmp_path) -> None:
    async with laboratory(tmp_path) as lab:
        lab.keyboard.asked = Asked("q7", "Which one?", ("hat box", "tool box"))
        client = await lab.client()
        for answer in ("2", "no"):
            assert (await client.ask(do="answer", id="q7", answer=answer))["ok"]
        for answer in ("yes", "0", "3", 2, None):
            refused = await client.ask(do="answer", id="q7", answer=answer)
            assert refused["error"]["code"] == "bad_order"
        assert lab.keyboard.typed == ["q7: 2", "q7: no"]


@pytest.mark.parametrize("name", ["q6", None, "", {"id": "q7"}])
async def test_another_question_is_not_answered(tmp_path, name) -> None:
    async with laboratory(tmp_path) as lab:
        lab.keyboard.asked = Asked("q7", "Shall I?")
        client = await lab.client()
        refused = await client.ask(do="answer", id=name, answer="yes")
        assert refused["error"]["code"] == "not_asked"
        assert not lab.keyboard.typed


@pytest.mark.parametrize("scope", [Scope.STATUS, Scope.ACT])
async def test_who_may_not_open_the_microphone_may_not_type(tmp_path, scope) -> None:
    async with laboratory(tmp_path, scope) as lab:
        lab.keyboard.asked = Asked("q7", "Shall I?")
        client = await lab.client()
        for order in ({"do": "say", "text": "x"}, {"do": "answer", "id": "q7", "answer": "yes"}):
            assert (await client.ask(**order))["error"]["code"] == "forbidden"
        assert not lab.keyboard.typed
