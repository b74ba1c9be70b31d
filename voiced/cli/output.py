"""Printing: one JSON document, or lines and tables for a person; errors and notes on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, redirect_stdout
from typing import Annotated, Any, TypeAlias

import typer

from voiced.errors import VoicedError

__all__ = [
    "AsJson",
    "note",
    "print_json",
    "print_table",
    "printable",
    "prints_on_stderr",
    "report_error",
]

AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
"""The option that every verb with an answer has."""


def prints_on_stderr() -> AbstractContextManager[object]:
    """What plugins print inside goes to stderr: the standard output is for the answer alone."""
    return redirect_stdout(sys.stderr)


def print_json(document: Any) -> None:
    """The one document that ``--json`` prints."""
    is_unicode = sys.stdout.encoding.lower() == "utf-8"
    print(json.dumps(document, indent=2, ensure_ascii=not is_unicode))


def print_table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table for a person; plain text where the output is not a terminal."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*titles, box=box.SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    console = Console(soft_wrap=not sys.stdout.isatty())
    if not sys.stdout.isatty():
        console.width = 1000
    console.print(table)


def note(text: str) -> None:
    """A line for a person that is not the answer."""
    print(printable(text), file=sys.stderr)


def report_error(error: VoicedError, *, as_json: bool) -> int:
    """Say what went wrong and how to mend it; the exit code."""
    if as_json:
        print_json({"error": {"code": error.code, "message": error.message, "mend": error.mend}})
    note(f"voiced: {error.message}")
    if error.mend:
        note(f"  mend: {error.mend}")
    return error.exit_code


def printable(text: str) -> str:
    """The text without control characters, which a terminal would obey."""
    kept = "".join(c if c.isprintable() or c in "\n\t" else ascii(c)[1:-1] for c in text)
    return kept.encode("utf-8", "backslashreplace").decode("utf-8")
