"""The benchmark in the room: a little of it, with the worst recogniser there is."""

from __future__ import annotations

import pytest

from voiced.bench.room import measure
from voiced.config import Config
from voiced.testing import clock

pytestmark = [pytest.mark.engine, pytest.mark.slow]


def test_it_does_not_interrupt_itself_and_hears_who_interrupts():
    alone, _, jumping, _, caught, _ = clock.run(measure, Config(), 20, 4)
    assert alone.value == jumping.value == 0
    assert caught.value == 100
