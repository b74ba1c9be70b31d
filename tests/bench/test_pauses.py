"""The benchmark of pauses: who pauses is seldom cut off, who has finished waits little."""

from __future__ import annotations

import pytest

from voiced.bench.pauses import measure
from voiced.config import Config, TurnSettings
from voiced.testing import clock

pytestmark = pytest.mark.engine


def test_patience_is_measured():
    hasty = TurnSettings(end_silence_ms=300, complete_end_ms=300, patient_end_ms=300)
    cut, *_ = clock.run(measure, Config(turns=hasty), 6)
    patient, _, wait, _ = clock.run(measure, Config(), 6)
    assert cut.value == 100
    assert patient.value is not None
    assert patient.value < 50
    assert wait.value is not None
    assert 180 < wait.value < 1200
