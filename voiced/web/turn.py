"""The turns that are kept: a list of them, how each went and why, and each once more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from voiced.config import Loaded, trace_folder
from voiced.errors import PageError
from voiced.memory.turn_store import KeptTurn, TurnStore
from voiced.timeline import Timeline
from voiced.timeline.comparison import compare
from voiced.timeline.decisions import decisions
from voiced.timeline.moments import moments
from voiced.timeline.picture import drawing
from voiced.timeline.reasons import reasons
from voiced.web.choices import changed, choices
from voiced.web.forms import leads_to, typed
from voiced.web.rendering import page
from voiced.web.reruns import Rerun, command
from voiced.web.site import site_of
from voiced.workers import in_worker

__all__ = ["number_in", "routes"]

_A_PAGE = 40
_MOST_DIGITS = 12
_NOT_SHOWN = frozenset({"text", "heard", "question", "slots"})
_WORDS = (
    ("transcript_final", "text", "you"),
    ("confirmation_asked", "question", "question"),
    ("reply_sentence", "text", "reply"),
    ("turn_ended", "heard", "heard"),
)


async def turns(request: Request) -> Response:
    """The turns, newest first."""
    before = number_in(request.query_params.get("before", ""))
    store, loaded = await _store(request)
    found = await in_worker(store.newest, _A_PAGE + 1, before)
    older = found[_A_PAGE - 1].number if len(found) > _A_PAGE else None
    return page(
        request,
        "turns.html",
        title="Turns",
        rows=[_row(turn) for turn in found[:_A_PAGE]],
        older=older,
        is_first=before is None,
        settings=loaded.config.trace,
    )


async def turn(request: Request) -> Response:
    """How one turn went, and why."""
    store, loaded = await _store(request)
    found = await _kept(request, store)
    near = await in_worker(_neighbours, store, found.number)
    timeline = found.timeline
    return page(
        request,
        "turn.html",
        title=f"Turn {found.number}",
        turn=_row(found),
        near=near,
        picture=_picture(timeline, "as it was"),
        moments=moments(timeline),
        reasons=[(timeline.ms(each.at_s), each.text) for each in reasons(timeline)],
        decisions=decisions(timeline),
        asked=[step.facts for step in timeline.of("model_replied")],
        words=list(_words(timeline)),
        is_whole="whole" in request.query_params,
        steps=[(timeline.ms(step.at_s), step.type, _facts(step.facts)) for step in timeline.steps],
        choices=choices(loaded.config),
        keeps_words=loaded.config.journal.transcripts,
    )


async def again(request: Request) -> Response:
    """Run it once more, with other settings."""
    store, loaded = await _store(request)
    found = await _kept(request, store)
    if found.sound is None:
        message = f"the sound of turn {found.number} is not kept"
        raise PageError(message, mend="set [trace] sound = true, and say it again")
    changes = changed(loaded.config, (await typed(request)).as_mapping())
    reruns = site_of(request).reruns
    rerun = reruns.begin(found.number, changes)
    task = BackgroundTask(reruns.carry_out, rerun, command(loaded, found.number, changes))
    answer = leads_to(f"/turns/{found.number}/replays/{rerun.id}")
    answer.background = task
    return answer


async def replay(request: Request) -> Response:
    """What came of that."""
    store, _ = await _store(request)
    found = await _kept(request, store)
    rerun = _rerun(request)
    first = rerun.timelines[0] if rerun.timelines else None
    return page(
        request,
        "replay.html",
        title=f"Turn {found.number}, replayed",
        turn=_row(found),
        rerun=rerun,
        before=_picture(found.timeline, "as it was"),
        after=None if first is None else _picture(first, "replayed"),
        rows=compare(found.timeline, first) if rerun.state == "done" else (),
    )


async def state(request: Request) -> Response:
    """Whether it still runs, for the script that waits."""
    return JSONResponse({"state": _rerun(request).state})


def _rerun(request: Request) -> Rerun:
    params = request.path_params
    rerun = site_of(request).reruns.rerun(params["number"], params["rerun"])
    if rerun is None:
        raise HTTPException(404, "That replay is not known any more.")
    return rerun


async def _store(request: Request) -> tuple[TurnStore, Loaded]:
    loaded = await in_worker(site_of(request).load)
    return TurnStore(trace_folder(loaded.config.journal)), loaded


async def _kept(request: Request, store: TurnStore) -> KeptTurn:
    number: int = request.path_params["number"]
    found = await in_worker(store.turn, number)
    if found is None:
        raise HTTPException(404, f"Turn {number} is not kept, or not any more.")
    return found


def _neighbours(store: TurnStore, number: int) -> dict[str, int | None]:
    """The turns before and after, for the links."""
    before = next(iter(store.newest(1, number)), None)
    after = store.turn(number + 1)
    return {
        "before": before.number if before else None,
        "after": after.number if after else None,
    }


def _row(turn: KeptTurn) -> dict[str, Any]:
    timeline = turn.timeline
    matched = timeline.first("intent_matched") or timeline.first("intent_returned")
    return {
        "number": turn.number,
        "at": turn.at.astimezone(),
        "outcome": timeline.outcome.replace("_", " "),
        "intent": matched.fact("intent") if matched else "",
        "first_ms": timeline.timing_ms.first_audio,
        "heard": timeline.heard_share,
        "seconds": turn.sound.seconds if turn.sound else None,
    }


def _picture(timeline: Timeline, how: str) -> str:
    return drawing(timeline, f"The turn {how}: what took how long. The table says the same.")


def _words(timeline: Timeline) -> Iterator[tuple[str, str]]:
    for kind, fact, who in _WORDS:
        texts = [step.fact(fact) for step in timeline.of(kind)]
        if any(texts):
            yield who, " ".join(filter(None, texts))


def _facts(facts: Any) -> str:
    """A step's facts but the words in it, which stand elsewhere."""
    known = {key: value for key, value in facts.items() if key not in _NOT_SHOWN}
    return ", ".join(f"{key} {value}" for key, value in known.items() if value not in (None, ""))


def number_in(text: str) -> int | None:
    """A number of an address; None where it is none."""
    is_number = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return int(text) if is_number else None


routes = (
    Route("/turns", turns),
    Route("/turns/{number:int}", turn),
    Route("/turns/{number:int}/replay", again, methods=["POST"]),
    Route("/turns/{number:int}/replays/{rerun:int}", replay),
    Route("/turns/{number:int}/replays/{rerun:int}/state", state),
)
