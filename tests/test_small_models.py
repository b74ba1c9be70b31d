"""A model that cannot hold all tools: it gets the nearest, asks for others, and loses old turns."""

from __future__ import annotations

import json
from typing import Any

import pytest
from test_consulting import DONE, Desk, call

from voiced.errors import CannotRead
from voiced.planning.quarantine import Quarantine
from voiced.stages import Message, Room
from voiced.testing import clock
from voiced.testing.fakes import FakeResponder, Step
from voiced.thinking.toolbox import FIND
from voiced.trust.labels import Origin

SMALL = Room(tokens=900, letters_per_token=3.0)


def desk(holds: Room | None = SMALL, **answers: list[list[Step]]) -> Desk:
    return Desk(
        FakeResponder({key.replace("_", " "): steps for key, steps in answers.items()}, holds=holds)
    )


def offered(one: Desk) -> list[list[str]]:
    assert isinstance(one.model, FakeResponder)
    return [[tool.name for tool in tools] for tools in one.model.tools]


def told(one: Desk) -> list[dict[str, Any]]:
    assert isinstance(one.model, FakeResponder)
    return [json.loads(m.content) for m in one.model.histories[-1] if m.role == "tool"]


@pytest.mark.parametrize("holds", [None, Room(100_000)])
def test_all_are_offered_where_there_is_room(holds) -> None:
    one = desk(holds, hello=[["Hi."]])
    clock.run(one.think, "hello")
    assert offered(one) == [["plan", "notes.add", "notes.count", "slow.read"]]


def test_the_nearest_are_offered() -> None:
    one = desk(please_write_that_note=[[call("notes.add", 1, text="milk")], ["Noted."]])
    clock.run(one.think, "please write that note")
    assert offered(one) == [["plan", FIND, "notes.add"]] * 2
    assert DONE == ["add milk"]


def test_what_is_not_offered_can_be_asked_for() -> None:
    one = desk(
        hello=[[call(FIND, 1, what="count to a number")], [call("notes.count", 2, n=3)], ["Three."]]
    )
    clock.run(one.think, "hello")
    first, second, third = offered(one)
    assert first == ["plan", FIND]
    assert "notes.count" in second
    assert second[:2] == first
    assert third == second
    assert told(one)[0]["tools"]["notes.count"] == "Count."
    assert (DONE, one.said) == (["count 3"], ["Three."])


def test_looking_for_tools_first_costs_no_round() -> None:
    steps: list[list[Step]] = [[call(FIND, 1, what="count")]]
    steps += [[call("notes.count", at, n=at)] for at in (2, 3, 4)]
    one = desk(hello=steps)
    clock.run(one.think, "hello")
    assert DONE == ["count 2", "count 3", "count 4"]


def test_a_name_that_was_only_guessed_is_not_called() -> None:
    steps: list[list[Step]] = [[call("notes.count", 1, n=3)], [call("notes.count", 2, n=3)], ["3."]]
    one = desk(hello=steps)
    clock.run(one.think, "hello")
    assert "call it again" in told(one)[0]["error"]
    assert DONE == ["count 3"], "the second time it is among the tools"
    assert "notes.count" in offered(one)[1]


def test_nobody_looks_for_tools_where_all_are_there() -> None:
    one = desk(None, hello=[[call(FIND, 1, what="count")], ["Hm."]])
    clock.run(one.think, "hello")
    assert "there is no tool" in told(one)[0]["error"]


def test_turns_of_long_ago_make_room() -> None:
    one = desk(Room(tokens=900, letters_per_token=4.0))

    async def evening() -> None:
        for number in range(12):
            await one.think(f"{number} {'bottles of beer on the wall ' * 3}")

    clock.run(evening)
    assert isinstance(one.model, FakeResponder)
    sizes = [sum(len(m.content) for m in history) for history in one.model.histories]
    assert max(sizes[2:]) < 900 * 4 * 0.35
    assert len(one.dispatcher.conversation.exchanges) < 6
    assert one.model.histories[-1][-1].content.startswith("11 ")


def test_a_single_turn_that_is_too_long_is_sent_all_the_same() -> None:
    one = desk()
    clock.run(one.think, "bottles " * 900)
    assert isinstance(one.model, FakeResponder)
    assert [m.role for m in one.model.histories[-1]] == ["system", "user"]


def test_another_conversation_begins_with_other_tools() -> None:
    one = desk()

    async def evening() -> None:
        await one.think("please write that note")
        one.dispatcher.clear()
        await one.think("hello")

    clock.run(evening)
    assert offered(one) == [["plan", FIND, "notes.add"], ["plan", FIND]]


def test_a_text_from_outside_is_read_as_far_as_the_model_holds_it() -> None:
    model = FakeResponder({}, holds=SMALL)
    schema = {"type": "object", "properties": {"summary": {"type": "string"}}}

    async def ask() -> None:
        with pytest.raises(CannotRead):  # it only says "I see."
            await Quarantine(model).ask("x" * 9000, "What?", schema, Origin("a.b", "1"))

    clock.run(ask)
    (message,) = [m for m in model.histories[0] if m.role == "user"]
    assert isinstance(message, Message)
    assert message.content.count("x" * 1350) == 1
    assert "x" * 1351 not in message.content
    assert "goes on" in message.content
