"""What every wake word detector owes: its word where it was said, and silence where it was not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, silence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.stages import WakeWord, WakeWordDetector

__all__ = ["check_wake_word_detector"]

_SILENT_FRAMES = 100


async def check_wake_word_detector(
    detector: WakeWordDetector, frames: Sequence[AudioFrame], word: str
) -> None:
    """Check a detector against the obligations of ``voiced.stages.WakeWordDetector``.

    Args:
        detector: Not yet prepared; it is closed afterwards.
        frames: Sound in which the word is said once: 16 kHz, frames of 20 ms, contiguous.
        word: The word, as the detector names it.

    Raises:
        AssertionError: An obligation is not met; the message says which one.
    """
    await detector.prepare()
    await detector.prepare()
    heard = _heard(detector, frames)
    assert heard, "the word was said, but not heard"
    assert len(heard) == 1, f"the word was said once, but heard {len(heard)} times"
    assert heard[0].word == word, f"{heard[0].word!r} was heard, not {word!r}"
    assert not _heard(detector, _silence_after(frames[-1])), "the word was heard in silence"
    await detector.aclose()
    await detector.aclose()


def _silence_after(last: AudioFrame) -> list[AudioFrame]:
    return [
        AudioFrame(silence(FRAME_SAMPLES), RATE_HZ, last.end + number * FRAME_SAMPLES)
        for number in range(_SILENT_FRAMES)
    ]


def _heard(detector: WakeWordDetector, frames: Sequence[AudioFrame]) -> list[WakeWord]:
    heard: list[WakeWord] = []
    for frame in frames:
        before = frame.samples.copy()
        found = detector.detect(frame)
        assert np.array_equal(frame.samples, before), "the detector changes the frame"
        if found is not None:
            assert frames[0].start < found.at <= frame.end, f"the word cannot end at {found.at}"
            heard.append(found)
    return heard
