"""Set-up, voices and models: heard, chosen, downloaded with progress, taken from files at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from voiced.config import Loaded, model_folder, voice_folder
from voiced.errors import ModelMissing
from voiced.models.catalogue import (
    InstalledModel,
    Model,
    installed,
    listed_models,
    locate,
    remove,
    verify,
)
from voiced.models.download import OnProgress, Progress, pull
from voiced.models.importing import take
from voiced.models.voices import Profile, downloadable, profiles
from voiced.web.at_home import at_home
from voiced.web.forms import leads_to, typed
from voiced.web.jobs import Job
from voiced.web.rendering import page
from voiced.web.settings import set_keys
from voiced.web.site import site_of
from voiced.web.workshop import TABS, workshop_of
from voiced.workers import in_worker

__all__ = ["routes"]

_NOT_THERE = 404
_VOICES, _MODELS = "/setup/voices", "/setup/models"
_BYTES_PER_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model: whether it is here, on its way, or begun."""

    model: Model
    size_mb: int
    is_installed: bool
    is_begun: bool
    job: Job | None

    @property
    def hosts(self) -> str:
        """Where it comes from."""
        names = (urlsplit(file.url).hostname or "?" for file in self.model.files)
        return ", ".join(dict.fromkeys(names))


@dataclass(frozen=True, slots=True)
class VoiceRow:
    """A voice: whether it can speak here."""

    profile: Profile
    is_installed: bool
    is_chosen: bool
    job: Job | None


def _known() -> Mapping[str, Model]:
    return {each.name: each for each in (*listed_models(), *downloadable(voice_folder()))}


def _model_rows(job_of: Callable[[str], Job | None]) -> tuple[ModelRow, ...]:
    found = {each.name: each for each in installed(model_folder())}
    return tuple(_model_row(model, found.get(name), job_of) for name, model in _known().items())


def _model_row(
    model: Model, here: InstalledModel | None, job_of: Callable[[str], Job | None]
) -> ModelRow:
    size_mb = round(here.size_bytes / _BYTES_PER_MB) if here else model.about_mb
    folder = model_folder() / model.name
    is_begun = here is None and any(folder.glob("*.part"))
    return ModelRow(model, size_mb, here is not None, is_begun, job_of(f"model {model.name}"))


async def models(request: Request) -> Response:
    """The models that can be downloaded or are here."""
    job_of = workshop_of(request).jobs.of
    rows = await in_worker(_model_rows, job_of)
    return page(
        request, "setup/models.html", title="Models", tabs=TABS, rows=rows, folder=model_folder()
    )


async def _named(request: Request) -> Model:
    model = (await in_worker(_known)).get(request.path_params["name"])
    if model is None:
        raise HTTPException(_NOT_THERE, "There is no such model.")
    return model


async def pulled(request: Request) -> Response:
    """Download a model, or go on with it."""
    model, form = await _named(request), await typed(request)
    mirrors = (await in_worker(site_of(request).load)).config.models.mirrors

    def work(show: OnProgress) -> InstalledModel:
        return pull(model, model_folder(), show, mirrors=mirrors)

    _fetch(request, model, f"Downloading {model.name}", work)
    return leads_to(_VOICES if form["back"] == _VOICES else _MODELS)


async def taken(request: Request) -> Response:
    """Install a model from files at hand."""
    model, form = await _named(request), await typed(request)
    path = Path(form["path"])

    def work(show: OnProgress) -> InstalledModel:
        return take(model, path.expanduser(), model_folder(), show)

    _fetch(request, model, f"Taking {model.name} from {path.name}", work)
    return leads_to(_MODELS)


def _fetch(
    request: Request, model: Model, title: str, work: Callable[[OnProgress], InstalledModel]
) -> None:
    async def fetch(job: Job) -> None:
        await in_worker(work, _progress(model, job))
        job.line, job.share = f"{model.name} is installed.", 1.0

    workshop_of(request).jobs.start(f"model {model.name}", title, fetch)


def _progress(model: Model, job: Job) -> OnProgress:
    """Shows on a job how much of a model is here; ends the work where that is wanted."""
    sizes = {file.name: file.size_bytes for file in model.files}
    done = dict.fromkeys(sizes, 0)

    def show(progress: Progress) -> None:
        job.look()
        done[progress.file] = progress.done_bytes
        sizes[progress.file] = progress.total_bytes or sizes[progress.file]
        here, whole = sum(done.values()), max(sum(sizes.values()), model.about_mb * _BYTES_PER_MB)
        job.share = min(1.0, here / whole) if whole else None
        job.line = f"{here / _BYTES_PER_MB:.0f} of about {whole / _BYTES_PER_MB:.0f} MB"

    return show


async def verified(request: Request) -> Response:
    """Check the files of a model against their checksums."""
    model = await _named(request)

    async def look(job: Job) -> None:
        damaged = await in_worker(verify, model.name, model_folder())
        if damaged:
            message = f"missing or changed: {', '.join(damaged)}"
            raise ModelMissing(message, stage="models", mend="download it again")
        job.line = "Every file is as it was downloaded."

    workshop_of(request).jobs.start(f"model {model.name}", f"Checking {model.name}", look)
    return leads_to(_MODELS)


async def removed(request: Request) -> Response:
    """Delete a model from this machine."""
    model = await _named(request)
    await in_worker(remove, model.name, model_folder())
    return leads_to(_MODELS)


async def voices(request: Request) -> Response:
    """The voices, to be heard and chosen."""
    loaded = await in_worker(site_of(request).load)
    rows = await in_worker(_voice_rows, loaded, workshop_of(request).jobs.of)
    found = workshop_of(request).in_force
    in_force = found and found.of("synthesizer")
    return page(
        request, "setup/voices.html", title="Voices", tabs=TABS, rows=rows, in_force=in_force
    )


def _voice_rows(loaded: Loaded, job_of: Callable[[str], Job | None]) -> tuple[VoiceRow, ...]:
    chosen = loaded.config.synthesizer.voice
    rows = (
        VoiceRow(
            each,
            each.model is None or locate(each.model.name, model_folder()) is not None,
            each.voice.name == chosen,
            job_of(f"model {each.model.name}") if each.model else None,
        )
        for each in profiles(voice_folder())
    )
    return tuple(sorted(rows, key=lambda row: (not row.is_chosen, not row.is_installed)))


async def heard(request: Request) -> Response:
    """A sample of a voice, as a WAV file; one at a time is spoken."""
    workshop, name = workshop_of(request), request.path_params["name"]
    config = (await in_worker(site_of(request).load)).config
    async with workshop.alone:
        sound = await workshop.trials.sample(config, name)
    return Response(sound, media_type="audio/wav")


async def chosen(request: Request) -> Response:
    """Speak with this voice from now on."""
    name = request.path_params["name"]
    if all(each.voice.name != name for each in await in_worker(profiles, voice_folder())):
        raise HTTPException(_NOT_THERE, "There is no such voice.")
    await set_keys(request, "synthesizer", {"voice": name})
    return leads_to(_VOICES)


routes = at_home(
    (
        Route(_MODELS, models),
        Route(f"{_MODELS}/{{name}}/pull", pulled, methods=["POST"]),
        Route(f"{_MODELS}/{{name}}/take", taken, methods=["POST"]),
        Route(f"{_MODELS}/{{name}}/verify", verified, methods=["POST"]),
        Route(f"{_MODELS}/{{name}}/remove", removed, methods=["POST"]),
        Route(_VOICES, voices),
        Route(f"{_VOICES}/{{name}}.wav", heard),
        Route(f"{_VOICES}/{{name}}/use", chosen, methods=["POST"]),
    )
)
