"""Intents: what can be said and what it would do, what was missed and how it is taught."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from voiced.composition.teaching import learn, taught_of
from voiced.errors import VoicedError
from voiced.plugin import Effect
from voiced.web import catalogue as reading
from voiced.web.catalogue import Catalogue, catalogue
from voiced.web.forms import leads_to, typed
from voiced.web.rendering import page
from voiced.web.site import site_of
from voiced.workers import in_worker

__all__ = ["TABS", "Tab", "routes"]

_NOT_THERE = 404
_MOST_LETTERS = 500


@dataclass(frozen=True, slots=True)
class Tab:
    """A page beside others of one view."""

    path: str
    title: str


TABS = (
    Tab("/intents", "What can be said"),
    Tab("/intents/try", "Try"),
    Tab("/intents/misses", "Misses"),
    Tab("/intents/plugins", "Plugins"),
    Tab("/intents/waiting", "Waiting for you"),
)


async def _catalogue(request: Request) -> Catalogue:
    loaded = await in_worker(site_of(request).load)
    return await in_worker(catalogue, loaded)


async def listed(request: Request) -> Response:
    """Every intent, by plugin."""
    found = await _catalogue(request)
    wanted = request.query_params.get("q", "")[:_MOST_LETTERS]
    return page(
        request,
        "intents/list.html",
        title="Intents",
        tabs=TABS,
        groups=reading.fitting(found, wanted),
        count=found.count,
        notices=found.notices,
        wanted=wanted,
    )


async def shown(request: Request) -> Response:
    """One intent with all that can be said for it."""
    found = (await _catalogue(request)).entry(request.path_params["name"])
    if found is None:
        raise HTTPException(_NOT_THERE, "There is no intent of that name.")
    group, entry = found
    return page(
        request,
        "intents/show.html",
        title=entry.intent.name,
        tabs=TABS,
        group=group,
        entry=entry,
        intent=entry.intent,
    )


async def tried(request: Request) -> Response:
    """What words would be understood as."""
    text = request.query_params.get("text", "").strip()[:_MOST_LETTERS]
    loaded = await in_worker(site_of(request).load)
    readings = await reading.read_as(loaded, text) if text else ()
    return page(request, "intents/try.html", title="Try", tabs=TABS, text=text, readings=readings)


async def misses(request: Request) -> Response:
    """What no sentence fits."""
    loaded = await in_worker(site_of(request).load)
    found, wordless = await reading.missed(loaded)
    return page(
        request,
        "intents/misses.html",
        title="Misses",
        tabs=TABS,
        misses=found,
        wordless=wordless,
        keeps=loaded.config.journal.transcripts,
    )


async def teach(request: Request) -> Response:
    """The form that teaches a sentence: first what it means, then which words fill its slots."""
    asked = request.query_params
    return await _teach_form(request, asked.get("sentence", ""), asked.get("intent", ""))


async def _teach_form(
    request: Request, sentence: str, name: str, error: VoicedError | None = None
) -> Response:
    found = await _catalogue(request)
    chosen = found.entry(name)
    values = dict((await typed(request)).as_mapping()) if error is not None else {}
    groups = [
        (group.name, [e.intent for e in group.entries if e.intent.effect is not Effect.X])
        for group in found.groups
    ]
    return page(
        request,
        "intents/teach.html",
        200 if error is None else 422,
        title="Teach a sentence",
        tabs=TABS,
        here_tab="/intents/misses",
        sentence=sentence[:_MOST_LETTERS],
        groups=groups,
        chosen=chosen[1].intent if chosen else None,
        values=values,
        error=error,
    )


async def taught(request: Request) -> Response:
    """Teach it, or say why that cannot be."""
    form = await typed(request)
    sentence, name = form["sentence"][:_MOST_LETTERS], form["intent"]
    slots = {
        key.removeprefix("slot."): words.strip()
        for key, words in form.as_mapping().items()
        if key.startswith("slot.") and words.strip()
    }
    loaded = await in_worker(site_of(request).load)
    try:
        template = await learn(loaded, sentence, name, slots)
    except VoicedError as error:
        return await _teach_form(request, sentence, name, error)
    return leads_to(f"/intents/show/{name}", taught=template)


async def unteach(request: Request) -> Response:
    """Forget a sentence that was taught."""
    form = await typed(request)
    loaded = await in_worker(site_of(request).load)
    owner = await in_worker(taught_of(loaded).remove, form["template"])
    return leads_to(f"/intents/show/{owner}" if owner else "/intents")


routes = (
    Route("/intents", listed),
    Route("/intents/show/{name}", shown),
    Route("/intents/try", tried),
    Route("/intents/misses", misses),
    Route("/intents/teach", teach),
    Route("/intents/teach", taught, methods=["POST"]),
    Route("/intents/unteach", unteach, methods=["POST"]),
)
