"""The tray's icon on the session's bus: org.kde.StatusNotifierItem with its menu.

It is there once a watcher is (org.kde.StatusNotifierWatcher: Plasma, GNOME with AppIndicator,
Xfce, LXQt, waybar and others), and again when that one is started anew. A click counts if it comes
from a panel of the desktop; nothing that voiced started is one.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import anyio
from jeepney import DBusAddress, Message
from jeepney.low_level import HeaderFields

from voiced.control.peers import Grant, Scope
from voiced.engines.session_bus import (
    Answer,
    BusLine,
    CallRefused,
    changed_owner,
    connected,
    session_address,
)
from voiced.engines.tray.icons import Pixmap, pixmaps
from voiced.engines.tray.menu import Entry, TrayAct, answered, clicks, entries
from voiced.engines.tray.state import SENTENCES, StateReader
from voiced.events import Event

__all__ = ["ITEM", "ITEM_PATH", "MENU", "MENU_PATH", "WATCHER", "Tray"]

ITEM = "org.kde.StatusNotifierItem"
ITEM_PATH = "/StatusNotifierItem"
MENU = "com.canonical.dbusmenu"
MENU_PATH = "/StatusNotifierItem/Menu"
WATCHER = "org.kde.StatusNotifierWatcher"

_HOST = "org.kde.StatusNotifierHost"
_PROPERTIES = "org.freedesktop.DBus.Properties"
_WATCHER = DBusAddress("/StatusNotifierWatcher", bus_name=WATCHER, interface=WATCHER)
_ITEM = DBusAddress(ITEM_PATH, interface=ITEM)
_MENU = DBusAddress(MENU_PATH, interface=MENU)
_AGAIN_S = 5.0
_log = logging.getLogger(__name__)


class Tray:
    """Reads the events of a session, and shows its state.

    Args:
        act: Does what the user clicked.
        grant: Says what the process behind a click may; one that may not act is not heeded.
        environ: Names the bus; None is this process's environment.
        has_page: Whether there is a page to open.
    """

    def __init__(
        self,
        act: Callable[[TrayAct], Awaitable[None]],
        grant: Grant,
        environ: Mapping[str, str] | None = None,
        *,
        has_page: bool = False,
    ) -> None:
        self._act = act
        self._grant = grant
        self._environ = os.environ if environ is None else environ
        self._has_page = has_page
        self._now = StateReader()
        self._news = anyio.Event()
        self._watcher = anyio.Event()
        self._revision = 1

    def read(self, event: Event) -> None:
        """Take an event."""
        before = self._shown
        self._now.read(event)
        if self._shown != before:
            self._revision += 1
            self._news.set()

    @property
    def _shown(self) -> tuple[Entry, ...]:
        return entries(self._now, has_page=self._has_page)

    async def run(self) -> None:
        """Show it while there is a bus, until cancelled."""
        while True:
            if address := session_address(self._environ):
                try:
                    async with connected(address) as line:
                        await self._serve(line)
                except Exception as error:  # noqa: BLE001 - whatever is wrong with a bus, we go on
                    _log.info("the tray: no session bus: %s", type(error).__name__)
            await anyio.sleep(_AGAIN_S)

    async def _serve(self, line: BusLine) -> None:
        def hear(message: Message) -> None:
            name, owner = changed_owner(message)
            if name == WATCHER and owner:
                self._watcher.set()

        async def answer(message: Message) -> Answer:
            return await self._answer(line, message)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._stay, line)
            tasks.start_soon(self._tell_changes, line)
            await line.serve(answer, hear)

    async def _stay(self, line: BusLine) -> None:
        """Be known to the watcher, and to the next one."""
        name = f"{ITEM}-{os.getpid()}-1"
        ours = name if await line.take_name(name) else line.name
        await line.follow(WATCHER)
        while True:
            self._watcher = anyio.Event()
            await line.call(_WATCHER, "RegisterStatusNotifierItem", "s", (ours,))
            await self._watcher.wait()

    async def _tell_changes(self, line: BusLine) -> None:
        while True:
            await self._news.wait()
            self._news = anyio.Event()
            for member in ("NewIcon", "NewAttentionIcon", "NewToolTip"):
                await line.emit(_ITEM, member)
            await line.emit(_ITEM, "NewStatus", "s", (self._status,))
            await line.emit(_MENU, "LayoutUpdated", "ui", (self._revision, 0))

    # Calls

    async def _answer(self, line: BusLine, message: Message) -> Answer:
        fields, body = message.header.fields, message.body
        path = fields.get(HeaderFields.path, "")
        known = {ITEM_PATH: ITEM, MENU_PATH: MENU}.get(path)
        interface = fields.get(HeaderFields.interface, known)
        member = fields.get(HeaderFields.member, "")
        sender = fields.get(HeaderFields.sender, "")
        if known is not None and interface == _PROPERTIES:
            return self._property(known, member, body)
        if interface == known == MENU:
            return await self._menu(line, sender, member, body)
        if interface == known == ITEM:
            return await self._clicked(line, sender, member)
        raise CallRefused("UnknownMethod", "there is no such method")

    def _property(self, interface: str, member: str, body: tuple[Any, ...]) -> Answer:
        found = self._item_properties() if interface == ITEM else _MENU_PROPERTIES
        if member == "GetAll":
            return "a{sv}", (dict(found),)
        if member == "Get" and len(body) > 1 and body[1] in found:
            return "v", (found[body[1]],)
        raise CallRefused("InvalidArgs", "there is no such property")

    @property
    def _status(self) -> str:
        return "NeedsAttention" if self._now.state == "deaf" else "Active"

    def _item_properties(self) -> Mapping[str, tuple[str, Any]]:
        state = self._now.state
        sentence = SENTENCES[state]
        none: list[Pixmap] = []
        return {
            "Category": ("s", "Hardware"),
            "Id": ("s", "voiced"),
            "Title": ("s", "voiced"),
            "Status": ("s", self._status),
            "WindowId": ("i", 0),
            "IconName": ("s", ""),
            "IconPixmap": ("a(iiay)", pixmaps(state)),
            "IconAccessibleDesc": ("s", f"voiced: {sentence}"),
            "AttentionIconName": ("s", ""),
            "AttentionIconPixmap": ("a(iiay)", pixmaps(state)),
            "AttentionAccessibleDesc": ("s", f"voiced: {sentence}"),
            "OverlayIconName": ("s", ""),
            "OverlayIconPixmap": ("a(iiay)", none),
            "ToolTip": ("(sa(iiay)ss)", ("", none, "voiced", sentence)),
            "ItemIsMenu": ("b", True),
            "Menu": ("o", MENU_PATH),
        }

    async def _clicked(self, line: BusLine, sender: str, member: str) -> Answer:
        """The icon itself: with the middle button it is muted, and hears again."""
        if member == "SecondaryActivate":
            await self._press(line, sender, "unmute" if self._now.is_muted else "mute")
        elif member not in {"Activate", "ContextMenu", "Scroll", "ProvideXdgActivationToken"}:
            raise CallRefused("UnknownMethod", "there is no such method")
        return "", ()

    async def _menu(self, line: BusLine, sender: str, member: str, body: tuple[Any, ...]) -> Answer:
        if member not in {"Event", "EventGroup"}:
            return answered(self._shown, self._revision, member, body)
        for number, kind in clicks(body[0] if member == "EventGroup" else [body]):
            await self._chosen(line, sender, number, kind)
        return ("", ()) if member == "Event" else ("ai", ([],))

    async def _chosen(self, line: BusLine, sender: str, number: int, kind: str) -> None:
        for entry in self._shown:
            if (entry.id, kind) == (number, "clicked") and entry.act and entry.is_enabled:
                await self._press(line, sender, entry.act)

    async def _press(self, line: BusLine, sender: str, act: TrayAct) -> None:
        if not await self._is_panel(line, sender):
            raise CallRefused("AccessDenied", "this is for the desktop's panel alone")
        await self._act(act)

    async def _is_panel(self, line: BusLine, sender: str) -> bool:
        peer = await line.peer_of(sender)
        if peer is None or (self._grant(peer) or Scope.STATUS) < Scope.ACT:
            return False
        hosts = [name for name in await line.names() if name.startswith(_HOST)]
        for name in (WATCHER, *hosts):
            if await line.owner_of(name) == sender:
                return True
        return False


_MENU_PROPERTIES: Mapping[str, tuple[str, Any]] = {
    "Version": ("u", 3),
    "TextDirection": ("s", "ltr"),
    "Status": ("s", "normal"),
    "IconThemePath": ("as", []),
}
