"""Figures on the page, and for other programs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from turn_events import SECRETS, a_turn, an_interrupted_turn

from voiced.config import trace_folder
from voiced.errors import PageError
from voiced.events import StageFailed, TurnId, WakeWordHeard
from voiced.memory.wakes import Wake, WakeFile
from voiced.testing import clock
from voiced.trace import to_row
from voiced.web.exporting import Exporter
from voiced.web.metrics import Meter
from voiced.web.observing import Observing, token_in
from voiced.web.processes import Sample
from voiced.web.spans import request_of

from .conftest import Page
from .history_lab import (
    FakeDaemon,
    journal,
    keep,
    store,
    timed,
    timeline,
    two_turns,
    write_config,
)

TURN = TurnId(7)


def test_figures_of_nothing(page: Page) -> None:
    text = page.get("/figures")
    assert "No turn of these 24 hours is kept" in text
    assert "Nothing was measured" in text
    assert "No voiced is running" in text


def test_figures_of_a_day(page: Page) -> None:
    keep(*(timed(200.0) for _ in range(3)))
    two_turns()
    now = datetime.now().astimezone()
    with_misses = journal()
    with_misses.miss(1, "what <b>is</b> that")
    with_misses.close()
    for is_false in (True, False, True):
        WakeFile(store().path.parent).add(Wake(now, is_false), 30)
    text = page.get("/figures?over=day")
    assert text.count("<svg") == 4
    assert "median <strong>200 ms</strong>" in text
    assert ">2<span class=" in text  # false wakes
    assert " of 3<" in text
    assert "only a backchannel" in text
    assert "<b>is" not in text
    assert 'aria-current="true">24 hours' in text


@pytest.mark.parametrize("over", ["week", "month", "<script>"])
def test_other_spans(page: Page, over: str) -> None:
    keep(timed(200.0), at=datetime.now().astimezone() - timedelta(days=5))
    text = page.get(f"/figures?over={over}")
    assert "<script>" not in text
    assert ("median <strong>" in text) is (over != "<script>")


def test_what_cannot_be_read_is_told_and_the_rest_is_shown(page: Page) -> None:
    two_turns()
    journal().close()
    path = page.home / "state" / "voiced" / "journal.db"
    path.write_bytes(b"no database at all" * 100)
    text = page.get("/figures")
    assert "it is damaged" in text
    assert "start voiced again" in text
    assert text.count("<svg") == 4


def test_what_the_daemon_takes(page: Page) -> None:
    object.__setattr__(page.site, "daemon", FakeDaemon())
    assert "% of one core" in page.get("/figures")
    object.__setattr__(page.site, "daemon", FakeDaemon(pid=2**22 + 1))
    assert "No voiced is running" in page.get("/figures")


# Prometheus


def test_metrics_are_off_by_default(page: Page) -> None:
    assert page.client.get("/metrics").status_code == 404


def test_metrics_want_the_token_and_tell_what_was_heard(page: Page) -> None:
    write_config("[web]\nmetrics = true\n")
    with page.client as client:
        token = token_in(trace_folder(page.site.load().config.journal).parent)
        page.site.live.take({"event": to_row(a_turn(TURN)[-1])})
        assert client.get("/metrics").status_code == 401
        wrong = {"Authorization": f"Bearer {token}x"}
        assert client.get("/metrics", headers=wrong).status_code == 401
        client.cookies.clear()
        found = client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert found.status_code == 200
    assert 'voiced_turns_total{outcome="completed"} 1.0' in found.text
    assert 'voiced_latency_seconds_count{step="endpoint"} 1.0' in found.text
    assert "voiced_up 0.0" in found.text


def test_a_foreign_host_gets_no_metrics(page: Page) -> None:
    write_config("[web]\nmetrics = true\n")
    with page.client as client:
        token = token_in(trace_folder(page.site.load().config.journal).parent)
        headers = {"Authorization": f"Bearer {token}", "Host": "example.org"}
        assert client.get("/metrics", headers=headers).status_code == 421


def test_a_meter_counts_every_kind_and_holds_no_words() -> None:
    meter = Meter()
    for event in (*a_turn(TURN), *an_interrupted_turn(TURN), WakeWordHeard(1, "hey")):
        meter.hear(to_row(event))
    meter.hear(to_row(StageFailed(1, "speaker", "device_error", "gone", retryable=False)))
    meter.hear({"type": "model_replied", "prompt_tokens": 100, "cached_tokens": None})
    meter.hear({"type": "turn_ended"})  # cut, since it was too long
    text = meter.text("muted", Sample(9.0, 1.0, 2.5, 4096)).decode()
    for line in (
        'voiced_barge_ins_total{reason="words"} 1.0',
        'voiced_overlaps_ignored_total{reason="backchannel"} 1.0',
        'voiced_stage_failures_total{code="device_error",stage="speaker"} 1.0',
        "voiced_wake_words_total 1.0",
        'voiced_model_tokens_total{kind="prompt"} 100.0',
        'voiced_mode{mode="muted"} 1.0',
        "voiced_cpu_seconds 2.5",
        "voiced_up 1.0",
    ):
        assert line in text
    assert not any(secret in text for secret in SECRETS)


@pytest.mark.parametrize("header", ["", "Bearer ", "Basic abc", "Bearer é", "abc"])
def test_no_token_opens_nothing(header: str) -> None:
    assert not Observing(Meter(), "abc").admits(header)
    assert not Observing(Meter(), "").admits(header)
    assert Observing(Meter(), "abc").admits("bearer abc")


def test_the_token_is_made_once_and_is_the_users_alone(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    first = token_in(folder)
    assert first == token_in(folder)
    assert (folder / "metrics-token").stat().st_mode & 0o777 == 0o600
    (folder / "metrics-token").write_text("")
    with pytest.raises(PageError, match="is empty"):
        token_in(folder)


# OpenTelemetry

ENDED = datetime(2026, 3, 3, 19, 30, tzinfo=UTC)


def spans_of(body: dict[str, Any]) -> list[dict[str, Any]]:
    (resource,) = body["resourceSpans"]
    (scope,) = resource["scopeSpans"]
    return scope["spans"]


def test_a_turn_is_a_span_with_its_steps_below() -> None:
    body = request_of(timeline(an_interrupted_turn(TURN)), ENDED, "0.1")
    root, *steps = spans_of(body)
    assert root["name"] == "turn"
    assert {each["parentSpanId"] for each in steps} == {root["spanId"]}
    assert {each["traceId"] for each in steps} == {root["traceId"]}
    assert len({each["spanId"] for each in (root, *steps)}) == len(steps) + 1
    assert (len(root["traceId"]), len(root["spanId"])) == (32, 16)
    assert {"you speak", "endpoint", "transcript", "playback"} <= {each["name"] for each in steps}
    ended_ns = int(ENDED.timestamp()) * 10**9
    assert int(root["endTimeUnixNano"]) == ended_ns
    assert int(root["startTimeUnixNano"]) == ended_ns - 4_210_000_000
    assert all(int(e["startTimeUnixNano"]) <= int(e["endTimeUnixNano"]) for e in steps)


def test_no_words_leave() -> None:
    text = str(request_of(timeline(a_turn(TURN)), ENDED, "0.1"))
    assert not any(secret in text for secret in (*SECRETS, "files.delete"))


class Collector:
    """Takes traces as a collector of OpenTelemetry does."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.bodies: list[dict[str, Any]] = []
        app = Starlette(routes=[Route("/v1/traces", self._take, methods=["POST"])])
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app))

    async def _take(self, request: Request) -> Response:
        assert request.headers["content-type"] == "application/json"
        self.bodies.append(await request.json())
        return Response("{}", self.status)


