"""What the assistant costs while nobody speaks: the real daemon in a quiet room, in real time."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncGenerator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import anyio

from voiced import composition, daemon
from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame
from voiced.bench.settings import apart
from voiced.config import Config
from voiced.errors import VoicedError
from voiced.events import Event, SpeechStarted
from voiced.testing import signals

__all__ = ["Idle", "measure"]

_SETTLE_S = 1.0
_ROOM_DBFS = -60.0
_STATUS = Path("/proc/self/status")
_DESCRIPTORS = Path("/proc/self/fd")


@dataclass(frozen=True, slots=True)
class Idle:
    """The process while it listened to a quiet room.

    ``cpu_percent`` is of one core; ``started_s`` is the time from nothing to listening, imports
    left out; ``false_starts`` counts what was taken for speech.
    """

    seconds: float
    cpu_percent: float
    memory_mb: float
    threads: int
    open_files: int
    started_s: float
    false_starts: int

    def as_document(self) -> dict[str, Any]:
        """The figures as one JSON document."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Moment:
    """The process's clocks, in seconds."""

    wall_s: float
    cpu_s: float

    @classmethod
    def now(cls) -> _Moment:
        return cls(time.perf_counter(), time.process_time())


class _QuietRoom:
    """A microphone in a room with a little noise; it looks at the clock at its start and end."""

    def __init__(self, seconds: float) -> None:
        self._settling = round(_SETTLE_S * RATE_HZ) // FRAME_SAMPLES
        self._frames = self._settling + max(1, round(seconds * RATE_HZ) // FRAME_SAMPLES)
        self._noise = signals.frames(signals.noise(10.0, level_dbfs=_ROOM_DBFS))
        self.began = self.ended = _Moment(0.0, 0.0)

    async def prepare(self) -> None:
        """Nothing to load."""

    async def aclose(self) -> None:
        """Nothing to free."""

    async def frames(self) -> AsyncGenerator[AudioFrame]:
        """Frames of 20 ms at a microphone's pace."""
        opened_s = anyio.current_time()
        for index in range(self._frames):
            if index == self._settling:
                self.began = _Moment.now()
            start = index * FRAME_SAMPLES
            await anyio.sleep_until(opened_s + (start + FRAME_SAMPLES) / RATE_HZ)
            yield AudioFrame(self._noise[index % len(self._noise)].samples, RATE_HZ, start)
        self.ended = _Moment.now()


async def measure(config: Config, seconds: float) -> Idle:
    """Listen for so many seconds with the engines of the configuration, and no loudspeaker.

    Raises:
        VoicedError: An engine is missing, or the system does not tell about its processes.
    """
    room = _QuietRoom(seconds)
    starts: list[Event] = []
    before_s = time.perf_counter()

    def notice(event: Event) -> None:
        if isinstance(event, SpeechStarted):
            starts.append(event)

    with apart(config) as loaded:
        options = daemon.RunOptions(sink="null")
        async with (
            composition.open_brain(loaded) as brain,
            daemon.open_stages(loaded.config, options, room) as stages,
        ):
            started_s = time.perf_counter() - before_s
            await daemon.serve(loaded.config, brain, stages, [notice])
            status = _status()
    wall_s = room.ended.wall_s - room.began.wall_s
    return Idle(
        seconds=round(wall_s, 1),
        cpu_percent=round(100 * (room.ended.cpu_s - room.began.cpu_s) / wall_s, 2),
        memory_mb=round(int(status["VmRSS"].split()[0]) / 1024, 1),
        threads=int(status["Threads"]),
        open_files=len(os.listdir(_DESCRIPTORS)) - 1,  # noqa: PTH208 - minus the one that lists
        started_s=round(started_s, 2),
        false_starts=len(starts),
    )


def _status() -> dict[str, str]:
    try:
        lines = _STATUS.read_text(encoding="ascii").splitlines()
    except OSError as error:
        raise VoicedError(f"{_STATUS} cannot be read; bench idle needs Linux") from error
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}
