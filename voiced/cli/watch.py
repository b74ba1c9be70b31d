"""``voiced watch``: what the running daemon hears, understands, does and says, as it happens."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Annotated, Any

import typer

from voiced.cli.output import printable

__all__ = ["watch"]


def watch(
    as_json: Annotated[bool, typer.Option("--json", help="Each event as a line of JSON.")] = False,
) -> None:
    """Watch the running voiced until Ctrl-C."""
    from voiced.cli.watch_screen import Screen
    from voiced.control import watch as happenings

    frames = happenings()
    row = next(frames)["status"]
    if as_json:
        _print_json(frames)
        return
    with ExitStack() as stack:
        screen = stack.enter_context(Screen(row)) if sys.stdout.isatty() else None
        for frame in frames:
            if screen is not None:
                screen.show(frame)
            elif "event" in frame:
                print(printable(line_of(frame["event"])), flush=True)


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
