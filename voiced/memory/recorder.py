"""The flight recorder: hears a session's events and sound, and keeps how each turn went.

Everything that takes time is done in a thread beside the loop. A disk that is full costs the
turns of that time, and is told once; the conversation goes on.
"""

from __future__ import annotations

import logging
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import anyio
import numpy as np
from numpy.typing import NDArray

from voiced.audio import RATE_HZ, AudioFrame, Samples
from voiced.config import Config, trace_folder
from voiced.errors import VoicedError
from voiced.events import Event, MemoryErased, SpeechStarted, TurnEnded, TurnReopened, TurnStarted
from voiced.memory.turn_store import KeptSound, Limits, SoundFile, TurnStore
from voiced.memory.wakes import Wake, WakeCounter, WakeFile
from voiced.sound.tape import Take, Tape
from voiced.timeline import Timeline, TimelineBuilder
from voiced.workers import Errand, Exclusive, in_worker

__all__ = ["FlightRecorder", "WriteSound"]

_log = logging.getLogger(__name__)

WriteSound = Callable[[Path, NDArray[np.int16]], None]
"""Writes int16 sound of shape (n, 2), near and far, to a file; blocks."""

_AFTER_SAMPLES = RATE_HZ
_CLOSE_S = 5.0


@dataclass(frozen=True, slots=True)
class _Over:
    """A turn that is over; its sound goes on until ``until``, a sample of the session."""

    at: datetime
    timeline: Timeline
    take: Take | None
    until: int


class FlightRecorder:
    """A reader of events, and a listener to frames. Both are cheap and synchronous.

    Args:
        config: What to keep, and where.
        write_sound: Writes the sound of a turn, if the configuration allows to keep it.
        now: The time of day.
    """

    def __init__(
        self,
        config: Config,
        write_sound: WriteSound,
        now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    ) -> None:
        settings = config.trace
        self._store = TurnStore(trace_folder(config.journal))
        self._wake_file = WakeFile(trace_folder(config.journal))
        self._wakes = WakeCounter(self._keep_wake)
        self._is_on = settings.keep_turns > 0
        most = settings.keep_turns or sys.maxsize  # what was kept before is the user's to erase
        self._limits = Limits(most, settings.sound_turns, config.journal.keep_days)
        self._builder = TimelineBuilder(words=config.journal.transcripts)
        self._write_sound = write_sound
        self._now = now
        self._tape = Tape() if self._is_on and settings.sound else None
        self._pending: Take | None = None
        self._takes: dict[int, Take] = {}
        self._ending: deque[_Over] = deque()
        self._waiting: deque[_Over] = deque()  # for the thread beside the loop
        self._alone = Exclusive()
        self._has_failed = False
        self._forgotten = 0
        Errand(self._alone.hold, self._trim)

    def __call__(self, event: Event) -> None:
        """Take an event of the session."""
        if not self._is_on:
            return
        if isinstance(event, MemoryErased):
            self._forget(event.turn)
        self._wakes.hear(event)
        if self._tape is not None:
            self._record(event, self._tape)
        timeline = self._builder.hear(event)
        if timeline is None:
            return
        take = self._takes.pop(timeline.turn, None)
        if timeline.turn == self._forgotten:  # its words name what is to be forgotten
            if self._tape is not None and take is not None:
                self._tape.end(take)
            return
        over = _Over(self._now(), timeline, take, event.at + _AFTER_SAMPLES)
        if take is None:
            self._keep(over)
        else:
            self._ending.append(over)

    def hear(self, near: AudioFrame, far: Samples) -> None:
        """Take a frame as it came from the microphone, and what the speaker played meanwhile.

        Args:
            near: On the session's time.
            far: 16 kHz, as long as the frame.
        """
        if self._tape is None:
            return
        self._tape.hear(near, far)
        while self._ending and near.end >= self._ending[0].until:
            self._keep(self._ending.popleft())

    def keep_words(self, *, wanted: bool) -> None:
        """Whether what is said is kept, in turns that begin from now on."""
        self._builder.words = wanted

    async def aclose(self) -> None:
        """Keep what is over but not yet on the disk, within a few seconds."""
        while self._ending:
            self._keep(self._ending.popleft())
        with anyio.move_on_after(_CLOSE_S, shield=True):
            await in_worker(self._alone.hold, self._write_waiting)

    def _forget(self, turn: int) -> None:
        """Drop what is not on the disk yet; of this turn nothing is to be kept."""
        self._forgotten = turn
        for over in self._ending:
            if self._tape is not None and over.take is not None:
                self._tape.end(over.take)
        self._ending.clear()
        self._waiting.clear()

    def _record(self, event: Event, tape: Tape) -> None:
        match event:
            case SpeechStarted() if self._pending is None:
                self._pending = tape.begin(event.at)
            case TurnStarted() if self._pending is not None:
                self._takes[event.turn], self._pending = self._pending, None
            case TurnReopened():
                self._drop_pending(tape)  # its turn's own take goes on
            case TurnEnded():
                self._drop_lost(event.turn, tape)
            case _:
                pass

    def _drop_pending(self, tape: Tape) -> None:
        if self._pending is not None:
            tape.end(self._pending)
            self._pending = None

    def _drop_lost(self, turn: int, tape: Tape) -> None:
        """A turn that began later has ended, so the earlier ones never will."""
        for earlier in [each for each in self._takes if each < turn]:
            tape.end(self._takes.pop(earlier))

    def _keep(self, over: _Over) -> None:
        if self._tape is not None and over.take is not None:
            self._tape.end(over.take)
        self._waiting.append(over)
        Errand(self._alone.hold, self._write_waiting)

    def _keep_wake(self, is_false: bool) -> None:  # noqa: FBT001 - the counter tells it so
        Errand(self._alone.hold, self._write_wake, Wake(self._now(), is_false))

    # In the thread beside the loop

    def _write_wake(self, wake: Wake) -> None:
        self._unless_it_fails(lambda: self._wake_file.add(wake, self._limits.days))

    def _trim(self) -> None:
        self._unless_it_fails(lambda: self._store.trim(self._limits, self._now()))

    def _write_waiting(self) -> None:
        with suppress(IndexError):  # what is forgotten meanwhile is gone from it
            while self._waiting:
                self._write(self._waiting.popleft())

    def _write(self, over: _Over) -> None:
        if over.take is None or not self._unless_it_fails(lambda: self._add(over, over.take)):
            self._unless_it_fails(lambda: self._add(over, None))

    def _add(self, over: _Over, take: Take | None) -> None:
        file = self._sound_file(take) if take is not None else None
        self._store.add(over.at, over.timeline, self._limits, file)

    def _sound_file(self, take: Take) -> SoundFile | None:
        recording = take.recording()
        if recording is None:
            return None
        seconds = round(len(recording.near) / RATE_HZ, 3)
        both = np.stack([recording.near, recording.far], axis=1)
        sound = KeptSound(round(recording.start / RATE_HZ, 3), seconds)
        return SoundFile(sound, lambda path: self._write_sound(path, both))

    def _unless_it_fails(self, work: Callable[[], object]) -> bool:
        """Do the work; the first failure is told."""
        try:
            work()
        except OSError as error:
            self._tell_failure(error.strerror)
        except VoicedError as error:
            self._tell_failure(error)
        except Exception as error:  # noqa: BLE001 - nobody else would hear of it in this thread
            self._tell_failure(type(error).__name__)  # its message might hold what was said
        else:
            return True
        return False

    def _tell_failure(self, reason: object) -> None:
        if not self._has_failed:
            self._has_failed = True
            _log.error("not all turns can be kept in %s: %s", self._store.path, reason)
