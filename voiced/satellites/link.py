"""One satellite that was let in: a microphone and a loudspeaker of the session of its room.

``run`` reads and writes; it ends when the satellite is gone, silent for too long, floods us, or
sends what makes no sense. Nothing here is waited for by the session's loop.
"""

from __future__ import annotations

import logging
from collections import deque
from typing import TYPE_CHECKING

import anyio
import anyio.lowlevel

from voiced.audio import RATE_HZ, AudioFrame, Samples, silence
from voiced.engines.wyoming_wire import GONE, Garbled, Message, Wire
from voiced.errors import DeviceError
from voiced.satellites.keys import RIGHTS, Right
from voiced.satellites.protocol import (
    DUCK,
    END,
    LOST,
    MUTE,
    PING,
    PONG,
    READY,
    RESUME,
    STOP,
    Heard,
    heard_of,
    pinged,
    play_message,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

__all__ = ["Link", "LinkPlayback", "SilentFor"]

_log = logging.getLogger(__name__)

_KEPT_FRAMES = 100
_MOST_WAITING = 400
_SILENT_S = 10.0
_FASTEST = 2.0
_BURST_S = 4.0
_BUFFER_S = 0.3
_PIECE_S = 0.02
_TICK_S = 0.01
_STALL_S = 5.0


class SilentFor(Exception):
    """The satellite is not there any more, without having said so."""


class Link:
    """A satellite.

    Args:
        wire: The connection, on which it has proved who it is.
        name: Its name, as it was given here.
        rights: The effect classes that may be asked for there.
    """

    def __init__(self, wire: Wire, name: str, rights: Sequence[Right] = RIGHTS) -> None:
        self._wire = wire
        self.name = name
        self.rights = tuple(rights)
        self._frames: deque[Heard] = deque()
        self._came = anyio.Event()
        self._waiting: deque[Message] = deque()
        self._to_send = anyio.Event()
        self._is_over = self._is_muted = self._has_told_end = False
        self._was_lost = False
        self._began_s = anyio.current_time()
        self._samples = 0
        self._leases = 0
        self._lease: LinkPlayback | None = None
        self._far: Samples | None = silence(0)

    @property
    def is_over(self) -> bool:
        """Whether it is gone."""
        return self._is_over

    async def run(self) -> None:
        """Read and write until it is over."""
        reason = "it hung up"
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._write)
                await self._read()
        except* (Garbled, SilentFor) as errors:
            reason = str(errors.exceptions[0])
        except* GONE:
            pass
        finally:
            self._is_over = True
            self._came.set()
        _log.info("satellite %s: %s", self.name, reason)

    # What it hears: a Microphone

    async def prepare(self) -> None:
        """Do nothing: it is connected."""

    async def aclose(self) -> None:
        """Do nothing: the door hangs up."""

    async def frames(self) -> AsyncGenerator[AudioFrame]:
        """Its microphone's frames until it is gone; where frames were lost, ``start`` jumps.

        Raises:
            DeviceError: Its microphone is gone, or it is itself; then nothing more comes.
        """
        while True:
            while self._frames:
                heard = self._frames.popleft()
                self._far = heard.far
                yield heard.frame
            if self._was_lost:
                self._was_lost = False
                raise self._gone(f"the microphone of the satellite {self.name}")
            if self._is_over:
                if self._has_told_end:
                    return
                self._has_told_end = True  # what it cut off was not said to its end
                raise self._gone(f"the satellite {self.name}")
            self._came = anyio.Event()
            await self._came.wait()

    @staticmethod
    def _gone(what: str) -> DeviceError:
        return DeviceError(f"{what} is gone", retryable=True, cause="gone")

    def mute(self, *, wanted: bool) -> None:
        """Have its microphone closed, or opened again; meanwhile nothing of it is taken."""
        self._is_muted = wanted
        self._frames.clear()
        self.send(Message(MUTE, {"is_muted": wanted}))

    # What it plays: a Speaker

    def open(self) -> LinkPlayback:
        """Lease its loudspeaker; the lease before is stopped."""
        if self._lease is not None:
            self._lease.stop()
        self._leases += 1
        self._lease = LinkPlayback(self, self._leases)
        return self._lease

    def played(self, samples: int) -> Samples | None:
        """What left its loudspeaker in the frame that was given last; silence for lost ones."""
        far, self._far = self._far, silence(0)
        if far is None:
            return None
        return far if len(far) == samples else silence(samples)

    def ready(self) -> None:
        """Have it begin to listen: its room is there."""
        self.send(Message(READY))

    # What a lease needs

    def send(self, message: Message) -> None:
        """Have it sent, soon; never waits."""
        if not self._is_over:
            self._waiting.append(message)
            self._to_send.set()

    def check(self) -> None:
        """Raise DeviceError when it is gone."""
        if self._is_over or len(self._waiting) > _MOST_WAITING:
            msg = f"the satellite {self.name} is gone"
            raise DeviceError(msg, stage="speaker", retryable=False)

    # The wire

    async def _read(self) -> None:
        while True:
            try:
                with anyio.fail_after(_SILENT_S):
                    message = await self._wire.read()
            except TimeoutError:
                raise SilentFor(f"nothing came for {_SILENT_S:g} s") from None
            if message.type == "audio-chunk":
                self._take(heard_of(message))
            elif message.type == PING:
                self._was_played(*pinged(message))
                self.send(Message(PONG))
            elif message.type == LOST:
                self._was_lost = True
                self._came.set()
            else:
                raise Garbled("a message that no satellite sends")

    def _take(self, heard: Heard) -> None:
        self._samples += len(heard.frame.samples)
        since_s = anyio.current_time() - self._began_s
        if self._samples > RATE_HZ * (_BURST_S + _FASTEST * since_s):
            raise Garbled("more sound than there is time")
        self._was_played(heard.lease, heard.played)
        if self._is_muted:
            return
        if self._frames and heard.frame.start < self._frames[-1].frame.end:
            raise Garbled("sound that goes back in time")
        if len(self._frames) >= _KEPT_FRAMES:
            self._frames.popleft()
        self._frames.append(heard)
        self._came.set()

    def _was_played(self, lease: int, samples: int) -> None:
        if self._lease is not None and lease == self._lease.number:
            self._lease.was_heard(samples)

    async def _write(self) -> None:
        while True:
            while self._waiting:
                await self._wire.write(self._waiting.popleft())
            self._to_send = anyio.Event()
            await self._to_send.wait()


