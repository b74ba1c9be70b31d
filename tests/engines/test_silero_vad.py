from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from voiced.audio import FRAME_SAMPLES, AudioFrame, Framer, Samples, silence, to_int16
from voiced.composition import engines as composition
from voiced.config import AudioSettings, Config
from voiced.engines.silero_vad import SileroVoiceDetector
from voiced.errors import ModelMissing
from voiced.testing.conformance import check_voice_detector

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.engine, pytest.mark.anyio]


def probabilities(detector: SileroVoiceDetector, sound: Samples) -> np.ndarray:
    frames = Framer().feed(sound)
    return np.array([detector.speech_probability(frame) for frame in frames])


async def test_conforms() -> None:
    await check_voice_detector(SileroVoiceDetector())


async def test_hears_speech_and_not_noise(say) -> None:
    detector = SileroVoiceDetector()
    await detector.prepare()
    speech = await say("Open the browser and search my bookmarks, please.", pad_s=1.0)
    noise = np.random.default_rng(0).normal(0, 0.02, len(speech))
    heard = probabilities(detector, to_int16(speech / 32768 + noise))
    assert heard[:45].max() < 0.5
    assert np.mean(heard[55:-50] > 0.5) > 0.6
    assert heard[-15:].max() < 0.5


async def test_what_is_too_quiet_is_never_speech(say) -> None:
    detector = SileroVoiceDetector(min_level_dbfs=-5)
    assert probabilities(detector, await say("Open the browser.")).max() == 0.0


async def test_frames_may_have_any_length(say) -> None:
    sound = await say("Open the browser.")
    one, two = SileroVoiceDetector(None, -120), SileroVoiceDetector(None, -120)
    whole = len(sound) - len(sound) % 2560
    for start in range(0, whole, 2560):
        at_once = one.speech_probability(AudioFrame(sound[start : start + 2560], 16_000, start))
        by_frames = probabilities(two, sound[start : start + 2560])
        if at_once:
            assert at_once == pytest.approx(by_frames[-1])


def test_a_wrong_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="need 16000 Hz, got 8000 Hz"):
        SileroVoiceDetector().speech_probability(AudioFrame(silence(FRAME_SAMPLES), 8000, 0))


async def test_a_missing_network_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing) as caught:
        await SileroVoiceDetector(tmp_path).prepare()
    assert "voiced[whisper]" in caught.value.mend


async def test_a_broken_network_is_named(tmp_path: Path) -> None:
    (tmp_path / "silero_vad_v6.onnx").write_bytes(b"not a network")
    with pytest.raises(ModelMissing, match=r"silero_vad_v6\.onnx cannot be loaded"):
        await SileroVoiceDetector(tmp_path).prepare()


async def test_another_network_is_refused(tmp_path: Path, piper_models: Path) -> None:
    (tmp_path / "silero_vad_v6.onnx").write_bytes((piper_models / "tone.onnx").read_bytes())
    with pytest.raises(ModelMissing, match="another network"):
        await SileroVoiceDetector(tmp_path).prepare()


def test_faster_whisper_is_not_imported() -> None:
    script = (
        "import anyio, sys\n"
        "from voiced.engines.silero_vad import SileroVoiceDetector\n"
        "anyio.run(SileroVoiceDetector().prepare)\n"
        "assert 'faster_whisper' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


async def test_the_configured_one_needs_no_download(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    detector = composition.detector(Config(audio=AudioSettings(detector="silero")))
    await detector.prepare()
    await detector.aclose()
