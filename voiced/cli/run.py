"""The verbs run and match, and undo's way to the plugins."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from voiced.cli.files import refuse_other_than_wav, told_as_output
from voiced.cli.output import AsJson, note, print_json, prints_on_stderr
from voiced.cli.setup import Clock, load_config, load_file, own_file, run_async
from voiced.errors import VoicedError

if TYPE_CHECKING:
    from voiced.asking import Answered
    from voiced.cli.journal import UndoRequest
    from voiced.config import Loaded
    from voiced.daemon import Reader
    from voiced.events import Event
    from voiced.supervision import Change

__all__ = ["match", "run", "undo"]

_SOURCE = "mic, the path of a sound file, or a Wyoming satellite as wyoming:HOST:PORT."
_SINK = "speaker (a satellite's own), null, or the path of a WAV file to write."


def run(  # noqa: PLR0913, PLR0917 - each is an option
    context: typer.Context,
    source: Annotated[str, typer.Option(help=_SOURCE)] = "mic",
    sink: Annotated[str, typer.Option(help=_SINK)] = "speaker",
    events: Annotated[str, typer.Option(help="Write events here as JSON lines; - is stdout.")] = "",
    clock: Annotated[Clock, typer.Option(help="virtual: a file as fast as it goes.")] = "real",
    once: Annotated[bool, typer.Option("--once", help="Stop when the source ends.")] = False,  # noqa: ARG001 - a file always ends
) -> None:
    """Listen, act and speak until it is stopped."""
    from voiced.composition.opening import RunOptions
    from voiced.daemon import run as run_daemon

    _refuse_wrong_source(source)
    _refuse_wrong_clock(source, sink, clock)
    if sink not in {"speaker", "null"}:
        refuse_other_than_wav(sink, "--sink")
    _refuse_same_file(source, sink)
    loaded, changes = _configuration(context)
    with ExitStack() as stack:
        readers = _readers(events, stack)
        stack.enter_context(prints_on_stderr())
        stack.enter_context(told_as_output(sink, "--sink"))
        run_async(clock, run_daemon, loaded, RunOptions(source, sink), readers, changes)


def _configuration(context: typer.Context) -> tuple[Loaded, tuple[Change, ...]]:
    """The configuration; as a service, where it has a mistake, the one that worked last."""
    from voiced.service.heartbeat import is_awaited

    if not is_awaited():
        return load_config(context), ()
    from voiced.composition.spares import LAST_CONFIGURATION
    from voiced.service.last_good import load_or_last_good

    loaded, mistake = load_or_last_good(_usable, own_file(context))
    if mistake is None:
        return loaded, ()
    note(f"voiced: {mistake}")
    return loaded, (LAST_CONFIGURATION,)


def _usable(file: Path | None) -> Loaded:
    from voiced.composition.engines import keys_of

    loaded = load_file(file)
    keys_of(loaded.config)  # else it would be found wrong when nothing can replace it any more
    return loaded


def _refuse_wrong_clock(source: str, sink: str, clock: str) -> None:
    if clock == "virtual" and (source == "mic" or sink == "speaker"):
        message = "a virtual clock needs a file as --source, and a file or null as --sink"
        raise typer.BadParameter(message, param_hint="--clock")


def _refuse_wrong_source(source: str) -> None:
    if not source:
        raise typer.BadParameter("name a sound file, or mic", param_hint="--source")
    if source.startswith("wyoming:"):
        from voiced.config import host_and_port

        try:
            host_and_port(source.removeprefix("wyoming:"))
        except ValueError:
            message = "name a satellite as wyoming:HOST:PORT"
            raise typer.BadParameter(message, param_hint="--source") from None


def _refuse_same_file(source: str, sink: str) -> None:
    """What was recorded is not written over by the answer."""
    is_there = Path(source).exists() and Path(sink).exists()
    if is_there and Path(sink).samefile(source):
        raise typer.BadParameter(f"{sink} is also the --source", param_hint="--sink")


def _readers(events: str, stack: ExitStack) -> list[Reader]:
    from voiced.trace import EventLog, is_logged

    if events == "-":
        return [EventLog(sys.stdout).write]
    readers: list[Reader] = [_logged(stack) if is_logged() else _show]
    if events:
        file = _opened(Path(events))
        stack.callback(_close, file)
        readers.append(_unless_full(events, EventLog(file).write))
    return readers


def _opened(path: Path) -> TextIO:
    try:
        return path.open("a", encoding="utf-8")
    except OSError as error:
        message = f"{path}: cannot be written: {error.strerror}"
        raise VoicedError(message, mend="choose another file with --events") from error


def _close(file: TextIO) -> None:
    with suppress(OSError):  # what could not be written was told already
        file.close()


def _unless_full(name: str, write: Reader) -> Reader:
    """Writes events until that fails; that is said once, and the conversation goes on."""
    is_failed = False

    def write_or_note(event: Event) -> None:
        nonlocal is_failed
        if is_failed:
            return
        try:
            write(event)
        except OSError as error:
            is_failed = True
            note(f"voiced: {name}: no more events are written: {error.strerror}")

    return write_or_note


def _show(event: Event) -> None:
    """One line on the screen for what a person at the terminal wants to see."""
    from voiced.trace import render

    note(render(event))


def _logged(stack: ExitStack) -> Reader:
    """The same lines for a log: a hundred a minute, and nothing that somebody said."""
    from voiced.events import TranscriptPartial
    from voiced.service.line_limit import LimitedHandler, LineLimit
    from voiced.timeline.builder import WORDS
    from voiced.trace import render

    write = LineLimit(note, time.monotonic)
    handler = LimitedHandler(write)
    logging.getLogger().addHandler(handler)
    stack.callback(logging.getLogger().removeHandler, handler)

    def log(event: Event) -> None:
        if not isinstance(event, TranscriptPartial):  # without its words it tells nothing
            write(render(event, WORDS))

    return log


def match(
    context: typer.Context,
    text: Annotated[list[str], typer.Argument(help="What you would say.")],
    as_json: AsJson = False,
) -> None:
    """Show what would be understood; nothing is done."""
    loaded = load_config(context)
    with prints_on_stderr():
        answered = run_async("real", _match, loaded, " ".join(text))
    if as_json:
        print_json(answered.as_row())
    elif answered.intent is None:
        print("not understood")
    else:
        slots = " ".join(f"{name}={words!r}" for name, words in answered.slots.items())
        print(f"{answered.intent.name} {slots}".rstrip())
    raise typer.Exit(0 if answered.intent else 1)


async def _match(loaded: Loaded, text: str) -> Answered:
    from voiced import asking
    from voiced.composition.brain import open_brain

    async with open_brain(loaded, hears=False) as brain:
        return await asking.match(brain.thinker, text)


async def undo(loaded: Loaded, request: UndoRequest) -> Sequence[str]:
    """Take changes back: the one named, or the last ones."""
    from voiced.composition.brain import open_brain

    async with open_brain(loaded, hears=False) as brain:
        assistant = brain.dispatcher.assistant()
        if request.id:
            return [await assistant.undo_change(brain.journal.change(request.id))]
        return await assistant.undo(request.count)
