"""Plugins: how they stand, enabling and disabling; and what other programs ask for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from voiced.composition.brain import open_brain
from voiced.config import Loaded, journal_folder
from voiced.errors import ControlError, IntentDenied
from voiced.mcp import RequestBook
from voiced.mcp.requests import Outcome, WaitingRequest
from voiced.offering import adopt, carry_out
from voiced.plugin import Effect
from voiced.registry import disable, enable
from voiced.web.at_home import at_home
from voiced.web.catalogue import EFFECTS, catalogue
from voiced.web.forms import leads_to, typed
from voiced.web.intents import TABS
from voiced.web.rendering import page
from voiced.web.site import site_of
from voiced.workers import in_worker

__all__ = ["routes"]

_NOT_THERE = 404
_STATES: Mapping[str, tuple[str, str]] = {
    "runs": ("good", "runs"),
    "new": ("quiet", "not enabled yet"),
    "changed": ("warn", "has changed, so it does not run"),
    "disabled": ("quiet", "disabled"),
    "stopped": ("bad", "switched off: it failed again and again"),
    "failed": ("bad", "cannot be loaded"),
}


async def listed(request: Request) -> Response:
    """Every plugin and how it stands."""
    loaded = await in_worker(site_of(request).load)
    found = await in_worker(catalogue, loaded)
    return page(
        request,
        "intents/plugins.html",
        title="Plugins",
        tabs=TABS,
        standings=found.standings,
        groups={group.name: group for group in found.groups},
        servers=[group for group in found.groups if group.name.startswith("mcp.")],
        notices=found.notices,
        states=_STATES,
        effects=[(effect, EFFECTS[effect]) for effect in Effect if effect is not Effect.X],
        words={effect.value: EFFECTS[effect] for effect in Effect},
        in_file=set(loaded.config.intents.disabled),
        as_time=_as_time,
    )


def _as_time(at_s: float) -> str:
    return datetime.fromtimestamp(at_s).astimezone().strftime("%Y-%m-%d %H:%M")


async def enabled(request: Request) -> Response:
    """Let a plugin run from now on, as it is now, with the classes that were ticked."""
    form, name = await typed(request), request.path_params["name"]
    loaded = await in_worker(site_of(request).load)
    grant = [effect for effect in Effect if effect.name in form.every("grant")]
    if form["foreign"] and not grant:
        message = f"{name} was not enabled: no effect class was granted to it"
        raise IntentDenied(message, mend="tick what it may do")
    await in_worker(enable, name, loaded.config.intents, grant)
    return leads_to("/intents/plugins", done=name)


async def disabled(request: Request) -> Response:
    """Keep a plugin from running; what was granted to it is taken back."""
    name = request.path_params["name"]
    loaded = await in_worker(site_of(request).load)
    await in_worker(disable, name, loaded.config.intents)
    return leads_to("/intents/plugins", done=name)


def _book(loaded: Loaded) -> RequestBook:
    return RequestBook(journal_folder(loaded.config.journal) / "mcp-requests")


async def waiting(request: Request) -> Response:
    """What the assistant asks, and what other programs ask for."""
    site = site_of(request)
    loaded = await in_worker(site.load)
    found = await in_worker(_book(loaded).waiting)
    try:
        asked = (await site.daemon.ask(do="asked"))["asked"]
    except ControlError:  # it does not run, or does not let us ask
        asked = None
    title = "Waiting for you"
    return page(request, "intents/waiting.html", title=title, tabs=TABS, found=found, asked=asked)


async def looked_at(request: Request) -> Response:
    """One of them, with the question that is asked before it is done."""
    loaded = await in_worker(site_of(request).load)
    asked = await _named(request, _book(loaded))
    async with open_brain(loaded, hears=False, is_serving=True) as brain:
        _, question = await adopt(brain.dispatcher, asked)
    return page(
        request,
        "intents/request.html",
        title="A program asks",
        tabs=TABS,
        asked=asked,
        effect=EFFECTS[question.call.effect],
        question=question.text,
        mark=_mark(question.text),
    )


async def decided(request: Request) -> Response:
    """Do what was read and agreed to, to the letter; or throw it away."""
    form = await typed(request)
    loaded = await in_worker(site_of(request).load)
    book = _book(loaded)
    asked = await _named(request, book)
    if form["decision"] != "do":
        await in_worker(book.take, asked.id)
        await in_worker(book.tell, asked, Outcome("The user refused.", is_done=False))
        return leads_to("/intents/waiting")
    async with open_brain(loaded, hears=False, is_serving=True) as brain:
        proposed = await adopt(brain.dispatcher, asked)
        if _mark(proposed[1].text) != form["mark"]:
            message = "nothing was done: what it would do is not what you read any more"
            raise IntentDenied(message, intent=asked.intent, mend="look at it again")
        if await in_worker(book.take, asked.id) is None:
            raise HTTPException(_NOT_THERE, "It was decided elsewhere, or is void.")
        result = await carry_out(proposed, asked, book)
    return page(
        request,
        "intents/outcome.html",
        title="It was done" if result.error is None else "It failed",
        tabs=TABS,
        text=result.spoken,
        error=result.error,
    )


async def _named(request: Request, book: RequestBook) -> WaitingRequest:
    name = request.path_params["name"]
    for each in await in_worker(book.waiting):
        if each.id == name:
            return each
    raise HTTPException(_NOT_THERE, "There is no such request; after ten minutes they are void.")


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


routes = at_home(
    (
        Route("/intents/plugins", listed),
        Route("/intents/plugins/{name}/enable", enabled, methods=["POST"]),
        Route("/intents/plugins/{name}/disable", disabled, methods=["POST"]),
        Route("/intents/waiting", waiting),
        Route("/intents/waiting/{name}", looked_at),
        Route("/intents/waiting/{name}", decided, methods=["POST"]),
    )
)
