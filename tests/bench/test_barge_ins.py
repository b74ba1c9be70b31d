"""Some of the interruptions on a real sound server; a thousand: ``make bench-barge-ins``."""

from __future__ import annotations

import numpy as np
import pytest
from bench.barge_ins import figures, one
from bench.tones import TONES_HZ, overlaps
from sound_server import what_is_missing

from voiced.testing import signals

TIMES = 4


@pytest.mark.device
def test_nothing_is_left_over_and_no_two_replies_sound_at_once() -> None:
    missing = what_is_missing()
    assert not missing, missing
    found = one(TIMES)
    assert found.barge_ins >= TIMES
    assert found.windows
    assert [each.name for each in figures([found]) if each.is_met is False] == []


def test_two_tones_at_once_are_seen_and_one_after_the_other_is_none() -> None:
    low, high = (signals.tone(1.0, hz, peak=0.3) for hz in TONES_HZ[1:3])
    assert overlaps(signals.concat(low, high, gap_s=0.2))[1] == 0
    windows, overlapping = overlaps(low + high)
    assert overlapping > 0.9 * windows > 0


def test_a_soft_reply_under_another_one_is_seen_though_it_is_short() -> None:
    low, high = (signals.tone(1.0, hz, peak=0.4) for hz in TONES_HZ[3:5])
    high[:8000] = high[8000 + 1600 :] = 0
    assert overlaps(low + high // 10)[1] >= 2


@pytest.mark.parametrize("hole", [20, 64, 128, 150, 200, 320, 480])
def test_a_tone_with_a_hole_or_a_leap_in_it_is_one_tone(hole: int) -> None:
    tone = signals.tone(4.0, TONES_HZ[3], peak=0.5)
    leaps = np.delete(tone, [at + n for at in range(900, 60_000, 1700) for n in range(hole)])
    for at in range(1000, len(tone) - hole, 1700):
        tone[at : at + hole] = 0
    for heard in (tone, leaps):
        windows, overlapping = overlaps(heard)
        assert windows > 0
        assert overlapping == 0
