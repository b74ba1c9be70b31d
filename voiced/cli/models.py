"""``voiced models``: list, pull, verify, remove."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voiced.cli.output import AsJson, note, print_json, print_table
from voiced.cli.setup import load_config

if TYPE_CHECKING:
    from voiced.models.catalogue import InstalledModel, Model
    from voiced.models.download import OnProgress, Progress

__all__ = ["app", "pull_with_bar"]

app = typer.Typer(help="Models: what can be downloaded, what is installed.", no_args_is_help=True)

_Name = Annotated[str, typer.Argument(help="A name of `voiced models list`.")]
_BYTES_PER_MB = 1_000_000


@app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """List the models that can be downloaded or are installed."""
    from voiced.config import model_folder
    from voiced.models.catalogue import installed

    found = {model.name: model for model in installed(model_folder())}
    rows = [
        {
            "name": model.name,
            "kind": model.kind,
            "installed": model.name in found,
            "size_mb": round(found[model.name].size_bytes / _BYTES_PER_MB)
            if model.name in found
            else model.about_mb,
            "licence": model.licence,
        }
        for model in _known()
    ]
    if as_json:
        print_json({"folder": str(model_folder()), "models": rows})
        return
    titles = ("name", "for", "installed", "MB", "licence")
    print_table(titles, ([_cell(value) for value in row.values()] for row in rows))


@app.command()
def pull(context: typer.Context, name: _Name, as_json: AsJson = False) -> None:
    """Download a model; a download that was cut off goes on where it stopped."""
    mirrors = load_config(context).config.models.mirrors
    pull_with_bar(_find(name), mirrors, as_json=as_json)


@app.command("import")
def import_model(
    name: _Name,
    path: Annotated[Path, typer.Argument(help="A folder, or a tar or zip archive.")],
    as_json: AsJson = False,
) -> None:
    """Install a model from files at hand, on a machine without a network."""
    from voiced.config import model_folder
    from voiced.models.importing import take

    model = _find(name)
    with _progress(model) as show:
        found = take(model, path, model_folder(), show)
    _tell(model, found, as_json=as_json)


@app.command()
def verify(
    name: Annotated[str, typer.Argument(help="Empty: all that are installed.")] = "",
    as_json: AsJson = False,
) -> None:
    """Check the files of a model against their checksums."""
    from voiced.config import model_folder
    from voiced.errors import ModelMissing
    from voiced.models.catalogue import installed, verify

    names = [name] if name else [model.name for model in installed(model_folder())]
    results = {each: verify(each, model_folder()) for each in names}
    damaged = sorted(each for each, files in results.items() if files)
    if damaged:
        files = ", ".join(f"{each}/{file}" for each in damaged for file in results[each])
        message = f"missing or changed: {files}"
        raise ModelMissing(message, stage="models", mend=f"voiced models pull {damaged[0]}")
    if as_json:
        print_json({"verified": names})
    else:
        print(f"{len(names)} models, every file as it was pulled")


@app.command()
def remove(name: _Name, as_json: AsJson = False) -> None:
    """Delete a downloaded model."""
    from voiced.config import model_folder
    from voiced.models.catalogue import remove

    freed = remove(name, model_folder())
    if as_json:
        print_json({"removed": name, "freed_bytes": freed})
    else:
        print(f"removed {name}: {freed / _BYTES_PER_MB:.1f} MB")


def pull_with_bar(model: Model, mirrors: Sequence[str] = (), *, as_json: bool) -> None:
    """Download a model with a progress bar on stderr."""
    from voiced.config import model_folder
    from voiced.models.download import pull

    with _progress(model) as show:
        found = pull(model, model_folder(), show, mirrors=mirrors)
    _tell(model, found, as_json=as_json)


@contextmanager
def _progress(model: Model) -> Generator[OnProgress]:
    """A bar for each file, on stderr, where that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = ("{task.description}", BarColumn(), DownloadColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Bar(*columns, console=console, disable=not console.is_terminal) as bar:
        tasks = {file.name: bar.add_task(file.name, total=None) for file in model.files}

        def show(progress: Progress) -> None:
            bar.update(
                tasks[progress.file], completed=progress.done_bytes, total=progress.total_bytes
            )

        yield show


def _tell(model: Model, found: InstalledModel, *, as_json: bool) -> None:
    files = {name: record.sha256 for name, record in found.files.items()}
    if as_json:
        print_json({"name": found.name, "folder": str(found.folder), "sha256": files})
        return
    if not all(file.sha256 for file in model.files):
        note("The checksums were recorded now; `voiced models verify` compares with them.")
    print(f"{found.name} is installed in {found.folder}")


def _known() -> tuple[Model, ...]:
    from voiced.config import voice_folder
    from voiced.models.catalogue import listed_models
    from voiced.models.voices import downloadable

    return (*listed_models(), *downloadable(voice_folder()))


def _find(name: str) -> Model:
    from voiced.errors import ModelMissing

    for model in _known():
        if model.name == name:
            return model
    message = f"there is no model {name[:40]!r} to download"
    raise ModelMissing(message, stage="models", mend="voiced models list")


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
