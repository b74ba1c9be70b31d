"""What can be asked for: every intent and undoer, and the grammar of what can be said now."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

from voiced.dispatch.context import CallContext, Environment
from voiced.errors import PluginError
from voiced.grammar import Grammar, Match
from voiced.plugin import Effect, Intent, Undoer

__all__ = ["Vocabulary"]

_log = logging.getLogger(__name__)


class Vocabulary:
    """Intents by their names, undoers by their operations, and the grammar made of them.

    Args:
        intents: Every intent that can be used; names are unique.
        undoers: Every undoer of the same plugins.
        environment: Gives the worker, and what the user taught.
        context: What slot types are given while the grammar is made.
    """

    def __init__(
        self,
        intents: Iterable[Intent],
        undoers: Iterable[Undoer],
        environment: Environment,
        context: Callable[[], CallContext],
    ) -> None:
        self.intents = {intent.name: intent for intent in intents}
        self.undoers = {undoer.operation: undoer for undoer in undoers}
        self._environment = environment
        self._context = context
        self._grammar: Grammar | None = None

    @property
    def grammar(self) -> Grammar:
        """The grammar as of the last ``refresh``."""
        if self._grammar is None:
            msg = "refresh() was not awaited"
            raise RuntimeError(msg)
        return self._grammar

    def match(self, readings: Sequence[tuple[str, float]]) -> tuple[Match, ...]:
        """What the grammar makes of the words, best first."""
        return self.grammar.match(readings)

    async def refresh(self) -> None:
        """Compile the grammar anew from what can be said now.

        An intent whose phrases cannot be had now is left out until the next time.
        """
        self._grammar = await self._compiled(self.intents.values())

    async def adopt(
        self, intents: Iterable[Intent], undoers: Iterable[Undoer], gone: Collection[str]
    ) -> None:
        """Use these from now on, instead of those named ``gone``: intents and operations.

        Until the grammar is made, those before are in force.
        """
        known = {intent.name: intent for intent in intents}
        known |= {name: each for name, each in self.intents.items() if name not in gone}
        takers = {undoer.operation: undoer for undoer in undoers}
        takers |= {name: each for name, each in self.undoers.items() if name not in gone}
        self._grammar = await self._compiled(known.values())
        self.intents, self.undoers = known, takers

    async def _compiled(self, known: Iterable[Intent]) -> Grammar:
        context = self._context()
        spoken = {intent.name: intent for intent in known if intent.effect is not Effect.X}
        while True:
            intents = tuple(spoken.values())
            try:
                return await self._environment.in_worker(self._compile, intents, context)
            except PluginError as error:
                if spoken.pop(error.plugin, None) is None:
                    raise
                _log.error("intent %s cannot be spoken: its phrases cannot be had", error.plugin)

    def _compile(self, intents: Sequence[Intent], context: CallContext) -> Grammar:
        taught = self._environment.taught(intents)
        known = [replace(each, taught=taught.get(each.name, ())) for each in intents]
        grammar = Grammar.compile(known, context)
        if self._environment.hears:
            _ = grammar.graph  # built here and now, in the worker
        return grammar
