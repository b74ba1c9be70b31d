"""All that a browser can be asked to do, asked of Debian's Chromium and Firefox."""

from __future__ import annotations

import time

import pytest

from voiced_intents.browser.wire import BrowserError, bookmarks_of, tab_of, visits_of

pytestmark = pytest.mark.browser


def refused(room, op, **arguments):
    with pytest.raises(BrowserError) as raised:
        room.call(op, **arguments)
    return raised.value.reason


def test_which_browser_it_is(room):
    status = room.call("status.ping")
    assert status["browser"] == room.program.name == room.browser.name
    assert int(status["version"].split(".")[0]) > 100
    assert status["private_allowed"] is False
    assert status["tabs"] == 1


def test_tabs_open_and_the_list_follows_what_pages_do(room, site):
    url = site.add("/titled", "One title")
    tab = room.open(url)
    assert room.tab(tab).title == "One title"
    assert room.tab(tab).is_active
    room.program.in_page(url, "(document.title = 'Another title', 1)")
    room.wait(lambda: room.tab(tab).title == "Another title", "the new title")
    behind = room.open(site.root + "/behind", background=True)
    assert not room.tab(behind).is_active
    activated = tab_of(room.call("tabs.activate", id=behind))
    assert activated.is_active
    assert [each.id for each in room.tabs() if each.is_active] == [behind]
    assert room.browser.last_used_ms > (time.time() - 3600) * 1000


def test_closed_tabs_come_back_in_their_places_and_with_their_history(room, site):
    first = room.open(site.root + "/a")
    tabs = [room.open(site.root + path) for path in ("/b", "/c", "/d")]
    room.program.in_page(site.root + "/c", "(location.href = '/c2', 1)")
    room.loaded(tabs[1], site.root + "/c2")
    before = [(tab.url, tab.index) for tab in room.tabs()]
    sessions = room.call("tabs.close", ids=[tabs[0], tabs[1]])
    assert all(sessions)
    assert len(sessions) == 2
    assert [tab.id for tab in room.tabs()][1:] == [first, tabs[2]]
    back = room.call("tabs.reopen", ids=[tabs[0], tabs[1]])
    assert len(back) == 2
    room.wait(lambda: [(tab.url, tab.index) for tab in room.tabs()] == before, "the places")
    again = next(tab.id for tab in room.tabs() if tab.url.endswith("/c2"))
    room.loaded(again, site.root + "/c2")
    room.call("tabs.back", id=again)
    room.loaded(again, site.root + "/c")
    assert refused(room, "tabs.reopen", ids=[tabs[0]]) == "no_such"


def test_the_last_closed_comes_back(room, site):
    tab = room.open(site.root + "/last")
    [session] = room.call("tabs.close", ids=[tab])
    [back] = room.call("tabs.reopen")
    room.loaded(back["id"], site.root + "/last")
    [session] = room.call("tabs.close", ids=[back["id"]])
    [back] = room.call("tabs.reopen", sessions=[session])
    room.loaded(back["id"], site.root + "/last")


def test_none_is_closed_when_one_is_not_there(room, site):
    tab = room.open(site.root + "/stays")
    assert refused(room, "tabs.close", ids=[tab, 999_999]) == "no_such"
    assert room.tab(tab)
    assert refused(room, "tabs.activate", id=999_999) == "no_such"


def test_tabs_go_to_a_new_window_and_back(room, site):
    tabs = [room.open(site.root + path) for path in ("/m1", "/m2", "/m3")]
    places = {tab.id: (tab.window, tab.index) for tab in room.tabs()}
    before = room.call("tabs.move", ids=tabs[:2], window="new")
    assert [(each["window"], each["index"]) for each in before] == [places[t] for t in tabs[:2]]
    moved = [room.tab(tab) for tab in tabs[:2]]
    assert moved[0].window == moved[1].window != room.tab(tabs[2]).window
    assert [tab.index for tab in moved] == [0, 1]
    assert len(room.call("windows.list")) == 2
    for each in before:
        room.call("tabs.move", ids=[each["id"]], window=each["window"], index=each["index"])
    assert {tab.id: (tab.window, tab.index) for tab in room.tabs()} == places
    assert len(room.call("windows.list")) == 1
    assert refused(room, "tabs.move", ids=[tabs[0]], window=999_999) == "no_such"


def test_tabs_are_pinned_and_muted(room, site):
    tab = room.open(site.root + "/pin")
    before = room.call("tabs.set", ids=[tab], pinned=True, muted=True)
    assert before == [{"id": tab, "pinned": False, "muted": False}]
    assert (room.tab(tab).is_pinned, room.tab(tab).is_muted) == (True, True)
    room.call("tabs.set", ids=[tab], muted=False)
    assert (room.tab(tab).is_pinned, room.tab(tab).is_muted) == (True, False)


