"""The tray's icon on a real bus: what a panel sees, and who may click."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import anyio
import anyio.to_thread
import desktops
import pytest
from tray_panel import Panel, Refusal, Stranger

from voiced.control.peers import Peer, Scope
from voiced.engines.tray import Tray
from voiced.engines.tray.item import ITEM_PATH, MENU, MENU_PATH
from voiced.events import DeviceLost, ModeChanged, PushToTalk, SpeechStarted

pytestmark = [pytest.mark.engine, pytest.mark.anyio]

T = TypeVar("T")
STATE, STOP, TALK, MUTING, PAGE = 1, 3, 4, 5, 7


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def bus() -> Iterator[str]:
    if shutil.which("dbus-daemon") is None:
        pytest.skip("not installed: dbus-daemon; run tests/install_system_packages.sh")
    with desktops.running_bus(os.environ) as address:
        yield address


class Desk:
    """A session with a tray."""

    def __init__(self, address: str, *, has_page: bool = False) -> None:
        self.acts: list[str] = []
        self.scope: Scope | None = Scope.ADMIN
        self.peers: list[Peer] = []
        env = {"DBUS_SESSION_BUS_ADDRESS": address}
        self.tray = Tray(self.act, self.grant, env, has_page=has_page)

    async def act(self, wanted: str) -> None:
        self.acts.append(wanted)

    def grant(self, peer: Peer) -> Scope | None:
        self.peers.append(peer)
        return self.scope


@asynccontextmanager
async def desk(address: str, **more: bool) -> AsyncGenerator[Desk]:
    found = Desk(address, **more)
    found.tray.read(ModeChanged(0, "listening"))
    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(found.tray.run)
            yield found
            tasks.cancel_scope.cancel()


async def off(function: Callable[..., T], *values: Any) -> T:
    return await anyio.to_thread.run_sync(function, *values)


async def test_a_panel_sees_the_state_as_picture_words_and_menu(bus: str) -> None:
    with Panel(bus) as panel:
        async with desk(bus) as home:
            assert (await off(panel.meet)).startswith("org.kde.StatusNotifierItem-")
            seen = await off(panel.look)
            assert (seen["Id"], seen["Status"], seen["Menu"]) == ("voiced", "Active", MENU_PATH)
            sizes = [(width, height, len(data)) for width, height, data in seen["IconPixmap"]]
            assert sizes == [(size, size, 4 * size * size) for size in (22, 24, 32, 48)]
            assert seen["ToolTip"][2:] == ("voiced", "Listening: what you say is for it")
            menu = dict(await off(panel.menu))
            state = {"label": "Listening: what you say is for it", "enabled": False}
            assert menu[STATE] == state
            assert [menu[at]["label"] for at in (STOP, TALK, MUTING)] == ["Stop", "Talk", "Mute"]
            assert PAGE not in menu
            home.tray.read(SpeechStarted(0))
            await off(panel.hears, "NewIcon")
            heard = await off(panel.look)
            assert heard["IconAccessibleDesc"] == "voiced: Hearing you"
            assert heard["IconPixmap"] != seen["IconPixmap"]
            home.tray.read(DeviceLost(0, "microphone", "gone"))
            await off(panel.hears, "LayoutUpdated")
            assert (await off(panel.look))["Status"] == "NeedsAttention"


async def test_a_click_does_what_it_says_and_the_menu_follows(bus: str) -> None:
    with Panel(bus) as panel:
        async with desk(bus, has_page=True) as home:
            await off(panel.meet)
            for number in (STOP, TALK, MUTING, PAGE, STATE, 99):
                await off(panel.click, number)
            home.tray.read(ModeChanged(0, "muted"))
            revision, parent = await off(panel.hears, "LayoutUpdated")
            assert (revision, parent) == (2, 0)
            menu = dict(await off(panel.menu))
            assert menu[MUTING]["label"] == "Unmute"
            assert menu[TALK]["enabled"] is False
            for number in (TALK, MUTING):
                await off(panel.click, number)
            await off(
                panel.call, ITEM_PATH, "org.kde.StatusNotifierItem", "SecondaryActivate", "ii", 0, 0
            )
            assert home.acts == ["stop", "talk", "mute", "page", "unmute", "unmute"]
            assert set(home.peers) == {Peer(os.getpid(), os.geteuid())}


async def test_a_key_that_is_held_leaves_nothing_to_click(bus: str) -> None:
    with Panel(bus) as panel:
        async with desk(bus) as home:
            await off(panel.meet)
            home.tray.read(PushToTalk(0, is_down=True))
            await off(panel.click, TALK)
            assert home.acts == []


async def test_nobody_but_a_panel_clicks_and_no_panel_that_voiced_started(bus: str) -> None:
    with Panel(bus) as panel:
        async with desk(bus) as home:
            stranger = Stranger(bus)
            stranger.item = await off(panel.meet)
            home.tray.read(ModeChanged(0, "muted"))
            with pytest.raises(Refusal, match="AccessDenied"):
                await off(stranger.click, MUTING)
            stranger.close()
            for scope in (Scope.STATUS, None):
                home.scope = scope
                with pytest.raises(Refusal, match="AccessDenied"):
                    await off(panel.click, MUTING)
            assert home.acts == []


async def test_it_comes_back_with_the_watcher(bus: str) -> None:
    async with desk(bus) as home:
        for _ in range(2):
            with Panel(bus) as panel:
                await off(panel.meet)
                await off(panel.click, STOP)
        assert home.acts == ["stop", "stop"]


async def test_nonsense_is_refused_and_the_next_call_is_answered(bus: str) -> None:
    with Panel(bus) as panel:
        async with desk(bus):
            await off(panel.meet)
            properties = "org.freedesktop.DBus.Properties"
            calls: list[tuple[Any, ...]] = [
                (MENU_PATH, MENU, "Explode"),
                (MENU_PATH, MENU, "GetLayout", "s", "now"),
                (MENU_PATH, MENU, "GetLayout", "iias", 99, 0, []),
                (MENU_PATH, MENU, "EventGroup", "as", ["x"]),
                (MENU_PATH, properties, "Get", "ss", MENU, "Colour"),
                ("/elsewhere", MENU, "GetLayout", "iias", 0, 0, []),
            ]
            for call in calls:
                with pytest.raises(Refusal):
                    await off(panel.call, *call)
            version = await off(panel.call, MENU_PATH, properties, "Get", "ss", MENU, "Version")
            assert version == ("u", 3)
