"""The daemon: engines and brain to a session that runs; events to their readers; signals."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime

import anyio

from voiced import composition, misses, pause_file, retention
from voiced.companions import companions_of, keep
from voiced.composition import Brain
from voiced.config import Config, Loaded, TurnSettings, journal_folder
from voiced.desk import NO_LOCK, ScreenLock
from voiced.errors import JournalError, ungrouped
from voiced.events import Event, MemoryErased, ModeChanged, TranscriptFinal, TurnEnded
from voiced.herald import Herald
from voiced.journal import Journal
from voiced.pause_file import PAUSE_FILE
from voiced.plugin import Announcer
from voiced.plugin_watch import PluginWatch
from voiced.session import Habits, Session, Stages, Tap
from voiced.spoken import one_line
from voiced.stages import Microphone, Stage
from voiced.trace import is_logged
from voiced.turns import PauseMemory, Rules
from voiced.turns.rules import in_samples
from voiced.workers import in_worker

__all__ = [
    "Reader",
    "RunOptions",
    "habits",
    "lock_of",
    "notices",
    "notify",
    "open_stages",
    "rules",
    "run",
    "serve",
]

_log = logging.getLogger(__name__)

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""A terminal that is closed sends SIGHUP; files that are being written must be ended then, too."""

_PAUSE_MS = 200
"""When a pause counts as one although no answer is prepared in it."""

_ATTENDED_S = 1.0
"""A plugin that was enabled is asked what it has to say after so long."""

