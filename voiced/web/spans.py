"""A turn as spans of OpenTelemetry, in the JSON of OTLP over HTTP. Pure.

Nothing but names of steps, durations and how the turn ended is in it; never what anybody said.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from voiced.timeline import Timeline
from voiced.timeline.lanes import lanes

__all__ = ["request_of"]

_TRACE_BYTES, _SPAN_BYTES = 16, 8
_INTERNAL = 1
_OK, _ERROR = 1, 2


def request_of(
    timeline: Timeline,
    ended: datetime,
    version: str,
    new_id: Callable[[int], str] = secrets.token_hex,
) -> dict[str, Any]:
    """The body of ``POST /v1/traces``.

    Args:
        timeline: The turn.
        ended: When it ended, by the clock of the wall.
        version: Of voiced.
        new_id: Gives so many random bytes as hexadecimal digits.
    """
    service = [_attribute("service.name", "voiced"), _attribute("service.version", version)]
    spans = list(_spans(timeline, ended, new_id))
    scope = {"scope": {"name": "voiced.turns"}, "spans": spans}
    return {"resourceSpans": [{"resource": {"attributes": service}, "scopeSpans": [scope]}]}


def _spans(
    timeline: Timeline, ended: datetime, new_id: Callable[[int], str]
) -> Iterator[Mapping[str, Any]]:
    trace, root = new_id(_TRACE_BYTES), new_id(_SPAN_BYTES)

    def span(name: str, since_s: float, until_s: float) -> dict[str, Any]:
        return {
            "traceId": trace,
            "spanId": new_id(_SPAN_BYTES),
            "name": name,
            "kind": _INTERNAL,
            "startTimeUnixNano": _nanoseconds(ended, since_s - timeline.ended_s),
            "endTimeUnixNano": _nanoseconds(ended, until_s - timeline.ended_s),
        }

    turn = span("turn", timeline.began_s, timeline.ended_s)
    turn["spanId"] = root
    turn["attributes"] = [_attribute("voiced.outcome", timeline.outcome)]
    turn["status"] = {"code": _ERROR if timeline.outcome == "failed" else _OK}
    yield turn
    for lane in lanes(timeline):
        for bar in lane.bars:
            child = span(lane.name, bar.start_s, bar.end_s)
            yield {**child, "parentSpanId": root}


def _nanoseconds(ended: datetime, after_s: float) -> str:
    """64 bits are a text in the JSON of protocol buffers."""
    at = ended + timedelta(seconds=after_s)
    return str(int(at.timestamp() * 1_000_000) * 1000)


def _attribute(key: str, value: str) -> dict[str, Any]:
    return {"key": key, "value": {"stringValue": value}}
