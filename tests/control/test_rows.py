"""Rows of the event stream, and back."""

from __future__ import annotations

import json

import pytest
from turn_events import a_turn, an_interrupted_turn

from voiced.control.rows import event_of
from voiced.events import (
    ActionUndone,
    CallJudged,
    DeviceNoted,
    Event,
    IntentReturned,
    ModelReplied,
    PushToTalk,
    TurnId,
)
from voiced.trace import to_row

TURN = TurnId(7)
OTHERS: list[Event] = [
    ActionUndone(1, TURN, "4", "files.move"),
    CallJudged(1, TURN, "files.move", "reversible", "clean", "do"),
    DeviceNoted(16, "speaker", "muted", "USB"),
    IntentReturned(1600, TURN, "files.move", "failed", None),
    ModelReplied(1, TURN, 1, None, 2),
    PushToTalk(16_000, is_down=True),
]


@pytest.mark.parametrize(
    "event",
    [*a_turn(TURN), *an_interrupted_turn(TURN), *OTHERS],
    ids=lambda event: type(event).__name__,
)
def test_an_event_goes_there_and_back(event: Event) -> None:
    back = event_of(json.loads(json.dumps(to_row(event))))
    assert back is not None
    assert to_row(back) == to_row(event)
    assert abs(back.at - event.at) <= 8  # milliseconds are what a row has


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"type": "of_tomorrow", "at_s": 1.0},
        {"type": "turn_ended", "at_s": 1.0, "is_cut": True},
        {"type": "turn_ended", "at_s": 1.0, "turn": 1, "outcome": "x", "heard": "", "timing_ms": 5},
        {"type": "turn_started", "at_s": "x", "turn": 1},
        {"type": "intent_matched", "at_s": 1.0, "slots": [1]},
    ],
)
def test_what_is_no_event_is_none(row: dict[str, object]) -> None:
    assert event_of(row) is None
