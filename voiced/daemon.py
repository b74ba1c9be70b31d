"""The daemon: engines and brain to a session that runs; events to their readers; signals."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio

from voiced import composition
from voiced.audio import RATE_HZ
from voiced.composition import Brain
from voiced.config import Config, Loaded, TurnSettings
from voiced.errors import JournalError, ungrouped
from voiced.events import Event, ModeChanged, TranscriptFinal, TurnEnded
from voiced.journal import Journal
from voiced.session import Session, Stages
from voiced.spoken import one_line
from voiced.stages import Microphone
from voiced.turns import Rules

__all__ = ["Reader", "RunOptions", "notify", "open_stages", "rules", "run", "serve"]

_log = logging.getLogger(__name__)

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""A terminal that is closed sends SIGHUP; files that are being written must be ended then, too."""

Reader = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Where sound comes from and goes to: ``mic`` or a file; ``speaker``, ``null`` or a file."""

    source: str = "mic"
    sink: str = "speaker"


def rules(settings: TurnSettings) -> Rules:
    """The rules of turn-taking in samples."""
    per_ms = RATE_HZ // 1000
    return Rules(
        speech=settings.speech_ms * per_ms,
        end_silence=settings.end_silence_ms * per_ms,
        barge_in=settings.barge_in_ms * per_ms,
        max_utterance=round(settings.max_utterance_s * RATE_HZ),
    )


async def run(loaded: Loaded, options: RunOptions, readers: Sequence[Reader]) -> None:
    """Run until the source ends, or SIGINT, SIGTERM or SIGHUP asks to stop.

    Every model is loaded and warmed before ``mode_changed: listening`` is told.

    Raises:
        VoicedError: Something that is needed is missing or has gone for good.
    """
    config = loaded.config
    async with composition.open_brain(loaded) as brain, open_stages(config, options) as stages:
        for notice in brain.notices:
            print(f"voiced: {one_line(notice)}", file=sys.stderr)  # noqa: T201 - told to the user, not logged
        with ungrouped():
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(_stop_on_signal, tasks.cancel_scope)
                await serve(config, brain, stages, readers)
                tasks.cancel_scope.cancel()
        notify("STOPPING=1")


async def serve(config: Config, brain: Brain, stages: Stages, readers: Sequence[Reader]) -> None:
    """Run a session on prepared stages until the microphone's source ends."""
    everyone = [*readers, *_keepers(brain.journal, config)]
    session = Session(
        stages,
        brain.thinker,
        rules(config.turns),
        lambda event: _tell(everyone, event),
        config.turns.pre_roll_ms * RATE_HZ // 1000,
    )
    _tell(everyone, ModeChanged(0, "listening"))
    notify("READY=1")
    await session.run()


@asynccontextmanager
async def open_stages(
    config: Config, options: RunOptions, microphone: Microphone | None = None
) -> AsyncGenerator[Stages]:
    """The engines of the configuration, loaded and warmed; ``microphone`` replaces the source.

    Raises:
        VoicedError: One of them cannot be used; the mend says how.
    """
    profile = composition.voice(config)
    stages = Stages(
        microphone or composition.microphone(config, options.source),
        composition.detector(config),
        composition.transcriber(config),
        composition.synthesizer(config, profile),
        composition.speaker(config, options.sink),
        profile,
    )
    every = (stages.microphone, stages.detector, stages.transcriber, stages.synthesizer)
    async with composition.prepared(*every, stages.speaker):  # last: it may replace a file
        yield stages


def _tell(readers: Sequence[Reader], event: Event) -> None:
    for reader in readers:
        reader(event)


def _keepers(journal: Journal, config: Config) -> list[Reader]:
    """Keeps what was said, if the user turned that on."""
    if not config.journal.transcripts:
        return []

    def keep(event: Event) -> None:
        try:
            if isinstance(event, TranscriptFinal):
                journal.say(event.turn, "user", event.text)
            elif isinstance(event, TurnEnded):
                journal.say(event.turn, "assistant", event.heard)
        except JournalError:  # a full disk must not end the conversation
            _log.error("the journal could not keep what was said")

    return [keep]


async def _stop_on_signal(scope: anyio.CancelScope) -> None:
    with anyio.open_signal_receiver(*_STOPPING) as signals:
        async for _ in signals:
            scope.cancel()
            return


def notify(state: str) -> None:
    """Tell systemd, if it started us and listens."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
        try:
            sender.connect(address)
            sender.sendall(state.encode())
        except OSError as error:
            _log.warning("systemd was not told %s: %s", state, error)
