"""The loudspeaker of this machine, through PulseAudio or PipeWire: leased playback by playback."""

from __future__ import annotations

from collections import deque
from ctypes import byref, c_int, c_uint64
from typing import Any

import anyio

from voiced.audio import Samples, silence
from voiced.engines import pulse_library
from voiced.engines.pulse import Connection, library, lost, pick, properties
from voiced.engines.ring_playback import Output, RingPlayback
from voiced.errors import DeviceError
from voiced.sound_notes import SoundNote
from voiced.workers import Handover

__all__ = ["PulseSpeaker"]

_RATE_HZ = 48_000
_BYTES = 2
_BUFFER_S, _BLOCK_S = 0.03, 0.01
_OPEN_S = 2.0
_ADJUST_LATENCY, _TIMING = 0x2000, 0x0002 | 0x0008
_USUAL_LATENCY_S = 0.04
_MOST_LATENCY_S = 0.5


class PulseSpeaker:
    """Plays on a sink of the sound server.

    The stream stays open from ``prepare`` to ``aclose`` and gives silence between leases. Where its
    sink goes, the server moves it to another one, and where the default changes, along with it:
    what is being said goes on there. After a DeviceError, ``prepare`` opens it anew.

    Args:
        device: A name, a description, a part of one that only one has, or "default".
    """

    def __init__(self, device: str = "default") -> None:
        self._wanted = device
        self._stream: _Stream | None = None
        self._notes: deque[SoundNote] = deque(maxlen=16)

    async def prepare(self) -> None:
        """Open the device, unless it is open and works.

        Raises:
            ModelMissing: libpulse is not installed.
            DeviceError: There is no such device, or no server.
        """
        if self._stream is not None and self._stream.output.problem is None:
            return
        await self.aclose()
        connection = Connection(library("speaker"), "speaker", pulse_library.FACILITY_SINK)
        await connection.open()
        stream = _Stream(connection, self._notes)
        try:
            device = pick(await connection.listed(), "speaker", self._wanted)
            follows = self._wanted == "default"
            await stream.open(device.name, follows=follows)
        except BaseException:
            await stream.aclose()
            raise
        self._stream = stream

    async def aclose(self) -> None:
        """Silence and close the device."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.output.lease(None)
            await stream.aclose()

    def open(self) -> RingPlayback:
        """Lease the speaker; the lease before is stopped.

        Raises:
            DeviceError: It is not open, as after it was lost.
        """
        if self._stream is None:
            msg = f"speaker: {self._wanted!r} is not open: prepare the speaker first"
            raise DeviceError(msg, stage="speaker", retryable=True)
        output = self._stream.output
        output.latency_s = self._stream.latency_s
        playback = RingPlayback(output.rate_hz, output.latency_s, output.check)
        output.lease(playback)
        return playback

    def played(self, samples: int) -> Samples | None:
        """What was given to the server of late, at 16 kHz, in step with the caller's clock.

        Its echo comes later, by the time that the device and the room take. None where that is not
        known: see ``FarSignal``.
        """
        return silence(samples) if self._stream is None else self._stream.output.far.take(samples)

    @property
    def problem(self) -> DeviceError | None:
        """Why nothing can be heard, if so."""
        if self._stream is None:
            return lost("speaker", "it is not open", "gone")
        problem = self._stream.output.problem
        return None if problem is None else lost("speaker", problem, self._stream.cause)

    def notes(self) -> tuple[SoundNote, ...]:
        """What is new of the device."""
        taken = tuple(self._notes)
        self._notes.clear()
        return taken


class _Stream:
    """A playback stream: libpulse's thread asks for sound."""

    def __init__(self, connection: Connection, notes: deque[SoundNote]) -> None:
        self.output = Output("", _RATE_HZ)
        self._connection = connection
        self._library = connection.library
        self._notes = notes
        self._stream: Any = None
        self._is_server_gone = False
        self._states: Handover[None] = Handover(1)
        self._on_state = pulse_library.StreamCall(self._take_state)
        self._on_moved = pulse_library.StreamCall(self._take_move)
        self._on_write = pulse_library.RequestCall(self._give)

    async def open(self, name: str, *, follows: bool) -> None:
        """Begin to play silence on the sink of this name."""
        self.output.name = name
        with self._connection.locked():
            self._connect(None if follows else name.encode())
        try:
            with anyio.fail_after(_OPEN_S):
                while (state := self._state) != pulse_library.STREAM_READY:
                    if state in pulse_library.STREAM_BAD:
                        raise lost("speaker", f"{name!r} cannot be opened", "gone")
                    await self._states.get()
        except TimeoutError as error:
            raise self._connection.no_answer() from error

    def _connect(self, name: bytes | None) -> None:
        library = self._library
        self._connection.streams.add(self)
        spec = pulse_library.mono(_RATE_HZ)
        with properties(library, {"media.role": "phone"}) as found:
            self._stream = library.pa_stream_new_with_proplist(
                self._connection.context, b"speaker", byref(spec), None, found
            )
        library.pa_stream_set_state_callback(self._stream, self._on_state, None)
        library.pa_stream_set_moved_callback(self._stream, self._on_moved, None)
        library.pa_stream_set_write_callback(self._stream, self._on_write, None)
        whole, block = (int(part_s * _RATE_HZ) * _BYTES for part_s in (_BUFFER_S, _BLOCK_S))
        any_size = pulse_library.INVALID
        buffers = pulse_library.BufferAttr(any_size, whole, 0, block, any_size)
        flags = _ADJUST_LATENCY | _TIMING
        library.pa_stream_connect_playback(self._stream, name, byref(buffers), flags, None, None)

    @property
    def _state(self) -> int:
        with self._connection.locked():
            return int(self._library.pa_stream_get_state(self._stream))

    @property
    def cause(self) -> Any:
        """Why it failed."""
        return "server" if self._is_server_gone else "gone" if self.output.is_over else "silent"

    @property
    def latency_s(self) -> float:
        """How long after it was given to the server a sound is heard."""
        latency_us, is_negative = c_uint64(), c_int()
        with self._connection.locked():
            failed = self._library.pa_stream_get_latency(
                self._stream, byref(latency_us), byref(is_negative)
            )
        if failed or is_negative.value:
            return _USUAL_LATENCY_S
        return min(_MOST_LATENCY_S, latency_us.value / 1e6)

    async def aclose(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None and self._connection.context is not None:
            with self._connection.locked():
                library = self._library
                library.pa_stream_set_write_callback(stream, pulse_library.RequestCall(), None)
                library.pa_stream_set_state_callback(stream, pulse_library.StreamCall(), None)
                library.pa_stream_set_moved_callback(stream, pulse_library.StreamCall(), None)
                library.pa_stream_disconnect(stream)
                library.pa_stream_unref(stream)
            self._connection.streams.discard(self)
        await self._connection.aclose()

    # In libpulse's thread, which holds its lock: never waits

    def _take_state(self, stream: Any, _data: Any) -> None:
        if self._library.pa_stream_get_state(stream) in pulse_library.STREAM_BAD:
            self._is_server_gone = not pulse_library.has_server(self._library, stream)
            self.output.finish()
        self._states.push(None)

    def _take_move(self, stream: Any, _data: Any) -> None:
        name = (self._library.pa_stream_get_device_name(stream) or b"").decode()
        if name != self.output.name:
            self.output.name = name
            self._notes.append(SoundNote("speaker", "uses", name))

    def _give(self, stream: Any, wanted: int, _data: Any) -> None:
        sound = self.output.render(wanted // _BYTES)
        data = sound.tobytes()
        self._library.pa_stream_write(stream, data, len(data), None, 0, 0)
