"""The loudspeaker of this machine, through PortAudio: one stream, leased playback by playback."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from voiced.audio import Samples, silence
from voiced.engines import portaudio
from voiced.engines.ring_playback import RingPlayback
from voiced.errors import DeviceError
from voiced.far import FarSignal
from voiced.workers import in_worker

__all__ = ["PortAudioSpeaker"]

_RATES_HZ = (48_000, 44_100, 16_000)
_WATCHDOG_S = 2.0


class PortAudioSpeaker:
    """Plays on an output device, at the device's own rate.

    The stream stays open from ``prepare`` to ``aclose`` and gives silence between leases: that
    makes the first sound quick, and a stop sudden. After a DeviceError, ``prepare`` opens the
    device anew.

    Args:
        device: A name, a part of a name that only one has, or "default".
    """

    def __init__(self, device: str = "default") -> None:
        self._device = device
        self._output: _Output | None = None
        self._stream: Any = None

    async def prepare(self) -> None:
        """Open the device, unless it is open and works.

        Raises:
            ModelMissing: PortAudio is not installed.
            DeviceError: There is no such device, or it cannot be opened.
        """
        if self._output is not None and self._output.problem is None:
            return
        await self.aclose()
        library, device, form = await in_worker(self._find)
        output = _Output(device.name, form)
        self._stream = await portaudio.open_stream(
            "output",
            lambda: library.RawOutputStream(
                **portaudio.options(device, form),
                callback=output.give,
                finished_callback=output.finish,
            ),
            library.PortAudioError,
        )
        output.latency_s = float(self._stream.latency)
        self._output = output

    async def aclose(self) -> None:
        """Silence and close the device."""
        output, self._output = self._output, None
        stream, self._stream = self._stream, None
        if output is not None:
            output.lease(None)
        if stream is not None:
            await portaudio.close(stream)

    def open(self) -> RingPlayback:
        """Lease the speaker; the lease before is stopped.

        Raises:
            DeviceError: ``prepare`` was not called.
        """
        if self._output is None:
            msg = f"speaker: {self._device!r} is not open: prepare the speaker first"
            raise DeviceError(msg, stage="speaker")
        output = self._output
        playback = RingPlayback(output.rate_hz, output.latency_s, output.check)
        output.lease(playback)
        return playback

    def played(self, samples: int) -> Samples | None:
        """What was given to the device of late, at 16 kHz, in step with the caller's clock.

        Its echo comes later, by the time that the device and the room take. None where that is not
        known: see ``FarSignal``.
        """
        return silence(samples) if self._output is None else self._output.far.take(samples)

    def _find(self) -> tuple[Any, portaudio.Device, portaudio.Format]:
        library = portaudio.load("output")
        device = portaudio.find(library, "output", self._device)
        rates_hz = (device.rate_hz, *_RATES_HZ)
        return library, device, portaudio.supported(library, "output", device, rates_hz)


class _Output:
    """What the callback's thread and the loop share; each attribute has one writer."""

    def __init__(self, name: str, form: portaudio.Format) -> None:
        self.rate_hz = form.rate_hz
        self.latency_s = 0.0
        self.far = FarSignal()
        self._name = name
        self._channels = form.channels
        self._lease: RingPlayback | None = None
        self._current: RingPlayback | None = None
        self._leaving: RingPlayback | None = None
        self._is_finished = False
        self._called_s = time.perf_counter()

    def lease(self, playback: RingPlayback | None) -> None:
        """From the next block on, play this one; the one before fades away."""
        before, self._lease = self._lease, playback
        if before is not None:
            before.stop()

    @property
    def problem(self) -> str | None:
        """Why nothing can be heard any more, or None."""
        if self._is_finished:
            return "the sound server closed it"
        if time.perf_counter() - self._called_s > _WATCHDOG_S:
            return f"it took no sound for {_WATCHDOG_S:g} s"
        return None

    def check(self) -> None:
        """Raise DeviceError when the device is lost."""
        problem = self.problem
        if problem is not None:
            msg = f"speaker: {self._name!r} is lost: {problem}"
            raise DeviceError(msg, stage="speaker", retryable=True)

    def give(self, data: Any, samples: int, _time: Any, _status: Any) -> None:
        """Fill one block; PortAudio calls this in a thread where nothing may block."""
        self._called_s = time.perf_counter()
        sound = self._mixed(samples)
        self.far.push(sound, self.rate_hz)
        data[:] = np.repeat(sound, self._channels).tobytes()

    def finish(self) -> None:
        self._is_finished = True

    def _mixed(self, samples: int) -> Samples:
        wanted = self._lease
        if wanted is not self._current:
            self._leaving, self._current = self._current, wanted
        sound = silence(samples) if wanted is None else wanted.render(samples)
        if self._leaving is not None:
            both = sound.astype(np.int32) + self._leaving.render(samples)
            sound = np.clip(both, -32768, 32767).astype(np.int16)
            if self._leaving.is_over:
                self._leaving = None
        return sound