Reader = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Where sound comes from and goes to: ``mic`` or a file; ``speaker``, ``null`` or a file."""

    source: str = "mic"
    sink: str = "speaker"


def rules(settings: TurnSettings) -> Rules:
    """The rules of turn-taking in samples."""
    return Rules(
        speech=in_samples(settings.speech_ms),
        end_silence=in_samples(settings.end_silence_ms),
        early_end=in_samples(settings.early_end_ms),
        complete_end=in_samples(settings.complete_end_ms),
        patient_end=in_samples(settings.patient_end_ms),
        barge_in=in_samples(settings.barge_in_ms),
        suspicion=in_samples(settings.suspicion_ms),
        reopen=in_samples(settings.reopen_ms),
        pause=in_samples(settings.speculate_ms or _PAUSE_MS),
        speculates=settings.speculate_ms > 0,
        max_utterance=in_samples(1000 * settings.max_utterance_s),
    )


async def run(loaded: Loaded, options: RunOptions, readers: Sequence[Reader]) -> None:
    """Run until the source ends, or SIGINT, SIGTERM or SIGHUP asks to stop.

    Every model is loaded and warmed before ``mode_changed: listening`` is told.

    Raises:
        VoicedError: Something that is needed is missing or has gone for good.
    """
    config = loaded.config
    opening = composition.open_brain(loaded, screen_lock=lock_of(options))
    async with opening as brain, open_stages(config, options) as stages:
        for notice in notices(brain, is_logged=is_logged()):
            _note(notice)
        with ungrouped():
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(_stop_on_signal, tasks.cancel_scope)
                heard = brain
                if options.source == "mic":
                    watch = PluginWatch(loaded, brain.plugins, brain.dispatcher, _note)
                    tasks.start_soon(watch.run)
                    heard = replace(brain, announcers=lambda: watch.plugins.announcers)
                    for beside in companions_of(loaded, brain.plugins.plugins):
                        tasks.start_soon(keep, beside)
                pauses = None
                if config.turns.learn_pauses and options.source == "mic":
                    path = journal_folder(config.journal) / PAUSE_FILE
                    pauses = await in_worker(pause_file.load, path)
                    tasks.start_soon(pause_file.keep, path, pauses, in_worker)
                await _serve_and_record(config, heard, stages, readers, pauses)
                tasks.cancel_scope.cancel()
        notify("STOPPING=1")


def lock_of(options: RunOptions) -> ScreenLock:
    """The lock of the screen that a microphone listens beside; a file is beside none."""
    return composition.screen_lock() if options.source == "mic" else NO_LOCK


def _note(sentence: str) -> None:
    print(f"voiced: {one_line(sentence)}", file=sys.stderr)  # noqa: T201 - told to the user, not logged


async def _serve_and_record(
    config: Config,
    brain: Brain,
    stages: Stages,
    readers: Sequence[Reader],
    pauses: PauseMemory | None,
) -> None:
    recorder = composition.flight_recorder(config)
    try:
        everyone: list[Reader] = [*readers, recorder]
        await serve(config, brain, stages, everyone, habits(config, pauses, recorder.hear))
    finally:
        await recorder.aclose()


async def serve(
    config: Config,
    brain: Brain,
    stages: Stages,
    readers: Sequence[Reader],
    known: Habits | None = None,
) -> None:
    """Run a session on prepared stages until the microphone's source ends.

    Args:
        config: The configuration.
        brain: Understands and does.
        stages: The engines, prepared.
        readers: Take every event.
        known: Of the user; None learns nothing.
    """
    everyone = [*readers, *_keepers(brain.journal, config)]
    session = Session(
        stages,
        brain.thinker,
        rules(config.turns),
        lambda event: _tell(everyone, event),
        known or habits(config),
    )
    _tell(everyone, ModeChanged(0, "listening"))
    notify("READY=1")
    herald = Herald(
        brain.dispatcher.news,
        session.crier.say,
        lambda: brain.dispatcher.acted,
        lambda: datetime.now().astimezone(),
    )
    with ungrouped():
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_attend, herald, brain.announcers)
            await session.run()
            tasks.cancel_scope.cancel()


async def _attend(herald: Herald, announcers: Callable[[], Sequence[Announcer]]) -> None:
    """Attend to those that there are, until cancelled; plugins come and go meanwhile."""
    attended: list[tuple[Announcer, anyio.CancelScope]] = []

    async def attend(announcer: Announcer, scope: anyio.CancelScope) -> None:
        with scope:
            await herald.attend(announcer)

    async with anyio.create_task_group() as tasks:
        while True:
            now = announcers()
            for announcer, scope in attended:
                if not any(announcer is each for each in now):
                    scope.cancel()
            attended = [pair for pair in attended if not pair[1].cancel_called]
            for announcer in now:
                if not any(announcer is each for each, _ in attended):
                    attended.append((announcer, anyio.CancelScope()))
                    tasks.start_soon(attend, *attended[-1], name=f"attend-{announcer.name}")
            await anyio.sleep(_ATTENDED_S)


def habits(config: Config, pauses: PauseMemory | None = None, tap: Tap | None = None) -> Habits:
    """What a session is told of its owner; without ``pauses`` it learns nothing."""
    turns = config.turns
    return Habits(turns.duck_db, in_samples(turns.pre_roll_ms), pauses, tap)


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
        await composition.echo_canceller(config, options.source, options.sink),
        composition.turn_end_detector(config),
    )
    every: list[Stage] = [
        stages.microphone,
        stages.detector,
        stages.transcriber,
        stages.synthesizer,
    ]
    every += [stage for stage in (stages.canceller, stages.turn_end) if stage is not None]
    async with composition.prepared(*every, stages.speaker):  # last: it may replace a file
        yield stages


def notices(brain: Brain, *, is_logged: bool) -> tuple[str, ...]:
    """What the user is told at the start; a log does not learn what was changed."""
    if not is_logged or not brain.interrupted:
        return (*brain.notices, *brain.interrupted)
    count = len(brain.interrupted)
    changes = "a change" if count == 1 else f"{count} changes"
    return (*brain.notices, f"I was interrupted in {changes}: see voiced undo --list.")


def _tell(readers: Sequence[Reader], event: Event) -> None:
    for reader in readers:
        reader(event)


def _keepers(journal: Journal, config: Config) -> list[Reader]:
    """Counts what was not understood, and keeps what was said, if the user turned that on."""
    missed = misses.keeper(journal)
    if not config.journal.transcripts:
        return [missed]
    old = retention.keeper(journal, config.journal.keep_days)

    forgotten = 0

    def keep(event: Event) -> None:
        nonlocal forgotten
        try:
            if isinstance(event, TranscriptFinal):
                journal.say(event.turn, "user", event.text)
            elif isinstance(event, MemoryErased):
                forgotten = event.turn
            elif isinstance(event, TurnEnded) and event.turn != forgotten:
                journal.say(event.turn, "assistant", event.heard)
        except JournalError:  # a full disk must not end the conversation
            _log.error("the journal could not keep what was said")

    return [keep, missed, old]


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
