"""The verb bench: figures of this machine, printed as tables or JSON."""

from __future__ import annotations

import statistics
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voiced.cli.output import AsJson, note, print_json, print_table
from voiced.cli.setup import load_config, run_async

if TYPE_CHECKING:
    from voiced.audio import Samples
    from voiced.bench.barge_in import BargeIns
    from voiced.bench.intents import IntentsReport
    from voiced.config import Config

__all__ = ["app"]

app = typer.Typer(help="Measure this machine.", no_args_is_help=True)

_REAL_INTERRUPTIONS = 3
_WIDE = 200


@app.command()
def overhead(
    seconds: Annotated[float, typer.Option(min=5, help="How much sound each part gets.")] = 60.0,
    as_json: AsJson = False,
) -> None:
    """Processor time of the loop itself and of each embedded engine."""
    from voiced.bench.overhead import as_document, measure

    costs = measure(seconds)
    if as_json:
        print_json(as_document(costs))
        return
    rows = (
        (cost.part, "-", "-", cost.what)
        if cost.cpu_ms_per_s is None
        else (cost.part, f"{cost.cpu_ms_per_s:.2f}", f"{cost.cpu_ms_per_s / 10:.2f} %", cost.what)
        for cost in costs
    )
    print_table(("part", "CPU ms for 1 s of sound", "of a core", ""), rows)


@app.command()
def idle(
    context: typer.Context,
    seconds: Annotated[float, typer.Option(min=1, help="How long to listen.")] = 5.0,
    as_json: AsJson = False,
) -> None:
    """What listening to a quiet room costs, in real time."""
    from voiced.bench.idle import measure

    found = run_async("real", measure, load_config(context).config, seconds)
    if as_json:
        print_json(found.as_document())
        return
    rows = (
        ("CPU", f"{found.cpu_percent:.2f} % of a core"),
        ("memory", f"{found.memory_mb:.0f} MB"),
        ("threads", str(found.threads)),
        ("open files", str(found.open_files)),
        ("ready to listen after", f"{found.started_s:.2f} s"),
        ("taken for speech", f"{found.false_starts} times in {found.seconds:.0f} s"),
    )
    print_table(("listening to a quiet room", ""), rows)


@app.command("barge-in")
def barge_in(
    context: typer.Context,
    times: Annotated[int, typer.Option(min=1, help="Interruptions in virtual time.")] = 40,
    as_json: AsJson = False,
) -> None:
    """Milliseconds from the first sample of the user's speech to silence."""
    from voiced.bench.barge_in import measure

    config = load_config(context).config
    found = [
        run_async("virtual", measure, config, "virtual", times),
        run_async("real", measure, config, "real", _REAL_INTERRUPTIONS),
    ]
    if as_json:
        print_json({"barge_in": [each.as_document() for each in found]})
        return
    titles = ("clock", "interruptions", "configured", "least", "median", "most", "stop() takes")
    print_table(titles, map(_barge_in_row, found))


def _barge_in_row(found: BargeIns) -> tuple[str, ...]:
    noticed = found.noticed_ms
    figures = (found.configured_ms, min(noticed), statistics.median(noticed), max(noticed))
    stop_us = statistics.median(found.stop_us)
    return (
        found.clock,
        str(found.interruptions),
        *(f"{figure:.0f} ms" for figure in figures),
        f"{stop_us:.0f} µs",
    )


@app.command()
def intents(  # noqa: PLR0913, PLR0917 - each is an option
    context: typer.Context,
    folder: Annotated[Path | None, typer.Option(help="Sound files, one order each.")] = None,
    labels: Annotated[
        Path | None, typer.Option(help="JSON: file name to intent and slots.")
    ] = None,
    templates: Annotated[Path | None, typer.Option(help="The grammar, as hassil YAML.")] = None,
    negatives: Annotated[
        Path | None, typer.Option(help="Sound files without any order, cut into pieces of 3 s.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """How many spoken orders are understood: of a folder, or the examples of the intents."""
    config = load_config(context).config
    named = [path for path in (folder, labels, templates) if path is not None]
    if len(named) == 3:  # noqa: PLR2004 - all three
        found = run_async("real", _folder, config, *named, negatives)
    elif named or negatives:
        message = "--folder, --labels and --templates are needed together"
        raise typer.BadParameter(message, param_hint="--folder")
    else:
        from voiced.bench.examples import run

        found = run_async("real", run, config)
    if as_json:
        print_json(found.as_dict())
    else:
        _print_accuracy(found)


async def _folder(
    config: Config, folder: Path, labels: Path, templates: Path, negatives: Path | None
) -> IntentsReport:
    from voiced import composition
    from voiced.bench.intents import run

    transcriber = composition.transcriber(config)
    async with composition.prepared(transcriber):
        return await run(
            transcriber,
            folder=folder,
            labels=labels,
            templates=templates,
            outside=_pieces(negatives),
        )


def _pieces(folder: Path | None) -> list[Samples]:
    from voiced.bench.orders import pieces, read_sound

    if folder is None:
        return []
    if not folder.is_dir():
        raise typer.BadParameter(f"{folder} is not a folder", param_hint="--negatives")
    files = sorted(path for path in folder.iterdir() if path.is_file())
    return [piece for path in files for piece in pieces(read_sound(path))]


def _print_accuracy(found: IntentsReport) -> None:
    from rich.console import Console

    console = Console() if sys.stdout.isatty() else Console(width=_WIDE)
    console.print(found.table())
    for name, verdict in found.mistakes:
        note(f"{verdict}: {name}")
