"""The union of events is closed, complete, named in the event stream and documented."""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
from pathlib import Path
from typing import get_args

import pytest

from voiced import events
from voiced.events import Event, Timing
from voiced.trace import event_type

NAMES = """
speech_started speech_stopped transcript_partial transcript_final turn_started turn_ended
reply_sentence intent_matched confirmation_asked intent_returned action_undone playback_started
ducked barge_in playback_resumed overlap_ignored audio_dropped device_lost device_found
wake_word_heard push_to_talk mode_changed stage_failed turn_reopened
""".split()
"""The names that were promised: more may be added, none may go."""

UNION = get_args(Event)
PAGE = (Path(__file__).parents[1] / "docs" / "events.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"(?ms)^### (\w+)\n(.*?)(?=^##|\Z)", PAGE))


def name_of(kind: type) -> str:
    return event_type(kind.__new__(kind))


def test_every_event_class_is_in_the_union() -> None:
    classes = {
        each
        for _, each in inspect.getmembers(events, inspect.isclass)
        if each.__module__ == events.__name__ and each is not Timing
    }
    assert classes == set(UNION)


def test_the_union_has_the_names_that_were_promised() -> None:
    assert {name_of(kind) for kind in UNION} >= set(NAMES)


@pytest.mark.parametrize("kind", UNION, ids=name_of)
def test_an_event_is_a_flat_frozen_fact(kind: type) -> None:
    assert kind.__mro__ == (kind, object)
    assert kind.__doc__
    assert dataclasses.fields(kind)[0].name == "at"
    assert kind.__dataclass_params__.frozen
    assert "__slots__" in kind.__dict__


@pytest.mark.parametrize("kind", UNION, ids=name_of)
def test_an_event_is_documented_with_its_fields_and_an_example(kind: type) -> None:
    section = SECTIONS[name_of(kind)]
    (example,) = re.findall(r"```json\n(.*)\n```", section)
    row = json.loads(example)
    fields = {field.name for field in dataclasses.fields(kind)} - {"at"}
    assert row.pop("type") == name_of(kind)
    assert row.pop("at_s") >= 0
    assert set(row) == fields
    assert set(re.findall(r"(?m)^\| `(\w+)` \|", section)) == fields - {"turn"}


def test_nothing_is_documented_that_does_not_exist() -> None:
    assert set(SECTIONS) == {name_of(kind) for kind in UNION}
