"""Turns to a collector of OpenTelemetry, as they end; only where the user named one.

A collector that is slow or gone costs the spans of that time, and is told once.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import anyio
import httpx

from voiced import __version__
from voiced.control.rows import event_of
from voiced.timeline import Timeline, TimelineBuilder
from voiced.web.spans import request_of

__all__ = ["Exporter"]

_log = logging.getLogger(__name__)

_MOST_WAITING = 64
_ANSWER_S = 5.0


class Exporter:
    """Sends the turns that it hears of.

    Args:
        url: Where the collector takes traces, as http://127.0.0.1:4318/v1/traces.
        now: The time of day.
        client: Asks the collector; None: a plain one.
    """

    def __init__(
        self,
        url: str,
        now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
        client: httpx.AsyncClient | None = None,
    ) -> None:
        self._url = url
        self._now = now
        self._client = client or httpx.AsyncClient(timeout=_ANSWER_S, trust_env=False)
        self._builder = TimelineBuilder(words=False)
        self._waiting: deque[tuple[Timeline, datetime]] = deque(maxlen=_MOST_WAITING)
        self._news = anyio.Event()
        self._has_failed = False

    def hear(self, row: Mapping[str, Any]) -> None:
        """Take a row of the event stream; where too much waits, the oldest turn is dropped."""
        event = event_of(row)
        timeline = None if event is None else self._builder.hear(event)
        if timeline is not None:
            if len(self._waiting) == _MOST_WAITING:
                self._tell("it takes too long")
            self._waiting.append((timeline, self._now()))
            self._news.set()

    async def run(self) -> None:
        """Send until cancelled."""
        async with self._client:
            while True:
                await self._news.wait()
                self._news = anyio.Event()
                while self._waiting:
                    await self._export(*self._waiting.popleft())

    async def _export(self, timeline: Timeline, ended: datetime) -> None:
        try:
            body = request_of(timeline, ended, __version__)
            answer = await self._client.post(self._url, json=body)
        except httpx.HTTPError as error:
            self._tell(type(error).__name__)
            return
        if answer.is_success:
            self._has_failed = False
        else:
            self._tell(f"it answers {answer.status_code}")

    def _tell(self, reason: str) -> None:
        if not self._has_failed:
            self._has_failed = True
            _log.warning("the collector of [web] otlp_url did not take a turn: %s", reason)
