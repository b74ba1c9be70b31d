"""What every microphone owes: frames of 20 ms at 16 kHz, in order, and an end that can be made."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

import numpy as np

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame

if TYPE_CHECKING:
    from voiced.stages import Microphone

__all__ = ["check_microphone"]

_FRAMES = 25


async def check_microphone(microphone: Microphone) -> None:
    """Check a microphone against the obligations of ``voiced.stages.Microphone``.

    Args:
        microphone: Not yet prepared, with at least a second of sound to give; it is closed
            afterwards.

    Raises:
        AssertionError: An obligation is not met; the message says which one.
    """
    await microphone.prepare()
    await microphone.prepare()
    first = await _some_frames(microphone)
    assert len(first) == _FRAMES, f"it ended after {len(first)} frames"
    _check_frames(first)
    again = await _some_frames(microphone)
    assert len(again) == _FRAMES, "it gives no sound when it is opened a second time"
    _check_frames(again)
    await microphone.aclose()
    await microphone.aclose()


async def _some_frames(microphone: Microphone) -> list[AudioFrame]:
    taken: list[AudioFrame] = []
    async with aclosing(microphone.frames()) as frames:
        async for frame in frames:
            taken.append(frame)
            if len(taken) == _FRAMES:
                break
    return taken


def _check_frames(frames: list[AudioFrame]) -> None:
    kept = [frame.samples.copy() for frame in frames]
    at = frames[0].start
    for frame in frames:
        assert frame.rate_hz == RATE_HZ, f"a frame has {frame.rate_hz} Hz"
        assert len(frame.samples) == FRAME_SAMPLES, f"a frame has {len(frame.samples)} samples"
        assert frame.start == at, f"a frame starts at {frame.start} and not at {at}"
        at = frame.end
    for frame, samples in zip(frames, kept, strict=True):
        assert np.array_equal(frame.samples, samples), "a frame changed after it was handed over"
