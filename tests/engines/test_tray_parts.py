"""What the tray shows in each state, and its menu: no bus."""

from __future__ import annotations

import numpy as np
import pytest

from voiced.engines.session_bus import CallRefused
from voiced.engines.tray.icons import SIZES, drawn
from voiced.engines.tray.menu import answered, clicks, entries
from voiced.engines.tray.state import SENTENCES, StateReader
from voiced.events import (
    DeviceFound,
    DeviceLost,
    DeviceNoted,
    ModeChanged,
    PlaybackStarted,
    PushToTalk,
    SpeechStarted,
    SpeechStopped,
    Timing,
    TurnEnded,
    TurnId,
)

T = TurnId(1)
OVER = TurnEnded(0, T, "completed", "", Timing())


def picture(state: str, size: int) -> np.ndarray:
    return np.frombuffer(drawn(state, size), np.uint8).reshape(size, size, 4)


@pytest.mark.parametrize("size", SIZES)
def test_each_state_has_a_shape_of_its_own_with_room_around_it(size) -> None:
    shapes = {state: picture(state, size)[..., 0] > 127 for state in SENTENCES}
    for state, shape in shapes.items():
        assert 0.1 < shape.mean() < 0.7, state
        assert not picture(state, size)[[0, 0, -1, -1], [0, -1, 0, -1], 0].any()
        differing = [(shape ^ other).mean() for name, other in shapes.items() if name != state]
        assert min(differing) > 0.03, state


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([], "listening"),
        ([SpeechStarted(0)], "hearing"),
        ([SpeechStarted(0), SpeechStopped(1)], "listening"),
        ([PlaybackStarted(0, T)], "speaking"),
        ([PlaybackStarted(0, T), OVER], "listening"),
        ([PlaybackStarted(0, T), SpeechStarted(0)], "hearing"),
        ([ModeChanged(0, "asleep")], "asleep"),
        ([ModeChanged(0, "asleep"), PushToTalk(0, is_down=True)], "hearing"),
        ([ModeChanged(0, "asleep"), PlaybackStarted(0, T)], "speaking"),
        ([SpeechStarted(0), ModeChanged(0, "asleep")], "asleep"),
        ([DeviceLost(0, "microphone")], "deaf"),
        ([DeviceLost(0, "speaker")], "listening"),
        ([DeviceLost(0, "microphone"), DeviceFound(0, "microphone")], "listening"),
        ([DeviceNoted(0, "microphone", "muted")], "deaf"),
        (
            [DeviceNoted(0, "microphone", "muted"), DeviceNoted(0, "microphone", "unmuted")],
            "listening",
        ),
        ([DeviceNoted(0, "microphone", "too loud")], "listening"),
        ([DeviceLost(0, "microphone"), ModeChanged(0, "muted")], "muted"),
    ],
)
def test_the_events_give_the_state(events, state) -> None:
    reader = StateReader()
    for event in events:
        reader.read(event)
    assert reader.state == state


def test_an_entry_keeps_its_number_and_one_that_is_no_use_is_grey() -> None:
    reader = StateReader()
    before = {entry.id: entry for entry in entries(reader, has_page=True)}
    reader.read(ModeChanged(0, "muted"))
    after = {entry.id: entry for entry in entries(reader, has_page=True)}
    assert before.keys() == after.keys()
    changed = {number for number in before if before[number] != after[number]}
    assert {before[number].act for number in changed} == {None, "talk", "mute"}
    assert [entry.act for entry in after.values() if not entry.is_enabled] == [None, "talk"]


def test_a_panel_reads_what_it_asked_for_and_no_more() -> None:
    menu = entries(StateReader(), has_page=False)

    def layout(*asked: object) -> object:
        return answered(menu, 7, "GetLayout", asked)[1]

    assert layout(0, 0, []) == (7, (0, {"children-display": ("s", "submenu")}, []))
    assert layout(3, -1, ["label"]) == (7, (3, {"label": ("s", "Stop")}, []))
    rows = [(1, {"enabled": ("b", False)}), (3, {"enabled": ("b", True)})]
    assert answered(menu, 7, "GetGroupProperties", ([1, 3], ["enabled"]))[1] == (rows,)
    assert answered(menu, 7, "GetProperty", (2, "type"))[1] == (("s", "separator"),)
    assert clicks([(3, "clicked", ("s", ""), 0)]) == [(3, "clicked")]


@pytest.mark.parametrize(
    ("member", "body"),
    [
        ("GetLayout", (99, -1, [])),
        ("GetLayout", ("3", -1, [])),
        ("GetProperty", (99, "label")),
        ("AboutToShow", ()),
        ("Explode", ()),
    ],
)
def test_nonsense_of_a_panel_is_refused(member, body) -> None:
    with pytest.raises(CallRefused):
        answered(entries(StateReader(), has_page=False), 1, member, body)
