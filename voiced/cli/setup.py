"""What verbs begin with: the configuration, the plugins, the journal, as the options say."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

import typer

if TYPE_CHECKING:
    from voiced.config import Loaded
    from voiced.journal import Journal
    from voiced.memory.turn_store import TurnStore
    from voiced.registry import LoadedPlugins

__all__ = [
    "Clock",
    "Options",
    "load_config",
    "load_file",
    "load_plugins",
    "open_journal",
    "open_turns",
    "own_file",
    "run_async",
]

T = TypeVar("T")

Clock: TypeAlias = Literal["real", "virtual"]
"""By which time a verb runs; virtual time goes as fast as the work allows."""


@dataclass(frozen=True, slots=True)
class Options:
    """The options that stand before the verb."""

    config: Path | None = None


def load_config(context: typer.Context) -> Loaded:
    """The configuration of the command line.

    Raises:
        ConfigError: It has a mistake.
    """
    return load_file(own_file(context))


def own_file(context: typer.Context) -> Path | None:
    """The file that the command line names; None is the user's own."""
    return (context.find_object(Options) or Options()).config


def load_file(path: Path | None) -> Loaded:
    """The configuration of a file; None is the user's own.

    Raises:
        ConfigError: It has a mistake.
    """
    from voiced.config import load
    from voiced.registry import plugin_names

    return load(path, os.environ, plugin_names)


def load_plugins(loaded: Loaded) -> LoadedPlugins:
    """The plugins that the configuration chooses; failures are told on stderr."""
    from voiced.cli.output import note, prints_on_stderr
    from voiced.registry import load_plugins as load

    with prints_on_stderr():
        plugins = load(loaded.config.intents)
    for failure in (*plugins.failures, *plugins.warnings):
        note(f"voiced: {failure}")
    return plugins


def open_journal(loaded: Loaded) -> Journal:
    """The user's journal; close it.

    Raises:
        JournalError: It cannot be opened.
    """
    from voiced.cli.output import note
    from voiced.config import journal_folder
    from voiced.journal import Journal

    settings = loaded.config.journal
    journal = Journal.open(journal_folder(settings), transcripts=settings.transcripts)
    if journal.notice:
        note(f"voiced: {journal.notice}")
    return journal


def open_turns(loaded: Loaded) -> TurnStore:
    """The kept turns; nothing is made where there are none."""
    from voiced.config import trace_folder
    from voiced.memory.turn_store import TurnStore

    return TurnStore(trace_folder(loaded.config.journal))


def run_async(clock: Clock, function: Callable[..., Awaitable[T]], *args: Any) -> T:
    """Run an async function to its end and return what it returns."""
    if clock == "virtual":
        from voiced.testing.clock import run

        return run(function, *args)
    import anyio

    return anyio.run(function, *args)
