"""``voiced satellites``: which there are, and being one: the microphone of another machine."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voiced.cli.output import AsJson, note, print_json
from voiced.cli.setup import load_config, run_async

if TYPE_CHECKING:
    from voiced.config import Loaded
    from voiced.satellites.keys import KeyBook, Pairing

__all__ = ["app"]

app = typer.Typer(help="Microphones in other rooms.", no_args_is_help=True)

_KEY = "VOICED_SATELLITE_KEY"

_SOURCE = "mic, or the path of a sound file."
_SINK = "speaker, null, or the path of a WAV file to write."

_RIGHTS = (
    "R0 (what is public; always), W1 (changes that can be taken back), O1 (what is sent to people"
    " you know, and sites)."
)

_Name = Annotated[str, typer.Argument(help="A word for it, such as kitchen.")]


@app.command("add")
def add(
    context: typer.Context,
    name: _Name,
    rights: Annotated[str | None, typer.Option(help=f"{_RIGHTS} All three if left out.")] = None,
) -> None:
    """Make a key for a satellite, and print it: once, here. A key from before is void."""
    pairing = _book().add(name, None if rights is None else _words(rights))
    listen = load_config(context).config.satellites.listen
    note(f"This is the key of {name}. Whoever has it can speak to the assistant as {name}.")
    print(pairing.text)
    note("On the other machine: voiced satellites join HOST:PORT, and paste the key.")
    if not listen:
        note("Nobody can come in yet: set listen in [satellites] of voiced.toml, and restart.")


@app.command("list")
def list_satellites(as_json: AsJson = False) -> None:
    """List the satellites that have a key, and their rights."""
    book = _book()
    rights = {name: admission.rights for name, admission in book.admissions.items()}
    if as_json:
        print_json({"satellites": list(rights), "rights": rights})
        return
    lines = [f"{name} ({' '.join(granted)})" for name, granted in rights.items()]
    print("\n".join(lines) or "There is no satellite: voiced satellites add NAME")


@app.command("rights")
def rights_of_one(
    name: _Name, rights: Annotated[list[str], typer.Argument(help=_RIGHTS, metavar="RIGHT...")]
) -> None:
    """Say what may be asked for at a satellite; one that is connected comes in anew."""
    if not _book().grant(name, _words(*rights)):
        note(f"voiced: there is no satellite {name}: voiced satellites list")
        raise typer.Exit(1)
    print(f"{name}: {' '.join(_book().admissions[name].rights)}")


@app.command("remove")
def remove(name: _Name) -> None:
    """Take a satellite's key away; one that is connected is hung up on within seconds."""
    if not _book().remove(name):
        note(f"voiced: there is no satellite {name}: voiced satellites list")
        raise typer.Exit(1)
    print(f"{name} cannot come in any more.")


@app.command("join")
def join(
    context: typer.Context,
    assistant: Annotated[str, typer.Argument(help="HOST:PORT of the assistant.")],
    key_file: Annotated[
        Path | None, typer.Option(help=f"Holds the key; else {_KEY}, or it is asked for.")
    ] = None,
    source: Annotated[str, typer.Option(help=_SOURCE)] = "mic",
    sink: Annotated[str, typer.Option(help=_SINK)] = "speaker",
) -> None:
    """Be a satellite: this machine's microphone and loudspeaker, for an assistant elsewhere."""
    place = _place(assistant, "ASSISTANT")
    pairing = _pairing(key_file)
    logging.basicConfig(format="voiced: %(message)s", level=logging.WARNING)
    run_async("real", _join, load_config(context), pairing, place, (source, sink))


@app.command("serve")
def serve(  # noqa: PLR0913, PLR0917 - each is an option
    context: typer.Context,
    listen: Annotated[str, typer.Argument(help="HOST:PORT where servers come.")],
    allow: Annotated[
        list[str] | None, typer.Option(help="Address of a server on another machine.")
    ] = None,
    name: Annotated[str, typer.Option(help="What the server calls this machine.")] = "voiced",
    source: Annotated[str, typer.Option(help=_SOURCE)] = "mic",
    sink: Annotated[str, typer.Option(help=_SINK)] = "speaker",
) -> None:
    """Be a Wyoming satellite, for Home Assistant: it hears all that this microphone hears."""
    place = _place(listen, "LISTEN")
    logging.basicConfig(format="voiced: %(message)s", level=logging.WARNING)
    loaded = load_config(context)
    run_async("real", _serve, loaded, place, (name, tuple(allow or ())), (source, sink))


async def _serve(
    loaded: Loaded,
    place: tuple[str, int],
    who: tuple[str, tuple[str, ...]],
    sound: tuple[str, str],
) -> None:
    from voiced.composition import engines as composition
    from voiced.satellites.for_others import WyomingDoor

    microphone = composition.microphone(loaded.config, sound[0])
    speaker = composition.speaker(loaded.config, sound[1])
    async with composition.prepared(microphone, speaker):
        await WyomingDoor(who[0], microphone, speaker, who[1], _tell).serve(*place)


def _place(text: str, argument: str) -> tuple[str, int]:
    from voiced.config import host_and_port

    try:
        return host_and_port(text)
    except ValueError:
        message = "name it as HOST:PORT, such as 192.168.1.5:10700"
        raise typer.BadParameter(message, param_hint=argument) from None


def _words(*texts: str) -> list[str]:
    return [word for text in texts for word in text.replace(",", " ").split()]


def _tell(sentence: str) -> None:
    note(f"voiced: {sentence}")


async def _join(
    loaded: Loaded, pairing: Pairing, assistant: tuple[str, int], sound: tuple[str, str]
) -> None:
    from voiced.composition import engines as composition
    from voiced.satellites.remote import Satellite

    microphone = composition.microphone(loaded.config, sound[0])
    speaker = composition.speaker(loaded.config, sound[1])
    async with composition.prepared(microphone, speaker):
        await Satellite(pairing, microphone, speaker, _tell).run(*assistant)


def _pairing(key_file: Path | None) -> Pairing:
    from voiced.errors import VoicedError
    from voiced.satellites.keys import Pairing

    try:
        return Pairing.parsed(_key(key_file))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        message = f"the key of this satellite cannot be used: {reason}"
        raise VoicedError(message, mend="voiced satellites add NAME, at the assistant") from error


def _key(key_file: Path | None) -> str:
    if key_file is not None:
        return key_file.read_text("utf-8", errors="replace")
    if found := os.environ.get(_KEY):
        return found
    if sys.stdin.isatty():
        return str(typer.prompt("The key of this satellite", hide_input=True))
    return sys.stdin.readline()


def _book() -> KeyBook:
    from voiced.config import satellite_folder
    from voiced.satellites.keys import KeyBook

    return KeyBook(satellite_folder())
