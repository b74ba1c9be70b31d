"""Wake words heard by the real networks, in synthetic speech; and what becomes of broken ones."""

from __future__ import annotations

import json
import shutil
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from voiced.audio import Framer, Samples, to_int16
from voiced.composition import opening
from voiced.config import Config
from voiced.config.activation import ActivationSettings
from voiced.engines.wake_word import MicroWakeWordDetector, threshold
from voiced.errors import ModelMissing
from voiced.stages import WakeWord
from voiced.testing.conformance import check_wake_word_detector
from voiced.testing.fakes import FakeMicrophone

pytestmark = [pytest.mark.engine, pytest.mark.anyio]

WORD = "Okay nabu."


def models() -> Path:
    spec = find_spec("pymicro_wakeword")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "models"


async def heard(words: list[str], sound: Samples, sensitivity: float = 0.5) -> list[WakeWord]:
    detector = MicroWakeWordDetector(words, sensitivity)
    await detector.prepare()
    noise = np.random.default_rng(0).normal(0, 15 / 32768, len(sound))
    frames = Framer().feed(to_int16(sound / 32768 + noise))
    found = [word for frame in frames if (word := detector.detect(frame)) is not None]
    await detector.aclose()
    return found


def end_of(sound: Samples) -> int:
    return int(np.flatnonzero(np.abs(sound.astype(int)) > 300)[-1])


async def test_conforms(say) -> None:
    frames = list(Framer().feed(await say(WORD, pad_s=1.0)))
    await check_wake_word_detector(MicroWakeWordDetector(["okay_nabu"]), frames, "okay_nabu")


async def test_a_word_is_heard_once_and_its_end_is_known(say) -> None:
    sound = await say(WORD, pad_s=1.0)
    (word,) = await heard(["okay_nabu"], sound)
    assert word.word == "okay_nabu"
    assert abs(word.at - end_of(sound)) < 16 * 120


async def test_two_words_are_listened_for_at_once(say) -> None:
    sound = np.concatenate([await say(WORD, pad_s=1.0), await say("Alexa.", pad_s=1.0)])
    found = await heard(["alexa", "okay_nabu"], sound)
    assert [word.word for word in found] == ["okay_nabu", "alexa"]


async def test_other_words_are_none(say) -> None:
    sound = await say("Turn off the lights in the kitchen, and read my mail.", pad_s=1.0)
    assert await heard(["okay_nabu", "alexa", "hey_jarvis", "hey_mycroft"], sound) == []


async def test_it_hears_the_same_word_again_later(say) -> None:
    sound = await say(WORD, pad_s=1.0)
    assert len(await heard(["okay_nabu"], np.concatenate([sound, sound]))) == 2


def test_sensitivity_moves_the_threshold_both_ways() -> None:
    assert threshold(0.85, 0.5) == pytest.approx(0.85)
    assert threshold(0.85, 0.0) == pytest.approx(0.9625)
    assert threshold(0.85, 1.0) == pytest.approx(0.4)
    assert threshold(0.1, 1.0) == 0.05


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A model of one's own: a description with a network beside it."""
    for suffix in (".json", ".tflite"):
        shutil.copy(models() / f"okay_nabu{suffix}", tmp_path)
    return tmp_path / "okay_nabu.json"


async def test_a_model_of_ones_own_is_a_file(own, say) -> None:
    assert len(await heard([str(own)], await say(WORD, pad_s=1.0))) == 1


@pytest.mark.parametrize("share", [0.0, 0.5, 0.999])
async def test_a_network_that_was_cut_off_is_told_and_crashes_nothing(own, share) -> None:
    network = own.with_suffix(".tflite")
    data = network.read_bytes()
    network.write_bytes(data[: int(share * len(data))])
    with pytest.raises(ModelMissing, match="it is no network, or was cut off") as raised:
        await MicroWakeWordDetector([str(own)]).prepare()
    assert "push-to-talk key works" in raised.value.spoken


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "cannot be used: JSONDecodeError"),
        ("[]", "cannot be used: TypeError"),
        ("{}", "cannot be used: KeyError"),
        (json.dumps({"model": "none.tflite"}), "there is no network"),
        (json.dumps({"model": "okay_nabu.tflite"}), "cannot be used: 'micro'"),
    ],
)
async def test_a_broken_description_is_told(own, text, reason) -> None:
    own.write_text(text)
    with pytest.raises(ModelMissing, match=reason):
        await MicroWakeWordDetector([str(own)]).prepare()


async def test_a_word_that_there_is_not_is_told_with_those_that_there_are() -> None:
    with pytest.raises(ModelMissing) as raised:
        await MicroWakeWordDetector(["computer"]).prepare()
    assert "alexa, hey_jarvis, hey_mycroft, okay_nabu" in raised.value.mend


async def test_with_a_broken_model_it_starts_and_the_key_works(own, caplog) -> None:
    own.with_suffix(".tflite").write_bytes(b"")
    settings = ActivationSettings(mode="wake_word", words=(str(own),))
    options = opening.RunOptions(sink="null")
    config = Config(activation=settings)
    async with opening.open_stages(config, options, FakeMicrophone([], 1.0)) as stages:
        assert stages.wake_word is None
        (error,) = stages.unusable
    assert error.stage == "wake word"
    assert "it is no network" in caplog.text
