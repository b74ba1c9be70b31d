"""``voiced voices``: list, pull; ``add_try`` adds ``try``, which needs a synthesizer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from voiced.cli.output import AsJson, print_json, print_table

if TYPE_CHECKING:
    from voiced.config import Loaded

__all__ = ["Speak", "add_try", "app"]

app = typer.Typer(help="Voices: which there are, and their models.", no_args_is_help=True)

Speak: TypeAlias = "Callable[[Loaded, str, str], Awaitable[None]]"
"""Speaks a text: (configuration, name of the voice, text)."""

_SAMPLE = "Hello. This is how I sound when I read you a line or two."


@app.command("list")
def list_voices(context: typer.Context, as_json: AsJson = False) -> None:
    """List the voices and whether their models are installed."""
    from voiced.cli.setup import load_config
    from voiced.config import model_folder, voice_folder
    from voiced.models.catalogue import locate
    from voiced.models.voices import profiles

    chosen = load_config(context).config.synthesizer.voice
    rows = [
        {
            "name": item.voice.name,
            "engine": item.voice.engine,
            "installed": item.model is None or locate(item.model.name, model_folder()) is not None,
            "chosen": item.voice.name == chosen,
            "licence": item.licence,
            "description": item.description,
        }
        for item in profiles(voice_folder())
    ]
    if as_json:
        print_json({"voices": rows})
        return
    cells = ([_cell(value) for value in row.values()] for row in rows)
    print_table(("name", "engine", "installed", "chosen", "licence", ""), cells)


@app.command()
def pull(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A name of `voiced voices list`.")],
    as_json: AsJson = False,
) -> None:
    """Download the model of a voice."""
    from voiced.cli.models import pull_with_bar
    from voiced.cli.setup import load_config
    from voiced.config import voice_folder
    from voiced.models.voices import model_of

    model = model_of(name, voice_folder())
    if model is not None:
        pull_with_bar(model, load_config(context).config.models.mirrors, as_json=as_json)
    elif as_json:
        print_json({"name": name, "folder": None, "sha256": {}})
    else:
        print(f"{name} needs no download")


def add_try(speak: Speak) -> None:
    """Add ``voiced voices try NAME``, which says a sentence by ``speak``."""

    @app.command("try")
    def try_voice(
        context: typer.Context,
        name: Annotated[str, typer.Argument(help="A name of `voiced voices list`.")],
        text: Annotated[str, typer.Argument(help="What it says.")] = _SAMPLE,
    ) -> None:
        """Let a voice say a sentence."""
        from voiced.cli.setup import load_config, run_async

        run_async("real", speak, load_config(context), name, text)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
