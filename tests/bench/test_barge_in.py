import pytest

from voiced.bench.barge_in import measure
from voiced.config import AudioSettings, Config, TurnSettings
from voiced.errors import VoicedError
from voiced.testing import clock

pytestmark = pytest.mark.engine

FRAME_MS = 20


def test_silence_comes_after_the_configured_speech_and_a_frame_or_two():
    found = clock.run(measure, Config(), "virtual", 20)
    assert found.configured_ms == 200
    assert len(found.noticed_ms) == len(found.stop_us) == 20
    assert min(found.noticed_ms) > found.configured_ms - 2 * FRAME_MS
    assert max(found.noticed_ms) < found.configured_ms + 3 * FRAME_MS
    assert len(set(found.noticed_ms)) > 1  # the speech begins anywhere in a frame


def test_less_speech_is_asked_for():
    config = Config(turns=TurnSettings(barge_in_ms=100))
    found = clock.run(measure, config, "virtual", 5)
    assert max(found.noticed_ms) < 100 + 3 * FRAME_MS


def test_an_interruption_that_is_not_noticed_is_an_error():
    deaf = Config(audio=AudioSettings(min_level_dbfs=0.0))
    with pytest.raises(VoicedError, match="2 of 2 interruptions were not noticed"):
        clock.run(measure, deaf, "virtual", 2)
