"""A conversation about a browser in memory: through the grammar, the policy and a real journal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from browser_fake import FakeBrowser, browser_home

from voiced.conversation import Conversation
from voiced.dispatch import Dispatcher, Environment, Report
from voiced.dispatch.calls import Call, Result
from voiced.events import TurnId
from voiced.journal import Journal
from voiced.planning.quarantine import Quarantine
from voiced.plugin import Intent, Undoer
from voiced.testing import clock
from voiced.testing.context import FakeContext
from voiced.testing.script import inline
from voiced.thinking.thinker import Thinker, Turn
from voiced.trace import Marks
from voiced_intents import browser, search, talk
from voiced_intents.browser import joined
from voiced_intents.search.settings import Settings as SearchSettings

__all__ = ["NOW", "Evening", "browser_home", "evening"]

NOW = datetime(2026, 3, 3, 19, 30, tzinfo=UTC)
WIKI = "https://en.wikipedia.org/wiki/Heat_pump"
MAIL = "https://mail.example/inbox"
COOKING = ("https://cook.example/soup", "https://cook.example/bread", "https://food.example/pie")


def of(kind: type, *modules: ModuleType) -> list[Any]:
    return [each for module in modules for each in vars(module).values() if isinstance(each, kind)]


class Evening:
    """One user at one conversation. ``calls`` are those that were made."""

    def __init__(self, journal: Journal, opener: Path) -> None:
        self.folder = opener.parent
        self.opened = opener.with_name("opened")
        opener.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >> {self.opened}\n')
        opener.chmod(0o755)
        self.settings = browser.Settings(
            opener=(str(opener),), search_page="http://s.test/?q={query}"
        )
        known = {browser.Settings: self.settings, SearchSettings: SearchSettings(answers=False)}
        self.answers: list[dict[str, Any]] = []
        environment = Environment(
            journal,
            lambda: NOW,
            lambda: 0.0,
            inline,
            known,
            hears=False,
            quarantine=self._quarantine(),
        )
        intents, undoers = of(Intent, browser, search, talk), of(Undoer, browser)
        self.dispatcher = Dispatcher(intents, undoers, environment, Conversation())
        self.thinker = Thinker(self.dispatcher, None)
        self.calls: list[Call] = []
        self.turns = 0

    def _quarantine(self) -> Quarantine:
        fake = FakeContext()
        fake._answers = self.answers

        class Asked(Quarantine):
            async def ask(self, text, question, schema, origin):  # type: ignore[no-untyped-def]
                return await fake.ask_about(text, question, schema, object_id=origin.object_id)

        return Asked(None)

    def begin(self) -> None:
        """A new day: nothing was said yet."""
        self.dispatcher.clear()
        self.calls.clear()
        self.answers.clear()
        self.opened.unlink(missing_ok=True)

    def refresh(self) -> None:
        """Take up what is called how now, as a daemon does after each change."""
        clock.run(self.dispatcher.refresh)

    def say(self, text: str) -> str:
        told: list[str] = []
        self.turns += 1

        async def say(sentence: str) -> None:
            told.append(sentence)

        async def perform(call: Call, report: Report) -> Result:
            self.calls.append(call)
            return await self.dispatcher.run(call, report)

        report = Report(TurnId(self.turns), lambda: 0, lambda _: None)
        clock.run(self.thinker.think, [(text, 1.0)], Turn(report, Marks(), say, perform))
        self.dispatcher.end_turn(TurnId(self.turns), was_interrupted=False)
        return " ".join(told)

    @property
    def last(self) -> Call:
        return self.calls[-1]


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evening]:
    """The grammar is made once, before any browser has joined."""
    folder = tmp_path_factory.mktemp("browser")
    journal = Journal.open(folder / "journal")
    made = Evening(journal, folder / "opener")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        made.refresh()
    yield made
    journal.close()


@pytest.fixture
def evening(browser_home: Path, house: Evening) -> Evening:
    joined._told.clear()
    house.begin()
    return house


@pytest.fixture
def firefox(browser_home: Path) -> Iterator[FakeBrowser]:
    """A browser with a few tabs; the mail is in front."""
    with FakeBrowser("Firefox") as fake:
        fake.add_tab(WIKI, "Heat pump - Wikipedia")
        for url, title in zip(
            COOKING, ("Soup for a cook", "Cooking bread", "Apple pie"), strict=True
        ):
            fake.add_tab(url, title)
        fake.add_tab(MAIL, "Inbox")
        yield fake
