"""Set-up, sound: devices chosen, the microphone tried, the echo measured, the wake word heard."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from voiced.audio import Samples, level_dbfs
from voiced.config import Config
from voiced.setting_up.levels import level_of
from voiced.web.at_home import at_home
from voiced.web.daemon import Daemon
from voiced.web.forms import leads_to, typed
from voiced.web.jobs import Job
from voiced.web.rendering import page
from voiced.web.settings import set_keys
from voiced.web.site import site_of
from voiced.web.workshop import TABS, Hear, Workshop, workshop_of
from voiced.workers import in_worker

__all__ = ["borrowed", "routes"]

_NOT_THERE = 404
_HERE = "/setup/sound"
_LISTEN_S, _WAKE_S = 4.0, 12.0
_EVERY = 5
_SENTENCE = "Hello. Can you hear me?"
_KINDS = ("listen", "speak", "echo", "wake")
_DEVICES = ("microphone", "speaker")


async def shown(request: Request) -> Response:
    """The devices, and what can be tried out with them."""
    loaded = await in_worker(site_of(request).load)
    workshop, audio = workshop_of(request), loaded.config.audio
    devices = {
        "microphone": (audio.microphone, await workshop.trials.names("microphone", loaded.config)),
        "speaker": (audio.speaker, await workshop.trials.names("speaker", loaded.config)),
    }
    return page(
        request,
        "setup/sound.html",
        title="Sound",
        tabs=TABS,
        devices=devices,
        activation=loaded.config.activation,
        jobs={kind: workshop.jobs.of(kind) for kind in _KINDS},
        status=await site_of(request).daemon.status(),
        in_force=workshop.in_force and workshop.in_force.of("audio"),
    )


async def chosen(request: Request) -> Response:
    """Use other devices."""
    form = await typed(request)
    values = {kind: form[kind] for kind in _DEVICES if form[kind]}
    if values:
        await set_keys(request, "audio", values)
    return leads_to(_HERE)


async def begun(request: Request) -> Response:
    """Try one of them out."""
    kind = request.path_params["kind"]
    if kind not in _KINDS:
        raise HTTPException(_NOT_THERE, "There is no such test.")
    site, workshop = site_of(request), workshop_of(request)
    config = (await in_worker(site.load)).config
    title, work = _work(kind, workshop, config)

    async def alone(job: Job) -> None:
        async with workshop.alone, borrowed(site.daemon, config) as was_closed:
            await work(job)
        if was_closed:
            job.line += " voiced was muted meanwhile, and hears again."

    job = workshop.jobs.start(kind, title, alone)
    return leads_to(_HERE, began=job.kind)


@asynccontextmanager
async def borrowed(daemon: Daemon, config: Config) -> AsyncGenerator[bool]:
    """Have the daemon close its microphone for the body; whether it was open.

    One that may not be told to open it again is left alone.
    """
    status = await daemon.status()
    if status is None or status["mode"] == "muted" or config.control.scope != "admin":
        yield False
        return
    await daemon.ask(do="mute")
    try:
        yield True
    finally:
        with anyio.CancelScope(shield=True):
            await daemon.ask(do="unmute")


Work = Callable[[Job], Awaitable[None]]


def _work(kind: str, workshop: Workshop, config: Config) -> tuple[str, Work]:
    trials = workshop.trials

    async def listen(job: Job) -> None:
        job.line = f"Say anything, for {_LISTEN_S:.0f} seconds."
        level = level_of(await trials.listen(_LISTEN_S, config, _meter(job, _LISTEN_S)))
        told = (level.problem or "it hears you well").capitalize()
        job.line = told if told.endswith("?") else f"{told}."
        job.is_well = not level.problem
        job.rows = (
            ("noise of the room", f"{level.noise_dbfs:.0f} dBFS"),
            ("speech", f"{level.speech_dbfs:.0f} dBFS"),
            ("clips", "yes" if level.is_clipped else "no"),
        )

    async def speak(job: Job) -> None:
        job.line = f"It says: {_SENTENCE}"
        await trials.speak(_SENTENCE, config)
        job.line = "It was said. If you heard nothing, see volume and loudspeaker."

    async def echo(job: Job) -> None:
        job.line = "A sound is played: please be quiet for nine seconds."
        report = await trials.echo(config)
        job.rows, job.fitting = tuple(report.as_rows()), dict(report.fitting)
        job.line = f"{report.figures.verdict.capitalize()}."

    async def wake(job: Job) -> None:
        words = " or ".join(word.replace("_", " ") for word in config.activation.words)
        job.line = f"Say {words}, for {_WAKE_S:.0f} seconds."
        heard: list[str] = []
        await trials.wake(_WAKE_S, config, heard.append, _meter(job, _WAKE_S))
        times = f"{len(heard)} times" if len(heard) != 1 else "once"
        job.line = f"The wake word was heard {times}."

    titles = {
        "listen": ("Listening", listen),
        "speak": ("Speaking", speak),
        "echo": ("Measuring the echo", echo),
        "wake": ("Listening for the wake word", wake),
    }
    return titles[kind]


def _meter(job: Job, seconds: float) -> Hear:
    """Shows on a job how loud it is, and how much of the time is over."""
    pieces: list[float] = []
    count = 0

    def hear(samples: Samples) -> None:
        nonlocal count
        count += len(samples)
        pieces.append(level_dbfs(samples))
        if len(pieces) >= _EVERY:
            job.level_dbfs = round(max(pieces), 1)
            job.share = min(1.0, count / (16_000 * seconds))
            pieces.clear()

    return hear


async def fitted(request: Request) -> Response:
    """Set what the measurement of the echo found to fit better."""
    job = workshop_of(request).jobs.of("echo")
    if job is not None and job.fitting:
        await set_keys(request, "audio", job.fitting)
        job.fitting = {}
    return leads_to(_HERE)


async def followed(request: Request) -> Response:
    """How far a job is, for the script of the page."""
    job = workshop_of(request).jobs.named(request.path_params["id"])
    if job is None:
        raise HTTPException(_NOT_THERE, "There is no such job.")
    return JSONResponse(job.as_row())


async def stopped(request: Request) -> Response:
    """End a job."""
    jobs = workshop_of(request).jobs
    job = jobs.named(request.path_params["id"])
    if job is not None:
        jobs.stop(job)
    back = (await typed(request))["back"]
    return leads_to(back if back in {tab.path for tab in TABS} else "/setup")


routes = at_home(
    (
        Route(_HERE, shown),
        Route(f"{_HERE}/devices", chosen, methods=["POST"]),
        Route(f"{_HERE}/fit", fitted, methods=["POST"]),
        Route(f"{_HERE}/{{kind}}", begun, methods=["POST"]),
        Route("/setup/jobs/{id}", followed),
        Route("/setup/jobs/{id}/stop", stopped, methods=["POST"]),
    )
)
