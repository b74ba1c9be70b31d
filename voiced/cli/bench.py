"""The verb bench: figures of this machine, printed as tables or JSON."""

from __future__ import annotations

import typer

app = typer.Typer(help="Measure.", no_args_is_help=True)
