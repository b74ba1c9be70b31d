"""Some of the interruptions on a real sound server; a thousand: ``make bench-barge-ins``."""

from __future__ import annotations

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


def test_a_tone_with_a_hole_in_it_is_one_tone() -> None:
    tone = signals.tone(2.0, TONES_HZ[3], peak=0.5)
    for at in range(1000, len(tone) - 200, 1700):
        tone[at : at + 150] = 0
    windows, overlapping = overlaps(tone)
    assert windows > 0
    assert overlapping == 0
