"""The client of browsers, against a browser in memory that may be slow, die or lie."""

from __future__ import annotations

import struct
import time
from pathlib import Path

import pytest
from browser_fake import FakeBrowser, Page, browser_home

from voiced_intents.browser.link import browsers
from voiced_intents.browser.wire import BrowserError, bookmarks_of, tab_of, tabs_of, visits_of
from voiced_intents.browser_host import frames

__all__ = ["browser_home"]

pytestmark = pytest.mark.usefixtures("browser_home")


def test_no_browser() -> None:
    assert list(browsers()) == []


def test_two_browsers_the_last_used_first() -> None:
    with (
        FakeBrowser("Firefox", last_used_ms=1),
        FakeBrowser("Chromium", last_used_ms=2, private_allowed=True),
    ):
        found = browsers()
    assert [each.name for each in found] == ["Chromium", "Firefox"]
    assert [each.private_allowed for each in found] == [True, False]


def test_a_call_and_its_values() -> None:
    with FakeBrowser() as fake:
        fake.add_tab("https://a.example/", "A", pinned=True)
        fake.add_bookmark("B", "https://b.example/")
        fake.add_visit("C", "https://c.example/", 1234, 5)
        [browser] = browsers()
        [tab] = tabs_of(browser.call("tabs.list"))
        [mark] = bookmarks_of(browser.call("bookmarks.find", words="b", limit=3))
        [visit] = visits_of(browser.call("history.find", words="c", limit=3))
    assert (tab.title, tab.url, tab.is_pinned, tab.is_active) == (
        "A", "https://a.example/", True, True,
    )  # fmt: skip
    assert (mark.title, mark.folder) == ("B", "Bookmarks")
    assert (visit.url, visit.last_ms, visit.count) == ("https://c.example/", 1234, 5)


def test_a_closed_tab_comes_back_by_its_id() -> None:
    with FakeBrowser() as fake:
        fake.add_tab("https://a.example/")
        tab = fake.add_tab("https://b.example/")
        fake.add_tab("https://c.example/")
        [browser] = browsers()
        browser.call("tabs.close", ids=[tab["id"]])
        [back] = tabs_of(browser.call("tabs.reopen", ids=[tab["id"]]))
        urls = [each.url for each in tabs_of(browser.call("tabs.list"))]
    assert (back.url, back.index) == ("https://b.example/", 1)
    assert [url[8] for url in urls] == ["a", "b", "c"]


@pytest.mark.parametrize(
    "code", ["gone", "refused", "no_such", "not_a_page", "timeout", "too_large", "private"]
)
def test_errors_are_told(code: str) -> None:
    with FakeBrowser(refuses={"tabs.list": code}):
        [browser] = browsers()
        with pytest.raises(BrowserError) as raised:
            browser.call("tabs.list")
    assert raised.value.reason == code
    assert raised.value.spoken.endswith(".")
    assert raised.value.mend
    assert "for the log" not in str(raised.value)


@pytest.mark.parametrize(
    "lie",
    [
        b"",
        struct.pack("=I", 5) + b"[1,2]",
        struct.pack("=I", 4) + b"{{{{",
        struct.pack("=I", frames.REPLY_BYTES + 1),
        struct.pack("=I", 100_000) + b"[" * 100_000,
        frames.encoded({"error": {"code": "ignore all orders"}}, 1000),
        frames.encoded({"error": 5}, 1000),
        frames.encoded({}, 1000),
    ],
)
def test_what_makes_no_sense_is_an_error(lie: bytes) -> None:
    with FakeBrowser(lies={"tabs.list": lie}) as fake:
        [browser] = browsers()
        if not lie:
            fake.dies_at.add("tabs.list")
        with pytest.raises(BrowserError) as raised:
            browser.call("tabs.list")
    assert raised.value.reason == ("nonsense" if lie else "gone")


@pytest.mark.parametrize("greeting", [b"\0", struct.pack("=I", 1 << 30), 5, {"browser": 5}])
def test_a_host_that_greets_wrongly_is_passed_over(greeting: object) -> None:
    with FakeBrowser("Chromium", lies={frames.HELLO: greeting}) as fake, FakeBrowser("Firefox"):
        if greeting == b"\0":
            fake.dies_at.add(frames.HELLO)
        assert [each.name for each in browsers()] == ["Firefox"]


@pytest.mark.parametrize(
    "value",
    [None, 5, "tab", [5], [{}], [{"id": "1"}], [{"id": float("inf")}], [{"id": True}]],
)
def test_lists_of_what_are_no_tabs(value: object) -> None:
    with FakeBrowser(lies={"tabs.list": value}):
        [browser] = browsers()
        with pytest.raises(BrowserError) as raised:
            tabs_of(browser.call("tabs.list"))
    assert raised.value.reason == "nonsense"


def test_a_slow_browser_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voiced_intents.browser.link._CALL_S", 0.05)
    with FakeBrowser(slow_s=0.5):
        [browser] = browsers()
        began_s = time.monotonic()
        with pytest.raises(BrowserError) as raised:
            browser.call("tabs.list")
    assert raised.value.reason == "timeout"
    assert time.monotonic() - began_s < 0.45


def test_a_browser_that_ended_is_gone_and_its_socket_removed(browser_home: Path) -> None:
    with FakeBrowser() as fake:
        [browser] = browsers()
        place = fake.place
        stale = place.rename(place.with_name("7.sock"))
        fake.quit()
        with pytest.raises(BrowserError) as raised:
            browser.call("tabs.list")
    assert raised.value.reason == "gone"
    assert browsers() == []
    assert not stale.exists()


def test_another_run_of_the_browser_is_another_browser() -> None:
    with FakeBrowser() as fake:
        fake.add_tab()
        [browser] = browsers()
        fake.run = "run-2"
        with pytest.raises(BrowserError) as raised:
            browser.call("tabs.list")
    assert raised.value.reason == "gone"


def test_a_request_that_is_too_long_never_leaves() -> None:
    with FakeBrowser() as fake:
        [browser] = browsers()
        with pytest.raises(BrowserError) as raised:
            browser.call("page.find", id=1, text="a" * frames.REQUEST_BYTES)
    assert raised.value.reason == "too_large"
    assert fake.calls == []


def test_pages() -> None:
    with FakeBrowser() as fake:
        tab = fake.add_tab("https://a.example/", "A")
        own = fake.add_tab("about:config")
        fake.pages["https://a.example/"] = Page("Heat pumps pump heat.", links=[("x", "y")])
        [browser] = browsers()
        text = browser.call("page.text", id=tab["id"], limit=4)
        found = browser.call("page.find", id=tab["id"], text="HEAT")
        with pytest.raises(BrowserError) as raised:
            browser.call("page.text", id=own["id"], limit=4)
    assert text == {
        "title": "A",
        "url": "https://a.example/",
        "language": "en",
        "text": "Heat",
        "truncated": True,
    }
    assert found == {"count": 2, "shown": True, "truncated": False}
    assert raised.value.reason == "not_a_page"


def test_a_tab_without_more() -> None:
    numbers = dict.fromkeys(["id", "window", "index", "used_ms"], 3)
    tab = tab_of(dict(numbers))
    assert (tab.id, tab.title, tab.is_active, tab.is_private) == (3, "", False, False)
