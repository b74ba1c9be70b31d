"""What every turn end detector owes: a probability, for any pause, without changing the sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from voiced.audio import silence
from voiced.testing import signals

if TYPE_CHECKING:
    from voiced.audio import Samples
    from voiced.stages import TurnEndDetector

__all__ = ["check_turn_end_detector"]

_TRANSCRIPTS = ("", "What time is it", "send a mail to", "Grüß Gott, und 3.5 👋")


async def check_turn_end_detector(detector: TurnEndDetector) -> None:
    """Check a detector against the obligations of ``voiced.stages.TurnEndDetector``.

    Args:
        detector: Not yet prepared; it is closed afterwards.

    Raises:
        AssertionError: An obligation is not met; the message says which one.
    """
    await detector.prepare()
    await detector.prepare()
    for audio in (silence(0), signals.speech_like(0.3), signals.speech_like(9.0)):
        for transcript in _TRANSCRIPTS:
            first = await _probability(detector, audio, transcript)
            again = await _probability(detector, audio, transcript)
            assert first == again, "one pause changes what it says of the next one"
    await detector.aclose()
    await detector.aclose()


async def _probability(detector: TurnEndDetector, audio: Samples, transcript: str) -> float:
    before = audio.copy()
    probability = await detector.end_probability(audio, transcript)
    assert 0.0 <= probability <= 1.0, f"probability {probability} is not in [0, 1]"
    assert np.array_equal(audio, before), "the detector changes the sound"
    return probability
