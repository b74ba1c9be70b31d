"""The verb demo: the whole assistant at work, on embedded defaults, with nothing prepared."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from voiced.cli.output import print_table
from voiced.cli.setup import Clock, run_async

if TYPE_CHECKING:
    from voiced.config import Loaded
    from voiced.demo import Request
    from voiced.events import Event, TurnEnded

__all__ = ["demo"]


def demo(
    out: Annotated[Path, typer.Option(help="Folder for the sound file and the demo's files.")] = (
        Path("out/demo")
    ),
    clock: Annotated[Clock, typer.Option(hidden=True)] = "real",
) -> None:
    """Show the assistant at work: no microphone, no account, no download."""
    ended = run_async(clock, _demo, out)
    _print_latency(ended)
    reply = out / "reply.wav"
    print(f"\nThe spoken replies are in {reply}. With a microphone: voiced run")
    raise typer.Exit(0 if _went_as_planned(ended) else 1)


def _went_as_planned(ended: list[TurnEnded]) -> bool:
    from voiced.demo import REQUESTS

    cuts = [request.interrupts for request in (*REQUESTS[1:], REQUESTS[0])]
    planned = ["interrupted" if is_cut else "completed" for is_cut in cuts]
    understood = [turn.outcome for turn in ended if turn.outcome != "not_understood"]
    return understood == planned


async def _demo(out: Path) -> list[TurnEnded]:
    import anyio

    from voiced import daemon
    from voiced.composition import opening
    from voiced.composition.brain import open_brain
    from voiced.demo import REQUESTS, USER_VOICE, DemoMicrophone, Director, render_speech
    from voiced.errors import ungrouped
    from voiced.events import TurnEnded

    loaded = _configuration(out)
    microphone = DemoMicrophone()
    options = opening.RunOptions(sink=str(out / "reply.wav"))
    ended: list[TurnEnded] = []
    async with (
        open_brain(loaded) as brain,
        opening.open_stages(loaded.config, options, microphone) as stages,
    ):
        sounds = [
            await render_speech(request.text, stages.synthesizer, USER_VOICE)
            for request in REQUESTS
        ]
        director = Director(REQUESTS, sounds, microphone, _announce)
        screen = _Screen()

        def keep(event: Event) -> None:
            if isinstance(event, TurnEnded):
                ended.append(event)

        with ungrouped():
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(director.direct)
                readers = [screen.show, keep, director.hear]
                await daemon.serve(loaded.config, brain, stages, readers)
                tasks.cancel_scope.cancel()
    return ended


def _configuration(out: Path) -> Loaded:
    """The embedded defaults; the user's own configuration, files and journal stay out of it."""
    from voiced.config import Config, JournalSettings, Loaded
    from voiced.demo import furnish
    from voiced.errors import VoicedError

    try:
        documents = furnish(out)
    except OSError as error:
        message = f"{out}: the demo's files cannot be written: {error.strerror}"
        raise VoicedError(message, mend="choose another folder with --out") from error
    config = Config(
        journal=JournalSettings(folder=(out / "journal").absolute()),
        plugins={"files": {"roots": [str(documents.absolute())]}},
    )
    return Loaded(config, {}, None)


def _announce(request: Request) -> None:
    how = " (interrupting)" if request.interrupts else ""
    print(f"\n  you say{how}: {request.text}", flush=True)


class _Screen:
    """Shows what happens, a line each; the partial transcript is written over on a terminal."""

    def __init__(self) -> None:
        self._is_terminal = sys.stdout.isatty()
        self._has_partial = False

    def show(self, event: Event) -> None:
        """Show one event, if a person wants to see it."""
        from voiced.events import TranscriptPartial

        if isinstance(event, TranscriptPartial):
            self._partial(event.text)
            return
        text = _line(event)
        if text:
            if self._has_partial:
                print()
            self._has_partial = False
            print(f"{event.at / 16000:8.2f} s  {text}", flush=True)

    def _partial(self, text: str) -> None:
        if self._is_terminal:
            print(f"\r\x1b[K            hears      {text}", end="", flush=True)
            self._has_partial = True
        else:
            print(f"            hears      {text}", flush=True)


def _line(event: Event) -> str:
    from voiced.trace import event_type

    write = _LINES.get(event_type(event))
    return write(event) if write else ""


def _matched(event: Any) -> str:
    slots = " ".join(f"{name}={words!r}" for name, words in event.slots)
    return f"intent     {event.intent} {slots}"


def _returned(event: Any) -> str:
    undo = f", undo {event.undo_id}" if event.undo_id else ""
    return f"did        {event.outcome}{undo}"


_LINES: dict[str, Callable[[Any], str]] = {
    "transcript_final": lambda event: f"heard      {event.text}",
    "intent_matched": _matched,
    "intent_returned": _returned,
    "action_undone": lambda event: f"undone     {event.intent}",
    "reply_sentence": lambda event: f"says       {event.text}",
    "ducked": lambda event: f"softer     {event.db:.0f} dB: you may be speaking",
    "playback_resumed": lambda _: "as before  it was nothing",
    "barge_in": lambda _: "barge-in   silent, and listening",
    "turn_ended": lambda event: f"turn ended {event.outcome}; heard: {event.heard!r}",
    "stage_failed": lambda event: f"failed     {event.stage}: {event.message}",
}


def _print_latency(ended: list[TurnEnded]) -> None:
    print("\nLatency in milliseconds, from the true end of the speech:")
    titles = ("turn", "outcome", "endpoint", "transcript", "first token", "first audio", "total")
    rows: list[tuple[str, ...]] = []
    for turn in ended:
        timing = turn.timing_ms
        steps = (
            timing.endpoint,
            timing.transcript,
            timing.first_token,
            timing.first_audio,
            timing.total,
        )
        cells = ("" if step is None else f"{step:.0f}" for step in steps)
        rows.append((str(turn.turn), turn.outcome, *cells))
    print_table(titles, rows)
