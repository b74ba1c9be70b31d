"""The benchmark of speech over a reply: its figures are there, and follow the settings."""

from __future__ import annotations

import pytest

from voiced.bench.barge_in import measure
from voiced.bench.figures import Figure
from voiced.config import AudioSettings, Config
from voiced.testing import clock

pytestmark = pytest.mark.engine


def values(figures: list[Figure]) -> dict[str, float | None]:
    return {figure.name: figure.value for figure in figures}


def test_the_user_is_heard_over_the_reply_and_a_backchannel_is_not():
    found = values(clock.run(measure, Config(), 8))
    assert found["interruptions missed"] == 0
    assert found["words lost after a resume"] == 0
    down, silent = found["sound down by 20 dB, median"], found["sound stopped, median"]
    decided = found["reply given up for good, median"]
    assert down is not None
    assert silent is not None
    assert decided is not None
    assert 20 < down < silent < decided < 1000


def test_who_is_not_heard_misses_every_interruption():
    deaf = Config(audio=AudioSettings(min_level_dbfs=0.0))
    found = clock.run(measure, deaf, 2)
    missed = next(each for each in found if each.name == "interruptions missed")
    assert missed.value == 100
    assert missed.is_met is False
