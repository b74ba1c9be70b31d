from __future__ import annotations

import logging
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from voiced import workers
from voiced.audio import level_dbfs
from voiced.engines.espeak import EspeakSynthesizer
from voiced.engines.piper import PiperSynthesizer
from voiced.errors import ModelMissing
from voiced.stages import SpokenAudio, Voice
from voiced.testing.conformance import check_synthesizer

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.engine, pytest.mark.anyio]

VOICE = Voice("test", "piper", "tone")


async def speak(models: Path, sentence: str, voice: Voice = VOICE) -> list[SpokenAudio]:
    async with aclosing(PiperSynthesizer(models).synthesize(sentence, voice)) as pieces:
        return [piece async for piece in pieces]


def length(pieces: list[SpokenAudio]) -> int:
    return sum(len(piece.samples) for piece in pieces)


async def test_conforms(piper_models: Path) -> None:
    await check_synthesizer(PiperSynthesizer(piper_models, VOICE), VOICE)


async def test_words_are_where_their_tones_are(piper_models: Path) -> None:
    (piece,) = await speak(piper_models, "Okay, I read 2026 files.")
    assert [timing.word for timing in piece.words] == ["Okay,", "I", "read", "2026", "files."]
    for timing in piece.words:
        assert level_dbfs(piece.samples[timing.start : timing.end]) > -12
        before = piece.samples[timing.start - 256 : timing.start]
        assert level_dbfs(before) < -30, "no pause between the words"


async def test_words_that_cannot_be_told_apart_have_no_timings(piper_models: Path) -> None:
    # espeak-ng joins "of the" into one group of phonemes
    (piece,) = await speak(piper_models, "the end of the story")
    assert piece.words == ()


async def test_a_voice_that_tells_no_timings(piper_models: Path) -> None:
    (piece,) = await speak(piper_models, "Okay.", replace(VOICE, model="plain"))
    assert piece.words == ()
    assert len(piece.samples) > 1000


async def test_speed_volume_and_lexicon(piper_models: Path) -> None:
    plain = await speak(piper_models, "open the second document")
    fast = await speak(piper_models, "open the second document", replace(VOICE, speed=2))
    assert length(fast) == length(plain) // 2
    quiet = await speak(piper_models, "open the second document", replace(VOICE, volume_db=-12))
    assert level_dbfs(plain[0].samples) - level_dbfs(quiet[0].samples) == pytest.approx(12, abs=0.1)
    respelled = replace(VOICE, lexicon={"document": "doc"})
    (one,) = await speak(piper_models, "open the second document", respelled)
    (two,) = await speak(piper_models, "open the second doc")
    assert np.array_equal(one.samples, two.samples)


async def test_words_of_a_lexicon_are_where_they_stand_in_the_text(piper_models: Path) -> None:
    voice = replace(VOICE, lexicon={"ThursdAI": "thursday eye", "new york": "gotham"})
    sentence = "Okay, New York likes ThursdAI's host."
    (piece,) = await speak(piper_models, sentence, voice)
    words = [timing.word for timing in piece.words]
    assert words == ["Okay,", "New York", "likes", "ThursdAI's", "host."]
    for timing in piece.words:
        assert sentence[timing.text_start :].startswith(timing.word)


async def test_a_loud_voice_is_not_cut_off(piper_models: Path) -> None:
    (loud,) = await speak(piper_models, "Okay.", replace(VOICE, volume_db=12))
    assert np.mean(np.abs(loud.samples.astype(int)) >= 32_767) < 0.3


async def test_a_piece_for_each_sentence_and_closing_stops_between(piper_models: Path) -> None:
    text = "One of them. And another one. And the last one."
    assert len(await speak(piper_models, text)) == 3
    before = workers.in_flight()
    async with aclosing(PiperSynthesizer(piper_models).synthesize(text * 100, VOICE)) as pieces:
        async for _ in pieces:
            break
    assert length(await speak(piper_models, "One.")) > 0
    assert workers.in_flight() <= before + 1


async def test_a_path_is_a_voice_too(piper_models: Path) -> None:
    path = piper_models / "tone.onnx"
    assert await speak(piper_models / "elsewhere", "Okay.", replace(VOICE, model=str(path)))


async def test_a_missing_voice_says_how_to_get_it(piper_models: Path) -> None:
    voice = Voice("lessac", "piper", "en_US-lessac-medium")
    with pytest.raises(ModelMissing) as caught:
        await speak(piper_models, "Okay.", voice)
    assert caught.value.mend == "voiced voices pull lessac"
    with pytest.raises(ModelMissing):
        await PiperSynthesizer(piper_models, voice).prepare()


@pytest.mark.parametrize("ending", [".onnx", ".onnx.json"])
async def test_a_broken_voice_is_named(tmp_path: Path, piper_models: Path, ending: str) -> None:
    for each in (".onnx", ".onnx.json"):
        whole = (piper_models / f"tone{each}").read_bytes()
        (tmp_path / f"tone{each}").write_bytes(whole[:100] if each == ending else whole)
    with pytest.raises(ModelMissing, match=r"tone\.onnx cannot be loaded"):
        await speak(tmp_path, "Okay.")


async def test_an_unknown_speaker_is_named(piper_models: Path) -> None:
    with pytest.raises(ModelMissing, match="no speaker 'anna'"):
        await speak(piper_models, "Okay.", replace(VOICE, speaker="anna"))


async def test_what_is_spoken_is_in_no_log(
    piper_models: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await speak(piper_models, "Heliotrope.")
    assert "Heliotrope" not in caplog.text


async def test_it_shares_a_process_with_espeak(piper_models: Path) -> None:
    espeak, voice = EspeakSynthesizer(), Voice("default", "espeak")
    for _ in range(2):
        async with aclosing(espeak.synthesize("Okay, good.", voice)) as pieces:
            spoken = [piece async for piece in pieces]
        assert [piece.words[0].word for piece in spoken] == ["Okay,", "good."]
        assert await speak(piper_models, "Okay.")
