"""What the assistant costs while nobody speaks to it: the real daemon in a room, in real time."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import anyio

from voiced import daemon
from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, Samples
from voiced.bench.material.complete import complete
from voiced.bench.settings import apart
from voiced.composition import opening
from voiced.composition.brain import open_brain
from voiced.config import Config
from voiced.errors import VoicedError
from voiced.events import Event, SpeechStarted
from voiced.testing import signals

__all__ = ["Idle", "Sound", "measure"]

_SETTLE_S = 1.0
_ROOM_DBFS, _LOUD_DBFS = -60.0, -35.0
_SENTENCES, _GAP_S = 12, 0.6
_FEED_S = 5.0

Sound: TypeAlias = Literal["silence", "noise", "speech"]
"""What is heard in the room: hardly anything, something like a fan, or others who talk."""

_OWN = Path("/proc/self/status")
_THREADS = Path("/proc/self/task")
_DESCRIPTORS = Path("/proc/self/fd")


@dataclass(frozen=True, slots=True)
class Idle:
    """The process while it listened to a room.

    ``cpu_percent`` is of one core, and ``cpu_s_an_hour`` the same without what it costs to be woken
    for every frame of sound, ``feed_cpu_s_an_hour``. These and ``memory_mb`` are of the processes
    that it started, too. ``started_s`` is the time from nothing to listening, imports left out;
    ``false_starts`` counts what was taken for a request.
    """

    seconds: float
    sound: str
    cpu_percent: float
    cpu_s_an_hour: float
    feed_cpu_s_an_hour: float
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
        return cls(time.perf_counter(), time.process_time() + _children_cpu_s())


async def _sound(kind: Sound) -> Samples:
    """What is heard in the room, again and again."""
    match kind:
        case "silence":
            return signals.noise(10.0, level_dbfs=_ROOM_DBFS)
        case "noise":
            return signals.noise(10.0, level_dbfs=_LOUD_DBFS)
        case "speech":
            said = [take.utterance.samples for take in await complete(_SENTENCES)]
            return signals.concat(*said, gap_s=_GAP_S)


class _Room:
    """A microphone in a room; it looks at the clock at its start and end."""

    def __init__(self, seconds: float, sound: Samples) -> None:
        self._settling = round(_SETTLE_S * RATE_HZ) // FRAME_SAMPLES
        self._frames = self._settling + max(1, round(seconds * RATE_HZ) // FRAME_SAMPLES)
        self._noise = signals.frames(sound)
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


async def _feed(sound: Samples, seconds: float) -> float:
    """The processor time, in seconds an hour, of taking the frames alone."""
    room = _Room(min(_FEED_S, seconds), sound)
    async with aclosing(room.frames()) as frames:
        async for _ in frames:
            pass
    return _an_hour(room)


def _an_hour(room: _Room) -> float:
    return 3600 * (room.ended.cpu_s - room.began.cpu_s) / (room.ended.wall_s - room.began.wall_s)


async def measure(config: Config, seconds: float, kind: Sound = "silence") -> Idle:
    """Listen for so many seconds with the engines of the configuration, and no loudspeaker.

    Raises:
        VoicedError: An engine is missing, or the system does not tell about its processes.
    """
    sound = await _sound(kind)
    feed = await _feed(sound, seconds)
    room = _Room(seconds, sound)
    starts: list[Event] = []
    before_s = time.perf_counter()

    def notice(event: Event) -> None:
        if isinstance(event, SpeechStarted):
            starts.append(event)

    with apart(config) as loaded:
        options = opening.RunOptions(sink="null")
        async with (
            open_brain(loaded) as brain,
            opening.open_stages(loaded.config, options, room) as stages,
        ):
            started_s = time.perf_counter() - before_s
            await daemon.serve(loaded.config, brain, stages, [notice])
            status, children_mb = _status(_OWN), _children_mb()
    wall_s = room.ended.wall_s - room.began.wall_s
    return Idle(
        seconds=round(wall_s, 1),
        sound=kind,
        cpu_s_an_hour=round(_an_hour(room) - feed, 1),
        feed_cpu_s_an_hour=round(feed, 1),
        cpu_percent=round(100 * (room.ended.cpu_s - room.began.cpu_s) / wall_s, 2),
        memory_mb=round(_resident_mb(status) + children_mb, 1),
        threads=int(status["Threads"]),
        open_files=len(os.listdir(_DESCRIPTORS)) - 1,  # noqa: PTH208 - minus the one that lists
        started_s=round(started_s, 2),
        false_starts=len(starts),
    )


def _status(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except OSError as error:
        raise VoicedError(f"{path} cannot be read; bench idle needs Linux") from error
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}


def _resident_mb(status: Mapping[str, str]) -> float:
    return int(status.get("VmRSS", "0").split()[0]) / 1024


def _children() -> list[str]:
    """The processes that were started by this one."""
    lists = [path.read_text(encoding="ascii") for path in _THREADS.glob("*/children")]
    return [pid for line in lists for pid in line.split()]


def _children_mb() -> float:
    return sum(_resident_mb(_status(Path(f"/proc/{pid}/status"))) for pid in _children())


def _children_cpu_s() -> float:
    """What they have used so far: those that run, and those that have ended."""
    ended = os.times()
    total = ended.children_user + ended.children_system
    for pid in _children():
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total
