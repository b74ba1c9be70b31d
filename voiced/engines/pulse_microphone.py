"""The microphone of this machine, through PulseAudio or PipeWire."""

from __future__ import annotations

import ctypes
from collections import deque
from contextlib import aclosing
from ctypes import byref, c_size_t, c_void_p
from typing import TYPE_CHECKING, Any, TypeAlias

import anyio

from voiced.audio import RATE_HZ, AudioFrame
from voiced.engines import pulse_library
from voiced.engines.portaudio import Format
from voiced.engines.portaudio_microphone import BlockCutter
from voiced.engines.pulse import Connection, Device, library, lost, pick, properties
from voiced.errors import DeviceError
from voiced.sound.levels import ZeroWatch
from voiced.sound_notes import Note, SoundNote
from voiced.workers import Handover

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

__all__ = ["PulseMicrophone"]

_BYTES = 2
_BLOCK_S = 0.01
_QUEUE_S = 2.0
_OPEN_S = 2.0
_LATE_S = 0.05
_DONT_MOVE, _ADJUST_LATENCY = 0x0200, 0x2000
_Block: TypeAlias = tuple[int, bytes]


class PulseMicrophone:
    """Sound from a source of the sound server, at 16 kHz. Never from a monitor.

    The stream is never moved by the server: it would move it to the monitor of the loudspeaker when
    the microphone is unplugged, and say nothing. So ``frames`` ends with an error where the source
    goes, and where another one becomes the default that is to be followed; the next ``frames``
    begins on the one that is right by then.

    Args:
        device: A name, a description, a part of one that only one has, or "default".
        watchdog_s: Longest time without sound before the device counts as lost. A suspended
            source and a frozen server report nothing: they only fall silent.
    """

    def __init__(self, device: str = "default", *, watchdog_s: float = 0.5) -> None:
        self._wanted = device
        self._watchdog_s = watchdog_s
        self._connection: Connection | None = None
        self._notes: deque[SoundNote] = deque(maxlen=16)
        self._last: Device | None = None

    async def prepare(self) -> None:
        """Look for the device.

        Raises:
            ModelMissing: libpulse is not installed.
            DeviceError: There is no such device, or no server.
        """
        await self._find()

    async def aclose(self) -> None:
        """Disconnect."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.aclose()

    def notes(self) -> tuple[SoundNote, ...]:
        """What is new of the device."""
        taken = tuple(self._notes)
        self._notes.clear()
        return taken

    async def changed(self) -> None:
        """Wait until the server tells of a change; for ever where it is not connected."""
        connection = self._connection
        if connection is None or not connection.is_ready:
            await anyio.sleep_forever()
        else:
            await connection.changes.get()

    async def frames(self) -> AsyncGenerator[AudioFrame]:
        """Frames from now on; the device is open as long as this generator is.

        Raises:
            ModelMissing: libpulse is not installed.
            DeviceError: The device cannot be opened, was lost, or is no longer the one to use.
        """
        connection, device = await self._find()
        self._tell(device)
        capture = _Capture(connection, device)
        try:
            await capture.open()
            async with aclosing(capture.blocks(self._watchdog_s)) as blocks:
                cutter = BlockCutter(Format(RATE_HZ, 1))
                zeros = ZeroWatch() if device.is_hardware else None
                async for at, data in blocks:
                    if connection.changes.has_any:
                        await self._look(connection, device)
                    for frame in cutter.feed(at, data):
                        if zeros is not None and (note := zeros.hear(frame.samples)):
                            self._notes.append(SoundNote("microphone", note, device.description))
                        yield frame
        finally:
            capture.close()

    async def _find(self) -> tuple[Connection, Device]:
        connection = self._connection
        if connection is None or not connection.is_ready:
            await self.aclose()
            facilities = pulse_library.FACILITY_SOURCE | pulse_library.FACILITY_SERVER
            connection = Connection(library("microphone"), "microphone", facilities)
            await connection.open()
            self._connection = connection
        connection.changes.clear()
        try:
            return connection, pick(await connection.listed(), "microphone", self._wanted)
        except DeviceError as error:
            if error.cause != "gone":  # what hangs is not asked again
                await self.aclose()
            raise

    async def _look(self, connection: Connection, used: Device) -> None:
        """Something has changed: is it still the right device, and is it muted?"""
        connection.changes.clear()
        listed = await connection.listed()
        now = listed.named(used.name)
        try:
            best = pick(listed, "microphone", self._wanted)
        except DeviceError as error:
            if now is None:
                raise _unplugged(used) from error
            best = now  # the default is a monitor: keep what we have
        if best.name != used.name:
            reason = f"{best.name!r} is used from now on"
            raise lost("microphone", reason, "gone" if now is None else "changed")
        self._tell(best)

    def _tell(self, device: Device) -> None:
        before, self._last = self._last, device
        name = device.description or device.name
        if before is not None and before.name != device.name:
            self._notes.append(SoundNote("microphone", "uses", name))
        was_muted = before is not None and before.name == device.name and before.is_muted
        if device.is_muted != was_muted:
            note: Note = "muted" if device.is_muted else "unmuted"
            self._notes.append(SoundNote("microphone", note, name))


def _unplugged(device: Device) -> DeviceError:
    return lost("microphone", f"{device.name!r} is lost: it was unplugged", "gone")


class _Capture:
    """A record stream: libpulse's thread pushes, the loop takes."""

    def __init__(self, connection: Connection, device: Device) -> None:
        self._connection = connection
        self._library = connection.library
        self._device = device
        self._blocks: Handover[_Block] = Handover(int(_QUEUE_S / _BLOCK_S))
        self._states: Handover[None] = Handover(1)
        self._at = 0
        self._stream: Any = None
        self._on_state = pulse_library.StreamCall(self._take_state)
        self._on_read = pulse_library.RequestCall(self._take)

    async def open(self) -> None:
        """Begin to record.

        Raises:
            DeviceError: It could not be opened, or not in time.
        """
        with self._connection.locked():
            self._connect()
        try:
            with anyio.fail_after(_OPEN_S):
                while (state := self._state) != pulse_library.STREAM_READY:
                    if state in pulse_library.STREAM_BAD:
                        raise self._lost()
                    await self._states.get()
        except TimeoutError as error:
            raise self._connection.no_answer() from error
        with self._connection.locked():
            name = self._library.pa_stream_get_device_name(self._stream)
        if (name or b"").decode() != self._device.name:
            reason = f"the sound server gives {name!r} instead of {self._device.name!r}"
            raise lost("microphone", reason, "gone")

    def _connect(self) -> None:
        library = self._library
        self._connection.streams.add(self)
        spec = pulse_library.mono(RATE_HZ)
        kept = {
            "node.dont-reconnect": "true",  # PipeWire's word for not being moved
            "state.restore-target": "false",  # nor by what somebody once chose in a mixer
        }
        with properties(library, kept) as found:
            self._stream = library.pa_stream_new_with_proplist(
                self._connection.context, b"microphone", byref(spec), None, found
            )
        library.pa_stream_set_state_callback(self._stream, self._on_state, None)
        library.pa_stream_set_read_callback(self._stream, self._on_read, None)
        block = int(_BLOCK_S * RATE_HZ) * _BYTES
        any_size = pulse_library.INVALID
        buffers = pulse_library.BufferAttr(any_size, any_size, any_size, any_size, block)
        flags = _DONT_MOVE | _ADJUST_LATENCY
        name = self._device.name.encode()
        library.pa_stream_connect_record(self._stream, name, byref(buffers), flags)

    @property
    def _state(self) -> int:
        with self._connection.locked():
            return int(self._library.pa_stream_get_state(self._stream))

    def close(self) -> None:
        """Stop recording; nothing is pushed after this."""
        stream, self._stream = self._stream, None
        if stream is None or self._connection.context is None:
            return
        with self._connection.locked():
            nothing = pulse_library.RequestCall()
            self._library.pa_stream_set_read_callback(stream, nothing, None)
            self._library.pa_stream_set_state_callback(stream, pulse_library.StreamCall(), None)
            self._library.pa_stream_disconnect(stream)
            self._library.pa_stream_unref(stream)
        self._connection.streams.discard(self)

    async def blocks(self, watchdog_s: float) -> AsyncGenerator[_Block]:
        """What was recorded, until the device is lost."""
        while True:
            block = await self._next(watchdog_s)
            if block is None:  # or it was the loop that was late
                block = await self._next(_LATE_S)
            if block is None:
                reason = f"{self._device.name!r} is lost: it gave no sound for {watchdog_s:g} s"
                raise lost("microphone", reason, "silent")
            yield block

    async def _next(self, wait_s: float) -> _Block | None:
        with anyio.move_on_after(wait_s):
            return await self._blocks.get()
        return None

    def _lost(self) -> DeviceError:
        if self._connection.is_ready:
            return _unplugged(self._device)
        return self._without_server()

    def _without_server(self) -> DeviceError:
        name = self._device.name
        return lost("microphone", f"{name!r} is lost: the sound server is gone", "server")

    # In libpulse's thread, which holds its lock: never waits

    def _take_state(self, stream: Any, _data: Any) -> None:
        if self._library.pa_stream_get_state(stream) in pulse_library.STREAM_BAD:
            is_there = pulse_library.has_server(self._library, stream)
            self._blocks.close(_unplugged(self._device) if is_there else self._without_server())
        self._states.push(None)

    def _take(self, stream: Any, _bytes: int, _data: Any) -> None:
        library = self._library
        data, size = c_void_p(), c_size_t()
        while library.pa_stream_readable_size(stream):
            if library.pa_stream_peek(stream, byref(data), byref(size)) < 0 or not size.value:
                return
            if data.value:
                self._blocks.push((self._at, ctypes.string_at(data.value, size.value)))
            self._at += size.value // _BYTES  # a hole in the stream has a size, too
            library.pa_stream_drop(stream)
