"""What set-up remembers while the page runs: its jobs, what was found, what came of a change."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TypeAlias

import anyio
from starlette.requests import Request

from voiced.audio import Samples
from voiced.config import Config
from voiced.doctor import Check
from voiced.doctor.echo import EchoReport
from voiced.setting_up import trying
from voiced.sound_notes import Kind
from voiced.web import samples
from voiced.web.changing import InForce
from voiced.web.jobs import Jobs
from voiced.workers import in_worker

__all__ = ["TABS", "Found", "Hear", "Tab", "Trials", "Workshop", "workshop_of"]

Hear: TypeAlias = Callable[[Samples], None]
"""Takes sound as it comes."""


@dataclass(frozen=True, slots=True)
class Tab:
    """A page beside others of one view."""

    path: str
    title: str


TABS = (
    Tab("/setup", "State"),
    Tab("/setup/sound", "Sound"),
    Tab("/setup/voices", "Voices"),
    Tab("/setup/models", "Models"),
    Tab("/setup/settings", "Settings"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What an examination found, and when."""

    at: datetime
    checks: Sequence[Check]


async def _names(kind: Kind, config: Config) -> Sequence[str]:
    return await in_worker(anyio.run, partial(trying.device_names, kind, config))


@dataclass(frozen=True, slots=True)
class Trials:
    """What is tried out on the real devices and engines."""

    names: Callable[[Kind, Config], Awaitable[Sequence[str]]] = _names
    listen: Callable[[float, Config, Hear], Awaitable[Samples]] = trying.listen
    speak: Callable[[str, Config], Awaitable[None]] = trying.speak
    echo: Callable[[Config], Awaitable[EchoReport]] = trying.measure_echo
    wake: Callable[[float, Config, Callable[[str], None], Hear], Awaitable[None]] = (
        trying.hear_wake_word
    )
    sample: Callable[[Config, str], Awaitable[bytes]] = samples.sample


@dataclass(slots=True)
class Workshop:
    """The memory of set-up."""

    trials: Trials = field(default_factory=Trials)
    alone: anyio.Lock = field(default_factory=anyio.Lock)
    jobs: Jobs = field(default_factory=Jobs)
    found: Found | None = None
    in_force: InForce | None = None


def workshop_of(request: Request) -> Workshop:
    """That of the page which a request came to."""
    state = request.app.state
    if not hasattr(state, "workshop"):
        state.workshop = Workshop()
    workshop: Workshop = state.workshop
    return workshop
