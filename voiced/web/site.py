"""What all views of the page share: where it is, the daemon, the configuration, the sessions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

from voiced.config import Loaded
from voiced.web.daemon import Daemon
from voiced.web.live import Live
from voiced.web.reruns import Reruns
from voiced.web.tokens import KeyRing

__all__ = ["HOST", "Site", "site_of"]

HOST = "voiced.localhost"
"""A name of this machine that no other program uses: its cookies are ours alone."""


@dataclass(frozen=True, slots=True)
class Site:
    """The page, as a view sees it.

    Attributes:
        load: Reads the configuration as it is now; it blocks.
        daemon: Is asked, and watched.
        keys: The tokens and sessions.
        port: Where the page is on 127.0.0.1.
        reruns: Turns that run again.
        live: What open pages follow.
    """

    load: Callable[[], Loaded]
    daemon: Daemon
    keys: KeyRing
    port: int
    reruns: Reruns = field(default_factory=Reruns)
    live: Live = field(init=False)

    def __post_init__(self) -> None:
        """Follow the daemon."""
        object.__setattr__(self, "live", Live(self.daemon))
        self.live.readers.append(self._hear)

    def forget(self) -> None:
        """Hold nothing any more of what was said."""
        self.reruns.clear()
        self.live.forget()

    def _hear(self, event: Mapping[str, Any]) -> None:
        if event["type"] == "memory_erased":
            self.reruns.clear()

    @property
    def hosts(self) -> tuple[str, ...]:
        """What a browser may call it."""
        return tuple(f"{name}:{self.port}" for name in (HOST, "127.0.0.1", "localhost"))

    def link(self, token: str) -> str:
        """The address that lets one in, once."""
        return f"http://{HOST}:{self.port}/enter?token={token}"


def site_of(request: Request) -> Site:
    """The page that a request came to."""
    site: Site = request.app.state.site
    return site
