"""Forgetting in two steps: what exactly would be erased, and then yes.

What was shown is what is erased: where it has changed in between, it is shown anew.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from voiced.config import journal_folder
from voiced.journal.reading import JournalReader, Page
from voiced.plugin import Forgotten
from voiced.web.forms import typed
from voiced.web.rendering import page
from voiced.web.scopes import SPANS, Forgetting, read_form
from voiced.web.site import site_of
from voiced.web.upkeep import forget, preview
from voiced.workers import in_worker

__all__ = ["Previews", "routes"]

_MOST = 16
_SHOWN = 50


@dataclass(slots=True)
class Previews:
    """What was shown last, each under a name that is used once."""

    _known: OrderedDict[str, tuple[Forgetting, Forgotten]] = field(
        default_factory=OrderedDict[str, tuple[Forgetting, Forgotten]]
    )

    def keep(self, wanted: Forgetting, shown: Forgotten) -> str:
        """The name of what was shown."""
        name = secrets.token_urlsafe(16)
        self._known[name] = (wanted, shown)
        while len(self._known) > _MOST:
            self._known.popitem(last=False)
        return name

    def take(self, name: str) -> tuple[Forgetting, Forgotten] | None:
        """What was shown under that name; None where it is used or not known."""
        return self._known.pop(name, None)

    def clear(self) -> None:
        """Know nothing of what was to be forgotten."""
        self._known.clear()


async def choose(request: Request) -> Response:
    """The form."""
    day = request.query_params.get("day", "")
    return page(request, "forget.html", title="Forget", spans=SPANS, day=day)


async def look(request: Request) -> Response:
    """What would be erased."""
    fields = await typed(request)
    wanted = read_form(fields.as_mapping(), datetime.now().astimezone())
    return await _preview(request, wanted, has_changed=False)


async def erase(request: Request) -> Response:
    """Erase what was shown."""
    site = site_of(request)
    taken = _previews(request).take((await typed(request))["preview"])
    if taken is None:
        return page(request, "forget.html", title="Forget", spans=SPANS, day="", is_void=True)
    wanted, shown = taken
    loaded = await in_worker(site.load)
    if await in_worker(preview, loaded, wanted) != shown:
        return await _preview(request, wanted, has_changed=True)
    held = await site.daemon.forget()
    done = await in_worker(forget, loaded, wanted)
    site.forget()
    _previews(request).clear()
    return page(
        request,
        "forgotten.html",
        title="Forgotten",
        wanted=str(wanted),
        done=asdict(done),
        held=held,
    )


async def _preview(request: Request, wanted: Forgetting, *, has_changed: bool) -> Response:
    loaded = await in_worker(site_of(request).load)
    found = await in_worker(preview, loaded, wanted)
    reader = JournalReader(journal_folder(loaded.config.journal))
    first = await in_worker(_first, reader, wanted)
    return page(
        request,
        "forget_preview.html",
        title="Forget: what it will erase",
        wanted=str(wanted),
        counts=asdict(found),
        is_empty=not any((found.said, found.changes, found.turns, found.taught, found.ended))
        and not found.pauses,
        records=first.records,
        total=found.said + found.changes + found.kept,
        has_changed=has_changed,
        name=_previews(request).keep(wanted, found),
    )


def _first(reader: JournalReader, wanted: Forgetting) -> Page:
    """The newest of the records that would go."""
    if wanted.words:
        return reader.search(wanted.words, count=_SHOWN)
    far = datetime.now().astimezone() + timedelta(days=3660)
    since = wanted.since or datetime.fromtimestamp(0).astimezone()
    return reader.between(since, wanted.until or far, count=_SHOWN)


def _previews(request: Request) -> Previews:
    state = request.app.state
    if not hasattr(state, "previews"):
        state.previews = Previews()
    found: Previews = state.previews
    return found


routes = (
    Route("/journal/forget", choose, methods=["GET"]),
    Route("/journal/forget", erase, methods=["POST"]),
    Route("/journal/forget/preview", look, methods=["POST"]),
)
