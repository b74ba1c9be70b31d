"""A browser that is not there: a real socket that speaks the wire, with everything in memory.

    with FakeBrowser("Firefox") as firefox:
        tab = firefox.add_tab("https://example.org/", "Example")
        ...
        assert firefox.calls == [("tabs.close", {"ids": [tab["id"]]})]

It lies where ``voiced_intents.browser.link`` looks, so set XDG_RUNTIME_DIR first: the fixture
``browser_home`` does. To misbehave: ``slow_s``, ``dies_at``, ``refuses``, ``lies``.
"""

from __future__ import annotations

import itertools
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from voiced_intents.browser_host import frames

__all__ = ["FakeBrowser", "Page", "browser_home"]

Args = dict[str, Any]
_numbers = itertools.count(1)


@pytest.fixture
def browser_home(monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    """A session folder of this test's own; its path is short, as those of sockets must be."""
    home = Path(tempfile.mkdtemp(prefix="vb"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(home))
    yield home
    shutil.rmtree(home, ignore_errors=True)


@dataclass
class Page:
    """What a tab shows."""

    text: str = ""
    language: str = "en"
    links: list[tuple[str, str]] = field(default_factory=list)
    is_closed: bool = False
    """One of the browser's own pages, which no extension can see into."""


class Refused(Exception):
    """An error of the wire; its argument is the code."""


@dataclass
class FakeBrowser:
    """A browser in memory; ``run`` changes when it is started anew."""

    name: str = "Firefox"
    last_used_ms: int = 0
    private_allowed: bool = False
    version: str = "153.0"
    run: str = "run-1"
    profile: str = "profile-1"
    extension: str = "1.0.0"
    slow_s: float = 0.0
    dies_at: set[str] = field(default_factory=set)
    """Operations in the middle of which it ends, without an answer."""
    refuses: dict[str, str] = field(default_factory=dict)
    """Operation to the code of the error that it answers with."""
    lies: dict[str, Any] = field(default_factory=dict)
    """Operation to what it answers, whatever was asked; bytes are sent as they are."""
    tabs: list[Args] = field(default_factory=list)
    bookmarks: list[Args] = field(default_factory=list)
    folders: list[Args] = field(default_factory=lambda: [{"id": "f1", "title": "Bookmarks"}])
    history: list[Args] = field(default_factory=list)
    pages: dict[str, Page] = field(default_factory=dict)
    calls: list[tuple[str, Args]] = field(default_factory=list)
    closed: dict[str, Args] = field(default_factory=dict)
    back: list[int] = field(default_factory=list)
    reloaded: list[int] = field(default_factory=list)
    scrolled: dict[int, int] = field(default_factory=dict)

    # what a test puts into it

    def add_tab(self, url: str = "about:blank", title: str = "", **more: Any) -> Args:
        """Open a tab as its user would."""
        window = more.pop("window", 1)
        is_active = more.pop("active", True)
        tab = {
            "id": next(_numbers),
            "window": window,
            "index": sum(each["window"] == window for each in self.tabs),
            "title": title or url,
            "url": url,
            "active": False,
            "pinned": False,
            "muted": False,
            "audible": False,
            "used_ms": 0,
            "private": False,
            **more,
        }
        self.tabs.append(tab)
        if is_active:
            self._activate(tab)
        return tab

    def add_bookmark(self, title: str, url: str, folder: str = "Bookmarks") -> Args:
        """Put a bookmark into it."""
        mark = {"id": f"b{next(_numbers)}", "title": title, "url": url, "folder": folder}
        self.bookmarks.append(mark)
        return mark

    def add_visit(self, title: str, url: str, last_ms: int, count: int = 1) -> Args:
        """Put a page into its history."""
        visit = {"title": title, "url": url, "last_ms": last_ms, "count": count}
        self.history.append(visit)
        return visit

    def active(self, window: int | None = None) -> Args:
        """The tab in front: of a window, or of the one that was used last."""
        shown = [tab for tab in self.tabs if tab["active"] and window in (None, tab["window"])]
        return max(shown, key=lambda tab: tab["used_ms"])

    # the socket

    def __enter__(self) -> FakeBrowser:
        folder = frames.socket_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.place = folder / f"{10_000_000 + next(_numbers)}{frames.ENDING}"
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.place))
        self._listener.listen(frames.MOST_CLIENTS)
        self._connections: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self.quit()

    def quit(self) -> None:
        """End: the socket goes away, and so do all connections."""
        self.place.unlink(missing_ok=True)
        for each in (self._listener, *self._connections):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._connections.append(connection)
                threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError, frames.BadFrame), connection, connection.makefile("rb") as stream:
            while header := stream.read(frames.HEADER_BYTES):
                body = stream.read(frames.length_of(header, frames.REQUEST_BYTES))
                answer = self._answer(frames.decoded(body))
                if answer is None:
                    return
                connection.sendall(answer)

    def _answer(self, request: Args) -> bytes | None:
        op, arguments = request["op"], request.get("args", {})
        if op == frames.HELLO and op not in self.lies:
            return frames.encoded({"result": self._hello()}, frames.REPLY_BYTES)
        if op != frames.HELLO:
            self.calls.append((op, arguments))
        if op in self.dies_at:
            self.quit()
            return None
        time.sleep(self.slow_s)
        lie = self.lies.get(op)
        if isinstance(lie, bytes):
            return lie
        return frames.encoded(self._reply(op, request), frames.REPLY_BYTES)

    def _reply(self, op: str, request: Args) -> Args:
        if op in self.lies:
            return {"result": self.lies[op]}
        code = self.refuses.get(op)
        if code is None and request.get("run", self.run) != self.run:
            code = "gone"
        if code is None:
            try:
                return {"result": self._operations()[op](request.get("args", {}))}
            except Refused as refused:
                code = str(refused)
        return {"error": {"code": code, "message": "for the log"}}

    def _hello(self) -> Args:
        return {
            "browser": self.name,
            "version": self.version,
            "run": self.run,
            "profile": self.profile,
            "extension": self.extension,
            "private_allowed": self.private_allowed,
            "last_used_ms": self.last_used_ms,
        }

    def _operations(self) -> dict[str, Callable[[Args], Any]]:
        return {
            "status.ping": lambda _: {
                "browser": self.name,
                "version": self.version,
                "private_allowed": self.private_allowed,
                "tabs": len(self._seen()),
            },
            "tabs.list": lambda _: self._seen(),
            "tabs.open": self._tabs_open,
            "tabs.close": lambda args: [self._close(each) for each in args["ids"]],
            "tabs.reopen": self._tabs_reopen,
            "tabs.activate": lambda args: self._activate(self._tab(args["id"])),
            "tabs.move": self._tabs_move,
            "tabs.set": self._tabs_set,
            "tabs.reload": self._tabs_reload,
            "tabs.back": lambda args: self._step(args["id"], -1),
            "tabs.forward": lambda args: self._step(args["id"], 1),
            "windows.list": lambda _: self._windows(),
            "windows.open": lambda args: self._tabs_open({**args, "window": "new"}),
            "windows.close": self._windows_close,
            "bookmarks.list": lambda args: self.bookmarks[::-1][: args["limit"]],
            "bookmarks.find": lambda args: list(self._found(self.bookmarks[::-1], args)),
            "bookmarks.folders": lambda _: self.folders,
            "bookmarks.add": self._bookmarks_add,
            "bookmarks.get": lambda args: self._record(self._bookmark(args["id"])),
            "bookmarks.remove": self._bookmarks_remove,
            "bookmarks.restore": self._bookmarks_restore,
            "history.find": self._history_find,
            "history.clear": self._history_clear,
            "page.text": self._page_text,
            "page.find": self._page_find,
            "page.scroll": self._page_scroll,
            "page.links": self._page_links,
        }

    # what it does

    def _seen(self) -> list[Args]:
        order = sorted(self.tabs, key=lambda tab: (tab["window"], tab["index"]))
        return [tab for tab in order if self.private_allowed or not tab["private"]]

    def _tab(self, identity: int) -> Args:
        for tab in self._seen():
            if tab["id"] == identity:
                return tab
        raise Refused("no_such")

    def _activate(self, tab: Args) -> Args:
        for other in self.tabs:
            other["active"] = other["active"] and other["window"] != tab["window"]
        tab["active"] = True
        tab["used_ms"] = self.last_used_ms = int(time.time() * 1000) + next(_numbers)
        return tab

    def _number_tabs(self) -> None:
        for window in {tab["window"] for tab in self.tabs}:
            inside = [tab for tab in self._seen() if tab["window"] == window]
            for index, tab in enumerate(inside):
                tab["index"] = index
            if inside and not any(tab["active"] for tab in inside):
                inside[-1]["active"] = True

    def _tabs_open(self, args: Args) -> Args:
        if args.get("private") and not self.private_allowed:
            raise Refused("private")
        window = args.get("window", self.active()["window"] if self.tabs else 1)
        url = args.get("url", "about:newtab")
        return self.add_tab(
            url,
            window=next(_numbers) if window == "new" else window,
            active=not args.get("background"),
            private=bool(args.get("private")),
        )

    def _close(self, identity: int) -> str:
        tab = self._tab(identity)
        self.tabs.remove(tab)
        session = f"s{identity}"
        self.closed[session] = dict(tab)
        self._number_tabs()
        return session

    def _tabs_reopen(self, args: Args) -> list[Args]:
        sessions = [f"s{each}" for each in args.get("ids", [])] + args.get("sessions", [])
        windows = args.get("windows", [])
        sessions += [key for key, tab in self.closed.items() if tab["window"] in windows]
        if not args and self.closed:
            sessions = [list(self.closed)[-1]]
        if not sessions or any(each not in self.closed for each in sessions):
            raise Refused("no_such")
        reopened = []
        for session in sessions:
            tab = {**self.closed.pop(session), "id": next(_numbers)}
            for other in self.tabs:
                is_after = other["window"] == tab["window"] and other["index"] >= tab["index"]
                other["index"] += is_after
            self.tabs.append(tab)
            self._activate(tab)
            reopened.append(tab)
        self._number_tabs()
        return reopened

    def _tabs_move(self, args: Args) -> list[Args]:
        tabs = [self._tab(each) for each in args["ids"]]
        before = [{key: tab[key] for key in ("id", "window", "index")} for tab in tabs]
        window = next(_numbers) if args["window"] == "new" else args["window"]
        for offset, tab in enumerate(tabs):
            index = args.get("index", 10_000)
            tab |= {"window": window, "index": index + offset - 0.5}
        self._number_tabs()
        return before

    def _tabs_set(self, args: Args) -> list[Args]:
        tabs = [self._tab(each) for each in args["ids"]]
        before = [{key: tab[key] for key in ("id", "pinned", "muted")} for tab in tabs]
        for tab in tabs:
            tab |= {key: args[key] for key in ("pinned", "muted") if key in args}
        return before

    def _tabs_reload(self, args: Args) -> Args:
        self.reloaded.append(args["id"])
        return self._tab(args["id"])

    def _step(self, identity: int, how_far: int) -> Args:
        tab = self._tab(identity)
        visited, at = tab.get("visited", []), tab.get("at", 0) + how_far
        if not 0 <= at < len(visited):
            raise Refused("no_such")
        tab |= {"at": at, "url": visited[at]}
        return tab

    def _windows(self) -> list[Args]:
        front = self.active()["window"] if self.tabs else None
        counts: dict[int, list[Args]] = {}
        for tab in self._seen():
            counts.setdefault(tab["window"], []).append(tab)
        return [
            {
                "id": window,
                "focused": window == front,
                "private": tabs[0]["private"],
                "tabs": len(tabs),
            }
            for window, tabs in counts.items()
        ]

    def _windows_close(self, args: Args) -> list[str]:
        inside = [tab["id"] for tab in self._seen() if tab["window"] == args["id"]]
        if not inside:
            raise Refused("no_such")
        return [[self._close(each) for each in inside][-1]]

    def _found(self, things: list[Args], args: Args) -> Iterator[Args]:
        words = args["words"].lower().split()
        hits = [
            each
            for each in things
            if all(word in f"{each['title']} {each['url']}".lower() for word in words)
        ]
        yield from hits[: args["limit"]]

    def _bookmark(self, identity: str) -> Args:
        for mark in self.bookmarks:
            if mark["id"] == identity:
                return mark
        raise Refused("no_such")

    def _record(self, mark: Args) -> Args:
        parent = next(each["id"] for each in self.folders if each["title"] == mark["folder"])
        index = self.bookmarks.index(mark)
        return {"title": mark["title"], "url": mark["url"], "parent": parent, "index": index}

    def _folder(self, identity: str) -> str:
        for each in self.folders:
            if each["id"] == identity:
                return str(each["title"])
        raise Refused("no_such")

    def _bookmarks_add(self, args: Args) -> Args:
        folder = self._folder(args.get("folder") or self.folders[0]["id"])
        return self.add_bookmark(args["title"], args["url"], folder)

    def _bookmarks_remove(self, args: Args) -> Args:
        mark = self._bookmark(args["id"])
        record = self._record(mark)
        self.bookmarks.remove(mark)
        return record

    def _bookmarks_restore(self, args: Args) -> Args:
        record = args["record"]
        mark = self.add_bookmark(record["title"], record["url"], self._folder(record["parent"]))
        self.bookmarks.remove(mark)
        self.bookmarks.insert(record["index"], mark)
        return mark

    def _within(self, visit: Args, args: Args) -> bool:
        after, before = args.get("since_ms", 0), args.get("until_ms", 1 << 60)
        return bool(after <= visit["last_ms"] < before)

    def _history_find(self, args: Args) -> list[Args]:
        newest = sorted(self.history, key=lambda visit: -visit["last_ms"])
        return list(self._found([each for each in newest if self._within(each, args)], args))

    def _history_clear(self, args: Args) -> int:
        gone = [each for each in self.history if self._within(each, args)]
        self.history = [each for each in self.history if each not in gone]
        return len(gone)

    def _page(self, args: Args) -> tuple[Args, Page]:
        tab = self._tab(args["id"])
        page = self.pages.get(tab["url"], Page())
        if page.is_closed or tab["url"].startswith(("about:", "chrome:")):
            raise Refused("not_a_page")
        return tab, page

    def _page_text(self, args: Args) -> Args:
        tab, page = self._page(args)
        return {
            "title": tab["title"],
            "url": tab["url"],
            "language": page.language,
            "text": page.text[: args["limit"]],
            "truncated": len(page.text) > args["limit"],
        }

    def _page_find(self, args: Args) -> Args:
        _, page = self._page(args)
        count = page.text.lower().count(args["text"].lower())
        return {"count": count, "shown": count > 0, "truncated": False}

    def _page_scroll(self, args: Args) -> Args:
        tab, _ = self._page(args)
        at = self.scrolled.get(tab["id"], 0)
        places = {"down": min(at + 900, 5000), "up": max(at - 900, 0), "top": 0, "bottom": 5000}
        self.scrolled[tab["id"]] = places[args["how"]]
        return {"at": places[args["how"]], "of": 5000}

    def _page_links(self, args: Args) -> list[Args]:
        _, page = self._page(args)
        return [{"title": title, "url": url} for title, url in page.links[: args["limit"]]]
