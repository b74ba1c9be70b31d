"""``voiced trace``: how the last turns went. Lists them, draws one, runs one again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voiced.cli.output import AsJson, note, print_json, print_table, prints_on_stderr
from voiced.cli.setup import Options, load_config, open_turns, run_async
from voiced.errors import ConfigError, VoicedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.config import Loaded
    from voiced.memory.turn_store import KeptTurn, TurnStore
    from voiced.timeline import Timeline

__all__ = ["app", "find", "loaded_with"]

app = typer.Typer(help="How the last turns went, and why.", no_args_is_help=True)

_NUMBERS = {"ignore_unknown_options": True}  # so that -2 is a turn and no option
Which = Annotated[str, typer.Argument(help="LAST, -2 (the one before), or a number of the list.")]


@app.command("list")
def list_turns(
    context: typer.Context,
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="So many, the newest.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the newest turns that are kept."""
    store = open_turns(load_config(context))
    turns = store.turns()[-count:]
    if damaged := store.damaged():
        note(f"voiced: {store.path}: {_lines(damaged)} cannot be read")
    if as_json:
        print_json({"turns": [turn.as_row() for turn in turns]})
        return
    titles = ("number", "when", "outcome", "intent", "first sound", "heard", "sound")
    print_table(titles, (_row(turn) for turn in reversed(turns)))


def _row(turn: KeptTurn) -> tuple[str, ...]:
    timeline = turn.timeline
    matched = timeline.first("intent_matched")
    first, share = timeline.timing_ms.first_audio, timeline.heard_share
    return (
        str(turn.number),
        turn.at.astimezone().strftime("%Y-%m-%d %H:%M:%S"),
        timeline.outcome.replace("_", " "),
        str(matched.facts.get("intent", "")) if matched else "",
        "" if first is None else f"{first:.0f} ms",
        "" if share is None else f"{share:.0%}",
        f"{turn.sound.seconds:.0f} s" if turn.sound else "",
    )


@app.command(context_settings=_NUMBERS)
def show(
    context: typer.Context,
    which: Which = "LAST",
    out: Annotated[Path | None, typer.Option("--picture", help="Write it as SVG.")] = None,
    as_json: AsJson = False,
) -> None:
    """Draw one turn: what happened when, and why."""
    if out is not None and out.suffix.lower() != ".svg":
        raise typer.BadParameter(
            f"{out}: pictures are SVG, so the name must end in .svg; a browser makes a PNG of it",
            param_hint="--picture",
        )
    turn = find(open_turns(load_config(context)), which)
    if out is not None:
        _write_picture(out, turn)
    if as_json:
        print_json(turn.as_row())
    else:
        from voiced.cli.trace_screen import draw, the_console

        draw(the_console(), turn.timeline, _title(turn))


