"""The running daemon on a real session bus: what a desktop's key may ask, and what nobody may."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio.to_thread
import pytest
from control_lab import FakeControls, until
from desktops import running_bus
from jeepney import DBusAddress, MessageType, new_method_call
from jeepney.io.blocking import open_dbus_connection

from voiced.control.orders import Orders
from voiced.control.peers import Peer, Scope
from voiced.engines.dbus_control import BUS_NAME, INTERFACE, PATH, serve

pytestmark = [pytest.mark.engine, pytest.mark.anyio]

_THERE = DBusAddress(PATH, BUS_NAME, INTERFACE)
_ABOUT = DBusAddress(PATH, BUS_NAME, "org.freedesktop.DBus.Introspectable")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def bus(tmp_path_factory) -> Iterator[str]:
    with running_bus(os.environ) as address:
        yield address


class Desk:
    """A desktop that calls, and the daemon that it calls."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.controls = FakeControls()
        self.scope: Scope | None = Scope.ADMIN
        self.peers: list[Peer] = []

    def grant(self, peer: Peer) -> Scope | None:
        self.peers.append(peer)
        return self.scope

    async def status(self) -> dict[str, Any]:
        return {"mode": self.controls.mode}

    async def call(self, member: str, *body: str, to: DBusAddress = _THERE) -> tuple[str, Any]:
        return await anyio.to_thread.run_sync(self._call, to, member, body)

    async def until_done(self, member: str) -> None:
        """Call it until somebody is there who does it."""
        while True:
            if (await self.call(member))[0] == "":
                return
            await anyio.sleep(0.01)

    def _call(self, to: DBusAddress, member: str, body: tuple[str, ...]) -> tuple[str, Any]:
        with open_dbus_connection(self.address) as connection:
            message = new_method_call(to, member, "s" * len(body) or None, body)
            answer = connection.send_and_get_reply(message, timeout=5)
        if answer.header.message_type is MessageType.error:
            return answer.header.fields[4].rpartition(".")[2], answer.body[0]
        return "", answer.body[0] if answer.body else None


@asynccontextmanager
async def _desk(address: str) -> AsyncGenerator[Desk]:
    desk = Desk(address)
    orders = Orders(desk.controls, desk.status, desk.status)
    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            env = {"DBUS_SESSION_BUS_ADDRESS": address}
            tasks.start_soon(serve, orders, env, desk.grant)
            await desk.until_done("Status")
            yield desk
            tasks.cancel_scope.cancel()


async def test_a_key_of_the_desktop_talks_stops_and_mutes_but_never_unmutes(bus) -> None:
    async with _desk(bus) as desk:
        for action in ("down", "up", "toggle"):
            assert await desk.call("PushToTalk", action) == ("", None)
        for member in ("Stop", "Mute"):
            assert await desk.call(member) == ("", None)
        for member in ("Unmute", "Reload"):
            name, why = await desk.call(member)
            assert name == "AccessDenied"
            assert "admin" in why
        assert desk.controls.asked == ["press", "release", "toggle", "stop", "mute"]
        assert json.loads((await desk.call("Status"))[1]) == {"mode": "muted"}
        assert set(desk.peers) == {Peer(os.getpid(), os.geteuid())}


async def test_what_voiced_started_may_only_look_and_another_user_not_even_that(bus) -> None:
    async with _desk(bus) as desk:
        desk.scope = Scope.STATUS
        assert (await desk.call("Stop"))[0] == "AccessDenied"
        assert (await desk.call("Status"))[0] == ""
        desk.scope = None
        assert (await desk.call("Status"))[0] == "AccessDenied"
        assert desk.controls.asked == []


async def test_nonsense_is_refused_and_the_next_call_is_answered(bus) -> None:
    async with _desk(bus) as desk:
        assert (await desk.call("Explode"))[0] == "UnknownMethod"
        assert (await desk.call("Stop", "now"))[0] == "InvalidArgs"
        assert (await desk.call("PushToTalk", "sideways"))[0] == "Failed"
        assert "PushToTalk" in (await desk.call("Introspect", to=_ABOUT))[1]
        assert (await desk.call("Stop"))[0] == ""


async def test_without_a_bus_nothing_is_served() -> None:
    with anyio.fail_after(5):
        await serve(Orders(FakeControls(), None, None), {}, lambda _: None)  # type: ignore[arg-type]


async def test_a_bus_that_is_gone_is_looked_for_again(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr("voiced.engines.dbus_control._AGAIN_S", 0.01)
    path = f"unix:path={tmp_path}/bus"
    desk = Desk(path)
    async with anyio.create_task_group() as tasks:
        orders = Orders(desk.controls, desk.status, desk.status)
        tasks.start_soon(serve, orders, {"DBUS_SESSION_BUS_ADDRESS": path}, desk.grant)
        for _ in range(2):
            command = ["dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address={path}"]
            async with await anyio.open_process(command, stdout=None, stderr=None) as daemon:
                await until((tmp_path / "bus").exists)
                with anyio.fail_after(10):
                    await desk.until_done("Stop")
                daemon.kill()
            (tmp_path / "bus").unlink()
        tasks.cancel_scope.cancel()
    assert desk.controls.asked == ["stop", "stop"]
