"""The command line: arguments, exit codes, printing. What a verb does is in the rest of voiced.

Exit codes: 0 done, 1 the request failed, 2 wrong usage, 69 a service is unavailable, 78 wrong
configuration. Each file of this package is a group of verbs; what they need is imported when they
run, so that ``voiced --help`` is quick.
"""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from voiced import __version__
from voiced.cli import (
    bench,
    demo,
    doctor,
    forget,
    intents,
    journal,
    mcp,
    models,
    run,
    sound,
    trace,
    voices,
)
from voiced.cli.output import report_error
from voiced.cli.setup import Options
from voiced.errors import VoicedError

__all__ = ["app", "execute", "main"]

app = typer.Typer(
    name="voiced",
    help="A voice assistant that runs on your own machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command("run")(run.run)
app.command("demo")(demo.demo)
app.command("ask")(run.ask)
app.command("match")(run.match)
app.command("say")(sound.say)
app.command("transcribe")(sound.transcribe)
app.add_typer(intents.app, name="intents")
app.add_typer(voices.app, name="voices")
app.add_typer(models.app, name="models")
app.add_typer(journal.app, name="journal")
app.add_typer(trace.app, name="trace")
app.add_typer(mcp.app, name="mcp")
app.command("forget")(forget.forget)
journal.add_undo(app, run.undo)
voices.add_try(sound.speak)
app.add_typer(doctor.app, name="doctor")
app.add_typer(bench.app, name="bench")


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"voiced {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option("--config", envvar="VOICED_CONFIG", help="Use this voiced.toml."),
    ] = None,
    version: Annotated[  # noqa: ARG001 - its callback does it
        bool, typer.Option("--version", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """A voice assistant that runs on your own machine."""
    context.obj = Options(config)


def execute(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    try:
        app(list(arguments), prog_name="voiced")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except VoicedError as error:
        before_rest = (
            list(arguments)[: list(arguments).index("--")] if "--" in arguments else arguments
        )
        return report_error(error, as_json="--json" in before_rest)
    return 0


_OBJECTS_UNTIL_COLLECTION = 50_000
_UNWRITABLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO})
"""What writing an answer meets on a full or broken disk."""


def main() -> None:
    """The entry point of the command ``voiced``."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)  # not every stdout is a terminal's
    if reconfigure is not None:  # an answer may hold letters that a terminal lacks
        reconfigure(errors="backslashreplace")
    gc.set_threshold(_OBJECTS_UNTIL_COLLECTION)  # starting makes many objects, and all of them stay
    try:
        exit_code = execute(sys.argv[1:])
        sys.stdout.flush()
    except OSError as error:
        if error.errno not in _UNWRITABLE:
            raise
        print(f"voiced: the answer cannot be written: {error.strerror}", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes at its end
        exit_code = 1
    sys.exit(exit_code)
