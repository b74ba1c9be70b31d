"""What every voice detector owes: a probability for each frame, quickly, and a real reset."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

import numpy as np

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, Samples, silence

if TYPE_CHECKING:
    from voiced.stages import VoiceDetector

__all__ = ["check_voice_detector"]

_BUDGET_S = 0.001
_FRAMES = 50


async def check_voice_detector(detector: VoiceDetector) -> None:
    """Check a voice detector against the obligations of ``voiced.stages.VoiceDetector``.

    Args:
        detector: Not yet prepared; it is closed afterwards.

    Raises:
        AssertionError: An obligation is not met; the message says which one.
    """
    await detector.prepare()
    await detector.prepare()
    quiet = _probabilities(detector, silence(_FRAMES * FRAME_SAMPLES))
    assert max(quiet) < 0.5, f"digital silence is speech with probability {max(quiet)}"  # noqa: PLR2004
    sound = _syllables()
    detector.reset()
    first = _probabilities(detector, sound)
    detector.reset()
    assert _probabilities(detector, sound) == first, "reset() does not forget the frames before"
    _check_speed(detector, sound)
    await detector.aclose()
    await detector.aclose()


def _frames(sound: Samples) -> list[AudioFrame]:
    return [
        AudioFrame(sound[start : start + FRAME_SAMPLES].copy(), RATE_HZ, start)
        for start in range(0, len(sound), FRAME_SAMPLES)
    ]


def _probabilities(detector: VoiceDetector, sound: Samples) -> list[float]:
    heard: list[float] = []
    for frame in _frames(sound):
        before = frame.samples.copy()
        probability = detector.speech_probability(frame)
        assert 0.0 <= probability <= 1.0, f"probability {probability} is not in [0, 1]"
        assert np.array_equal(frame.samples, before), "the detector changes the frame"
        heard.append(probability)
    return heard


def _check_speed(detector: VoiceDetector, sound: Samples) -> None:
    taken_s: list[float] = []
    for frame in _frames(sound):
        begin = time.perf_counter()
        detector.speech_probability(frame)
        taken_s.append(time.perf_counter() - begin)
    median_s = statistics.median(taken_s)
    assert median_s < _BUDGET_S, f"a frame takes {1000 * median_s:.1f} ms, more than 1 ms"


def _syllables() -> Samples:
    """A buzz at 120 Hz whose loudness goes up and down four times a second, and some noise."""
    at_s = np.arange(_FRAMES * FRAME_SAMPLES) / RATE_HZ
    buzz = sum(np.sin(2 * np.pi * 120 * k * at_s) / k for k in range(1, 20))
    noise = np.random.default_rng(0).normal(0, 0.05, len(at_s))
    loud = np.sin(np.pi * 4 * at_s) ** 2
    sound: Samples = (4000 * (buzz * loud + noise)).astype(np.int16)
    return sound
