"""Turns to figures and charts, /proc to a load: what is computed for the page."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from xml.dom import minidom

import pytest
from turn_events import a_turn, an_interrupted_turn

from voiced.events import ModelReplied, StageFailed, TurnId, TurnReopened
from voiced.timeline import Timeline
from voiced.web.chart import chart
from voiced.web.figuring import Figures, ModelUse, figures, span_named, span_of
from voiced.web.processes import Load, Sample, load, sample

from .history_lab import NOW, timed, timeline

TURN = TurnId(7)
DAY = span_of("day", NOW)


def of(*timelines: Timeline, at: datetime = NOW) -> Figures:
    return figures([(at, each) for each in timelines], DAY)


# Spans


@pytest.mark.parametrize(("name", "parts", "hours"), [("day", 24, 24), ("week", 7, 168)])
def test_a_span_ends_with_what_goes_on_now(name, parts, hours) -> None:
    span = span_of(name, NOW)
    assert len(span.labels) == parts
    assert span.until - span.since == timedelta(hours=hours)
    assert span.since < NOW < span.until
    assert span.part(NOW) == parts - 1
    assert span.part(span.since) == 0
    assert span.part(span.since - timedelta(seconds=1)) is None
    assert span.part(span.until) is None


def test_what_is_no_span_is_a_day() -> None:
    assert span_named("week") == "week"
    assert span_named("<b>") == "day"


# Figures


def test_latency_is_told_part_by_part_and_whole() -> None:
    earlier = NOW - timedelta(hours=2)
    turns = [(NOW, timed(100.0)), (NOW, timed(300.0)), (earlier, timed(1000.0))]
    found = figures([*turns, (NOW - timedelta(days=3), timed(9e9))], DAY)
    assert found.turns == 3
    first = found.latencies[-1]
    assert first.name == "First sound"
    assert (first.whole.count, first.whole.median_ms) == (3, 300.0)
    assert first.whole.p95_ms == pytest.approx(930.0)
    assert (first.buckets[-1].count, first.buckets[-1].median_ms) == (2, 200.0)
    assert (first.buckets[-3].count, first.buckets[-3].p95_ms) == (1, 1000.0)
    assert first.buckets[-2].median_ms is None


def test_what_happened_is_counted() -> None:
    failed = StageFailed(16_000, "speaker", "device_error", "gone", retryable=False)
    *events, ended = a_turn(TURN)
    found = of(
        timeline([*events, failed, ended]),
        timeline(an_interrupted_turn(TURN)),
        timeline([*events[:4], TurnReopened(16_000, TURN), *events[3:], ended]),
    )
    assert found.outcomes == {"completed": 2, "interrupted": 1}
    assert found.barge_ins == {"words": 1}
    assert found.ignored == {"backchannel": 1}
    assert found.failures == {"speaker": 1}
    assert found.reopened == 1


def test_tokens_are_summed_and_a_share_is_of_what_is_told() -> None:
    *events, ended = a_turn(TURN)
    asked = [ModelReplied(1, TURN, 100, 75, 5), ModelReplied(1, TURN, 300, None, 7)]
    assert of(timeline([*events, *asked, ended])).model == ModelUse(2, 400, 12, 75, 100)
    assert of(timeline([*events, *asked, ended])).model.cached_share == 0.75
    assert of(timeline([*events, asked[1], ended])).model.cached_share is None


def test_costs_are_summed_where_the_server_tells_them() -> None:
    *events, ended = a_turn(TURN)
    costs = (0.25, None, 0.5)
    asked = [ModelReplied(1, TURN, 100, 75, 5, cost) for cost in costs]
    assert of(timeline([*events, *asked, ended])).model.cost == 0.75
    assert of(timeline([*events, asked[1], ended])).model.cost is None
    for cost in (True, -1.0, float("nan"), 1e300, "0.5"):
        strange = replace(asked[0], cost=cost)  # what a file holds may be anything
        assert of(timeline([*events, strange, ended])).model.cost is None


def test_nothing_gives_empty_figures() -> None:
    found = of()
    assert found.turns == 0
    assert all(latency.whole.median_ms is None for latency in found.latencies)


# The chart


def test_a_chart_is_whole_and_stays_within_its_frame() -> None:
    turns = [(NOW - timedelta(hours=hour), timed(50.0 * hour + 3)) for hour in (0, 1, 2, 7, 23)]
    latency = figures(turns, DAY).latencies[0]
    document = minidom.parseString(chart(latency))
    lines = document.getElementsByTagName("polyline")
    runs = [each.getAttribute("points").split() for each in lines if each.parentNode]
    assert sorted(map(len, runs)) == [1, 1, 1, 1, 2, 2, 3, 3]  # two of them are the legend's
    for run in runs:
        for point in run:
            x, y = map(float, point.split(","))
            assert 0 <= x <= 480
            assert 0 <= y <= 190


def test_a_chart_bears_what_a_file_may_hold() -> None:
    buckets = tuple(
        replace(bucket, label="<b>", median_ms=1e12, p95_ms=1e12)
        for bucket in of(timed(5.0)).latencies[0].buckets
    )
    drawn = chart(replace(of(timed(5.0)).latencies[0], buckets=buckets))
    minidom.parseString(drawn)
    assert "<b>" not in drawn
    minidom.parseString(chart(of().latencies[0]))


# What a process takes


def test_this_process_is_found() -> None:
    found = sample(os.getpid())
    assert found is not None
    assert found.memory_bytes > 1 << 20
    assert found.started_s <= found.at_s


@pytest.mark.parametrize("stat", [None, "", "1 (a b) c) S 1", "1 (x) S " + "x " * 40])
def test_a_process_that_is_not_there(tmp_path: Path, stat: str | None) -> None:
    (tmp_path / "uptime").write_text("100.5 50.0\n")
    (tmp_path / "1").mkdir()
    if stat is not None:
        (tmp_path / "1" / "stat").write_text(stat)
    assert sample(1, tmp_path) is None


def test_a_name_with_brackets_is_no_trap(tmp_path: Path) -> None:
    ticks, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
    (tmp_path / "uptime").write_text("100.5 50.0\n")
    (tmp_path / "1").mkdir()
    fields = ["S", *["0"] * 10, str(3 * ticks), str(ticks), *["0"] * 6, str(20 * ticks), "0", "7"]
    (tmp_path / "1" / "stat").write_text(f"1 (a) b) {' '.join(fields)}\n")
    assert sample(1, tmp_path) == Sample(100.5, 20.0, 4.0, 7 * page)


def test_a_load_is_of_the_time_since_the_last_look() -> None:
    before, now = Sample(100.0, 20.0, 4.0, 5), Sample(110.0, 20.0, 6.0, 7)
    assert load(now, before) == Load(20.0, 10.0, 7)
    assert load(now).window_s == 90.0
    assert load(now, now).window_s == 90.0
    other = Sample(100.0, 50.0, 400.0, 5)  # the one before it has ended
    assert load(now, other).cpu_percent == pytest.approx(100 * 6.0 / 90.0)
