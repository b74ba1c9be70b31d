"""Now: how the assistant is, and what it hears, understands, does and says; and its handles."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from voiced.errors import ControlError, NoDaemon
from voiced.web.rendering import page
from voiced.web.site import Site, site_of

__all__ = ["routes"]

_CONFLICT, _UNAVAILABLE = 409, 503


async def now(request: Request) -> Response:
    """The page."""
    return page(request, "now.html", title="Now", **site_of(request).live.scene.as_row())


class EventStream(StreamingResponse):
    """Server-sent events; whoever makes them learns at once that the page has gone."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[bytes]) -> None:
        super().__init__(events)
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send them."""
        async with aclosing(self._events):
            await super().__call__(scope, receive, send)


async def live(request: Request) -> Response:
    """What happens, as it happens."""
    seen = request.headers.get("last-event-id") or request.query_params.get("seen", "")
    return EventStream(site_of(request).live.follow(seen))


async def do(request: Request) -> Response:
    """A handle was used: by a script, or by a form, which gets the page again."""
    act = _ACTS.get(request.path_params["act"])
    if act is None:
        raise ControlError("the page has no such handle", reason="bad_order")
    form = await request.form(max_files=0, max_fields=4)
    is_script = "application/json" in request.headers.get("accept", "")
    try:
        await act(site_of(request), form)
    except ControlError as error:
        if not is_script:
            raise
        status_code = _UNAVAILABLE if isinstance(error, NoDaemon) else _CONFLICT
        return JSONResponse({"message": error.message, "mend": error.mend}, status_code)
    return Response(status_code=204) if is_script else RedirectResponse("/", 303)


async def _press(site: Site, form: FormData) -> None:
    action, stream = str(form.get("action", "")), str(form.get("stream", ""))
    if action == "down":
        await site.live.press(stream)
    elif action == "up":
        await site.live.release(stream)
    else:
        await site.daemon.ask(do="ptt", action="toggle")


async def _say(site: Site, form: FormData) -> None:
    await site.daemon.ask(do="say", text=str(form.get("text", "")))


async def _answer(site: Site, form: FormData) -> None:
    await site.daemon.ask(
        do="answer", id=str(form.get("id", "")), answer=str(form.get("answer", ""))
    )


def _plain(verb: str) -> Callable[[Site, FormData], Awaitable[None]]:
    async def act(site: Site, _form: FormData) -> None:
        await site.daemon.ask(do=verb)

    return act


_ACTS: Mapping[str, Callable[[Site, FormData], Awaitable[None]]] = {
    "answer": _answer,
    "mute": _plain("mute"),
    "ptt": _press,
    "say": _say,
    "stop": _plain("stop"),
    "unmute": _plain("unmute"),
}

routes = (
    Route("/", now),
    Route("/live", live),
    Route("/do/{act}", do, methods=["POST"]),
)
