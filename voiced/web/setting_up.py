"""Set-up: what works, what does not, and what mends it, as `voiced doctor` finds it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from voiced.config import Loaded, model_folder, voice_folder
from voiced.doctor import Check, Examination, examine
from voiced.registry import load_plugins
from voiced.web.at_home import at_home
from voiced.web.forms import leads_to
from voiced.web.jobs import Job
from voiced.web.rendering import page
from voiced.web.site import site_of
from voiced.web.workshop import TABS, Found, workshop_of
from voiced.workers import in_worker

__all__ = ["AREAS", "areas_of", "routes"]

_HERE = "/setup"
_KIND = "examine"
_OTHERS = "Files and the rest"
AREAS: Mapping[str, Sequence[str]] = {
    "voiced itself": ("Python", "configuration", "journal"),
    "Hearing": (
        "microphone",
        "loudspeaker",
        "sound server",
        "PortAudio",
        "echo canceller",
        "voice detector",
        "turn end detector",
        "transcriber",
        "faster-whisper",
    ),
    "Speaking": ("voice", "piper"),
    "Thinking": ("language model", "prompt cache", "MCP"),
    "Keys and desktop": ("push-to-talk", "display", "D-Bus", "players", "lock"),
    "Browser": ("browser",),
    "Mail": ("mail", "index of your mail", "address books"),
    "Plugins": ("plugin",),
}
"""Where each check belongs, by the beginning of its name; the rest stands at the end."""


def areas_of(checks: Sequence[Check]) -> tuple[tuple[str, tuple[Check, ...]], ...]:
    """The checks by area, in the order of the areas; what fails comes first in each."""
    found: dict[str, list[Check]] = {area: [] for area in (*AREAS, _OTHERS)}
    for check in checks:
        found[_area(check.name)].append(check)
    return tuple(
        (area, tuple(sorted(listed, key=lambda each: each.ok is not False)))
        for area, listed in found.items()
        if listed
    )


def _area(name: str) -> str:
    named = [
        (len(start), area)
        for area, starts in AREAS.items()
        for start in starts
        if name.startswith(start)
    ]
    return max(named)[1] if named else _OTHERS


def _key_check(loaded: Loaded) -> Check:
    activation = loaded.config.activation
    keys = {
        "push to talk": activation.key,
        "mute": activation.mute_key,
        "stop": activation.stop_key,
    }
    found = ", ".join(f"{what}: {key}" for what, key in keys.items() if key)
    if activation.button:
        found = ", ".join(filter(None, (found, f"button: {activation.button}")))
    if not found:
        mend = "set key in [activation]"
        return Check("push-to-talk key", ok=None, found="none is set", mend=mend)
    return Check("push-to-talk key", ok=True, found=f"{found} ({activation.key_is})")


async def shown(request: Request) -> Response:
    """What was found last; it is looked for at the first visit."""
    workshop = workshop_of(request)
    job = workshop.jobs.of(_KIND)
    if workshop.found is None and (job is None or not job.is_running):
        job = _begin(request)
    found = workshop.found
    return page(
        request,
        "setup/state.html",
        title="Set-up",
        tabs=TABS,
        job=job if job is not None and job.state in ("running", "failed") else None,
        areas=areas_of(found.checks) if found else (),
        at=found.at.strftime("%H:%M") if found else "",
        broken=sum(check.ok is False for check in found.checks) if found else 0,
    )


async def again(request: Request) -> Response:
    """Look anew."""
    _begin(request)
    return leads_to(_HERE)


def _begin(request: Request) -> Job:
    workshop, load = workshop_of(request), site_of(request).load

    async def work(job: Job) -> None:
        job.line = "It looks at everything. That takes a few seconds."
        checks = await in_worker(_examined, load())
        workshop.found = Found(datetime.now().astimezone(), checks)
        job.line = "It has looked at everything."

    return workshop.jobs.start(_KIND, "Looking at everything", work)


def _examined(loaded: Loaded) -> tuple[Check, ...]:
    plugins = load_plugins(loaded.config.intents)
    try:
        what = Examination(loaded, plugins, model_folder(), voice_folder(), os.environ)
        return (*examine(what), _key_check(loaded))
    finally:
        plugins.close()


routes = at_home((Route(_HERE, shown), Route(f"{_HERE}/look", again, methods=["POST"])))
