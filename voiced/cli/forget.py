"""``voiced forget``: erases what was said and done, and what is kept of how turns went."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from voiced.cli.output import AsJson, note, print_json
from voiced.cli.setup import load_config, open_journal, open_turns

if TYPE_CHECKING:
    from voiced.config import Loaded
    from voiced.journal import Erased, Journal
    from voiced.turn_store import TurnStore

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
    """Erase records of the journal, and kept turns with their sound, on the disk too.

    Changes that are erased cannot be undone any more.
    """
    if sum(map(bool, (last, since, matching, everything))) != 1:
        raise typer.BadParameter("give one of --last, --since, --matching, --all")
    at = _time(last, since)
    loaded = load_config(context)
    turns = _erase_turns(open_turns(loaded), at, matching)
    with closing(open_journal(loaded)) as journal:
        erased = _erase(journal, at, matching)
    has_pauses = everything and _forget_pauses(loaded)
    if as_json:
        counts = {"said": erased.said, "changes": erased.changes, "kept": erased.kept}
        print_json({**counts, "turns": turns, "pauses": has_pauses})
        return
    said, changes = _counted(erased.said, "thing"), _counted(erased.changes, "change")
    print(f"erased {said} said and {changes}")
    if turns:
        print(f"erased how {_counted(turns, 'turn')} went, and the sound of it")
    if has_pauses:
        print("erased how long your pauses are")
    if erased.kept:
        kept = _counted(erased.kept, "change")
        note(f"kept {kept} that are under way or were interrupted")


def _erase(journal: Journal, at: datetime | None, matching: str) -> Erased:
    if matching:
        return journal.erase_matching(matching)
    return journal.erase_since(at) if at else journal.erase_all()


def _counted(count: int, noun: str) -> str:
    return f"1 {noun}" if count == 1 else f"{count} {noun}s"


def _forget_pauses(loaded: Loaded) -> bool:
    """Erase them; whether there were any."""
    from voiced.config import journal_folder
    from voiced.pause_file import PAUSE_FILE
    from voiced.private_files import wiping

    path = journal_folder(loaded.config.journal) / PAUSE_FILE
    was_there = path.exists()
    with wiping(path):
        path.unlink(missing_ok=True)
    return was_there


def _erase_turns(store: TurnStore, at: datetime | None, matching: str) -> int:
    if not matching:
        return store.erase_since(at) if at else store.erase_all()
    erased = store.erase_matching(matching)
    silent = sum(1 for turn in store.turns() if turn.sound and not turn.words().strip())
    if silent:
        kept = _counted(silent, "turn")
        note(f"kept {kept} with sound and without words, which cannot be searched:")
        note("  --last, --since or --all erase them")
    return erased


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
