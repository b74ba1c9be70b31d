"""Runs the page: one for each user, on 127.0.0.1; and the link that lets one in."""

from __future__ import annotations

import signal
import socket
import ssl
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import anyio
import uvicorn
from starlette.types import ASGIApp

from voiced.composition.page import port_of
from voiced.config import Loaded
from voiced.errors import NoDaemon, PageError
from voiced.web.app import site_pages
from voiced.web.away import Away
from voiced.web.daemon import Daemon
from voiced.web.doors import Doors, nobody
from voiced.web.neighbours import can_tell, is_of_another
from voiced.web.site import Site
from voiced.web.tokens import KeyRing
from voiced.workers import in_worker

__all__ = [
    "Outside",
    "announced",
    "listening",
    "new_link",
    "running_port",
    "serve",
    "site_at",
]

_ADDRESS = "127.0.0.1"
_PORT_FILE = "port"
_MOST_CONNECTIONS = 128
_GRACE_S = 1
_OTHER_PORT = "choose another port: voiced web --port N, or port in [web] of voiced.toml"
_ENDS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def listening(port: int, address: str = _ADDRESS) -> Generator[socket.socket]:
    """The page's own socket.

    Raises:
        PageError: Another program has the port, or there is no such address.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((address, port))
        except OSError as error:
            message = f"the page cannot be at {address}:{port}: {error.strerror}"
            raise PageError(message, mend=_OTHER_PORT) from error
        yield listener


@contextmanager
def announced(folder: Path, port: int) -> Generator[None]:
    """Tell other calls of `voiced web` where the page is, while the body runs."""
    path = folder / _PORT_FILE
    path.write_text(f"{port}\n", encoding="ascii")
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()


def new_link(site: Site | Away) -> str:
    """A link that lets one in, once.

    Raises:
        PageError: Tokens cannot be kept.
    """
    try:
        return site.link(site.keys.issue())
    except OSError as error:
        message = f"the page's token cannot be kept: {error.filename}: {error.strerror}"
        raise PageError(message) from error


def site_at(load: Callable[[], Loaded], folder: Path, control: Path, port: int) -> Site:
    """The page at a port.

    Args:
        load: Reads the configuration.
        folder: Where tokens and sessions lie.
        control: Where the daemon's socket lies.
        port: Where the page is.
    """
    return Site(load, Daemon(control), KeyRing(folder), port)


def running_port(folder: Path) -> int:
    """Where the page is that runs already.

    Raises:
        NoDaemon: That is not known.
    """
    port = port_of(folder)
    if port is None:
        message = "another voiced web is just starting, or ending"
        raise NoDaemon(message, reason="no_page", mend="try again in a moment")
    return port


@dataclass(frozen=True, slots=True)
class Outside:
    """The page for other devices: where they come in, by which socket."""

    away: Away
    listener: socket.socket


async def serve(
    site: Site,
    listener: socket.socket,
    until: Callable[[], object] | None = None,
    outside: Outside | None = None,
) -> None:
    """Serve the page until a signal ends it, or ``until``, which blocks, returns."""
    pages = site_pages(site)
    judge = is_of_another if await in_worker(can_tell) else nobody
    doors = Doors(pages, site.keys, site.hosts, site.port, is_of_another=judge)
    server = _Server(_config(doors), site)
    async with anyio.create_task_group() as tasks:
        if until is not None:
            tasks.start_soon(_end_after, until, server)
        if outside is not None:
            tasks.start_soon(_serve_outside, pages, outside, site)
        await server.serve(sockets=[listener])
        tasks.cancel_scope.cancel()


async def _serve_outside(pages: ASGIApp, outside: Outside, site: Site) -> None:
    context = await in_worker(outside.away.tls)

    def tls(_config: uvicorn.Config, _default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
        return context

    config = _config(outside.away.doors(pages), lifespan="off")
    config.ssl_context_factory = tls
    await _Second(config, site).serve(sockets=[outside.listener])


def _config(app: ASGIApp, lifespan: Literal["on", "off"] = "on") -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan=lifespan,
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_graceful_shutdown=_GRACE_S,
    )


async def _end_after(until: Callable[[], object], server: uvicorn.Server) -> None:
    await in_worker(until)
    server.should_exit = True


class _Server(uvicorn.Server):
    """Lets open pages go when it is to end; else it would wait for them. A signal is a good end."""

    def __init__(self, config: uvicorn.Config, site: Site) -> None:
        super().__init__(config)
        self._site = site

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """End at a signal, and not by it."""
        before = {number: signal.signal(number, self.handle_exit) for number in _ENDS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._site.live.end()
        await super().shutdown(sockets)


class _Second(_Server):
    """Ends with the first one, which has the signals."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave them to the first."""
        yield
