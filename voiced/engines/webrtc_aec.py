"""Echo cancelling by WebRTC's AEC3, inside the package livekit: nothing of its network is used.

It finds the delay of the echo by itself: the delay that an application may tell it makes no
difference, measured with 10 to 480 ms. But the echo must come at least 4 ms later than the far
sound: with less, next to nothing is cancelled. Its high-pass filter is always on. It works in
blocks of 10 ms.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from voiced.audio import RATE_HZ, AudioFrame, Samples
from voiced.errors import ModelMissing
from voiced.workers import in_worker

__all__ = ["WebrtcEchoCanceller"]

_BLOCK = RATE_HZ // 100
_WARM_BLOCKS = 4


class WebrtcEchoCanceller:
    """Takes the far sound, as it comes back from the room, out of the near one.

    Both streams go on without a break from ``prepare`` to ``aclose``. Not for a process that forks
    after ``prepare``: the library runs threads of its own.
    """

    def __init__(self) -> None:
        self._rtc: Any = None
        self._module: Any = None

    async def prepare(self) -> None:
        """Load the library.

        Raises:
            ModelMissing: It is not installed, or not made for this machine.
        """
        if self._module is None:
            self._rtc, self._module = await in_worker(_load)

    async def aclose(self) -> None:
        """Forget the room."""
        self._rtc = self._module = None

    def cancel(self, near: AudioFrame, far: AudioFrame) -> AudioFrame:
        """The near frame without the far one's echo. Takes whole blocks of 10 ms at 16 kHz.

        Raises:
            ValueError: A frame is of another length or rate, or ``prepare`` was not called.
        """
        samples = len(near.samples)
        if {near.rate_hz, far.rate_hz} != {RATE_HZ} or samples % _BLOCK:
            msg = f"need blocks of {_BLOCK} samples at {RATE_HZ} Hz, got {samples}"
            raise ValueError(f"{msg} at {near.rate_hz} and {far.rate_hz} Hz")
        if samples != len(far.samples) or self._module is None:
            msg = f"{samples} near and {len(far.samples)} far samples"
            raise ValueError(msg if self._module else "prepare the echo canceller first")
        cleaned = bytearray()
        for start in range(0, samples, _BLOCK):
            block = slice(start, start + _BLOCK)
            cleaned += _process(self._rtc, self._module, near.samples[block], far.samples[block])
        return AudioFrame(np.frombuffer(cleaned, dtype=np.int16), near.rate_hz, near.start)


def _load() -> tuple[Any, Any]:
    try:
        from livekit import rtc
        from livekit.rtc.apm import AudioProcessingModule

        # its noise suppressor costs the user's voice more than the residual that it takes away
        module = AudioProcessingModule(echo_cancellation=True, high_pass_filter=True)
    except (ImportError, OSError) as error:
        raise ModelMissing(
            f"livekit cannot be imported: {error}",
            stage="echo canceller",
            mend='pip install livekit, or set [audio] echo = "off" and use a headset',
        ) from error
    quiet = np.zeros(_BLOCK, dtype=np.int16)
    for _ in range(_WARM_BLOCKS):
        _process(rtc, module, quiet, quiet)
    return rtc, module


def _process(rtc: Any, module: Any, near: Samples, far: Samples) -> bytes:
    """One block of each; both are copied, since the library works in place."""
    module.process_reverse_stream(rtc.AudioFrame(bytearray(far.tobytes()), RATE_HZ, 1, len(far)))
    block = rtc.AudioFrame(bytearray(near.tobytes()), RATE_HZ, 1, len(near))
    module.process_stream(block)
    return bytes(block.data)
