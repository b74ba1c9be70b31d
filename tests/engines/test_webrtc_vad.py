from __future__ import annotations

import numpy as np
import pytest

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, Framer, Samples, silence, to_int16
from voiced.engines.webrtc_vad import WebrtcVoiceDetector
from voiced.testing.conformance import check_voice_detector

pytestmark = [pytest.mark.engine, pytest.mark.anyio]


def votes(detector: WebrtcVoiceDetector, sound: Samples) -> list[float]:
    return [detector.speech_probability(frame) for frame in Framer().feed(sound)]


@pytest.mark.parametrize("mode", range(4))
async def test_conforms(mode: int) -> None:
    await check_voice_detector(WebrtcVoiceDetector(mode))


async def test_hears_speech_and_not_the_silence_around_it(say) -> None:
    sound = await say("Open the browser and search my bookmarks.", pad_s=1.0)
    heard = votes(WebrtcVoiceDetector(), sound)
    assert set(heard) == {0.0, 1.0}
    assert np.mean(heard[:50]) == 0
    assert np.mean(heard[50:-50]) > 0.8


async def test_what_is_too_quiet_is_never_speech(say) -> None:
    sound = await say("Open the browser and search my bookmarks.")
    whisper = to_int16(sound / 32768 * 0.02)
    assert max(votes(WebrtcVoiceDetector(min_level_dbfs=-80), whisper)) == 1.0
    assert max(votes(WebrtcVoiceDetector(min_level_dbfs=-40), whisper)) == 0.0


def test_a_wrong_frame_is_refused() -> None:
    detector = WebrtcVoiceDetector()
    for frame in (
        AudioFrame(silence(FRAME_SAMPLES - 1), RATE_HZ, 0),
        AudioFrame(silence(FRAME_SAMPLES), 8000, 0),
    ):
        with pytest.raises(ValueError, match="320 samples at 16000 Hz"):
            detector.speech_probability(frame)


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(ValueError, match="mode 4"):
        WebrtcVoiceDetector(4)
