"""Now: how the assistant is, and what it hears, understands, does and says."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from voiced.web.rendering import page
from voiced.web.site import site_of

__all__ = ["routes"]


async def now(request: Request) -> Response:
    """The page."""
    status = await site_of(request).daemon.status()
    return page(request, "now.html", title="Now", status=status)


routes = (Route("/", now),)
