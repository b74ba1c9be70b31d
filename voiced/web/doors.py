"""The doors of the page: what is refused before any view sees it, and what every answer carries.

A web page of a stranger, open in the same browser, can send requests to this machine. So: the Host
must be one of our own to the letter (else a stranger's name that points here would do); whatever
changes something, and every stream, must come from our own page, as Origin and Sec-Fetch-Site tell;
and nobody gets anything without the cookie of a session. The judging is pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from voiced.web.rendering import stranger
from voiced.web.tokens import KeyRing

__all__ = [
    "ENTRANCE",
    "OPEN",
    "Doors",
    "Knock",
    "Refusal",
    "cookie_name",
    "doors_of",
    "judge",
    "nobody",
]

ENTRANCE = "/enter"
"""Where a token is exchanged for a session."""

_PUBLIC = ("/static/", "/metrics")
"""What any user of this machine can have."""

OPEN = (ENTRANCE, *_PUBLIC)
"""What can be had without a session: nothing of anybody is in it, or it has a token of its own."""

MOST_BODY_BYTES = 1 << 20

Refusal: TypeAlias = Literal["host", "origin", "site", "unproven", "length"]
"""Why a request is refused: its Host is not ours; it comes from a page of another origin, or of
another site; nothing proves that it comes from our page; its body is too long or of no length."""

_STATUS = {"host": 421, "length": 413, "missing": 401}
_READING = frozenset({"GET", "HEAD"})
_STREAMS = "/live"

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",  # without any, a form would tell no Origin
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@dataclass(frozen=True, slots=True)
class Knock:
    """What the headers of a request tell of where it comes from; all of each name."""

    method: str = "GET"
    path: str = "/"
    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    lengths: tuple[str, ...] = ()
    is_socket: bool = False

    @classmethod
    def of(cls, scope: Scope) -> Knock:
        """Of a request or a WebSocket."""
        named: dict[bytes, list[str]] = {}
        for name, value in scope["headers"]:
            named.setdefault(bytes(name).lower(), []).append(bytes(value).decode("latin-1"))
        return cls(
            method=scope.get("method", "GET"),
            path=scope["path"],
            hosts=tuple(named.get(b"host", ())),
            origins=tuple(named.get(b"origin", ())),
            sites=tuple(named.get(b"sec-fetch-site", ())),
            modes=tuple(named.get(b"sec-fetch-mode", ())),
            lengths=tuple(named.get(b"content-length", ())),
            is_socket=scope["type"] == "websocket",
        )

    @property
    def must_be_ours(self) -> bool:
        """Whether it may come from our own page alone."""
        is_stream = self.is_socket or self.path.startswith(_STREAMS)
        return is_stream or self.method not in _READING


def judge(knock: Knock, hosts: Iterable[str], scheme: str = "http") -> Refusal | None:
    """Why it is refused; None where it is not.

    Args:
        knock: The request.
        hosts: Our own Hosts, each with its port.
        scheme: By which we are reached.
    """
    if len(knock.hosts) != 1 or knock.hosts[0] not in hosts:
        return "host"
    own = f"{scheme}://{knock.hosts[0]}"
    if any(origin != own for origin in knock.origins):
        return "origin"
    if knock.must_be_ours:
        if any(site != "same-origin" for site in knock.sites):
            return "site"
        if not knock.origins and not knock.sites:
            return "unproven"
        return None if _fits(knock) else "length"
    is_link = knock.modes == ("navigate",)
    is_ours = all(site in {"same-origin", "none"} for site in knock.sites)
    return None if is_link or is_ours else "site"


def _fits(knock: Knock) -> bool:
    if knock.method in _READING or knock.is_socket:
        return True
    length = knock.lengths[0] if len(knock.lengths) == 1 else ""
    return length.isascii() and length.isdigit() and int(length) <= MOST_BODY_BYTES


def nobody(_: Scope) -> bool:
    """No request comes from another user: there is none, or nobody can tell."""
    return False


def cookie_name(port: int) -> str:
    """The cookie of a session; pages on other ports of this machine see it, and have their own."""
    return f"voiced_{port}"


class Doors:
    """Lets in whom it should, and sends the headers that keep a page to itself.

    Args:
        app: What is behind the doors.
        keys: The sessions.
        hosts: Our own Hosts, each with its port.
        port: Where we are.
        scheme: By which we are reached.
        is_of_another: Whether a request comes from another user of this machine.
    """

    def __init__(  # noqa: PLR0913 - each is a door of its own
        self,
        app: ASGIApp,
        keys: KeyRing,
        hosts: Sequence[str],
        port: int,
        *,
        scheme: str = "http",
        is_of_another: Callable[[Scope], bool] = nobody,
    ) -> None:
        self._app = app
        self.keys = keys
        self._hosts = frozenset(hosts)
        self.cookie = cookie_name(port)
        self.scheme = scheme
        self._is_of_another = is_of_another

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        knock = Knock.of(scope)
        refusal: str | None = judge(knock, self._hosts, self.scheme)
        if refusal is None and not knock.path.startswith(_PUBLIC) and self._is_of_another(scope):
            refusal = "user"
        if refusal is None and not knock.path.startswith(OPEN):
            refusal = None if self.keys.admits(self._session(scope)) else "missing"
        scope["doors"] = self
        if refusal is None:
            await self._app(scope, receive, self._guarded(send))
        elif knock.is_socket:
            await send({"type": "websocket.close"})
        else:
            answer = stranger(refusal, _STATUS.get(refusal, 403))
            await answer(scope, receive, self._guarded(send))

    def _session(self, scope: Scope) -> str:
        return HTTPConnection(scope).cookies.get(self.cookie, "")

    @staticmethod
    def _guarded(send: Send) -> Send:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
            await send(message)

        return guarded


def doors_of(request: HTTPConnection) -> Doors:
    """The doors that a request came through."""
    doors: Doors = request.scope["doors"]
    return doors
