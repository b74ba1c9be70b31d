"""The benchmark of waiting: with stand-in stages the wait is what they take, and no more."""

from __future__ import annotations

import pytest

from voiced.bench.latency import measure
from voiced.config import Config
from voiced.testing import clock

pytestmark = pytest.mark.engine


def test_the_wait_is_the_endpoint_or_the_stages_whichever_is_longer():
    asked, told, slowest, handover = clock.run(measure, Config(), 5)
    assert asked.value == pytest.approx(510, abs=25)
    assert told.value == pytest.approx(290, abs=30)
    assert slowest.value is not None
    assert slowest.value < 450
    assert handover.value == 0
