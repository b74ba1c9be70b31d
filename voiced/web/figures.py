"""Figures: how long each step took over time, what was missed, and what the daemon takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from voiced.config import Loaded, journal_folder, trace_folder
from voiced.errors import VoicedError
from voiced.journal.reading import JournalReader
from voiced.memory.turn_store import TurnStore
from voiced.memory.wakes import Wake, WakeFile
from voiced.timeline.reasons import OVERLAPS
from voiced.web.chart import chart
from voiced.web.figuring import Figures, Latency, Span, figures, span_named, span_of
from voiced.web.processes import Load, Sample, load, sample
from voiced.web.rendering import page
from voiced.web.site import site_of
from voiced.workers import in_worker

__all__ = ["routes"]

_SPANS = {"day": "24 hours", "week": "7 days", "month": "30 days"}


@dataclass(frozen=True, slots=True)
class _Found:
    """What the files tell of a span; ``problems`` are sentences on what cannot be read."""

    figures: Figures
    misses: int
    wakes: Sequence[Wake]
    is_cut: bool
    problems: tuple[str, ...]

    @property
    def false_wakes(self) -> int:
        """How often nothing was said after the wake word."""
        return sum(1 for wake in self.wakes if wake.is_false)


async def show(request: Request) -> Response:
    """The page."""
    site = site_of(request)
    span = span_of(span_named(request.query_params.get("over", "day")), datetime.now().astimezone())
    loaded = await in_worker(site.load)
    found = await in_worker(_look, loaded, span)
    status = await site.daemon.status()
    taken = await in_worker(_taken, request.app.state, status)
    return page(
        request,
        "figures.html",
        title="Figures",
        spans=_SPANS,
        span=span.name,
        found=found,
        charts=[_chart(latency) for latency in found.figures.latencies],
        overlaps=OVERLAPS,
        status=status,
        taken=taken,
        keeps=loaded.config.trace.keep_turns,
    )


def _look(loaded: Loaded, span: Span) -> _Found:
    settings = loaded.config.journal
    problems: list[str] = []
    store = TurnStore(trace_folder(settings))
    turns = _unless_it_fails(lambda: store.since(span.since), problems)
    reader = JournalReader(journal_folder(settings))
    misses = _unless_it_fails(lambda: reader.misses(span.since, span.until), problems)
    file = WakeFile(trace_folder(settings))
    wakes = _unless_it_fails(file.wakes, problems)
    return _Found(
        figures(((turn.at, turn.timeline) for turn in turns), span),
        len(misses),
        [wake for wake in wakes if span.since <= wake.at < span.until],
        bool(turns) and len(turns) >= loaded.config.trace.keep_turns,
        tuple(problems),
    )


def _unless_it_fails(read: Any, problems: list[str]) -> Any:
    """What is read; nothing where that fails, and a sentence on it."""
    try:
        return read()
    except VoicedError as error:
        problems.append(str(error))
        return ()


def _taken(state: Any, status: Mapping[str, Any] | None) -> Load | None:
    """What the daemon takes, since it was looked at last."""
    now = None if status is None else sample(int(status["pid"]))
    before: Sample | None = getattr(state, "sample", None)
    state.sample = now
    return None if now is None else load(now, before)


def _chart(latency: Latency) -> Mapping[str, Any]:
    return {"latency": latency, "picture": chart(latency) if latency.whole.count else None}


routes = (Route("/figures", show),)