def exported(collector: Collector, rows: list[dict[str, Any]]) -> None:
    async def run() -> None:
        exporter = Exporter("http://collector/v1/traces", lambda: ENDED, collector.client)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(exporter.run)
            for row in rows:
                exporter.hear(row)
                await anyio.sleep(0.01)
            tasks.cancel_scope.cancel()

    clock.run(run)


def test_turns_are_sent_to_the_collector() -> None:
    collector = Collector()
    exported(collector, [to_row(event) for event in (*a_turn(TURN), *a_turn(TurnId(8)))])
    assert len(collector.bodies) == 2
    assert spans_of(collector.bodies[0])[0]["name"] == "turn"


def test_a_collector_that_refuses_is_told_of_once(caplog: pytest.LogCaptureFixture) -> None:
    collector = Collector(status=503)
    rows = [to_row(event) for event in (*a_turn(TURN), *a_turn(TurnId(8)))]
    exported(collector, [{"type": "of a newer one", "at_s": 1.0}, *rows])
    assert len(collector.bodies) == 2
    (record,) = [each for each in caplog.records if each.name == "voiced.web.exporting"]
    assert "it answers 503" in record.getMessage()


def test_a_collector_that_is_gone_costs_only_its_spans(caplog) -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no")

    collector = Collector()
    collector.client = httpx.AsyncClient(transport=httpx.MockTransport(refuse))
    exported(collector, [to_row(event) for event in a_turn(TURN)])
    assert "ConnectError" in caplog.text


def test_of_what_waits_too_long_the_oldest_is_dropped() -> None:
    collector = Collector()

    async def run() -> None:
        exporter = Exporter("http://collector/v1/traces", lambda: ENDED, collector.client)
        for number in range(70):
            for event in a_turn(TurnId(number + 1)):
                exporter.hear(to_row(event))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(exporter.run)
            await anyio.sleep(1.0)
            tasks.cancel_scope.cancel()

    clock.run(run)
    assert len(collector.bodies) == 64


def test_a_turn_that_failed_is_an_error() -> None:
    failed = request_of(replace(timeline(a_turn(TURN)), outcome="failed"), ENDED, "0.1")
    assert spans_of(failed)[0]["status"] == {"code": 2}
