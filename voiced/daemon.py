"""The daemon: engines and brain to a session that runs; events to their readers; signals."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
from anyio.abc import TaskGroup

from voiced.activation.keys import attend
from voiced.announcements import Announcement
from voiced.composition import engines as composition
from voiced.composition import spares
from voiced.composition.brain import Brain, open_brain
from voiced.composition.companions import companions_of, keep, nobody
from voiced.composition.opening import RunOptions, habits, lock_of, open_stages, rules
from voiced.composition.telling import tell_changes
from voiced.config import Config, Loaded, journal_folder, satellite_folder
from voiced.control import signals
from voiced.control.place import folder_of
from voiced.errors import ungrouped
from voiced.events import Event, ModeChanged
from voiced.loop.chimes import Chimes
from voiced.loop.herald import Herald
from voiced.loop.session import Habits, Session, Stages
from voiced.loop.surroundings import failure
from voiced.memory import pause_file
from voiced.memory.keepers import keepers
from voiced.memory.pause_file import PAUSE_FILE
from voiced.plugin import Announcer
from voiced.rooms import Doorway, Rooms
from voiced.satellites.door import Door
from voiced.service.heartbeat import Heartbeat, is_awaited, notify, prove_voice, watchdog_s
from voiced.service.starts import STARTS_FILE, Starts
from voiced.sound.guard import SoundGuard
from voiced.sound_notes import TellsNotes
from voiced.spoken import one_line
from voiced.steering.live_settings import Around, Satellites
from voiced.steering.outside import Steering, be_the_only_one, both
from voiced.steering.plugin_watch import PluginWatch
from voiced.steering.shown import shown
from voiced.supervision import Change
from voiced.trace import is_logged
from voiced.trust.labels import Integrity
from voiced.turns import PauseMemory
from voiced.workers import in_worker

if TYPE_CHECKING:
    from voiced.memory.recorder import FlightRecorder

__all__ = [
    "Reader",
    "notices",
    "notify",
    "run",
    "serve",
]

_log = logging.getLogger(__name__)

_PAUSE_MS = 200
"""When a pause counts as one although no answer is prepared in it."""

_ATTENDED_S = 1.0
"""A plugin that was enabled is asked what it has to say after so long."""

Reader = Callable[[Event], None]


async def run(
    loaded: Loaded,
    options: RunOptions,
    readers: Sequence[Reader],
    changes: Sequence[Change] = (),
) -> None:
    """Run until the source ends, or a signal asks to stop.

    Every model is loaded and warmed before ``mode_changed: listening`` is told. ``changes`` are
    told then, too: what had to take the place of what was wanted.

    Raises:
        AlreadyRunning: Another daemon has the microphone.
        VoicedError: Something that is needed is missing or has gone for good.
    """
    with ExitStack() as held:
        held.enter_context(signals.unharmed())
        held.callback(gc.unfreeze)  # what was passed over is freed at the end like the rest
        if options.source != "mic":
            await _run(loaded, options, readers, changes)
            return
        be_the_only_one(held, _note)  # before it counts as a start
        starts = Starts(journal_folder(loaded.config.journal) / STARTS_FILE)
        crashes = await in_worker(starts.begin)
        config, instead = await in_worker(spares.after_crashes, loaded.config, crashes)
        loaded, changes = replace(loaded, config=config), (*changes, *instead)
        await _run(loaded, options, readers, changes, partial(starts.live, in_worker))
        await in_worker(starts.forget)


async def _run(
    loaded: Loaded,
    options: RunOptions,
    readers: Sequence[Reader],
    changes: Sequence[Change] = (),
    live: Callable[[], Coroutine[Any, Any, None]] = anyio.sleep_forever,
) -> None:
    config = loaded.config
    opening = open_brain(loaded, screen_lock=lock_of(options))
    async with opening as brain, _stages(config, options, brain) as stages:
        gc.freeze()  # all of it stays: who looks for garbage from now on need not pass it again
        for change in changes:
            brain.supervisor.tell(change)
        for notice in notices(brain, is_logged=is_logged()):
            _note(notice)
        recorder = composition.flight_recorder(config)
        parts = _Parts(loaded, brain, stages, recorder, live)
        try:
            await (_listen if options.source == "mic" else _play)(parts, readers)
        finally:
            await recorder.aclose()
        notify("STOPPING=1")


@dataclass(frozen=True, slots=True)
class _Parts:
    """What a run needs, open; ``live`` notes that it lives."""

    loaded: Loaded
    brain: Brain
    stages: Stages
    recorder: FlightRecorder
    live: Callable[[], Coroutine[Any, Any, None]]


async def _play(parts: _Parts, readers: Sequence[Reader]) -> None:
    """Hear a file; nobody is beside it."""
    config, recorder = parts.loaded.config, parts.recorder
    stops = signals.stopping(hangup_stops=True)
    with ungrouped():
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(signals.heed, stops, tasks.cancel_scope.cancel)
            rooms, doorway = _satellites(parts)
            tasks.start_soon(doorway.run)
            known = habits(config, None, recorder.hear)
            everyone: list[Reader] = [*readers, recorder, rooms.hear]
            await serve(config, parts.brain, parts.stages, everyone, known, rooms=rooms)
            tasks.cancel_scope.cancel()


async def _listen(parts: _Parts, readers: Sequence[Reader]) -> None:
    """Hear a microphone, with all that lives beside it."""
    loaded, brain, recorder = parts.loaded, parts.brain, parts.recorder
    config = loaded.config
    watch = PluginWatch(loaded, brain.plugins, brain.dispatcher, _note)
    companions = tuple(companions_of(loaded, brain.plugins.plugins))
    rooms, doorway = _satellites(parts)
    satellites = Satellites(lambda: doorway.names, rooms.controls, doorway.move, rooms.use_turns)
    around = Around(brain, watch, recorder, companions, satellites)
    steering = Steering(loaded, around, folder_of(os.environ), _note)
    rooms.readers.append(steering.feed.hear_room)
    with ungrouped():
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_heed_signals, tasks, steering)
            tasks.start_soon(parts.live)
            tasks.start_soon(watch.run)
            for beside in companions:
                tasks.start_soon(keep, beside, steering.trust if beside.asks_for_user else nobody)
            tasks.start_soon(doorway.run)
            pauses = await _pauses(config, tasks)
            everyone: list[Reader] = [*readers, recorder, rooms.hear, *steering.readers]
            known = habits(config, pauses, both(recorder.hear, steering.feed.tap))
            heard = replace(brain, announcers=lambda: watch.plugins.announcers)
            await serve(
                config, heard, parts.stages, everyone, known, steering=steering, rooms=rooms
            )
            tasks.cancel_scope.cancel()


def _satellites(parts: _Parts) -> tuple[Rooms, Doorway]:
    """Their rooms, and a door for them where the settings want one."""
    config = parts.loaded.config
    rooms = Rooms(config, parts.brain, parts.stages)
    door = Door(satellite_folder(), rooms.open, _note)
    return rooms, Doorway(door, config.satellites.listen, _note)


async def _pauses(config: Config, tasks: TaskGroup) -> PauseMemory | None:
    if not config.turns.learn_pauses:
        return None
    path = journal_folder(config.journal) / PAUSE_FILE
    pauses = await in_worker(pause_file.load, path)
    tasks.start_soon(pause_file.keep, path, pauses, in_worker)
    return pauses


async def _heed_signals(tasks: TaskGroup, steering: Steering) -> None:
    hangup_stops = signals.has_terminal()
    actions: dict[signal.Signals, Callable[[], object]] = {
        signal.SIGUSR1: steering.toggle,
        signal.SIGUSR2: steering.stop,
    }
    if not hangup_stops:
        actions[signal.SIGHUP] = lambda: tasks.start_soon(steering.reload)
    stops = signals.stopping(hangup_stops=hangup_stops)
    await signals.heed(stops, tasks.cancel_scope.cancel, actions)


def _note(sentence: str) -> None:
    print(f"voiced: {one_line(sentence)}", file=sys.stderr)  # noqa: T201 - told to the user, not logged


async def serve(  # noqa: PLR0913 - it brings everything together
    config: Config,
    brain: Brain,
    stages: Stages,
    readers: Sequence[Reader],
    known: Habits | None = None,
    *,
    steering: Steering | None = None,
    rooms: Rooms | None = None,
) -> None:
    """Run a session on prepared stages until the microphone's source ends.

    Args:
        config: The configuration.
        brain: Understands and does.
        stages: The engines, prepared.
        readers: Take every event.
        known: Of the user; None learns nothing.
        steering: Lets it be asked from outside; None does not.
        rooms: Other rooms, in which something may be said unasked.
    """
    if is_awaited():
        await prove_voice(stages.synthesizer, stages.voice)
    heart = Heartbeat(limit_s=watchdog_s(os.environ))
    everyone: list[Reader] = [
        *readers,
        *keepers(brain.journal, config.journal.keep_days),
        heart.take,
    ]
    session = Session(
        stages,
        brain.thinker,
        rules(config.turns),
        lambda event: _tell(everyone, event),
        known or habits(config),
    )
    if steering is not None:
        steering.begin(session)
    beside = _beside(config, brain, stages, session, everyone)
    _tell(everyone, ModeChanged(0, session.controls.mode))
    for error in stages.unusable:
        _tell(everyone, failure(error, 0))
    herald = Herald(
        brain.dispatcher.news,
        session.crier.say if rooms is None else partial(rooms.say, here=session.crier),
        lambda: brain.dispatcher.acted,
        lambda: datetime.now().astimezone(),
    )
    with ungrouped():
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_attend, herald, brain.announcers)
            if steering is not None:
                tasks.start_soon(steering.run, session.crier)
            for work in beside:
                tasks.start_soon(work)
            if isinstance(stages.microphone, TellsNotes):  # a file never sleeps
                tasks.start_soon(composition.watch_sleep, session.sleeps)
            if is_awaited():
                tasks.start_soon(heart.run, lambda: session.heard)
            emit = partial(_tell, everyone)
            tasks.start_soon(
                tell_changes, brain.supervisor, emit, session.clock.at, session.crier.say
            )
            await session.run()
            tasks.cancel_scope.cancel()


def _beside(
    config: Config, brain: Brain, stages: Stages, session: Session, everyone: list[Reader]
) -> list[Callable[[], Coroutine[Any, Any, None]]]:
    """What lives beside the session; what reads its events is added to ``everyone``."""
    guard = _guard(stages, session, lambda event: _tell(everyone, event))
    everyone.append(guard.read)
    works: list[Callable[[], Coroutine[Any, Any, None]]] = [guard.run]
    works += [
        partial(attend, source, session.controls, _note)
        for source in composition.key_sources(config, os.environ)
    ]
    if config.activation.sounds:
        chimes = Chimes(stages.speaker, lambda: session.is_free)
        everyone.append(chimes.read)
        works.append(chimes.run)
    if isinstance(stages.microphone, TellsNotes):  # a file is nobody's desktop
        everything = shown(config, session, brain, _note)
        everyone.extend(each.read for each in everything)
        works += [each.run for each in everything]
    return works


def _guard(stages: Stages, session: Session, emit: Reader) -> SoundGuard:
    """Tells of the sound devices, on the screen and aloud."""

    async def say(sentence: str) -> None:
        await session.crier.say(Announcement("sound", sentence), Integrity.CONFIG, 0.0)

    return SoundGuard(stages.speaker, session.clock.at, emit, _note, say)


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


def _stages(
    config: Config, options: RunOptions, brain: Brain
) -> AbstractAsyncContextManager[Stages]:
    return open_stages(config, options, supervisor=brain.supervisor)


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
