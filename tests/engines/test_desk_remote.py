"""Keys by the portal: what it is asked, the leave that is kept, and a session that ends."""

from __future__ import annotations

import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from voiced.engines.desk_portal import NoPortal, Request
from voiced.engines.desk_programs import Programs
from voiced.engines.desk_remote import RemoteKeyboard, keysym
from voiced.engines.desk_typist import ProgramTypist
from voiced.errors import DeskError


class Desktop:
    """A desktop with the portal; it gives a new leave with each session, and may end them."""

    def __init__(self, *, devices: int = 1) -> None:
        self.devices = devices
        self.asked: list[Request] = []
        self.pressed: list[int] = []
        self.sessions = 0
        self.ends_after = 10_000
        self.refusal: Exception | None = None

    def connect(self, environ: Mapping[str, str]) -> Any:
        return _Portals(self)

    @property
    def text(self) -> str:
        return "".join(
            {0xFF0D: "\n", 0xFF08: "<"}.get(key, chr(key & 0xFFFFFF)) for key in self.pressed
        )

    def option(self, member: str, name: str) -> Any:
        found = [each for each in self.asked if each.member == member]
        return found[-1].options.get(name, ("", None))[1]


class _Portals:
    def __init__(self, desktop: Desktop) -> None:
        self.desktop = desktop
        self.is_open = True

    def ask(self, request: Request, wait_s: float) -> Mapping[str, Any]:
        if self.desktop.refusal is not None:
            raise self.desktop.refusal
        self.desktop.asked.append(request)
        if request.member == "CreateSession":
            self.desktop.sessions += 1
            return {"session_handle": f"/session/{self.desktop.sessions}"}
        if request.member == "Start":
            leave = f"leave-{self.desktop.sessions}"
            return {"devices": self.desktop.devices, "restore_token": leave}
        return {}

    def call(self, interface: str, member: str, signature: str, body: Sequence[Any]) -> Any:
        assert (interface, member, signature) == (
            "RemoteDesktop",
            "NotifyKeyboardKeysym",
            "oa{sv}iu",
        )
        session, _, key, state = body
        if not self.is_open or len(self.desktop.pressed) >= self.desktop.ends_after:
            raise NoPortal("the session has ended")
        assert session == f"/session/{self.desktop.sessions}"
        if state == 1:
            self.desktop.pressed.append(key)

    def close(self) -> None:
        self.is_open = False


def typist(desktop: Desktop, leave: Path | None = None) -> ProgramTypist:
    environ = {"WAYLAND_DISPLAY": "wayland-0", "PATH": "/nowhere"}
    return ProgramTypist(Programs(environ), RemoteKeyboard(environ, leave, desktop.connect))


def test_the_numbers_of_keys() -> None:
    assert [keysym(letter) for letter in "a\u00e9\u20ac\n\b"] == [
        0x61,
        0xE9,
        0x010020AC,
        0xFF0D,
        0xFF08,
    ]


def test_a_text_is_typed_and_taken_back_in_one_session() -> None:
    desktop = Desktop()
    mine = typist(desktop)
    assert mine.window() == ""
    mine.type("caf\u00e9 \u20ac\x1b\n")
    mine.erase(2)
    assert desktop.text == "caf\u00e9 \u20ac\n<<"
    assert desktop.sessions == 1
    assert desktop.option("SelectDevices", "types") == 1  # the keyboard alone
    assert desktop.option("SelectDevices", "persist_mode") == 2


def test_the_leave_is_kept_for_the_owner_alone_and_given_back(tmp_path: Path) -> None:
    desktop, leave = Desktop(), tmp_path / "state" / "leave"
    typist(desktop, leave).type("a")
    assert desktop.option("SelectDevices", "restore_token") is None
    assert leave.read_text() == "leave-1\n"
    assert stat.S_IMODE(leave.stat().st_mode) == 0o600
    typist(desktop, leave).type("b")
    assert desktop.option("SelectDevices", "restore_token") == "leave-1"
    assert leave.read_text() == "leave-2\n"


def test_a_leave_that_cannot_be_kept_is_asked_for_again(tmp_path: Path) -> None:
    desktop = Desktop()
    (tmp_path / "file").touch()
    typist(desktop, tmp_path / "file" / "leave").type("a")
    assert desktop.text == "a"


def test_a_session_that_has_ended_is_opened_anew() -> None:
    desktop = Desktop()
    mine = typist(desktop)
    mine.type("one")
    desktop.ends_after = 3
    with pytest.raises(DeskError, match="the session has ended"):
        mine.type("two")
    assert desktop.sessions == 2  # it was tried once more
    desktop.ends_after = 10_000
    mine.type(" three")
    assert desktop.text == "one three"


def test_half_a_text_is_not_typed_twice() -> None:
    desktop = Desktop()
    desktop.ends_after = 2
    with pytest.raises(DeskError) as failed:
        typist(desktop).type("four")
    assert desktop.text == "fo"
    assert failed.value.spoken == "Your desktop does not let me type."


def test_a_user_who_says_no_is_not_asked_by_another_way() -> None:
    desktop = Desktop()
    desktop.refusal = DeskError("no", spoken="Your desktop did not allow it.")
    with pytest.raises(DeskError) as refused:
        typist(desktop).window()
    assert refused.value.spoken == "Your desktop did not allow it."


@pytest.mark.parametrize("devices", [0, 2])
def test_a_portal_that_gives_no_keyboard_is_said(devices: int) -> None:
    with pytest.raises(DeskError, match="gave no keyboard"):
        typist(Desktop(devices=devices)).window()
