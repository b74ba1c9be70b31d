"""The microphone of this machine, through PortAudio."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any, TypeAlias

import anyio
import numpy as np

from voiced.audio import RATE_HZ, AudioFrame, Framer, Resampler, Samples
from voiced.engines import portaudio
from voiced.errors import DeviceError
from voiced.sound_notes import SoundNote
from voiced.workers import Handover, in_worker

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

__all__ = ["PortAudioMicrophone"]

_QUEUE_S = 2.0
_Block: TypeAlias = tuple[int, bytes]
"""Index of the first sample, at the device's rate, and the sound as it came."""


class PortAudioMicrophone:
    """Sound from an input device, at 16 kHz whatever the device's own rate is.

    What the loop does not take within two seconds is lost, the oldest first; the next frame's
    ``start`` says how much.

    Args:
        device: A name, a part of a name that only one has, or "default".
        watchdog_s: Longest time without sound before the device counts as lost. A suspended
            device and a frozen server report nothing: they only fall silent.
    """

    def __init__(self, device: str = "default", *, watchdog_s: float = 2.0) -> None:
        self._device = device
        self._watchdog_s = watchdog_s

    async def prepare(self) -> None:
        """Look for the device.

        Raises:
            ModelMissing: PortAudio is not installed.
            DeviceError: There is no such device, or it cannot be opened.
        """
        await in_worker(self._find)

    async def aclose(self) -> None:
        """Do nothing: the device is closed when ``frames`` is."""

    def notes(self) -> tuple[SoundNote, ...]:
        """Nothing: PortAudio tells of nothing."""
        return ()

    async def frames(self) -> AsyncGenerator[AudioFrame]:
        """Frames from now on; the device is open as long as this generator is.

        Raises:
            ModelMissing: PortAudio is not installed.
            DeviceError: The device cannot be opened, or was lost.
        """
        library, device, form = await in_worker(self._find)
        capture = _Capture(device.name)
        stream = await portaudio.open_stream(
            "input",
            lambda: library.RawInputStream(
                **portaudio.options(device, form),
                callback=capture.take,
                finished_callback=capture.finish,
            ),
            library.PortAudioError,
        )
        try:
            async with aclosing(capture.blocks(self._watchdog_s)) as blocks:
                cutter = BlockCutter(form)
                async for at, data in blocks:
                    for frame in cutter.feed(at, data):
                        yield frame
        finally:
            await portaudio.close(stream)

    def _find(self) -> tuple[Any, portaudio.Device, portaudio.Format]:
        library = portaudio.load("input")
        device = portaudio.find(library, "input", self._device)
        refuse_monitor(device)
        rates_hz = (RATE_HZ, device.rate_hz)
        return library, device, portaudio.supported(library, "input", device, rates_hz)


def refuse_monitor(device: portaudio.Device) -> None:
    """A monitor gives back what the loudspeaker plays: the assistant would answer itself.

    Raises:
        DeviceError: The device is the monitor of an output.
    """
    name = device.name.casefold()
    if name.endswith(".monitor") or name.startswith("monitor of"):
        raise DeviceError(
            f"microphone: {device.name!r} is the monitor of a loudspeaker, not a microphone",
            stage="microphone",
            mend="set audio.microphone to a real input device",
        )


class _Capture:
    """What the callback's thread and the loop share: nothing but a handover."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._blocks: Handover[_Block] = Handover(int(_QUEUE_S / portaudio.BLOCK_S))
        self._at = 0

    def take(self, data: Any, samples: int, _time: Any, status: Any) -> None:
        """Copy one block; PortAudio calls this in a thread where nothing may block."""
        if status.input_overflow:  # lost before us, nobody says how much: at least a block
            self._at += samples
        self._blocks.push((self._at, bytes(data)))
        self._at += samples

    def finish(self) -> None:
        self._blocks.close(self._lost("the sound server closed it"))

    async def blocks(self, watchdog_s: float) -> AsyncGenerator[_Block]:
        while True:
            try:
                with anyio.fail_after(watchdog_s):
                    block = await self._blocks.get()
            except TimeoutError as error:
                raise self._lost(f"it gave no sound for {watchdog_s:g} s") from error
            yield block

    def _lost(self, reason: str) -> DeviceError:
        return DeviceError(
            f"microphone: {self._name!r} is lost: {reason}", stage="microphone", retryable=True
        )


class BlockCutter:
    """Makes 16 kHz frames of a device's blocks; where blocks are missing, ``start`` jumps.

    Args:
        form: Rate and channels of the blocks.
    """

    def __init__(self, form: portaudio.Format) -> None:
        self._form = form
        self._expected = 0
        self._end = 0
        self._begin(0)

    def feed(self, at: int, data: bytes) -> Iterator[AudioFrame]:
        """Yield the frames that are complete with this block of int16, which begins at ``at``."""
        samples = np.frombuffer(data, dtype=np.int16)
        sound = self._mono(samples)
        if at != self._expected:
            self._begin(at)
        self._expected = at + len(sound)
        for frame in self._framer.feed(self._resampler.feed(sound)):
            self._end = frame.end
            yield frame

    def _begin(self, at: int) -> None:
        start = round(at * RATE_HZ / self._form.rate_hz)
        self._framer = Framer(start=max(start, self._end))
        self._resampler = Resampler(self._form.rate_hz, RATE_HZ)

    def _mono(self, samples: Samples) -> Samples:
        if self._form.channels == 1:
            return samples
        mixed: Samples = samples.reshape(-1, self._form.channels).mean(axis=1).astype(np.int16)
        return mixed
