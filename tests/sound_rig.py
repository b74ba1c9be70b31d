"""A session on the devices of a real sound server, in this process: for tests of what goes wrong.

It understands nothing; it listens, speaks and watches over its devices as the daemon does.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import anyio
import numpy as np

from voiced.announcements import Announcement
from voiced.audio import AudioFrame, Samples
from voiced.composition.engines import prepared
from voiced.conversation import Conversation
from voiced.dispatch import Dispatcher, Environment
from voiced.engines.espeak import EspeakSynthesizer
from voiced.engines.pulse_microphone import PulseMicrophone
from voiced.engines.pulse_speaker import PulseSpeaker
from voiced.events import Event
from voiced.journal import Journal
from voiced.loop.session import Session, Stages
from voiced.sound.guard import SoundGuard
from voiced.stages import Voice
from voiced.testing.fakes import FakeTranscriber
from voiced.testing.script import RULES, inline
from voiced.thinking.habits import Habits
from voiced.thinking.thinker import Thinker
from voiced.trust.labels import Integrity

E = TypeVar("E", bound=Event)

LOUD = 300


class NoSpeech:
    """Takes nothing for speech."""

    async def prepare(self) -> None: ...

    async def aclose(self) -> None: ...

    def reset(self) -> None: ...

    def speech_probability(self, frame: AudioFrame) -> float:
        return 0.0


class Rig:
    """What became of a session, with the times of ``time.perf_counter``."""

    def __init__(self) -> None:
        self.events: list[tuple[float, Event]] = []
        self.shown: list[tuple[float, str]] = []
        self.frames: list[tuple[float, int]] = []
        self.longest_lag_s = 0.0
        self.session: Session

    def emit(self, event: Event) -> None:
        self.events.append((time.perf_counter(), event))

    def show(self, sentence: str) -> None:
        self.shown.append((time.perf_counter(), sentence))

    def tap(self, frame: AudioFrame, _far: Samples) -> None:
        loudest = int(np.abs(frame.samples.astype(np.int32)).max())
        self.frames.append((time.perf_counter(), loudest))

    @property
    def sentences(self) -> list[str]:
        return [sentence for _, sentence in self.shown]

    def of(self, kind: type[E]) -> list[E]:
        return [event for _, event in self.events if isinstance(event, kind)]

    def hears_sound(self, since_s: float) -> bool:
        return any(loud > LOUD for at_s, loud in self.frames if at_s > since_s)

    async def until(self, is_so: Callable[[], object], within_s: float = 8.0) -> float:
        """Wait for it; the seconds that it took."""
        began_s = time.perf_counter()
        while not is_so():
            took_s = time.perf_counter() - began_s
            assert took_s < within_s, f"not within {within_s} s: {self.events[-6:]}, {self.shown}"
            await anyio.sleep(0.01)
        return time.perf_counter() - began_s

    async def until_event(self, kind: type[E], count: int = 1, within_s: float = 8.0) -> E:
        await self.until(lambda: len(self.of(kind)) >= count, within_s)
        return self.of(kind)[count - 1]

    async def speak(self, text: str) -> None:
        """Say something unasked, to its end."""
        await self.session.crier.say(Announcement("rig", text), Integrity.CONFIG, 0.0)

    async def watch_lag(self) -> None:
        """How late the loop is for a task that wants to run every 10 ms."""
        while True:
            began_s = time.perf_counter()
            await anyio.sleep(0.01)
            self.longest_lag_s = max(self.longest_lag_s, time.perf_counter() - began_s - 0.01)


@asynccontextmanager
async def listening(folder: Path, microphone: str = "default") -> AsyncIterator[Rig]:
    """A session that listens on this microphone and speaks on the default loudspeaker."""
    journal = Journal.open(folder)
    environment = Environment(journal, lambda: datetime.now(UTC), anyio.current_time, inline, {})
    dispatcher = Dispatcher((), (), environment, Conversation())
    await dispatcher.refresh()
    rig = Rig()
    stages = Stages(
        PulseMicrophone(microphone),
        NoSpeech(),
        FakeTranscriber([]),
        EspeakSynthesizer(),
        PulseSpeaker(),
        Voice("test", "espeak", "en-us"),
    )
    habits = Habits(tap=rig.tap)
    readers = [rig.emit]

    def emit(event: Event) -> None:
        for read in readers:
            read(event)

    session = rig.session = Session(stages, Thinker(dispatcher, None), RULES, emit, habits)
    guard = SoundGuard(stages.speaker, session.clock.at, emit, rig.show, rig.speak)
    readers.append(guard.read)
    async with (
        prepared(stages.microphone, stages.synthesizer, stages.speaker),
        anyio.create_task_group() as tasks,
    ):
        for each in (session.run, guard.run, rig.watch_lag):
            tasks.start_soon(each)
        await rig.until(lambda: len(rig.frames) > 10)
        yield rig
        tasks.cancel_scope.cancel()
    journal.close()
