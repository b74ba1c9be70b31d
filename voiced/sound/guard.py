"""Watches over the sound devices: opens a lost loudspeaker again, and tells who is deaf or mute."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from voiced.errors import DeviceError, EngineError
from voiced.events import DeviceFound, DeviceLost, Event, StageFailed
from voiced.sound.deafness import ONLY_SHOWN, SoundTeller

__all__ = ["Reopens", "SoundGuard"]

_LOOK_S = 0.25
_PAUSES_S = (0.0, 0.25, 0.5, 1.0, 2.0)


@runtime_checkable
class Reopens(Protocol):
    """A loudspeaker that knows that it is lost, and can be prepared anew."""

    @property
    def problem(self) -> DeviceError | None:
        """Why nothing can be heard, if so."""
        ...

    async def prepare(self) -> None:
        """Open it anew."""
        ...


@dataclass(frozen=True, slots=True)
class SoundGuard:
    """Reads the events of a session, and has said what the user must know of the devices.

    Attributes:
        speaker: The loudspeaker; one that cannot be opened again is left alone.
        at: The session's time in samples.
        emit: Takes the events of the loudspeaker.
        show: Takes every sentence, at once.
        say: Says a sentence, when there is somebody to hear it.
    """

    speaker: object
    at: Callable[[], int]
    emit: Callable[[Event], None]
    show: Callable[[str], None]
    say: Callable[[str], Awaitable[object]]
    teller: SoundTeller = field(default_factory=SoundTeller)

    def read(self, event: Event) -> None:
        """Take an event; all others pass."""
        self.teller.take(event, anyio.current_time())

    async def run(self) -> None:
        """Watch until cancelled."""
        to_say, said = anyio.create_memory_object_stream[str](8)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._say_all, said)
            if isinstance(self.speaker, Reopens):
                tasks.start_soon(self._keep, self.speaker)
            with to_say:
                while True:
                    for sentence in self.teller.due(anyio.current_time()):
                        self.show(sentence)
                        if self.teller.can_speak and sentence not in ONLY_SHOWN:
                            _offer(to_say, sentence)
                    await anyio.sleep(_LOOK_S)

    async def _say_all(self, said: MemoryObjectReceiveStream[str]) -> None:
        async with said:
            async for sentence in said:
                await self.say(sentence)

    async def _keep(self, speaker: Reopens) -> None:
        while True:
            problem = speaker.problem
            if problem is not None:
                await self._reopen(speaker, problem)
            await anyio.sleep(_LOOK_S)

    async def _reopen(self, speaker: Reopens, problem: DeviceError) -> None:
        """Try again and again."""
        self._tell(problem)
        self.emit(DeviceLost(self.at(), "speaker", problem.cause))
        tries = 0
        while True:
            await anyio.sleep(_PAUSES_S[min(tries, len(_PAUSES_S) - 1)])
            tries += 1
            try:
                await speaker.prepare()
            except EngineError:
                continue
            if speaker.problem is None:
                self.emit(DeviceFound(self.at(), "speaker"))
                return

    def _tell(self, error: DeviceError) -> None:
        event = StageFailed(self.at(), error.stage, error.code, error.message, error.retryable)
        self.emit(event)


def _offer(stream: MemoryObjectSendStream[str], sentence: str) -> None:
    with suppress(anyio.WouldBlock):  # nobody could speak for long: it was shown
        stream.send_nowait(sentence)
