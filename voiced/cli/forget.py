"""``voiced forget``: erases what was said and done."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from voiced.cli.output import AsJson, note, print_json
from voiced.cli.setup import load_config, open_journal

if TYPE_CHECKING:
    from voiced.journal import Erased, Journal

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
    """Erase records of the journal, on the disk too; their changes cannot be undone any more."""
    if sum(map(bool, (last, since, matching, everything))) != 1:
        raise typer.BadParameter("give one of --last, --since, --matching, --all")
    at = _time(last, since)
    with closing(open_journal(load_config(context))) as journal:
        erased = _erase(journal, at, matching)
    if as_json:
        print_json({"said": erased.said, "changes": erased.changes, "kept": erased.kept})
        return
    print(f"erased {erased.said} things said and {erased.changes} changes")
    if erased.kept:
        note(f"{erased.kept} changes are under way or were interrupted, so they are kept")


def _erase(journal: Journal, at: datetime | None, matching: str) -> Erased:
    if matching:
        return journal.erase_matching(matching)
    return journal.erase_since(at) if at else journal.erase_all()


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
