"""``voiced journal``: show, search, export. ``add_undo`` adds ``voiced undo``."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from voiced.cli.output import AsJson, print_json, print_table, prints_on_stderr
from voiced.cli.setup import load_config, open_journal, run_async

if TYPE_CHECKING:
    from voiced.config import Loaded
    from voiced.journal import Record

__all__ = ["Undo", "UndoRequest", "add_undo", "app"]

app = typer.Typer(help="What was done and, if you keep it, what was said.", no_args_is_help=True)

_Count = Annotated[int, typer.Option("--count", "-n", min=1, help="So many records, the newest.")]


@dataclass(frozen=True, slots=True)
class UndoRequest:
    """What to take back: the change ``id``, or the last ``count`` changes where it is empty."""

    id: str = ""
    count: int = 1


Undo: TypeAlias = "Callable[[Loaded, UndoRequest], Awaitable[Sequence[str]]]"
"""Takes changes back and returns a sentence for each; raises IntentFailed or JournalError."""


@app.command()
def show(context: typer.Context, count: _Count = 20, as_json: AsJson = False) -> None:
    """Show the newest records."""
    with closing(open_journal(load_config(context))) as journal:
        _print(journal.last(count), as_json=as_json)


@app.command()
def search(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(help="All of them, or what begins with them.")],
    count: _Count = 50,
    as_json: AsJson = False,
) -> None:
    """Find records by words."""
    with closing(open_journal(load_config(context))) as journal:
        _print(journal.search(" ".join(words), count), as_json=as_json)


@app.command()
def export(
    context: typer.Context,
    out: Annotated[Path | None, typer.Option(help="Write here, not to the screen.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write every record as a line of JSON; with --json, all as one document."""
    with closing(open_journal(load_config(context))) as journal:
        if as_json:
            print_json({"records": list(journal.export())})
            return
        rows = (json.dumps(row, ensure_ascii=False) + "\n" for row in journal.export())
        if out is None:
            sys.stdout.writelines(rows)
            return
        _write(out, rows)


def _write(out: Path, rows: Iterable[str]) -> None:
    from voiced.errors import JournalError

    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.writelines(rows)
    except OSError as error:
        raise JournalError(f"{out}: cannot be written: {error.strerror}") from error


def add_undo(main: typer.Typer, undo: Undo) -> None:
    """Add the verb ``voiced undo``, which takes changes back by ``undo``."""

    @main.command("undo")
    def take_back(
        context: typer.Context,
        count: Annotated[int, typer.Argument(min=1, max=20, help="So many changes.")] = 1,
        change: Annotated[str, typer.Option("--id", help="This change instead.")] = "",
        list_only: Annotated[bool, typer.Option("--list", help="Show the changes.")] = False,
        as_json: AsJson = False,
    ) -> None:
        """Take back the last change."""
        loaded = load_config(context)
        if list_only:
            with closing(open_journal(loaded)) as journal:
                _print(journal.last_changes(20), as_json=as_json)
            return
        with prints_on_stderr():
            said = run_async("real", undo, loaded, UndoRequest(change, count))
        if as_json:
            print_json({"undone": list(said)})
            return
        for sentence in said or ["There is nothing to undo."]:
            print(sentence)


def _print(records: Sequence[Record], *, as_json: bool) -> None:
    rows = [record.as_row() for record in records]
    if as_json:
        print_json({"records": rows})
        return
    titles = ("id", "when", "what", "")
    print_table(titles, (_line(record) for record in records))


def _line(record: Record) -> tuple[str, str, str, str]:
    from voiced.journal import Said

    when = record.at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(record, Said):
        return record.id, when, record.text, record.role
    return record.id, when, record.summary, record.state
