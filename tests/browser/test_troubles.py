"""Browsers and hosts that end, sleep or lie in the middle of it; and what their user allowed."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time

import pytest

from voiced_intents.browser.examining import check_browsers
from voiced_intents.browser.installing import Kit
from voiced_intents.browser.link import browsers
from voiced_intents.browser.wire import BrowserError
from voiced_intents.browser_host import frames
from voiced_intents.browser_host.caller import CHROMIUM_ORIGIN, FIREFOX_ID

pytestmark = pytest.mark.browser


def host_of(room) -> int:
    """The process that listens for a browser."""
    assert room.browser
    [place] = room.sockets.glob("*.sock")
    return int(place.stem)


def hanging(room, site) -> int:
    """A page that answers nothing for a while."""
    url = site.add("/busy", "Busy", "<main>busy</main>")
    tab = room.open(url)
    busy = "const end = Date.now() + 4000; while (Date.now() < end) ;"
    room.program.start_in_page(url, f"setTimeout(() => {{ {busy} }}, 300)")
    return tab


def failure(room, site, trouble) -> str:
    """How a call fails that is under way when the trouble comes."""
    tab, browser = hanging(room, site), room.browser
    threading.Timer(0.8, trouble).start()
    while True:  # until the page hangs, and then the trouble comes
        began_s = time.monotonic()
        try:
            browser.call("page.text", id=tab, limit=9)
        except BrowserError as error:
            assert time.monotonic() - began_s < 4
            return error.reason


def test_two_browsers_at_once_the_last_used_first(chromium, firefox, tmp_path):
    for each in (chromium, firefox):
        [place] = each.sockets.glob("*.sock")
        (tmp_path / place.name).symlink_to(place)
    for used, other in [(chromium, firefox), (firefox, chromium), (chromium, firefox)]:
        used.call("tabs.close", ids=[used.call("tabs.open")["id"]])
        expected = [used.program.name, other.program.name]

        def in_order(expected=expected) -> bool:
            return [each.name for each in browsers(tmp_path)] == expected

        used.wait(in_order, "the last used first")


def test_a_host_that_ends_comes_back_with_the_same_run(room, site):
    run, host = room.browser.run, host_of(room)
    assert failure(room, site, lambda: os.kill(host, signal.SIGKILL)) == "gone"
    assert room.wait(room.calm, "to join again").run == run
    assert host_of(room) != host


def test_a_worker_that_sleeps_does_no_harm(chromium, site):
    room, run, host = chromium, chromium.browser.run, host_of(chromium)
    tab = room.open(site.root + "/before-sleep")
    room.call("tabs.close", ids=[tab])
    room.program.stop_worker()
    room.wait(lambda: not browsers(room.sockets), "the host to end")
    room.program.command("Target.createTarget", url=site.root + "/wakes")
    again = room.wait(room.calm, "to join again")
    assert again.run == run
    assert host_of(room) != host
    [back] = room.call("tabs.reopen", ids=[tab])  # what was closed before is known still
    room.loaded(back["id"], site.root + "/before-sleep")


def test_a_background_page_that_sleeps_does_no_harm(firefox):
    room, run, host = firefox, firefox.browser.run, host_of(firefox)
    sleep = "WebExtensionPolicy.getByID(arguments[0]).extension.terminateBackground"
    room.program.in_chrome(f"{sleep}().then(arguments[1])", FIREFOX_ID)
    assert host_of(room) == host  # its line to the host keeps it awake
    forced = "{ disableResetIdleForTest: true }"
    room.program.in_chrome(f"{sleep}({forced}).then(arguments[1])", FIREFOX_ID)
    room.wait(lambda: not browsers(room.sockets), "the host to end")
    room.program.command("WebDriver:NewWindow", type="tab")
    again = room.wait(room.calm, "to join again")
    assert again.run == run
    assert room.tabs()
    assert host_of(room) != host


def test_private_windows_are_seen_where_the_user_allows_it(room, site):
    url = site.add("/secret", "Secret")
    allow = room.program.allow_private
    allow(allowed=True)
    try:
        room.wait(lambda: room.calm() and room.browser.private_allowed, "private windows")
        tab = room.call("windows.open", url=url, private=True)
        room.loaded(tab["id"], url)
        assert room.tab(tab["id"]).is_private
        assert [each["private"] for each in room.call("windows.list")].count(True) == 1
        usual = room.call("tabs.open", url=site.root + "/usual")  # never into the private window
        assert not usual["private"]
        assert room.call("tabs.close", ids=[tab["id"]]) == [""]
        with pytest.raises(BrowserError):
            room.call("tabs.reopen", ids=[tab["id"]])
        assert not room.call("history.find", words="secret", limit=5)
    finally:
        allow(allowed=False)
    room.wait(lambda: room.calm() and not room.browser.private_allowed, "no private windows")


def test_the_small_page_tells_how_it_is(room):
    room.call("tabs.activate", id=room.tabs()[0].id)
    picture = room.program.popup(360, 300, dark=False)
    said = room.program.said
    assert picture.startswith(b"\x89PNG")
    assert "Connected to voiced" in said
    assert "switched to a tab" in said
    assert "voiced does not see them" in said


def test_the_doctor_makes_a_round_trip(room, monkeypatch):
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(name, room.env[name])
    found = dict(check_browsers(None))
    health = found[f"browser {room.program.name}"]
    assert (health.is_ok, health.mend) == (True, "")
    assert "1 tabs; does not see private windows" in health.found


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--help"],
        ["chrome-extension://abcdefghijklmnopabcdefghijklmnop/"],
        [CHROMIUM_ORIGIN + "x"],
        ["/tmp/other.json", FIREFOX_ID],
        ["/tmp/voiced.browser.json", "other@example.org"],
    ],
)
def test_a_stranger_does_not_get_a_host(chromium, arguments):
    before = set(chromium.sockets.iterdir())
    program = Kit(chromium.home / "d" / "voiced" / "browser").program
    done = subprocess.run(
        [program, *arguments],
        check=False,
        env=chromium.env,
        input=b"",
        capture_output=True,
        timeout=30,
    )
    assert done.returncode == 77
    assert b"started by a browser" in done.stderr
    assert done.stdout == b""
    assert set(chromium.sockets.iterdir()) == before


def test_the_socket_is_the_users_alone_and_holds_off_what_is_wrong(chromium):
    [place] = chromium.sockets.glob("*.sock")
    assert place.stat().st_mode & 0o777 == 0o600
    assert chromium.sockets.stat().st_mode & 0o777 == 0o700
    clients = []
    for said in (b"\xff" * 8, b"\x04\0\0\0{{{{", b"\x02\0\0\0[]", b"\x10\0\0\0{"):
        client = socket.socket(socket.AF_UNIX)
        client.connect(str(place))
        client.sendall(said)
        clients.append(client)
    assert chromium.call("status.ping")  # the others are served
    for client in clients[:3]:
        client.settimeout(10)
        assert b"refused" in client.recv(1000)
        assert client.recv(1000) == b""
    for client in clients:
        client.close()
    assert chromium.call("status.ping")


def test_what_floods_one_client_holds_up_no_other(chromium):
    [place] = chromium.sockets.glob("*.sock")
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(place))
        client.settimeout(0.2)
        frame = frames.encoded({"op": "tabs.list"}, 1000)
        with contextlib.suppress(TimeoutError):
            for _ in range(50_000):  # nobody reads the answers
                client.sendall(frame)
        assert chromium.call("status.ping")


@pytest.mark.parametrize("name", ["Chromium", "Firefox"])
def test_a_browser_that_is_killed_is_gone(name, site, started_browser):
    room = started_browser(name)
    last, program = room.browser, room.program
    # Its first process alone: of a group, that of the page may die first, and the tab with it.
    assert failure(room, site, lambda: os.kill(program.process.pid, signal.SIGKILL)) == "gone"
    program.end(signal.SIGKILL)
    assert browsers(room.sockets) == []
    with pytest.raises(BrowserError) as raised:
        last.call("tabs.list")
    assert raised.value.reason == "gone"
    assert list(room.sockets.iterdir()) == []
