"""All verbs as one application, and how a command line becomes an exit code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated

import typer

from voiced import __version__
from voiced.cli import (
    ask,
    bench,
    control,
    demo,
    doctor,
    first_run,
    forget,
    intents,
    journal,
    mcp,
    models,
    run,
    satellites,
    service,
    sound,
    trace,
    voices,
    watch,
    web,
)
from voiced.cli.brought import Verbs
from voiced.cli.output import report_error
from voiced.cli.setup import Options
from voiced.errors import VoicedError

__all__ = ["app", "execute"]

app = typer.Typer(
    name="voiced",
    cls=Verbs,
    help="A voice assistant that runs on your own machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command("run")(run.run)
app.command("demo")(demo.demo)
app.command("setup")(first_run.setup)
app.command("ask")(ask.ask)
app.command("match")(run.match)
app.command("say")(sound.say)
app.command("transcribe")(sound.transcribe)
app.add_typer(intents.app, name="intents")
app.add_typer(voices.app, name="voices")
app.add_typer(models.app, name="models")
app.add_typer(journal.app, name="journal")
app.add_typer(trace.app, name="trace")
app.add_typer(mcp.app, name="mcp")
for verb in (control.status, control.ptt, control.mute, control.unmute, control.stop):
    app.command(verb.__name__)(verb)
app.command("reload")(control.reload)
app.command("watch")(watch.watch)
app.command("web")(web.web)
app.add_typer(satellites.app, name="satellites")
app.command("forget")(forget.forget)
journal.add_undo(app, run.undo)
voices.add_try(sound.speak)
app.add_typer(doctor.app, name="doctor")
app.add_typer(bench.app, name="bench")
app.add_typer(service.app, name="service")


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


@cache
def _command() -> Callable[..., object]:
    return typer.main.get_command(app)


def execute(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    try:
        _command()(list(arguments), prog_name="voiced")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except VoicedError as error:
        before_rest = (
            list(arguments)[: list(arguments).index("--")] if "--" in arguments else arguments
        )
        return report_error(error, as_json="--json" in before_rest)
    return 0
