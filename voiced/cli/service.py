"""``voiced service``: install, status, logs, remove; and what says that it was given up."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from voiced.cli.output import AsJson, note, print_json
from voiced.cli.setup import Options, load_config, run_async

if TYPE_CHECKING:
    from voiced.config import Config
    from voiced.service.units import Service

__all__ = ["app", "service_of"]

app = typer.Typer(help="voiced as a service that starts with your login.", no_args_is_help=True)


def service_of(context: typer.Context) -> Service:
    """The service that this command line would install.

    Raises:
        ServiceError: The command voiced is not found.
    """
    from voiced.service.units import Service, ServiceError, code_in_tmp, own_command, unit_folder

    path = own_command(sys.argv[0])
    if path is None:
        raise ServiceError("the command voiced is not in your PATH", mend="pip install voiced")
    command = [path]
    options = context.find_object(Options)
    if options is not None and options.config is not None:
        command += ["--config", str(options.config.absolute())]
    return Service(unit_folder(), command, code=code_in_tmp())


@app.command()
def install(context: typer.Context) -> None:
    """Write the unit, start it now and at every login."""
    load_config(context)  # what would keep it from starting is told here
    for sentence in service_of(context).install():
        print(sentence)


@app.command()
def status(context: typer.Context, as_json: AsJson = False) -> None:
    """What systemd knows of it; exit code 1 where it does not run."""
    service = service_of(context)
    known = service.status()
    is_active = known.get("ActiveState") == "active"
    if as_json:
        print_json({"is_installed": service.is_installed, "is_active": is_active, **known})
    elif not service.is_installed:
        print("not installed: voiced service install")
    else:
        print(f"{known.get('ActiveState')} ({known.get('SubState')}): {_told(known)}")
    raise typer.Exit(0 if is_active else 1)


def _told(known: dict[str, str]) -> str:
    status_text = known.get("StatusText") or known.get("Result", "")
    return f"{status_text}; started again {known.get('NRestarts', '0')} times"


@app.command()
def logs(
    context: typer.Context,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Show what comes, too.")] = False,
) -> None:
    """Show its log."""
    from voiced.service.units import ServiceError

    command = service_of(context).logs_command(follow=follow)
    sys.stdout.flush()
    try:
        os.execvp(command[0], command)  # noqa: S606 - a list of our own
    except OSError as error:
        raise ServiceError(f"{command[0]}: {error.strerror}") from error


@app.command()
def remove(context: typer.Context) -> None:
    """Stop it, and take its units away."""
    for sentence in service_of(context).remove():
        print(sentence)


@app.command(hidden=True)
def tell() -> None:
    """Say aloud that the service was given up; systemd starts this."""
    from voiced.config import Config
    from voiced.service.units import UNIT, run_program, why_given_up

    shown = run_program(
        ["systemctl", "--user", "show", UNIT, "--property=ExecMainStatus", "--value"]
    )
    sentence = why_given_up(shown.output.strip())
    note(f"voiced: {sentence}")
    run_async("real", _say, Config(), sentence)


async def _say(config: Config, sentence: str) -> None:
    from voiced.composition import engines as composition
    from voiced.loop.speaking import read_aloud

    profile = composition.voice(config)
    synthesizer = composition.synthesizer(config, profile)
    speaker = composition.speaker(config, "speaker")
    async with composition.prepared(synthesizer, speaker):
        playback = speaker.open()
        await read_aloud(sentence, synthesizer, profile, playback)
        await playback.drain()