class LinkPlayback:
    """A lease of a satellite's loudspeaker. ``number`` names it on the wire."""

    def __init__(self, link: Link, number: int) -> None:
        self._link = link
        self.number = number
        self._accepted = 0
        self._heard = 0
        self._rate_hz = RATE_HZ
        self._is_stopped = False

    @property
    def heard(self) -> int:
        """Samples heard, as the satellite told last."""
        return self._heard

    def was_heard(self, samples: int) -> None:
        """The satellite tells how far it is."""
        if not self._is_stopped:
            self._heard = max(self._heard, min(samples, self._accepted))

    async def play(self, frame: AudioFrame) -> None:
        """Send a frame; wait while more than 0.3 s was sent and not yet heard.

        Raises:
            DeviceError: The satellite is gone.
        """
        await anyio.lowlevel.checkpoint()
        self._rate_hz = frame.rate_hz
        piece = max(1, int(_PIECE_S * frame.rate_hz))
        for offset in range(0, len(frame.samples), piece):
            samples = frame.samples[offset : offset + piece]
            await self._wait_until_waiting(_BUFFER_S - len(samples) / frame.rate_hz)
            if self._is_stopped:
                return
            part = AudioFrame(samples, frame.rate_hz, frame.start + offset)
            self._link.send(play_message(self.number, part))
            self._accepted += len(samples)

    def duck(self, db: float) -> None:
        """Play softer by ``db``; the sign does not matter."""
        if not self._is_stopped:
            self._link.send(Message(DUCK, {"lease": self.number, "db": abs(db)}))

    def resume(self) -> None:
        """Play as loud as at first."""
        if not self._is_stopped:
            self._link.send(Message(RESUME, {"lease": self.number}))

    async def drain(self) -> None:
        """Wait until all was heard.

        Raises:
            DeviceError: The satellite is gone, or does not play.
        """
        await anyio.lowlevel.checkpoint()
        if self._accepted and not self._is_stopped:
            self._link.send(Message(END, {"lease": self.number}))
        await self._wait_until_waiting(0.0)

    def stop(self) -> int:
        """Have it silent; return the samples heard."""
        if not self._is_stopped:
            self._is_stopped = True
            self._link.send(Message(STOP, {"lease": self.number}))
        return self._heard

    async def _wait_until_waiting(self, limit_s: float) -> None:
        before, since_s = self._heard, anyio.current_time()
        while not self._is_stopped:
            self._link.check()
            if (self._accepted - self._heard) / self._rate_hz <= limit_s:
                return
            await anyio.sleep(_TICK_S)
            if self._heard != before:
                before, since_s = self._heard, anyio.current_time()
            elif anyio.current_time() - since_s > _STALL_S:
                msg = f"the satellite {self._link.name} does not play what it gets"
                raise DeviceError(msg, stage="speaker", retryable=True)
