"""The loudspeaker of this machine, through PortAudio: one stream, leased playback by playback."""

from __future__ import annotations

from typing import Any

import numpy as np

from voiced.audio import Samples, silence
from voiced.engines import portaudio
from voiced.engines.ring_playback import Output, RingPlayback
from voiced.errors import DeviceError
from voiced.workers import in_worker

__all__ = ["PortAudioSpeaker"]

_RATES_HZ = (48_000, 44_100, 16_000)


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
        self._output: Output | None = None
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
        output = Output(device.name, form.rate_hz)

        def give(data: Any, samples: int, _time: Any, _status: Any) -> None:
            data[:] = np.repeat(output.render(samples), form.channels).tobytes()

        self._stream = await portaudio.open_stream(
            "output",
            lambda: library.RawOutputStream(
                **portaudio.options(device, form),
                callback=give,
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

    @property
    def problem(self) -> DeviceError | None:
        """Why nothing can be heard, if so."""
        if self._output is None:
            return DeviceError("speaker: it is not open", stage="speaker", retryable=True)
        return self._output.error

    def _find(self) -> tuple[Any, portaudio.Device, portaudio.Format]:
        library = portaudio.load("output")
        device = portaudio.find(library, "output", self._device)
        rates_hz = (device.rate_hz, *_RATES_HZ)
        return library, device, portaudio.supported(library, "output", device, rates_hz)
