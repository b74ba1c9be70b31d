"""The program between a browser and its clients, with pipes in the place of the browser."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from voiced_intents.browser_host import frames
from voiced_intents.browser_host.board import Board, Greeting
from voiced_intents.browser_host.caller import CHROMIUM_ORIGIN, FIREFOX_ID, is_ours
from voiced_intents.browser_host.frames import BadFrame
from voiced_intents.browser_host.host import Host
from voiced_intents.browser_host.listening import listening, remove_stale

HELLO = {
    "push": "hello",
    "browser": "Firefox",
    "version": "153",
    "run": "r",
    "profile": "p",
    "extension": "1.0.0",
}
TAB = {"id": 1, "window": 1, "index": 0, "used_ms": 5, "title": "A", "url": "https://a.example/"}


class Desk:
    """The browser's end of the two pipes, and clients."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "voiced" / "browser"

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        out, host_in = os.pipe()
        host_out, self._in = os.pipe()
        incoming, self.reader = asyncio.StreamReader(), asyncio.StreamReader()
        self._open: list[asyncio.BaseTransport] = []
        for reader, end in [(incoming, host_out), (self.reader, out)]:
            protocol = asyncio.StreamReaderProtocol(reader)
            pipe, _ = await loop.connect_read_pipe(lambda p=protocol: p, os.fdopen(end, "rb"))
            self._open.append(pipe)
        writer, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(host_in, "wb"))
        self._open.append(writer)
        self.host = asyncio.create_task(Host(incoming, writer).run(self.folder))

    async def listens(self) -> Path:
        while not (found := list(self.folder.glob("*.sock"))):
            await asyncio.sleep(0)
            if self.host.done():
                self.host.result()
        return found[0]

    def say(self, message: dict[str, Any] | bytes) -> None:
        """As the extension would."""
        data = message if isinstance(message, bytes) else frames.encoded(message, 1 << 24)
        os.write(self._in, data)

    async def hear(self) -> dict[str, Any]:
        """What the host says to the extension."""
        return await received(self.reader)

    async def close(self) -> None:
        """The end of everything that is open still."""
        self.leave()
        await asyncio.gather(self.host, return_exceptions=True)
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        for transport in self._open:
            transport.close()
        for _ in range(3):
            await asyncio.sleep(0)

    def leave(self) -> None:
        """The browser closes its pipe."""
        if self._in >= 0:
            os.close(self._in)
        self._in = -1

    async def client(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_unix_connection(str(await self.listens()))
        self._open.append(writer.transport)
        return reader, writer

    async def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        reader, writer = await self.client()
        writer.write(frames.encoded(request, 1 << 20))
        reply = await received(reader)
        writer.close()
        return reply


async def received(reader: asyncio.StreamReader) -> dict[str, Any]:
    header = await reader.readexactly(4)
    return frames.decoded(await reader.readexactly(frames.length_of(header, 1 << 24)))


@asynccontextmanager
async def joined() -> AsyncGenerator[Desk]:
    with tempfile.TemporaryDirectory(prefix="vb") as folder:
        desk = Desk(Path(folder))
        await desk.start()
        desk.say(HELLO)
        desk.say({"push": "tabs", "all": True, "changed": [TAB]})
        try:
            yield desk
        finally:
            await desk.close()


async def bounded(test: Coroutine[Any, Any, None]) -> None:
    async with asyncio.timeout(20):
        await test


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """A test that is a coroutine."""

    def function() -> None:
        asyncio.run(bounded(test()))

    function.__name__ = test.__name__
    return function


@run
async def test_the_host_itself_tells_the_tabs_and_who_it_is() -> None:
    async with joined() as desk:
        hello = (await desk.ask({"op": "host.hello"}))["result"]
        tabs = (await desk.ask({"op": "tabs.list", "run": "r"}))["result"]
        desk.say({"push": "tabs", "changed": [{**TAB, "id": 2, "index": 1}], "removed": [7]})
        desk.say({"push": "used", "at_ms": 9})
        while len((await desk.ask({"op": "tabs.list"}))["result"]) < 2:
            pass
        while not (await desk.ask({"op": "host.hello"}))["result"]["last_used_ms"]:
            pass
    assert hello == {
        "browser": "Firefox",
        "version": "153",
        "run": "r",
        "profile": "p",
        "extension": "1.0.0",
        "private_allowed": False,
        "last_used_ms": 0,
    }
    assert tabs[0]["title"] == "A"
    assert tabs[0]["active"] is False


@run
async def test_answers_go_to_who_asked() -> None:
    async with joined() as desk:
        first = asyncio.create_task(desk.ask({"op": "tabs.close", "args": {"ids": [1]}}))
        asked = await desk.hear()
        second = asyncio.create_task(desk.ask({"op": "status.ping"}))
        pinged = await desk.hear()
        desk.say({"id": pinged["id"], "result": "second"})
        desk.say({"id": 999, "result": "nobody's"})
        desk.say({"id": [1], "result": "nobody's"})
        desk.say({})
        desk.say({"id": asked["id"], "error": {"code": "no_such", "message": "gone"}})
        assert await second == {"result": "second"}
        assert (await first)["error"]["code"] == "no_such"
        assert (asked["op"], asked["args"]) == ("tabs.close", {"ids": [1]})


@run
async def test_what_is_none_of_ours_never_reaches_the_browser() -> None:
    async with joined() as desk:
        for request in (
            {"op": "tabs.burn"},
            {"op": 5},
            {},
            {"op": "tabs.close", "args": [1]},
            {"op": ["tabs.list"]},
        ):
            assert (await desk.ask(request))["error"]["code"] == "refused"
        assert (await desk.ask({"op": "tabs.close", "run": "other"}))["error"]["code"] == "gone"
        task = asyncio.create_task(desk.ask({"op": "status.ping"}))
        assert (await desk.hear())["op"] == "status.ping"
        task.cancel()


@run
async def test_a_browser_that_does_not_answer_is_not_waited_for() -> None:
    async with joined() as desk:
        before, frames.CALL_S = frames.CALL_S, 0.02
        try:
            assert (await desk.ask({"op": "status.ping"}))["error"]["code"] == "timeout"
        finally:
            frames.CALL_S = before
        late = await desk.hear()
        desk.say({"id": late["id"], "result": "too late"})
        task = asyncio.create_task(desk.ask({"op": "status.ping"}))
        desk.say({"id": (await desk.hear())["id"], "result": "in time"})
        assert (await task)["result"] == "in time"


@run
async def test_a_browser_that_reads_nothing_is_not_buried() -> None:
    async with joined() as desk:
        before, frames.CALL_S = frames.CALL_S, 0.0
        text = "x" * (frames.REQUEST_BYTES - 200)
        try:
            reader, writer = await desk.client()
            for _ in range(60):
                request = {"op": "page.find", "args": {"id": 1, "text": text}}
                writer.write(frames.encoded(request, frames.REQUEST_BYTES))
                reply = await received(reader)
        finally:
            frames.CALL_S = before
        assert reply["error"]["message"] == "the browser reads nothing"
        writer.close()


@run
async def test_wrong_frames_end_their_client_alone() -> None:
    async with joined() as desk:
        for said in (
            b"\xff\xff\xff\xff",
            b"\x04\0\0\0{{{{",
            b"\x02\0\0\0[]",
            b"[" * 4 + b"[" * 100,
        ):
            reader, writer = await desk.client()
            writer.write(said)
            assert (await received(reader))["error"]["code"] == "refused"
            assert await reader.read() == b""
            writer.close()
        assert (await desk.ask({"op": "host.hello"}))["result"]


@run
async def test_one_client_too_many_is_sent_away() -> None:
    async with joined() as desk:
        clients = []
        for _ in range(frames.MOST_CLIENTS):
            reader, writer = await desk.client()
            writer.write(frames.encoded({"op": "host.hello"}, 1000))
            await received(reader)
            clients.append(writer)
        reader, writer = await desk.client()
        assert (await received(reader))["error"]["message"] == "too many clients"
        clients.pop().close()
        writer.close()
        while "error" in await desk.ask({"op": "host.hello"}):
            pass
        for each in clients:
            each.close()


@pytest.mark.parametrize(
    "said",
    [
        b"\xff\xff\xff\xff",
        b"\x03\0\0\0abc",
        frames.encoded({"push": "orders"}, 1000),
        frames.encoded({"push": "tabs", "changed": 5}, 1000),
        frames.encoded({"push": "tabs", "changed": [{"id": "x"}]}, 1000),
        frames.encoded({"push": "tabs", "changed": [{**TAB, "url": 5}]}, 1000),
    ],
)
def test_an_extension_that_makes_no_sense_ends_the_host(said: bytes) -> None:
    async def test() -> None:
        async with joined() as desk:
            place = await desk.listens()
            desk.say(said)
            with pytest.raises(BadFrame):
                await desk.host
            assert not place.exists()

    asyncio.run(bounded(test()))


@run
async def test_nobody_is_served_before_the_browser_has_said_who_it_is() -> None:
    with tempfile.TemporaryDirectory(prefix="vb") as folder:
        desk = Desk(Path(folder))
        await desk.start()
        desk.say({"push": "tabs", "all": True})
        with pytest.raises(BadFrame):
            await desk.host
        assert not desk.folder.exists()
        await desk.close()


@run
async def test_the_end_of_the_browser_is_the_end_of_every_call() -> None:
    async with joined() as desk:
        _, writer = await desk.client()
        writer.write(frames.encoded({"op": "status.ping"}, 1000))
        await desk.hear()
        desk.leave()
        await desk.host
        assert not list(desk.folder.iterdir())
        writer.close()


def test_a_board_holds_no_more_than_it_should() -> None:
    board = Board()
    many = [{**TAB, "id": n, "title": "x" * 5000} for n in range(6000)]
    board.take({"push": "tabs", "all": True, "changed": many})
    assert len(board.tabs) == 5000
    assert len(board.tabs[0]["title"]) == 2000
    board.take({"push": "tabs", "changed": [], "removed": [0, "x", None]})
    assert len(board.tabs) == 4999
    board.take({"push": "tabs", "all": True, "changed": [TAB]})
    assert [tab["id"] for tab in board.listed()] == [1]


def test_tabs_are_listed_window_by_window() -> None:
    board = Board()
    places = [(2, 0), (1, 1), (1, 0)]
    tabs = [{**TAB, "id": n, "window": w, "index": i} for n, (w, i) in enumerate(places)]
    board.take({"push": "tabs", "changed": tabs})
    assert [tab["id"] for tab in board.listed()] == [2, 1, 0]


@pytest.mark.parametrize("wrong", [{"push": "tabs"}, {**HELLO, "run": 5}, {"push": "hello"}])
def test_what_is_no_greeting(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadFrame):
        Greeting.of(wrong)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([CHROMIUM_ORIGIN], True),
        ([CHROMIUM_ORIGIN, "--parent-window=0"], True),
        (["/home/u/.mozilla/native-messaging-hosts/voiced.browser.json", FIREFOX_ID], True),
        ([], False),
        ([CHROMIUM_ORIGIN[:-1]], False),
        (["chrome-extension://abcdefghijklmnopabcdefghijklmnop/", CHROMIUM_ORIGIN], False),
        (["/x/voiced.browser.json", "other@example.org"], False),
        (["/x/other.json", FIREFOX_ID], False),
        ([FIREFOX_ID], False),
    ],
)
def test_who_may_start_it(arguments: list[str], expected: bool) -> None:
    assert is_ours(arguments) is expected


def test_a_folder_that_others_may_use_is_not_used(tmp_path: Path) -> None:
    folder = tmp_path / "voiced" / "browser"
    folder.mkdir(parents=True)
    folder.parent.chmod(0o755)
    with pytest.raises(PermissionError), listening(folder):
        pass
    folder.parent.chmod(0o700)
    folder.rmdir()
    folder.symlink_to(tmp_path)
    with pytest.raises(PermissionError), listening(folder):
        pass


def test_the_sockets_of_hosts_that_are_gone_are_removed() -> None:
    with tempfile.TemporaryDirectory(prefix="vb") as name:
        folder = Path(name) / "voiced" / "browser"
        with listening(folder):
            [mine] = folder.iterdir()
            assert mine.stat().st_mode & 0o777 == 0o600
            stale = mine.with_name("7.sock")
            os.link(mine, stale)
            kept = mine.with_name("8.txt")
            kept.touch()
        remove_stale(folder)
        assert list(folder.iterdir()) == [kept]


def test_it_imports_nothing_of_voiced_and_little_else() -> None:
    code = (
        "import sys, voiced_intents.browser_host.__main__\n"
        "heavy = {'voiced', 'pydantic', 'typing_extensions', 'numpy', 'voiced_intents.browser'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]"
