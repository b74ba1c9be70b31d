"""The journal: day by day and by words, undo, what is forgotten, how long it is kept."""

from __future__ import annotations

from datetime import date
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from voiced.config import journal_folder
from voiced.errors import PageError
from voiced.journal import Change, Record
from voiced.journal.reading import Day, JournalReader, Page, Shown
from voiced.web import forgetting
from voiced.web.changing import put_in_force, write
from voiced.web.forms import leads_to, typed
from voiced.web.rendering import page
from voiced.web.site import site_of
from voiced.web.turn import number_in
from voiced.web.upkeep import undone
from voiced.workers import in_worker

__all__ = ["routes"]

_A_PAGE = 50
_MOST_LETTERS = 200
_MOST_DAYS = 3660
_FIRST_YEAR, _LAST_YEAR = 1971, 9000
_UNDOABLE = frozenset({"begun", "done"})


async def journal(request: Request) -> Response:
    """A day of it, or what holds some words."""
    loaded = await in_worker(site_of(request).load)
    reader = JournalReader(journal_folder(loaded.config.journal))
    words = request.query_params.get("q", "").strip()[:_MOST_LETTERS]
    before = number_in(request.query_params.get("before", ""))
    chosen = _day(request.query_params.get("day", ""))
    days, found = await in_worker(_look, reader, (words, chosen, before))
    return page(
        request,
        "journal.html",
        title="Journal",
        is_there=reader.is_there,
        words=words,
        days=days,
        day=chosen or (days[0].day if days else None),
        rows=[_row(shown) for shown in found.records],
        older=found.older,
        is_first=before is None,
        settings=loaded.config.journal,
        has_changed=request.query_params.get("kept", ""),
    )


def _look(
    reader: JournalReader, wanted: tuple[str, date | None, int | None]
) -> tuple[tuple[Day, ...], Page]:
    words, chosen, before = wanted
    days = reader.days()
    if words:
        return days, reader.search(words, before, _A_PAGE)
    day = chosen or (days[0].day if days else None)
    return days, Page() if day is None else reader.of_day(day, before, _A_PAGE)


async def record(request: Request) -> Response:
    """One record, with all of its text; a change can be taken back here."""
    found = await _record(request)
    return page(
        request,
        "record.html",
        title=f"Record {found.id}",
        row=_row(Shown(found, 0)),
        said=request.query_params.get("undone", "") != "",
    )


async def undo(request: Request) -> Response:
    """Take a change back."""
    found, site = await _record(request), site_of(request)
    if not isinstance(found, Change):
        raise HTTPException(404, "That is no change.")
    await undone(site.daemon, site.load, found.id)
    return leads_to(f"/journal/{found.id}", undone="1")


async def keep(request: Request) -> Response:
    """Change how many days what was said is kept."""
    site = site_of(request)
    days = number_in((await typed(request))["keep_days"])
    if days is None or not 1 <= days <= _MOST_DAYS:
        message = "that is no number of days"
        raise PageError(message, mend=f"write a whole number from 1 to {_MOST_DAYS}")
    loaded = await in_worker(site.load)
    what = f"keep_days: {loaded.config.journal.keep_days} to {days}"
    await in_worker(write, loaded, "journal", {"keep_days": days}, what, "")
    done = await put_in_force(site.daemon)
    if done.error:
        raise PageError(done.error, mend="look at the file: voiced doctor")
    return leads_to("/journal", kept="now" if done.is_running else "later")


async def _record(request: Request) -> Record:
    loaded = await in_worker(site_of(request).load)
    reader = JournalReader(journal_folder(loaded.config.journal))
    found = await in_worker(reader.whole, request.path_params["number"])
    if found is None:
        raise HTTPException(404, "That record is not in the journal, or not any more.")
    return found


def _row(shown: Shown) -> dict[str, Any]:
    found = shown.record
    row: dict[str, Any] = {
        "id": found.id,
        "at": found.at.astimezone(),
        "is_cut": shown.is_cut,
        "letters": shown.letters,
        "is_undoable": False,
    }
    if isinstance(found, Change):
        ended = found.ended.astimezone() if found.ended else None
        can_be = found.state in _UNDOABLE and bool(found.operation)
        about = {"intent": found.intent, "state": found.state, "ended": ended}
        return {**row, "who": "change", "text": found.summary, "is_undoable": can_be, **about}
    return {**row, "who": found.role, "text": found.text}


def _day(text: str) -> date | None:
    """A day of an address; None where it is none that a journal could have."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if _FIRST_YEAR <= day.year <= _LAST_YEAR else None


routes = (
    Route("/journal", journal),
    *forgetting.routes,
    Route("/journal/keep", keep, methods=["POST"]),
    Route("/journal/{number:int}", record),
    Route("/journal/{number:int}/undo", undo, methods=["POST"]),
)
