"""What can be said to a browser, asked of Debian's Chromium and Firefox as ``voiced ask`` does.

The whole assistant answers: grammar, policy, journal, the real host and the real extension. It is
kept for all tests of a browser, since every start of it compiles the grammar.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack, aclosing
from typing import Any

import anyio
import numpy as np
import pytest
import soundfile
from anyio.from_thread import BlockingPortal, start_blocking_portal

from voiced.asking import Answered, ask
from voiced.audio import RATE_HZ, Resampler, Samples, silence
from voiced.composition.brain import Brain, open_brain
from voiced.config import load
from voiced.engines.espeak import EspeakSynthesizer
from voiced.registry import plugin_names
from voiced.stages import Voice
from voiced_intents.browser import joined

pytestmark = pytest.mark.browser

SOUP = "<main><p>Leeks and potatoes.</p><p>Boil them for an hour.</p></main>"
LONG = " ".join(f"This is sentence number {number} of the whole page." for number in range(40))


class Ear:
    """The assistant for one browser, and somebody who types to it."""

    def __init__(self, room: Any, portal: BlockingPortal, stack: ExitStack) -> None:
        self.room = room
        self._portal = portal
        self._brain: Brain = stack.enter_context(
            portal.wrap_async_context_manager(open_brain(load(None, os.environ, plugin_names)))
        )

    def ask(self, text: str, *, yes: bool = False) -> Answered:
        return self._portal.call(self._ask, text, yes)

    async def _ask(self, text: str, is_confirmed: bool) -> Answered:
        return await ask(self._brain.thinker, text, is_confirmed=is_confirmed)

    def say(self, text: str, *, yes: bool = False) -> str:
        """What is answered, once it is done."""
        answered = self.ask(text, yes=yes)
        assert answered.outcome == "completed", answered
        return answered.reply

    def begin(self) -> None:
        """Forget what was said before."""

        async def clear() -> None:
            self._brain.dispatcher.clear()
            joined._told.clear()

        self._portal.call(clear)

    # what the browser shows

    @property
    def titles(self) -> list[str]:
        return [tab.title for tab in self.room.tabs()]

    @property
    def front(self) -> str:
        """The title of the tab in front, once it has one."""
        return self._front().title

    def _front(self) -> Any:
        windows = {each["id"] for each in self.room.call("windows.list") if each["focused"]}
        shown = [tab for tab in self.room.tabs() if tab.is_active]
        return max(shown, key=lambda tab: (tab.window in windows, tab.last_used_ms))

    def shows(self, title: str) -> None:
        """Wait until this is in front."""
        self.room.wait(lambda: self.front == title, f"{title} in front")

    def has(self, *titles: str) -> None:
        """Wait until these tabs are open, and one that is empty."""
        wanted = sorted(titles)
        try:
            self.room.wait(
                lambda: sorted(title for title in self.titles if not _is_empty(title)) == wanted,
                f"only {wanted}",
            )
        except AssertionError as error:
            error.add_note(f"there are {self.room.tabs()}")
            raise


def _is_empty(title: str) -> bool:
    return title in ("", "about:blank", "New Tab", "chrome://newtab/", "about:newtab", "about:home")


@pytest.fixture(scope="module")
def ears(site) -> Generator[dict[str, Ear]]:
    known: dict[str, Ear] = {}
    yield known
    for ear in known.values():
        ear.stack.close()  # type: ignore[attr-defined]


@pytest.fixture
def ear(room, site, ears, monkeypatch) -> Iterator[Ear]:
    """Somebody who speaks to a browser with four pages; the inbox is in front."""
    for key in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(key, room.env[key])
    monkeypatch.setenv("XDG_STATE_HOME", room.env["XDG_DATA_HOME"])
    monkeypatch.setenv("VOICED_BROWSER__SEARCH_PAGE", f"{site.root}/search?q={{query}}")
    monkeypatch.setenv("VOICED_POLICY__OUTBOX_S", "0")
    name = room.program.name
    if name not in ears:
        stack = ExitStack()
        portal = stack.enter_context(start_blocking_portal())
        ears[name] = Ear(room, portal, stack)
        ears[name].stack = stack  # type: ignore[attr-defined]
    ears[name].begin()
    for path, title, body in (
        ("/pumps", "Heat pumps", f"<main><p>{LONG}</p></main>"),
        ("/soup", "Cooking soup", SOUP),
        ("/bread", "Cooking bread", "<main><p>Flour and water.</p></main>"),
        ("/inbox", "Inbox", "<main><p>No mail.</p></main>"),
    ):
        room.open(site.add(path, title, body))
    return ears[name]


def test_going_to_tabs(ear):
    assert ear.say("switch to the tab about heat pumps") == "Heat pumps from this computer."
    ear.shows("Heat pumps")
    assert ear.say("undo that") == "You are back where you were."
    ear.shows("Inbox")
    ear.say("previous tab")
    ear.shows("Cooking bread")
    ear.say("next tab")
    ear.shows("Inbox")
    ear.say("go to the second tab")
    ear.shows("Heat pumps")
    told = ear.say("what tabs do I have")
    assert told.startswith("You have five tabs: ")
    assert told.endswith("and two more.")
    told = ear.say("which tabs about cooking do I have")
    assert told == "You have two tabs about that: Cooking soup and Cooking bread."
    ear.say("switch to the second one")
    ear.shows("Cooking bread")
    assert ear.say("which browser windows are open") == "One window: Cooking bread, with five tabs."


def test_closing_and_coming_back(ear):
    assert ear.say("close the soup tab") == "Closed Cooking soup."
    ear.has("Heat pumps", "Cooking bread", "Inbox")
    ear.say("undo that")
    ear.has("Heat pumps", "Cooking soup", "Cooking bread", "Inbox")
    assert ear.say("close all tabs about cooking") == "Closed two tabs."
    ear.has("Heat pumps", "Inbox")
    assert ear.say("undo that") == "Two tabs are open again."
    ear.has("Heat pumps", "Cooking soup", "Cooking bread", "Inbox")
    asked = ear.ask("close the cooking tab")
    assert asked.outcome == "needs_confirmation"
    ear.has("Heat pumps", "Cooking soup", "Cooking bread", "Inbox")
    ear.begin()
    ear.say("switch to the tab about heat pumps")
    assert ear.say("close this tab") == "Closed Heat pumps."
    ear.say("reopen the closed tab")
    ear.shows("Heat pumps")
    ear.say("close all tabs but this one")
    ear.room.wait(lambda: ear.titles == ["Heat pumps"], "one tab")
    ear.say("close all tabs")
    ear.has()
    ear.say("undo that")
    ear.has("Heat pumps")


def test_windows(ear):
    ear.say("move the bread tab to a new window")
    ear.room.wait(lambda: len({tab.window for tab in ear.room.tabs()}) == 2, "two windows")
    ear.shows("Cooking bread")
    assert ear.say("undo that") == "One tab is back."
    ear.room.wait(lambda: len({tab.window for tab in ear.room.tabs()}) == 1, "one window")
    ear.say("move the tabs about cooking to a new window")
    ear.room.wait(lambda: len({tab.window for tab in ear.room.tabs()}) == 2, "two windows")
    ear.shows("Cooking soup")
    ear.say("close this browser window")
    ear.has("Heat pumps", "Inbox")
    ear.say("undo that")
    ear.has("Heat pumps", "Cooking soup", "Cooking bread", "Inbox")
    ear.say("open a new browser window")
    ear.room.wait(lambda: len({tab.window for tab in ear.room.tabs()}) == 3, "three windows")
    refused = ear.ask("open a private window")
    assert refused.reply == "I don't see private windows."


def test_arranging(ear):
    ear.say("pin this tab")
    assert next(tab for tab in ear.room.tabs() if tab.title == "Inbox").is_pinned
    ear.say("undo that")
    assert not any(tab.is_pinned for tab in ear.room.tabs())
    assert ear.titles[-1] == "Inbox"
    ear.say("mute the bread tab")
    assert next(tab for tab in ear.room.tabs() if tab.title == "Cooking bread").is_muted
    ear.say("unmute it")
    assert not any(tab.is_muted for tab in ear.room.tabs())
    ear.say("pin it")
    ear.say("unpin the bread tab")
    assert not any(tab.is_pinned for tab in ear.room.tabs())
    ear.say("move the inbox tab to the beginning")
    assert ear.titles[0] == "Inbox"
    ear.say("undo that")
    assert ear.titles[-1] == "Inbox"
    ear.say("open a new tab")
    assert len(ear.titles) == 6


def test_opening(ear, site):
    assert ear.say("go to localhost") == "I opened localhost."
    ear.room.wait(lambda: ear._front().url.endswith("//localhost/"), "the address")
    ear.say("close this tab")
    ear.room.open(site.add("/wiki", "FrontPage - Debian Wiki"))
    ear.shows("FrontPage - Debian Wiki")
    assert ear.say("bookmark this page") == "Bookmarked FrontPage - Debian Wiki."
    ear.say("close this tab")
    ear.say("open the debian wiki")
    ear.shows("FrontPage - Debian Wiki")
    ear.say("close this tab")
    assert ear.say("find my bookmarks about debian").startswith("You have one bookmark: FrontPage")
    ear.say("open it")
    ear.shows("FrontPage - Debian Wiki")
    ear.say("close this tab")
    ear.say("open my bookmark about debian")
    ear.shows("FrontPage - Debian Wiki")
    ear.say("remove the bookmark about debian")
    assert ear.say("find my bookmarks about debian") == "You have no bookmark like that."
    ear.say("undo that")
    assert ear.say("find my bookmarks about debian").startswith("You have one bookmark")
    assert ear.say("remove this page from my bookmarks").startswith("Removed the bookmark")
    assert ear.say("go to the inbox website") == "Inbox from this computer."
    ear.shows("Inbox")


def test_the_way_within_a_tab(ear, site):
    tab = ear._front().id
    ear.room.program.in_page(site.root + "/inbox", f"(location.href = '{site.root}/soup', 1)")
    ear.shows("Cooking soup")
    ear.say("go back")
    ear.shows("Inbox")
    ear.say("go forward")
    ear.shows("Cooking soup")
    ear.say("undo that")
    ear.shows("Inbox")
    site.add("/inbox", "Inbox (one new)")
    assert ear.say("reload this page").startswith("Reloaded Inbox")
    ear.shows("Inbox (one new)")
    assert ear.room.tab(tab).is_active


def test_the_history(ear, site):
    told = ear.say("find the page about heat pumps from today")
    assert told == "I found Heat pumps from this computer."
    asked = ear.ask("clear my browsing history from today")
    assert asked.outcome == "needs_confirmation"
    assert ear.say("find the page about heat pumps from today").startswith("I found")
    told = ear.say("clear my browsing history from today", yes=True)
    assert told.endswith("forgotten.")
    gone = "I find no such page in your history."
    ear.room.wait(lambda: ear.say("find the page about heat pumps from today") == gone, "nothing")


def test_reading(ear):
    ear.say("switch to the tab about heat pumps")
    told = ear.say("read this page")
    assert told.startswith("The page from this computer says: This is sentence number zero")
    assert told.endswith("There is more. Say: read on.")
    assert ear.say("read on").startswith("This is sentence number")
    assert ear.say("find sentence number on this page") == "I found it forty times."
    assert "I have no language model to sum it up" in ear.say("summarise this page")
    assert ear.ask("what does this page say about prices").reply.startswith("I need a language")
    assert ear.say("scroll to the bottom") == ""


def test_searching(ear, site):
    other = site.root.replace("127.0.0.1", "localhost")
    links = f"<a href='{other}/pumps'>All on pumps</a> <a href='{other}/soup'>A soup</a>"
    site.add("/search?q=warm+houses", "Search", f"<main><h1>Found</h1><p>{links}</p></main>")
    told = ear.say("search the web for warm houses")
    assert told.startswith("I found this. First, from this computer: All on pumps. Second, from")
    asked = ear.ask("open the second one")
    assert asked.outcome == "needs_confirmation"
    ear.shows("Search")
    ear.say("open the second result", yes=True)
    ear.shows("Cooking soup")


@pytest.mark.parametrize("room", ["chromium"], indirect=True)
def test_the_command_itself(ear):
    """``voiced ask``, as it is typed."""
    command = [sys.executable, "-m", "voiced.cli", "ask", "--json"]
    said = "switch to the tab about heat pumps"
    ended = subprocess.run([*command, said], capture_output=True, text=True, check=True)
    answer = json.loads(ended.stdout)
    assert (answer["intent"], answer["outcome"]) == ("browser.switch", "completed")
    assert answer["reply"] == "Heat pumps from this computer."
    ear.shows("Heat pumps")


async def sound_of(*sentences: str) -> Samples:
    """The sentences in the embedded voice, and silence after each."""
    pieces: list[Samples] = []
    for sentence in sentences:
        resampler = Resampler(22_050, RATE_HZ)
        profile = Voice("test", "espeak", "en-us+klatt4")
        async with aclosing(EspeakSynthesizer().synthesize(sentence, profile)) as spoken:
            pieces += [resampler.feed(each.samples) async for each in spoken]
        pieces += [resampler.flush(), silence(5 * RATE_HZ)]
    return np.concatenate(pieces)


@pytest.mark.parametrize("room", ["chromium"], indirect=True)
def test_by_spoken_sound(ear, tmp_path, monkeypatch):
    """The daemon hears three sentences with the recogniser that is built in."""
    said = ("go to the third tab", "close all tabs about cooking", "pin this tab")
    soundfile.write(tmp_path / "said.wav", anyio.run(sound_of, *said), RATE_HZ)
    others = "clock desktop files look photos search sums timers writing".split()
    monkeypatch.setenv("VOICED_INTENTS__DISABLED", json.dumps(others))
    command = [sys.executable, "-m", "voiced.cli", "run", "--sink", "null", "--events", "-"]
    command += ["--source", str(tmp_path / "said.wav"), "--clock", "virtual", "--once"]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    events = [json.loads(line) for line in ended.stdout.splitlines()]
    heard = [each["text"] for each in events if each["type"] == "transcript_final"]
    assert heard == list(said)
    outcomes = [each["outcome"] for each in events if each["type"] == "turn_ended"]
    assert outcomes == ["completed"] * 3
    ear.has("Heat pumps", "Inbox")
    assert [tab.is_pinned for tab in ear.room.tabs()].count(True) == 1
