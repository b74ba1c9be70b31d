from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from make_smart_turn import make_smart_turn

from voiced.audio import RATE_HZ, Samples, silence
from voiced.engines.smart_turn import SmartTurnDetector, features, what_is_missing
from voiced.errors import EngineError, ModelMissing
from voiced.models.catalogue import FileRecord, InstalledModel, listed_models, verify
from voiced.testing import signals
from voiced.testing.conformance import check_turn_end_detector

pytestmark = [pytest.mark.engine, pytest.mark.anyio]

PULL = "voiced models pull smart-turn"
INSTALL = "pip install 'voiced[smart-turn]'"
SENTENCES = (
    "Turn off the lights in the kitchen.",
    "Set a timer for ten minutes.",
    "Open the browser and search my bookmarks.",
    "Rename the letter to holiday plans.",
    "Create a folder called invoices.",
)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    make_smart_turn(tmp_path)
    return tmp_path


def speech(seconds: float, quiet_s: float = 0.0) -> Samples:
    return np.concatenate([signals.speech_like(seconds), silence(int(quiet_s * RATE_HZ))])


async def test_conforms(models: Path) -> None:
    await check_turn_end_detector(SmartTurnDetector(models))


async def test_the_end_of_the_sound_is_what_counts(models: Path) -> None:
    detector = SmartTurnDetector(models)
    await detector.prepare()
    assert await detector.end_probability(speech(2.0), "") < 0.5
    assert await detector.end_probability(speech(2.0, quiet_s=0.6), "") > 0.9
    assert await detector.end_probability(speech(12.0), "") < 0.5


async def test_it_loads_by_itself_and_again_after_it_was_closed(models: Path) -> None:
    detector = SmartTurnDetector(models)
    first = await detector.end_probability(speech(1.0), "")
    await detector.aclose()
    assert await detector.end_probability(speech(1.0), "") == first


def test_a_short_sound_comes_after_silence() -> None:
    heard = features(speech(1.0))
    assert heard.shape == (80, 800)
    assert np.ptp(heard[:, :698]) == pytest.approx(0.0, abs=1e-6)
    assert heard[:, 702:].mean() > heard[:, :698].mean() + 0.5


def test_of_a_long_sound_the_last_eight_seconds_are_heard() -> None:
    long = speech(11.0)
    assert np.array_equal(features(long), features(long[-8 * RATE_HZ :]))


def test_loudness_and_offset_do_not_matter() -> None:
    normal = speech(8.0)
    for other in ((normal / 8).astype(np.int16), (normal * 0.8 + 500).astype(np.int16)):
        assert np.abs(features(other) - features(normal)).mean() < 0.05


def test_features_are_those_of_faster_whisper() -> None:
    from faster_whisper.feature_extractor import FeatureExtractor

    sound = np.zeros(8 * RATE_HZ, np.float64)
    sound[-3 * RATE_HZ :] = speech(3.0)
    normal = (sound - sound.mean()) / sound.std()
    theirs = FeatureExtractor(chunk_length=8)(normal, padding=0)
    assert np.abs(features(speech(3.0)) - theirs).max() < 1e-3


async def test_a_missing_model_says_how_to_get_it(tmp_path: Path) -> None:
    missing = what_is_missing(tmp_path)
    assert missing is not None
    assert missing.mend == PULL
    with pytest.raises(ModelMissing, match=r"smart-turn-v3\.2-cpu\.onnx is not there") as caught:
        await SmartTurnDetector(tmp_path).prepare()
    assert caught.value.mend == PULL


async def test_a_missing_library_says_how_to_get_it(models: Path, monkeypatch) -> None:
    assert what_is_missing(models) is None
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ModelMissing, match="onnxruntime is not installed") as caught:
        await SmartTurnDetector(models).prepare()
    assert caught.value.mend == INSTALL


def test_both_are_named_where_both_are_missing(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    missing = what_is_missing(tmp_path)
    assert missing is not None
    assert missing.mend == f"{INSTALL} && {PULL}"


async def test_a_broken_model_is_named(models: Path) -> None:
    file = models / "smart-turn" / "smart-turn-v3.2-cpu.onnx"
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(ModelMissing, match=r"onnx cannot be loaded") as caught:
        await SmartTurnDetector(models).prepare()
    assert caught.value.mend == PULL


async def test_another_network_is_refused(tmp_path: Path) -> None:
    make_smart_turn(tmp_path, frames=1600)
    with pytest.raises(ModelMissing, match=r"another network: it takes .*\(80, 1600\)"):
        await SmartTurnDetector(tmp_path).prepare()


async def test_a_network_that_fails_is_an_engine_error(models: Path) -> None:
    detector = SmartTurnDetector(models)
    await detector.prepare()
    with pytest.raises(EngineError, match="smart-turn failed: ") as caught:
        await detector.end_probability(np.zeros((2, 100), np.int16), "")
    assert not isinstance(caught.value, ModelMissing)
    assert caught.value.stage == "turn end detector"


@pytest.mark.skipif(
    "VOICED_TEST_SMART_TURN" not in os.environ,
    reason="VOICED_TEST_SMART_TURN is not set: the path of smart-turn-v3.2-cpu.onnx",
)
async def test_the_real_model(tmp_path: Path, say) -> None:
    (listed,) = (model for model in listed_models() if model.kind == "turn-end")
    (file,) = listed.files
    place = tmp_path / listed.name
    place.mkdir()
    shutil.copyfile(os.environ["VOICED_TEST_SMART_TURN"], place / file.name)
    record = FileRecord(file.size_bytes, file.sha256)
    InstalledModel(listed.name, place, {file.name: record}, listed.licence).write()
    assert verify(listed.name, tmp_path) == ()
    await check_turn_end_detector(SmartTurnDetector(tmp_path))

    detector = SmartTurnDetector(tmp_path)
    await detector.prepare()
    # It is made for people: of espeak's voices few sound to it as if they ended, this one does.
    ends, cuts = [], []
    for sentence in SENTENCES:
        whole = await say(sentence, "en-gb+f2", pad_s=0.1)
        ends.append(await detector.end_probability(whole, ""))
        cuts += [
            await detector.end_probability(whole[: int(share * len(whole))], "")
            for share in (0.4, 0.5, 0.6, 0.7)
        ]
    assert np.mean(ends) > np.mean(cuts) + 0.2
