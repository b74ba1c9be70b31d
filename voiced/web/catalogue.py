"""What can be said, by plugin; what words would be understood as; what no sentence fits."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from voiced.composition.brain import Brain, open_brain
from voiced.composition.engines import tool_servers
from voiced.composition.teaching import taught_of
from voiced.config import Loaded, ResponderSettings, journal_folder
from voiced.grammar import Match
from voiced.journal import Journal, Missed
from voiced.memory.misses import Miss, counted
from voiced.plugin import Effect, Intent
from voiced.registry import load_plugins
from voiced.registry.standing import Standing, standings
from voiced.workers import in_worker

__all__ = [
    "EFFECTS",
    "Catalogue",
    "Entry",
    "Group",
    "Reading",
    "catalogue",
    "fitting",
    "missed",
    "read_as",
]

EFFECTS: Mapping[Effect, str] = {
    Effect.R0: "reads, nothing private",
    Effect.R1: "reads what is yours",
    Effect.W1: "changes, can be undone",
    Effect.W2: "changes for good",
    Effect.O1: "sends to whom you know",
    Effect.O2: "sends to somebody new",
    Effect.X: "cannot be spoken",
}
"""What each effect class means to a person."""

_MOST_READINGS = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """An intent, and what was taught for it."""

    intent: Intent
    taught: tuple[str, ...] = ()

    @property
    def effect(self) -> str:
        """What it does to the world, in words."""
        return EFFECTS[self.intent.effect]

    def holds(self, words: Sequence[str]) -> bool:
        """Whether all of these words are somewhere in what can be said."""
        i = self.intent
        text = " ".join((i.name, i.description, *i.sentences, *i.examples, *self.taught)).casefold()
        return all(word in text for word in words)


@dataclass(frozen=True, slots=True)
class Group:
    """The intents of a plugin, or of a server of tools."""

    name: str
    origin: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All that can be said, how the plugins stand, and what is wrong with them."""

    groups: tuple[Group, ...]
    standings: tuple[Standing, ...]
    notices: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many intents there are."""
        return sum(len(group.entries) for group in self.groups)

    def entry(self, name: str) -> tuple[Group, Entry] | None:
        """The intent of that name, and its group."""
        return next(((g, e) for g in self.groups for e in g.entries if e.intent.name == name), None)


def catalogue(loaded: Loaded) -> Catalogue:
    """What can be said now. It blocks; plugins of others are loaded for it, and ended.

    Raises:
        ConfigError: What was taught cannot be read.
    """
    plugins = load_plugins(loaded.config.intents)
    try:
        servers = tool_servers(loaded.config)
        listed: list[tuple[str, str, Sequence[Intent]]] = []
        listed += [(plugin.name, plugin.origin, plugin.intents) for plugin in plugins.plugins]
        listed += [
            (f"mcp.{each.server.name}", "MCP server", each.intents) for each in servers.servers
        ]
        every = tuple(intent for _, _, intents in listed for intent in intents)
        taught = taught_of(loaded).usable(every)
        groups = tuple(
            Group(name, origin, tuple(Entry(i, taught.templates.get(i.name, ())) for i in intents))
            for name, origin, intents in listed
        )
        notices = (*plugins.warnings, *servers.notices, *taught.problems)
        return Catalogue(groups, standings(loaded.config.intents, plugins), notices)
    finally:
        plugins.close()


def fitting(found: Catalogue, text: str) -> tuple[Group, ...]:
    """The groups with those intents that hold all words of a search."""
    words = text.casefold().split()
    kept = (
        replace(group, entries=tuple(entry for entry in group.entries if entry.holds(words)))
        for group in found.groups
    )
    return tuple(group for group in kept if group.entries)


@dataclass(frozen=True, slots=True)
class Reading:
    """What words would be understood as."""

    intent: Intent
    slots: Mapping[str, str]
    score: float

    @property
    def effect(self) -> str:
        """What it would do to the world."""
        return EFFECTS[self.intent.effect]


async def read_as(loaded: Loaded, text: str) -> tuple[Reading, ...]:
    """What words would be understood as, best first; nothing is done."""
    async with _open(loaded) as brain:
        intents = {intent.name: intent for intent in brain.dispatcher.intents}
        found: tuple[Match, ...] = brain.dispatcher.match([(text, 1.0)])
        return tuple(
            Reading(intents[match.intent], dict(match.slots), match.score)
            for match in found[:_MOST_READINGS]
        )


async def missed(loaded: Loaded) -> tuple[tuple[Miss, ...], int]:
    """What no sentence fits today, the most frequent first; and how many were only counted."""
    every = await in_worker(_kept_misses, loaded)
    found = counted(every)
    if found:
        async with _open(loaded) as brain:
            match = brain.dispatcher.match
            found = tuple(miss for miss in found if not match([(miss.text, 1.0)]))
    return found, sum(not each.text for each in every)


def _kept_misses(loaded: Loaded) -> Sequence[Missed]:
    settings = loaded.config.journal
    journal = Journal.open(journal_folder(settings), transcripts=settings.transcripts)
    try:
        return journal.misses()
    finally:
        journal.close()


@asynccontextmanager
async def _open(loaded: Loaded) -> AsyncGenerator[Brain]:
    """The assistant without its model: nothing is asked of a server to look at words."""
    config = loaded.config.model_copy(update={"responder": ResponderSettings()})
    async with open_brain(replace(loaded, config=config), hears=False) as brain:
        yield brain
