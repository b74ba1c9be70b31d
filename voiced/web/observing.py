"""Figures for other programs: Prometheus asks here with a token, OpenTelemetry is sent to.

Both are off unless voiced.toml turns them on, when the page starts.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import anyio
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from voiced.config import WebSettings, journal_folder
from voiced.errors import PageError
from voiced.web.exporting import Exporter
from voiced.web.metrics import CONTENT_TYPE, Meter
from voiced.web.processes import Sample, sample
from voiced.web.site import Site, site_of
from voiced.workers import in_worker

__all__ = ["Observing", "observed", "routes", "token_in"]

_TOKEN_FILE = "metrics-token"  # noqa: S105 - the name of the file
_SCHEME = "bearer"


class Observing:
    """What is counted, and who may read it. ``meter`` None: nobody."""

    def __init__(self, meter: Meter | None = None, token: str = "") -> None:
        self.meter = meter
        self._token = token

    def admits(self, header: str) -> bool:
        """Whether the header Authorization holds the token."""
        scheme, _, given = header.partition(" ")
        is_right = secrets.compare_digest(given.strip().encode(), self._token.encode())
        return scheme.lower() == _SCHEME and bool(self._token) and is_right


@asynccontextmanager
async def observed(site: Site) -> AsyncGenerator[Observing]:
    """Count and send for as long as the body runs, if that is wanted."""
    loaded = await in_worker(site.load)
    settings: WebSettings = loaded.config.web
    found = Observing()
    if settings.metrics:
        token = await in_worker(token_in, journal_folder(loaded.config.journal))
        found = Observing(Meter(), token)
    if found.meter is not None:
        site.live.readers.append(found.meter.hear)
    async with anyio.create_task_group() as tasks:
        if settings.otlp_url:
            exporter = Exporter(settings.otlp_url)
            site.live.readers.append(exporter.hear)
            tasks.start_soon(exporter.run)
        yield found
        tasks.cancel_scope.cancel()


def token_in(folder: Path) -> str:
    """The token for Prometheus; made the first time, and yours alone to read. It blocks.

    Raises:
        PageError: It cannot be kept.
    """
    path = folder / _TOKEN_FILE
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
        with suppress(FileExistsError), os.fdopen(os.open(path, flags, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32) + "\n")
        token = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        message = f"the token for metrics cannot be kept: {path}: {error}"
        raise PageError(message) from error
    if not token:
        raise PageError(f"{path} is empty", mend="remove it, and start the page again")
    return token


async def metrics(request: Request) -> Response:
    """Figures in Prometheus' text format."""
    observing: Observing = request.app.state.observing
    if observing.meter is None:
        raise HTTPException(404)
    if not observing.admits(request.headers.get("authorization", "")):
        return Response("no such token\n", 401, {"WWW-Authenticate": "Bearer"}, "text/plain")
    status = await site_of(request).daemon.status()
    mode: str | None = None if status is None else str(status["mode"])
    taken: Sample | None = None if status is None else sample(int(status["pid"]))
    return Response(observing.meter.text(mode, taken), media_type=CONTENT_TYPE)


routes = (Route("/metrics", metrics, methods=["GET"]),)
