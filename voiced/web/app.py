"""The page as an ASGI application: the views behind the doors."""

from __future__ import annotations

import logging
import traceback
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from voiced.errors import NoDaemon, VoicedError
from voiced.web import (
    entering,
    fetching,
    figures,
    intents,
    journal,
    now,
    observing,
    plugins,
    setting_up,
    settings,
    sounding,
    turn,
)
from voiced.web.doors import Doors
from voiced.web.rendering import STATIC, page
from voiced.web.site import Site

__all__ = ["site_app", "site_pages"]

_VIEWS = (
    entering,
    now,
    turn,
    figures,
    journal,
    observing,
    plugins,
    intents,
    setting_up,
    settings,
    sounding,
    fetching,
)

_NOT_THERE = 404
_log = logging.getLogger(__name__)


def site_app(site: Site) -> ASGIApp:
    """The page, behind the doors of this machine."""
    return Doors(site_pages(site), site.keys, site.hosts, site.port)


def site_pages(site: Site) -> ASGIApp:
    """The page without any doors."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        async with observing.observed(site) as found, anyio.create_task_group() as tasks:
            app.state.observing = found
            tasks.start_soon(site.live.run)
            yield
            tasks.cancel_scope.cancel()

    app = Starlette(
        lifespan=lifespan,
        routes=[
            *(route for view in _VIEWS for route in view.routes),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        exception_handlers={VoicedError: _sorry, HTTPException: _not_so, Exception: _broken},
    )
    app.state.site = site
    app.state.observing = observing.Observing()
    return app


async def _sorry(request: Request, error: Exception) -> Response:
    """An error that a person can meet: what, and what helps."""
    message, mend = (error.message, error.mend) if isinstance(error, VoicedError) else ("", "")
    status_code = 503 if isinstance(error, NoDaemon) else 409
    return page(
        request, "sorry.html", status_code, title="That did not work", message=message, mend=mend
    )


async def _not_so(request: Request, error: Exception) -> Response:
    status_code = error.status_code if isinstance(error, HTTPException) else 500
    title = "There is no such page" if status_code == _NOT_THERE else "That did not work"
    message = error.detail if isinstance(error, HTTPException) else ""
    return page(request, "sorry.html", status_code, title=title, message=message, mend="")


async def _broken(request: Request, error: Exception) -> Response:
    """A mistake of ours: the log gets its name and its place, and nothing that anybody said."""
    kind, where = type(error).__name__, traceback.extract_tb(error.__traceback__)[-1]
    _log.error("the page: %s at %s:%s", kind, where.filename, where.lineno)
    message = (
        f"This is a mistake in the page itself ({kind}). The terminal of voiced web says more."
    )
    return page(request, "sorry.html", 500, title="That did not work", message=message, mend="")
