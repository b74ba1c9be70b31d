"""The verb bench: figures of this machine, printed as tables or JSON."""

from __future__ import annotations

import enum
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from voiced.cli.files import told_as_input
from voiced.cli.output import AsJson, note, print_json, print_table
from voiced.cli.setup import Clock, load_config, run_async

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from voiced.audio import Samples
    from voiced.bench.figures import Figure
    from voiced.bench.intents import IntentsReport
    from voiced.config import Config

__all__ = ["app"]

app = typer.Typer(
    help="Measure this machine. The goals beside the figures are the project's own, no standard.",
    no_args_is_help=True,
)

_WIDE = 200

BenchClock: TypeAlias = Annotated[
    Clock, typer.Option("--clock", help="real, or virtual: alone, as fast as it goes.")
]


class RoomSound(enum.StrEnum):
    """What is heard in a room."""

    silence = "silence"
    noise = "noise"
    speech = "speech"


@app.command()
def overhead(
    context: typer.Context,
    seconds: Annotated[float, typer.Option(min=5, help="How much sound each part gets.")] = 60.0,
    times: Annotated[int, typer.Option(min=1, help="Requests that are waited for.")] = 20,
    clock: BenchClock = "real",
    as_json: AsJson = False,
) -> None:
    """Processor time of the loop and of each embedded engine, and how long the user waits."""
    from voiced.bench import latency
    from voiced.bench.overhead import as_document, measure

    costs = measure(seconds)
    waits = run_async(clock, latency.measure, load_config(context).config, times)
    if as_json:
        print_json({**as_document(costs), "latency": _documents(waits)})
        return
    rows = (
        (cost.part, "-", "-", cost.what)
        if cost.cpu_ms_per_s is None
        else (cost.part, f"{cost.cpu_ms_per_s:.2f}", f"{cost.cpu_ms_per_s / 10:.2f} %", cost.what)
        for cost in costs
    )
    print_table(("part", "CPU ms for 1 s of sound", "of a core", ""), rows)
    _print_figures(f"latency, {clock} time", waits)


@app.command()
def idle(
    context: typer.Context,
    seconds: Annotated[float, typer.Option(min=1, help="How long to listen.")] = 5.0,
    sound: Annotated[
        RoomSound, typer.Option(help="What is heard in the room.")
    ] = RoomSound.silence,
    as_json: AsJson = False,
) -> None:
    """What listening to a room costs in which nobody speaks to it, in real time."""
    from voiced.bench.idle import measure

    found = run_async("real", measure, load_config(context).config, seconds, sound.value)
    if as_json:
        print_json(found.as_document())
        return
    rows = (
        ("CPU", f"{found.cpu_percent:.2f} % of a core"),
        ("CPU in an hour", f"{found.cpu_s_an_hour:.0f} s"),
        ("... of the sound's feed alone", f"{found.feed_cpu_s_an_hour:.0f} s more"),
        ("memory", f"{found.memory_mb:.0f} MB"),
        ("threads", str(found.threads)),
        ("open files", str(found.open_files)),
        ("ready to listen after", f"{found.started_s:.2f} s"),
        ("taken for speech", f"{found.false_starts} times in {found.seconds:.0f} s"),
    )
    print_table((f"listening to a room with {sound.value}", ""), rows)


@app.command("wake-word")
def wake_word(
    context: typer.Context,
    times: Annotated[int, typer.Option(min=1, help="How often each word is said.")] = 60,
    sentences: Annotated[int, typer.Option(min=1, help="Other sentences that are said.")] = 200,
    speech: Annotated[
        Path | None, typer.Option(help="Recordings in which no wake word is said.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """How often the wake words of the settings are missed, and heard where they are not."""
    from voiced.bench.material import interruptions_from
    from voiced.bench.wake_word import measure

    config = load_config(context).config
    with told_as_input():
        takes = interruptions_from(speech) if speech is not None else ()
    found = run_async("real", measure, config, times, sentences, takes)
    if as_json:
        print_json({"wake_word": _documents(found)})
        return
    _print_figures("wake words", found)


@app.command("barge-in")
def barge_in(
    context: typer.Context,
    times: Annotated[int, typer.Option(min=1, help="Interruptions, and backchannels.")] = 200,
    speech: Annotated[
        Path | None, typer.Option(help="Recordings that interrupt, instead of our own voices.")
    ] = None,
    clock: BenchClock = "virtual",
    as_json: AsJson = False,
) -> None:
    """From the first sample of your speech to silence; and what does not silence it."""
    from voiced.bench.barge_in import measure
    from voiced.bench.material import interruptions_from

    config = load_config(context).config
    with told_as_input():
        takes = interruptions_from(speech) if speech is not None else ()
    found = run_async(clock, measure, config, times, takes)
    if as_json:
        print_json({"clock": clock, "barge_in": _documents(found)})
        return
    _print_figures(f"speech over a reply, {clock} time", found)


@app.command()
def room(
    context: typer.Context,
    utterances: Annotated[
        int, typer.Option(min=1, help="Sentences that the assistant says alone.")
    ] = 1000,
    times: Annotated[int, typer.Option(min=1, help="Interruptions under a loud echo.")] = 80,
    pauses: Annotated[int, typer.Option(min=3, help="Utterances with pauses inside.")] = 300,
    as_json: AsJson = False,
) -> None:
    """Echo, interruptions and pauses in a simulated room, in virtual time."""
    from voiced.bench import pauses as pause_set
    from voiced.bench.room import measure

    config = load_config(context).config
    echo = run_async("virtual", measure, config, utterances, times)
    waits = run_async("virtual", pause_set.measure, config, pauses)
    if as_json:
        print_json({"room": _documents(echo), "pauses": _documents(waits)})
        return
    _print_figures("in the room", [*echo, *waits])


def _documents(figures: Sequence[Figure]) -> list[dict[str, Any]]:
    from voiced.bench.figures import as_documents

    return as_documents(figures)


def _print_figures(title: str, figures: Sequence[Figure]) -> None:
    from voiced.bench.figures import rows

    print_table((title, "value", "goal", "", ""), rows(figures))


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
    sentences: Annotated[
        Path | None, typer.Option(help="Typed sentences with what they mean, as YAML; no sound.")
    ] = None,
    fuzzy: Annotated[
        Path | None, typer.Option(help="With --sentences: where hassil 3.8 can be imported from.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """How many orders are understood: of a folder, the examples of the intents, or sentences."""
    if sentences is not None:
        _sentences(sentences, fuzzy, as_json=as_json)
        return
    config = load_config(context).config
    named = [path for path in (folder, labels, templates) if path is not None]
    if len(named) == 3:  # noqa: PLR2004 - all three
        with told_as_input():
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


def _sentences(folder: Path, fuzzy: Path | None, *, as_json: bool) -> None:
    from voiced.bench.sentences.report import run

    found = run(folder, fuzzy)
    if as_json:
        print_json(found.as_dict())
        return
    console = _console()
    for table in found.tables():
        console.print(table)
    for sentence, verdict in found.systems[0].mistakes:
        note(f"{verdict}: {sentence.text}")


async def _folder(
    config: Config, folder: Path, labels: Path, templates: Path, negatives: Path | None
) -> IntentsReport:
    from voiced.bench.intents import run
    from voiced.composition import engines as composition

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
    _console().print(found.table())
    for name, verdict in found.mistakes:
        note(f"{verdict}: {name}")


def _console() -> Console:
    from rich.console import Console

    return Console() if sys.stdout.isatty() else Console(width=_WIDE)