@app.command(context_settings=_NUMBERS)
def replay(
    context: typer.Context,
    which: Which = "LAST",
    changes: Annotated[
        list[str] | None, typer.Option("--set", help="As turns.end_silence_ms=300; repeatable.")
    ] = None,
    with_model: Annotated[
        bool, typer.Option("--with-model", help="Ask the language model, too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run the kept sound of a turn again, with other settings; nothing is done, only told."""
    loaded = loaded_with(context, changes or [])
    store = open_turns(loaded)
    turn = find(store, which)
    if turn.sound is None:
        message = f"the sound of turn {turn.number} is not kept"
        raise VoicedError(message, mend="set [trace] sound = true, and say it again")
    replayed = _replayed(loaded, store.sound_file(turn.number), with_model)
    if as_json:
        from voiced.timeline.comparison import compare

        rows = [timeline.as_row() for timeline in replayed]
        different = {
            row.name: {"kept": row.before, "replayed": row.after}
            for row in compare(turn.timeline, replayed[0] if replayed else None)
            if row.difference
        }
        print_json({"kept": turn.as_row(), "replayed": rows, "differences": different})
    else:
        _print_both(turn, replayed)


def find(store: TurnStore, which: str) -> KeptTurn:
    """The turn that LAST, -2 or a number names.

    Raises:
        VoicedError: There is none.
    """
    wanted = "-1" if which.lower() == "last" else which
    if not re.fullmatch(r"-?[0-9]{1,12}", wanted):
        raise typer.BadParameter(f"{which!r} is not LAST, -2 or a number", param_hint="WHICH")
    number, turns = int(wanted), store.turns()
    if not turns:
        raise _nothing_kept(store)
    if number < 0:
        found = turns[number] if -number <= len(turns) else None
    else:
        found = next((turn for turn in turns if turn.number == number), None)
    if found is None:
        message = f"turn {which} is not kept: there are {len(turns)}"
        raise VoicedError(message, mend="voiced trace list shows them")
    return found


def _nothing_kept(store: TurnStore) -> VoicedError:
    if damaged := store.damaged():
        message = f"{store.path}: no turn can be read: {_lines(damaged)} damaged"
        return VoicedError(message, mend="voiced forget --all erases them")
    mend = "talk to voiced run, with [trace] keep_turns above 0"
    return VoicedError("no turn is kept yet", mend=mend)


def _lines(count: int) -> str:
    return "1 line" if count == 1 else f"{count} lines"


def loaded_with(context: typer.Context, changes: Sequence[str]) -> Loaded:
    """The configuration with changes such as ``turns.end_silence_ms=300``.

    Raises:
        ConfigError: There is no such key, or it has no such value.
    """
    import os

    from voiced.config import load
    from voiced.registry import plugin_names

    load_config(context)  # its own mistakes are told as such
    variables = dict(_variable(change) for change in changes)
    options = context.find_object(Options) or Options()
    try:
        return load(options.config, {**os.environ, **variables}, plugin_names)
    except ConfigError as error:
        raise _as_set(error) from error


def _variable(change: str) -> tuple[str, str]:
    """The environment variable, and its value, that makes a change."""
    found = re.fullmatch(r"([A-Za-z]\w*(?:\.\w+)+)=(.*)", change, re.DOTALL)
    if not found:
        message = f"{change!r}: write SECTION.KEY=VALUE, as turns.end_silence_ms=300"
        raise typer.BadParameter(message, param_hint="--set")
    return "VOICED_" + found[1].replace(".", "__").upper(), found[2]


def _as_set(error: ConfigError) -> ConfigError:
    """The error in the words of the option, not of the environment."""
    key, mend = (
        re.sub(r"VOICED_\w+", lambda name: _dotted(name[0]), text)
        for text in (error.key, error.mend)
    )
    return type(error)(file="--set", key=key, reason=error.reason, mend=mend)


def _dotted(variable: str) -> str:
    return variable.removeprefix("VOICED_").lower().replace("__", ".")


def _title(turn: KeptTurn) -> str:
    when = turn.at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    return f"Turn {turn.number}, {turn.timeline.outcome.replace('_', ' ')}, {when}"


def _write_picture(out: Path, turn: KeptTurn) -> None:
    from voiced.timeline.picture import picture

    title = f"Turn {turn.number}, {turn.timeline.outcome.replace('_', ' ')}"
    when = turn.at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    subtitle = f"{when}; milliseconds count from the end of the user's speech"
    try:
        out.write_text(picture(turn.timeline, title, subtitle), encoding="utf-8")
    except OSError as error:
        raise VoicedError(f"{out}: cannot be written: {error.strerror}") from error


def _replayed(loaded: Loaded, path: Path, with_model: bool) -> tuple[Timeline, ...]:
    from voiced.engines.flac import read_flac
    from voiced.replay import replay as run_again

    sound = read_flac(path)

    async def run() -> tuple[Timeline, ...]:
        return await run_again(loaded, sound[:, 0], sound[:, 1], with_model=with_model)

    try:
        with prints_on_stderr():
            return run_async("virtual", run)
    except ConfigError as error:  # of a plugin's section, which is read when that is loaded
        raise _as_set(error) if error.file == "environment" else error from error


def _print_both(turn: KeptTurn, replayed: tuple[Timeline, ...]) -> None:
    from voiced.cli.trace_screen import draw, the_console
    from voiced.timeline.comparison import compare

    console = the_console()
    draw(console, turn.timeline, f"As it was: {_title(turn)}")
    console.print()
    first = replayed[0] if replayed else None
    if first is None:
        console.print("Replayed, no speech was heard.")
    else:
        draw(console, first, f"Replayed: {first.outcome.replace('_', ' ')}")
    console.print()
    rows = [
        (row.name, row.before, row.after, row.difference) for row in compare(turn.timeline, first)
    ]
    print_table(("", "as it was", "replayed", "difference"), rows)
    if len(replayed) > 1:
        note(f"replayed, the sound makes {len(replayed)} turns; this is the first one")
    note("the engines' own time counts as nothing in a replay; waiting and deciding do count")
