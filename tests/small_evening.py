"""Whole conversations with some plugins: through the grammar, the policy and a real journal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from voiced.conversation import Conversation
from voiced.dispatch import Dispatcher, Environment, Report
from voiced.events import TurnId
from voiced.journal import Journal
from voiced.plugin import Announcement, Announcer, Intent, Told, Undoer
from voiced.testing import clock
from voiced.testing.script import inline
from voiced.thinking.thinker import Thinker, Turn
from voiced.trace import Marks


def _of(kind: type, modules: Sequence[ModuleType]) -> list[Any]:
    return [each for module in modules for each in vars(module).values() if isinstance(each, kind)]


class Evening:
    """One user at one conversation, with the plugins that are given."""

    def __init__(
        self,
        modules: Sequence[ModuleType],
        known: Mapping[type, object],
        journal: Journal,
        now: datetime,
    ) -> None:
        self.known = known
        environment = Environment(journal, lambda: now, lambda: 0.0, inline, known, hears=False)
        self.dispatcher = Dispatcher(
            _of(Intent, modules), _of(Undoer, modules), environment, Conversation()
        )
        self.thinker = Thinker(self.dispatcher, None)
        self.turns = 0
        self.refreshes = True

    def say(self, text: str) -> str:
        """One turn; what is said then."""
        told: list[str] = []

        async def say(sentence: str) -> None:
            told.append(sentence)

        if self.refreshes or not self.turns:
            clock.run(self.dispatcher.refresh)  # as before every turn: what lies there now
        self.turns += 1
        report = Report(TurnId(self.turns), lambda: 0, lambda _: None)
        turn = Turn(report, Marks(), say, self.dispatcher.run)
        clock.run(self.thinker.think, [(text, 1.0)], turn)
        self.dispatcher.end_turn(TurnId(self.turns), was_interrupted=False)
        return " ".join(told)

    def unasked(self, announcer: Announcer, told: Told | None = None) -> tuple[Announcement, ...]:
        """What a plugin has to say unasked; "it" is what that names."""
        news = clock.run(self.dispatcher.news, announcer, told or {})
        for each in news.announcements:
            self.dispatcher.conversation.name(each.entities)
        return news.announcements


@contextmanager
def evening(
    modules: Sequence[ModuleType], known: Mapping[type, object], folder: Path, now: datetime
) -> Iterator[Evening]:
    """A conversation whose journal lies in a folder."""
    journal = Journal.open(folder)
    try:
        yield Evening(modules, known, journal, now)
    finally:
        journal.close()
