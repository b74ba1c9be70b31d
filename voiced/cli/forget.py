"""``voiced forget``: erases what was said and done, what is kept of it elsewhere, and proves it."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from voiced.cli.output import AsJson, note, print_json
from voiced.cli.setup import load_config, load_plugins, open_journal

if TYPE_CHECKING:
    from voiced.plugin import Forgotten

__all__ = ["forget"]

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def forget(  # noqa: PLR0913, PLR0917 - each is an option
    context: typer.Context,
    last: Annotated[str, typer.Option(help="As 90s, 10m, 2h, 3d.")] = "",
    since: Annotated[str, typer.Option(help="A time, as 2026-03-03T19:30.")] = "",
    matching: Annotated[str, typer.Option(help="What holds all of these words.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="All of it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase records of the journal, kept turns with their sound, and taught sentences.

    They are erased on the disk, too. Changes that are erased cannot be undone any more. Notes,
    lists and reminders stay: they are yours.
    """
    if sum(map(bool, (last, since, matching, everything))) != 1:
        raise typer.BadParameter("give one of --last, --since, --matching, --all")
    at = _time(last, since)
    loaded = load_config(context)
    _tell_running()
    with closing(open_journal(loaded)) as journal, closing(load_plugins(loaded)) as plugins:
        from voiced.composition.brain import memory

        forgotten = memory(loaded, journal, plugins.plugins).forget(matching, since=at)
    if as_json:
        print_json(asdict(forgotten))
        return
    _tell(forgotten)


def _tell_running() -> None:
    """The running voiced drops what it holds, and what was not on the disk yet does not come."""
    from voiced.control.client import forget as drop

    held = drop()
    if held:
        note(f"the running voiced may remember the conversation until it is restarted: {held}")


def _tell(forgotten: Forgotten) -> None:
    said, changes = _counted(forgotten.said, "thing"), _counted(forgotten.changes, "change")
    print(f"erased {said} said and {changes}")
    if forgotten.turns:
        print(f"erased how {_counted(forgotten.turns, 'turn')} went, and the sound of it")
    if forgotten.taught:
        print(f"erased {_counted(forgotten.taught, 'sentence')} that you taught")
    if forgotten.ended:
        print(f"erased {_counted(forgotten.ended, 'timer or reminder')} of before")
    if forgotten.pauses:
        print("erased how long your pauses are")
    if forgotten.proved:
        texts = _counted(forgotten.proved, "erased text")
        print(f"looked for {texts} in every byte of the journal's files: none is left")
    _tell_what_stays(forgotten)


def _tell_what_stays(forgotten: Forgotten) -> None:
    if forgotten.kept:
        kept = _counted(forgotten.kept, "change")
        note(f"kept {kept} that are under way or were interrupted")
    if forgotten.silent:
        kept = _counted(forgotten.silent, "turn")
        note(f"kept {kept} with sound and without words, which cannot be searched:")
        note("  --last, --since or --all erase them")
    if forgotten.set_aside:
        kept = _counted(forgotten.set_aside, "damaged file")
        note(f"kept {kept} of the journal, which cannot be searched: --all erases them")


def _counted(count: int, noun: str) -> str:
    return f"1 {noun}" if count == 1 else f"{count} {noun}s"


def _time(last: str, since: str) -> datetime | None:
    if last:
        found = re.fullmatch(r"([0-9]{1,5})([smhd])", last)
        if not found:
            raise typer.BadParameter(f"{last!r}: write 90s, 10m, 2h or 3d", param_hint="--last")
        return datetime.now().astimezone() - timedelta(**{_UNITS[found[2]]: int(found[1])})
    if since:
        try:
            return datetime.fromisoformat(since).astimezone()
        except (ValueError, OverflowError, OSError) as error:
            raise typer.BadParameter(f"{since!r} is not a time", param_hint="--since") from error
    return None