def test_back_forward_and_again(room, site):
    tab = room.open(site.root + "/one")
    room.program.in_page(site.root + "/one", "(location.href = '/two', 1)")
    room.loaded(tab, site.root + "/two")
    room.call("tabs.back", id=tab)
    room.loaded(tab, site.root + "/one")
    room.call("tabs.forward", id=tab)
    room.loaded(tab, site.root + "/two")
    site.add("/two", "Two, anew")
    room.call("tabs.reload", id=tab)
    room.wait(lambda: room.tab(tab).title == "Two, anew", "the page anew")


def test_windows(room, site):
    url = site.add("/window", "In a window")
    tab = room.call("windows.open", url=url)
    room.loaded(tab["id"], url)
    windows = room.call("windows.list")
    assert [each["tabs"] for each in windows] == [1, 1]
    assert not any(each["private"] for each in windows)
    second = room.open(site.root + "/beside", window=tab["window"])
    assert room.tab(second).window == tab["window"]
    [session] = room.call("windows.close", id=tab["window"])
    assert session
    assert len(room.call("windows.list")) == 1
    back = room.call("tabs.reopen", windows=[tab["window"]])
    assert len(back) == 2
    room.wait(
        lambda: {url, site.root + "/beside"} <= {each.url for each in room.tabs()}, "the window"
    )
    assert refused(room, "windows.close", id=999_999) == "no_such"


def test_private_windows_are_not_seen_unless_the_user_allows_it(room):
    assert refused(room, "windows.open", private=True) == "private"


def test_only_pages_of_the_web_are_opened(room):
    for url in ("javascript:alert(1)", "file:///etc/passwd", "about:config", "data:,x", "no url"):
        assert refused(room, "tabs.open", url=url) == "refused"
        assert refused(room, "bookmarks.add", title="x", url=url) == "refused"
    assert len(room.tabs()) == 1


def test_bookmarks(room):
    folder = room.call("bookmarks.folders")[-1]
    url = "https://example.org/heat-pumps"
    marks = [
        room.call("bookmarks.add", title=title, url=url + tail, folder=folder["id"])
        for title, tail in [("Heat pumps", ""), ("Pumps, compared", "/2"), ("Other", "/3")]
    ]
    found = bookmarks_of(room.call("bookmarks.find", words="PUMPS compared", limit=5))
    assert [mark.title for mark in found] == ["Pumps, compared"]
    assert found[0].folder == folder["title"]
    listed = bookmarks_of(room.call("bookmarks.list", limit=500))
    assert {mark["id"] for mark in marks} <= {mark.id for mark in listed}
    record = room.call("bookmarks.get", id=marks[1]["id"])
    assert room.call("bookmarks.remove", id=marks[1]["id"]) == record
    assert refused(room, "bookmarks.get", id=marks[1]["id"]) == "no_such"
    assert not room.call("bookmarks.find", words="compared", limit=5)
    back = room.call("bookmarks.restore", record=record)
    assert room.call("bookmarks.get", id=back["id"]) == record
    usual = room.call("bookmarks.add", title="Without a folder", url=url)
    assert usual["folder"]
    for mark in (marks[0], back, marks[2], usual):
        room.call("bookmarks.remove", id=mark["id"])


def test_history(room, site):
    start_ms = int(time.time() * 1000) - 1
    url = site.add("/visited", "How a heat pump works")
    room.open(url)

    def found(words, **more):
        return visits_of(room.call("history.find", words=words, limit=10, **more))

    room.wait(lambda: found("heat pump"), "the visit")
    room.wait(lambda: found("heat pump")[0].title == "How a heat pump works", "its title")
    [visit] = found("heat pump works")
    assert (visit.url, visit.count) == (url, 1)
    assert visit.last_ms >= start_ms
    assert not found("heat pump", until_ms=start_ms)
    end_ms = int(time.time() * 1000) + 60_000
    assert room.call("history.clear", since_ms=start_ms, until_ms=end_ms) >= 1
    assert not found("heat pump")


def test_what_is_wrong_is_refused(room):
    assert refused(room, "tabs.burn") == "refused"
    assert refused(room, "tabs.close") == "refused"
    assert refused(room, "tabs.close", ids=["1"]) in ("refused", "no_such")
    assert refused(room, "page.text", id="x", limit=3) in ("refused", "no_such")
    assert room.call("status.ping")
