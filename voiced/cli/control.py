"""The verbs that talk to the running daemon: status, ptt, mute, unmute, stop, reload."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

import typer

from voiced.cli.output import AsJson, note, print_json

__all__ = ["mute", "ptt", "reload", "status", "stop", "unmute"]

Action: TypeAlias = Literal["down", "up", "toggle"]
"""What happens to the push-to-talk key."""

_MINUTE_S, _HOUR_S = 60, 3600


def ptt(
    action: Annotated[Action, typer.Argument(help="down, up or toggle.")], as_json: AsJson = False
) -> None:
    """Press or release the push-to-talk key of the running voiced."""
    _order({"do": "ptt", "action": action}, as_json=as_json)


def mute(as_json: AsJson = False) -> None:
    """Close the microphone of the running voiced; it stays closed over a restart."""
    _order({"do": "mute"}, as_json=as_json)


def unmute(as_json: AsJson = False) -> None:
    """Open the microphone again."""
    _order({"do": "unmute"}, as_json=as_json)


def stop(
    room: Annotated[str | None, typer.Option(help="Of this satellite alone.")] = None,
    as_json: AsJson = False,
) -> None:
    """Do what a spoken "stop" does, here and at every satellite."""
    order = {"do": "stop"} if room is None else {"do": "stop", "room": room}
    _order(order, as_json=as_json)


def reload(as_json: AsJson = False) -> None:
    """Have the running voiced read its configuration again; a broken one changes nothing."""
    answer = _ask({"do": "reload"})["reload"]
    if as_json:
        print_json(answer)
    else:
        _tell_reload(answer)
    raise typer.Exit(0 if answer["error"] is None else 78)


def _tell_reload(answer: Mapping[str, Any]) -> None:
    error = answer["error"]
    if error is not None:
        note(f"voiced: {error}; the configuration before stays in force")
        return
    for name in answer["applied"]:
        print(f"{name}: in force")
    for name in answer["waiting"]:
        print(f"{name}: at the next start")
    if not answer["applied"] and not answer["waiting"]:
        print("nothing has changed")


def status(as_json: AsJson = False) -> None:
    """Say how the running voiced is: what it hears, its engines, its last turn."""
    row = _ask({"do": "status"})["status"]
    if as_json:
        print_json(row)
        return
    for line in _lines(row):
        print(line)


def _ask(order: Mapping[str, Any]) -> dict[str, Any]:
    from voiced.control.client import ask

    return ask(order)


def _order(order: Mapping[str, Any], *, as_json: bool) -> None:
    answer = _ask(order)
    if as_json:
        print_json({"mode": answer["mode"]})
    else:
        print(answer["mode"])


def _lines(row: Mapping[str, Any]) -> list[str]:
    from voiced.cli.output import printable

    lines = [
        f"voiced {row['version']}, process {row['pid']}, for {_duration(row['up_s'])}",
        f"mode: {row['mode']}{_now(row)}",
        f"hears: {row['hears']}",
        *(f"{each['device']}: {each['name']}{_device(each)}" for each in row["devices"]),
        *(f"{each['stage']}: {each['name']}{_trouble(each)}" for each in row["engines"]),
        f"voice: {row['voice']}",
        f"plugins: {row['plugins']}",
        _last(row),
        *(f"{each['name']}: {_mark(each['is_ok'])}{each['found']}" for each in row["companions"]),
        *_satellites(row),
        f"configuration: {row['config_file']}",
        *(f"note: {sentence}" for sentence in row["notes"]),
    ]
    return [printable(line) for line in lines]


def _now(row: Mapping[str, Any]) -> str:
    words = {"is_key_down": "the key is down", "is_speech": "hears speech", "is_speaking": "speaks"}
    now = [said for name, said in words.items() if row[name]]
    return f" ({', '.join(now)})" if now else ""


def _device(device: Mapping[str, Any]) -> str:
    if not device["is_there"]:
        return " (GONE)"
    return f" ({device['note']})" if device["note"] else ""


def _trouble(engine: Mapping[str, Any]) -> str:
    if engine["level"]:
        return f" (degraded: {engine['reason']})"
    return f" (TROUBLE: {engine['trouble']})" if engine["trouble"] else ""


def _satellites(row: Mapping[str, Any]) -> list[str]:
    here = row["satellites"]
    if here is None:
        return []
    return [f"satellites: {', '.join(here) or 'none is here'}"]


def _mark(is_ok: object) -> str:
    return "TROUBLE: " if is_ok is False else ""


def _last(row: Mapping[str, Any]) -> str:
    last = row["last_turn"]
    if last is None:
        return "last turn: none yet"
    steps = [
        f"{name} {value:.0f} ms" for name, value in last["timing_ms"].items() if value is not None
    ]
    ago = _duration(last["ended_s_ago"])
    return f"last turn: {last['outcome']}, {ago} ago{': ' if steps else ''}{', '.join(steps)}"


def _duration(seconds: float) -> str:
    whole = int(seconds)
    if whole < _MINUTE_S:
        return f"{whole} s"
    if whole < _HOUR_S:
        return f"{whole // _MINUTE_S} min"
    return f"{whole // _HOUR_S} h {whole % _HOUR_S // _MINUTE_S} min"
