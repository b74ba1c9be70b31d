"""What is done on this machine alone, and not from another device that was let in.

Settings name programs that are started, and plugins are programs: not for whoever finds a phone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from functools import wraps
from typing import Any, TypeAlias

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

__all__ = ["at_home"]

View: TypeAlias = Callable[[Request], Awaitable[Response]]

_FORBIDDEN = 403
_WHY = "This is changed on the machine itself alone, not from another device."


def at_home(routes: Iterable[Route]) -> tuple[Route, ...]:
    """The routes; those that change something are for this machine alone."""
    return tuple(_guarded(route) for route in routes)


def _guarded(route: Route) -> Route:
    methods = route.methods or set()
    if "GET" in methods:
        return route
    return Route(route.path, _only_here(route.endpoint), methods=list(methods))


def _only_here(view: View) -> View:
    @wraps(view)
    async def guarded(request: Request) -> Response:
        doors: Any = request.scope["doors"]
        if doors.scheme != "http":
            raise HTTPException(_FORBIDDEN, _WHY)
        return await view(request)

    return guarded
