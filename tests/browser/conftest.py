"""One Chromium and one Firefox for all tests of this folder, with pages that are served here."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from browser_programs import Chromium, Firefox, Program, is_here, wait_for

from voiced_intents.browser.installing import Kit, install
from voiced_intents.browser.link import Browser, browsers
from voiced_intents.browser.wire import BrowserError, Tab, tabs_of

PROGRAMS: dict[str, tuple[str, type[Program]]] = {
    "Chromium": ("chromium", Chromium),
    "Firefox": ("firefox-esr", Firefox),
}


class Site:
    """Pages on this machine, by path; what is not there is a small page that says its path."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.root = f"http://127.0.0.1:{server.server_port}"
        self.pages: dict[str, str] = {}
        self.kinds: dict[str, str] = {}

    def add(self, path: str, title: str, body: str = "", head: str = "") -> str:
        """Serve a page; its address."""
        self.pages[path] = (
            f"<!doctype html><html lang=en><meta charset=utf-8>{head}"
            f"<title>{title}</title><body>{body}"
        )
        return self.root + path

    def read(self, path: str) -> str:
        return self.pages.get(path) or f"<!doctype html><title>page {path}</title><p>{path}"


@pytest.fixture(scope="session")
def site() -> Generator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.read(self.path).encode()
            self.send_response(200)
            kind = pages.kinds.get(self.path, "text/html")
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    pages = Site(server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield pages
    server.shutdown()
    server.server_close()


@dataclass
class Room:
    """A browser that has joined, with the program that it is."""

    program: Any
    home: Path
    env: dict[str, str]

    @property
    def sockets(self) -> Path:
        return Path(self.env["XDG_RUNTIME_DIR"]) / "voiced" / "browser"

    @property
    def browser(self) -> Browser:
        """It, as it has joined now."""
        return self.wait(self._joined, "to have joined")[0]

    def _joined(self) -> Sequence[Browser]:
        assert self.program.process.poll() is None, self.program.log.read_text()[-2000:]
        return browsers(self.sockets)

    def calm(self) -> Browser | None:
        """It, where it has joined and answers."""
        found = self._joined()
        try:
            return found[0] if found and found[0].call("status.ping") else None
        except BrowserError:
            return None

    def call(self, op: str, **arguments: Any) -> Any:
        return self.browser.call(op, **arguments)

    def tabs(self) -> list[Tab]:
        return list(tabs_of(self.call("tabs.list")))

    def wait(self, condition: Callable[[], Any], what: str) -> Any:
        return wait_for(condition, f"{what} in {self.program.name}")

    def open(self, url: str, **more: Any) -> int:
        """Open a page and wait until it is there."""
        identity = self.call("tabs.open", url=url, **more)["id"]
        self.loaded(identity, url)
        return int(identity)

    def tab(self, identity: int) -> Tab:
        return next(tab for tab in self.tabs() if tab.id == identity)

    def loaded(self, identity: int, url: str) -> None:
        """Wait until a tab shows the page of this address, with its title."""

        def is_there() -> bool:
            tab = self.tab(identity)
            return tab.url == url and tab.title not in ("", url, url.removeprefix("http://"))

        self.wait(is_there, url)

    def close_all(self) -> None:
        """Leave one empty tab, as a test found it."""
        keep = self.call("tabs.open")["id"]
        self.call("tabs.close", ids=[tab.id for tab in self.tabs() if tab.id != keep])


@contextlib.contextmanager
def started(name: str, **more: Any) -> Iterator[Room]:
    """A browser with a home of its own, until the end of the body."""
    command, kind = PROGRAMS[name]
    if not is_here(command):
        pytest.skip(f"{command} is not installed")
    home = Path(tempfile.mkdtemp(prefix="vb"))  # a short path, as those of sockets must be
    folders = {"XDG_CONFIG_HOME": "c", "XDG_DATA_HOME": "d", "XDG_RUNTIME_DIR": "r"}
    mine = {key: str(home / short) for key, short in folders.items()}
    mine |= {"HOME": str(home), "DBUS_SESSION_BUS_ADDRESS": "disabled:"}
    for short in folders.values():
        (home / short).mkdir(mode=0o700)
    with pytest.MonkeyPatch.context() as patch:
        for key, value in mine.items():
            patch.setenv(key, value)
        install(Kit.of_user())
    env = {**os.environ, **mine}
    program: Program = kind(home, env, **more)
    try:
        room = Room(program, home, env)
        assert room.browser
        yield room
    finally:
        program.end(signal.SIGKILL)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def chromium() -> Generator[Room]:
    with started("Chromium") as room:
        yield room


@pytest.fixture(scope="session")
def firefox() -> Generator[Room]:
    with started("Firefox") as room:
        yield room


@pytest.fixture
def started_browser() -> Generator[Callable[[str], Room]]:
    """Starts a browser for one test alone."""
    with contextlib.ExitStack() as stack:
        yield lambda name: stack.enter_context(started(name))


@pytest.fixture(params=["chromium", "firefox"])
def room(request: pytest.FixtureRequest) -> Room:
    """Each of the two, empty but for one tab."""
    found: Room = request.getfixturevalue(request.param)
    found.close_all()
    return found
