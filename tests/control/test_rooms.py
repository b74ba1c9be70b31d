"""What is asked of other rooms, and told of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from control_lab import FakeControls

from voiced.cli.watch_screen import State, told
from voiced.control.feed import Feed
from voiced.control.orders import Orders
from voiced.control.peers import Scope
from voiced.errors import ControlError
from voiced.events import ModeChanged, ReplySentence, TurnId

pytestmark = pytest.mark.anyio


async def _nothing() -> dict[str, Any]:
    return {}


class House:
    def __init__(self) -> None:
        self.here = FakeControls()
        self.rooms = {"kitchen": FakeControls(), "attic": FakeControls()}
        self.orders = Orders(self.here, _nothing, _nothing, rooms=self.controls)

    def controls(self, name: str) -> list[FakeControls]:
        return [each for room, each in self.rooms.items() if name in {"", room}]

    @property
    def stopped(self) -> list[str]:
        return [name for name, each in {"": self.here, **self.rooms}.items() if each.asked]


async def test_stop_is_for_every_room_unless_one_is_named() -> None:
    house = House()
    await house.orders.carry_out({"do": "stop"}, Scope.ACT)
    assert house.stopped == ["", "kitchen", "attic"]
    house = House()
    await house.orders.carry_out({"do": "stop", "room": "attic"}, Scope.ACT)
    assert house.stopped == ["attic"]


async def test_a_room_that_is_not_here_is_told_and_nobody_is_stopped() -> None:
    house = House()
    for room in ("cellar", "", 7):
        with pytest.raises(ControlError) as refused:
            await house.orders.carry_out({"do": "stop", "room": room}, Scope.ACT)
        assert refused.value.reason == "no_room"
    assert house.stopped == []


async def test_events_of_rooms_go_to_who_asked_for_them_with_the_name_of_the_room() -> None:
    feed = Feed()
    with feed.watched() as plain, feed.watched(rooms=True) as whole:
        feed.hear_room("kitchen", ReplySentence(16_000, TurnId(1), "Done."))
        feed.hear(ModeChanged(16_000, "asleep"))
        assert [json.loads(plain.receive_nowait())["event"]["type"]] == ["mode_changed"]
        event = json.loads(whole.receive_nowait())["event"]
        assert event == {
            "at_s": 1.0,
            "type": "reply_sentence",
            "turn": 1,
            "text": "Done.",
            "room": "kitchen",
        }
        assert "room" not in json.loads(whole.receive_nowait())["event"]
    assert told(event) == ("[kitchen] says   Done.", "")


def test_the_line_of_watch_shows_this_machine_alone() -> None:
    state = State("listening")
    state.hear({"event": {"at_s": 1, "type": "mode_changed", "mode": "muted", "room": "attic"}})
    assert state.mode == "listening"
