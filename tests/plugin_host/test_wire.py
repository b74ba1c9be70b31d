from __future__ import annotations

import pickle
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum, StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cases import every
from hypothesis import given
from hypothesis import strategies as st

from voiced.plugin import DateSpan, FileEntity
from voiced.plugin_host.wire import (
    MAX_LINE_BYTES,
    Opaque,
    WireError,
    decode,
    encode,
    from_line,
    to_line,
)

NOW = datetime(2026, 3, 3, 19, 30, tzinfo=ZoneInfo("Europe/Vienna"))
PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text() | st.just("$"), inner) | st.tuples(inner, inner)
    ),
    max_leaves=20,
)


class Side(Enum):
    LEFT = "left"


class Loud(StrEnum):
    VERY = "very"


@dataclass(frozen=True)
class Box:
    size: int


def crossed(value, pickled=None):
    return decode(from_line(to_line({"v": encode(value, pickled)}))["v"])


@given(PLAIN)
def test_plain_values_cross_as_they_are(value):
    assert crossed(value) == value


@every(
    "value",
    [
        NOW,
        datetime(2026, 3, 3, tzinfo=UTC),
        NOW.date(),
        time(12, 30),
        timedelta(days=-1, microseconds=3),
        date(2026, 3, 3),
        Path("/a/b\udcff"),
        DateSpan(NOW, NOW + timedelta(days=1)),
        FileEntity(Path("/a"), "pdf", 3, None, NOW),
        (1, [2, {"$": 3}]),
    ],
)
def test_values_of_slots_cross_as_they_are(value):
    assert crossed(value) == value


def test_a_moment_keeps_its_zone():
    assert crossed(NOW).tzinfo is ZoneInfo("Europe/Vienna")


def test_a_value_of_the_plugins_own_is_never_looked_into():
    mine = crossed(Box(3), pickle.dumps)
    assert isinstance(mine, Opaque)
    assert mine.kind == "Box"
    back = from_line(to_line({"v": encode(mine)}))["v"]
    assert decode(back, pickle.loads) == Box(3)


@pytest.mark.parametrize("value", [Side.LEFT, Loud.VERY])
def test_a_word_with_a_class_of_its_own_keeps_it_in_its_plugin(value):
    assert decode(encode(value, pickle.dumps), pickle.loads) is value


def test_a_marked_string_of_ours_crosses_as_text():
    assert crossed(Loud.VERY) == "very"


@every("value", [object(), {1: 2}, float("nan"), Box(1), {"x": {object()}}])
def test_what_cannot_cross_is_refused(value):
    with pytest.raises(WireError):
        crossed(value)


def test_what_is_nested_for_ever_is_refused():
    value: list[object] = []
    value.append(value)
    with pytest.raises(WireError, match="too deep"):
        encode(value)


@every("line", [b"", b"7", b"[]", b"{", b"\xff", b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}"])
def test_a_line_that_is_no_message_is_refused(line):
    with pytest.raises(WireError):
        from_line(line)


def test_a_line_that_is_too_long_is_not_sent():
    with pytest.raises(WireError, match="too long"):
        to_line({"x": "y" * MAX_LINE_BYTES})


@every(
    "data",
    [
        {"$": "datetime"},
        {"$": "datetime", "v": 7, "zone": ""},
        {"$": "datetime", "v": NOW.isoformat(), "zone": "../etc"},
        {"$": "timedelta", "v": [1e300, 0, 0]},
        {"$": "opaque", "v": "x"},
        {"$": "tuple", "v": 7},
        {"$": "FileEntity", "v": {"path": 7}},
        {
            "$": "FileEntity",
            "v": {"path": "/a", "kind": "", "size_bytes": 1, "created": None, "modified": None},
        },
        {"$": "DateSpan", "v": []},
        {"$": ["list"], "v": 1},
        {"$": "os.system", "v": "x"},
    ],
)
def test_a_value_that_was_not_made_by_us_is_refused(data):
    with pytest.raises(WireError):
        decode(data)
