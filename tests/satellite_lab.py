"""A door for satellites and satellites at it, on this machine, for tests."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import anyio
import numpy as np
from anyio.abc import TaskGroup

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame
from voiced.engines.wyoming_wire import Wire
from voiced.satellites.door import Door
from voiced.satellites.keys import KeyBook, Pairing
from voiced.satellites.link import Link
from voiced.satellites.remote import Satellite
from voiced.stages import Microphone, Speaker


class Counting:
    """A microphone whose every frame says its own number, at the pace of a real one."""

    def __init__(self, frames: int = 10_000) -> None:
        self._frames = frames

    async def prepare(self) -> None: ...

    async def aclose(self) -> None: ...

    async def frames(self) -> AsyncGenerator[AudioFrame]:
        start_s = anyio.current_time()
        for number in range(self._frames):
            await anyio.sleep_until(start_s + 0.02 * (number + 1))
            samples = np.full(FRAME_SAMPLES, number, np.int16)
            yield AudioFrame(samples, RATE_HZ, number * FRAME_SAMPLES)


@dataclass
class Lab:
    """A door, whose rooms only keep their links."""

    folder: Path
    door: Door
    port: int
    tasks: TaskGroup
    links: list[Link] = field(default_factory=list[Link])
    told: list[str] = field(default_factory=list[str])
    """By the satellites."""
    said: list[str] = field(default_factory=list[str])
    """By the door."""
    came: anyio.Event = field(default_factory=anyio.Event)
    wires: list[Wire] = field(default_factory=list[Wire])

    def pair(self, name: str = "kitchen") -> Pairing:
        return KeyBook(self.folder).add(name)

    def begin(self, microphone: Microphone, speaker: Speaker, pairing: Pairing) -> None:
        """Start a satellite."""
        satellite = Satellite(pairing, microphone, speaker, self.told.append)
        self.tasks.start_soon(partial(satellite.run, "127.0.0.1", self.port))

    async def next_link(self) -> Link:
        """The link of the next satellite that comes in."""
        with anyio.fail_after(5):
            await self.came.wait()
        self.came = anyio.Event()
        return self.links[-1]


@asynccontextmanager
async def open_door(folder: Path) -> AsyncGenerator[Lab]:
    """Serve on a free port of this machine."""

    async def room(link: Link) -> None:
        lab.links.append(link)
        link.ready()
        lab.came.set()
        await anyio.sleep_forever()

    async with anyio.create_task_group() as tasks:
        told: list[str] = []
        door = Door(folder, room, told.append)
        port = await tasks.start(door.serve, "127.0.0.1", 0)
        lab = Lab(folder, door, port, tasks, said=told)
        yield lab
        for wire in lab.wires:
            await wire.aclose()
        tasks.cancel_scope.cancel()
