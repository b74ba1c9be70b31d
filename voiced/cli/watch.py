"""``voiced watch``: what the running daemon hears, understands, does and says, as it happens."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from voiced.cli.output import printable, report_error

__all__ = ["watch"]


def watch(
    as_json: Annotated[bool, typer.Option("--json", help="Each event as a line of JSON.")] = False,
) -> None:
    """Watch the running voiced until Ctrl-C."""
    from voiced.control.client import watch as happenings
    from voiced.errors import NoDaemon

    frames = happenings(rooms=True)
    row = next(frames)["status"]
    try:
        if as_json:
            _print_json(frames)
        else:
            _show(frames, row)
    except NoDaemon as error:  # what is written so far is whole lines
        raise typer.Exit(report_error(error, as_json=False)) from error


def _show(frames: Iterator[dict[str, Any]], status: dict[str, Any]) -> None:
    from voiced.cli.watch_screen import Screen

    if not sys.stdout.isatty():
        for frame in frames:
            if "event" in frame:
                print(printable(line_of(frame["event"])), flush=True)
        return
    with Screen(status) as screen:
        for frame in frames:
            screen.show(frame)


def _print_json(frames: Iterator[dict[str, Any]]) -> None:
    for frame in frames:
        if "event" in frame:
            print(json.dumps(frame["event"]), flush=True)


def line_of(event: dict[str, Any]) -> str:
    """One line for an event."""
    fields = {key: value for key, value in event.items() if key not in {"at_s", "type"}}
    shown = " ".join(
        f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in fields.items()
    )
    return f"{event['at_s']:8.3f}  {event['type']}  {shown}".rstrip()
