"""This machine's microphone and loudspeaker as a Wyoming satellite, for Home Assistant.

The protocol knows no keys: only this machine itself and the addresses that were named may connect,
one at a time. What is heard goes to them all the time, since they look for the wake word.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from contextlib import aclosing
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import anyio
from anyio.abc import SocketAttribute

from voiced.audio import RATE_HZ, AudioFrame
from voiced.engines.wyoming_wire import GONE, Garbled, Limits, Message, Wire, audio_format, sound_of
from voiced.errors import ConfigError, DeviceError

if TYPE_CHECKING:
    from anyio.abc import ByteStream, TaskStatus
    from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

    from voiced.stages import Microphone, Playback, Speaker

__all__ = ["WyomingDoor"]

_log = logging.getLogger(__name__)

_WAITING_CHUNKS = 2000
_BEGIN: dict[str, Any] = {"start_stage": "wake", "end_stage": "tts", "restart_on_end": True}


@dataclass(slots=True)
class WyomingDoor:
    """Lets one Wyoming server use the microphone and the loudspeaker.

    Attributes:
        name: What the server calls it.
        microphone: Prepared.
        speaker: Prepared.
        allowed: Addresses that may connect, besides this machine's own.
        tell: Takes a sentence when something changes.
    """

    name: str
    microphone: Microphone
    speaker: Speaker
    allowed: Collection[str]
    tell: Callable[[str], None]
    _is_taken: bool = field(default=False, init=False)

    async def serve(
        self,
        host: str,
        port: int,
        *,
        task_status: TaskStatus[int] = anyio.TASK_STATUS_IGNORED,
    ) -> None:
        """Serve until cancelled; tells the port.

        Raises:
            ConfigError: Nobody can listen there.
            DeviceError: The microphone is lost for good.
        """
        try:
            listener = await anyio.create_tcp_listener(local_host=host, local_port=port)
        except OSError as error:
            raise ConfigError(
                file="the command line",
                key=f"{host}:{port}",
                reason=f"nobody can listen there: {error.strerror or error}",
                mend="choose another port, or an address of this machine",
            ) from error
        async with listener:
            task_status.started(listener.extra(SocketAttribute.local_port))  # noqa: S610 - anyio's
            await listener.serve(self._meet)

    async def _meet(self, stream: ByteStream) -> None:
        host = str(stream.extra(SocketAttribute.remote_address, ("?",))[0])  # noqa: S610 - anyio's
        wire = Wire(stream, Limits())
        try:
            if self._may_come(host):
                await self._converse(wire)
            else:
                _log.warning("somebody who is not allowed to wanted to use the microphone")
        except* (Garbled, *GONE) as errors:
            _log.info("a server left: %s", type(errors.exceptions[0]).__name__)
        finally:
            await wire.aclose()

    def _may_come(self, host: str) -> bool:
        try:
            return ip_address(host).is_loopback or host in self.allowed
        except ValueError:
            return False

    async def _converse(self, wire: Wire) -> None:
        async with anyio.create_task_group() as tasks:
            send, receive = anyio.create_memory_object_stream[Message](_WAITING_CHUNKS)
            tasks.start_soon(self._play, wire, receive)
            hearing: anyio.CancelScope | None = None
            try:
                while True:
                    message = await wire.read()
                    if message.type == "run-satellite" and hearing is None:
                        hearing = anyio.CancelScope()
                        tasks.start_soon(self._hear, wire, hearing)
                    elif message.type == "pause-satellite" and hearing is not None:
                        hearing.cancel()
                        hearing = None
                    else:
                        await self._answer(wire, message, send)
            finally:
                send.close()
                tasks.cancel_scope.cancel()

    async def _answer(
        self, wire: Wire, message: Message, send: MemoryObjectSendStream[Message]
    ) -> None:
        if message.type == "describe":
            await wire.write(Message("info", {"satellite": self._described()}))
        elif message.type == "ping":
            await wire.write(Message("pong", message.data))
        elif message.type.startswith("audio-"):
            try:
                send.send_nowait(message)
            except anyio.WouldBlock:
                raise Garbled("more sound than there is time") from None

    def _described(self) -> dict[str, Any]:
        by = {"name": "voiced", "url": "https://pypi.org/project/voiced"}
        return {
            "name": self.name,
            "description": "the microphone and loudspeaker of voiced",
            "attribution": by,
            "installed": True,
            "version": "1",
            "area": self.name,
            "snd_format": audio_format(22_050),
        }

    async def _hear(self, wire: Wire, scope: anyio.CancelScope) -> None:
        """Send what the microphone hears, to one server at a time."""
        if self._is_taken:
            raise Garbled("another server uses the microphone")
        self._is_taken = True
        self.tell("A server listens.")
        try:
            with scope:
                await wire.write(Message("run-pipeline", _BEGIN))
                await wire.write(Message("audio-start", audio_format(RATE_HZ)))
                async with aclosing(self.microphone.frames()) as frames:
                    async for frame in frames:
                        sound = frame.samples.astype("<i2").tobytes()
                        await wire.write(Message("audio-chunk", audio_format(RATE_HZ), sound))
        finally:
            self._is_taken = False
            self.tell("No server listens any more.")

    async def _play(self, wire: Wire, messages: MemoryObjectReceiveStream[Message]) -> None:
        playback: Playback | None = None
        start = 0
        async with messages:
            async for message in messages:
                if message.type == "audio-start" or playback is None:
                    playback, start = self.speaker.open(), 0
                try:
                    if message.type == "audio-chunk":
                        frame = _frame(message, start)
                        start = frame.end
                        await playback.play(frame)
                    elif message.type == "audio-stop":
                        await playback.drain()
                        await wire.write(Message("played"))
                        playback = None
                except DeviceError as error:
                    _log.warning("the loudspeaker: %s", error)


def _frame(chunk: Message, start: int) -> AudioFrame:
    sound, rate_hz = sound_of(chunk)
    return AudioFrame(sound[:, 0], rate_hz, start)
