from __future__ import annotations

import gc
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

import anyio
import numpy as np
import pytest

from voiced import workers
from voiced.audio import level_dbfs
from voiced.conversation import Delivery
from voiced.engines.espeak import EspeakSynthesizer
from voiced.errors import ModelMissing
from voiced.models.voices import Profile, profiles
from voiced.speech.delivery import delivered
from voiced.stages import SpokenAudio, Voice
from voiced.testing.conformance import check_synthesizer

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.engine, pytest.mark.anyio]

VOICE = Voice("default", "espeak", "en-us")


async def speak(sentence: str, voice: Voice = VOICE) -> list[SpokenAudio]:
    async with aclosing(EspeakSynthesizer().synthesize(sentence, voice)) as pieces:
        return [piece async for piece in pieces]


def sound(pieces: list[SpokenAudio]) -> np.ndarray:
    return np.concatenate([piece.samples for piece in pieces])


async def test_conforms() -> None:
    await check_synthesizer(EspeakSynthesizer(), VOICE)


async def test_every_word_has_its_own_piece_and_timing() -> None:
    sentence = "Größe: it's 3 pm, Dr. Smith. I have 2026 files."
    pieces = await speak(sentence)
    assert [piece.words[0].word for piece in pieces] == sentence.split()
    for piece in pieces:
        (timing,) = piece.words
        assert sentence[timing.text_start :].startswith(timing.word)
        assert 0 == timing.start < timing.end <= len(piece.samples)
    assert pieces[0].rate_hz == 22050
    assert 2 < len(sound(pieces)) / 22050 < 8


async def test_the_pause_after_a_word_is_not_part_of_it() -> None:
    (last,) = (await speak("Okay. Good."))[-1:]
    timing = last.words[0]
    assert timing.end < len(last.samples)
    assert level_dbfs(last.samples[timing.end :]) < -45


def timbre(samples: np.ndarray) -> np.ndarray:
    """Mean level of 40 bands: alike for the same voice and words, though samples never are."""
    power = np.abs(np.fft.rfft(samples.astype(float), 1 << 17)) ** 2
    bands = np.array([band.mean() for band in np.array_split(power[:40_000], 40)])
    return 10 * np.log10(bands + 1)


def unlike_db(one: np.ndarray, two: np.ndarray) -> float:
    return float(np.mean(np.abs(timbre(one) - timbre(two))))


async def test_speed_volume_and_lexicon_are_heard() -> None:
    sentence = "open the second document"
    plain = sound(await speak(sentence))
    fast = sound(await speak(sentence, replace(VOICE, speed=1.6)))
    assert len(fast) < 0.8 * len(plain)
    quiet = sound(await speak(sentence, replace(VOICE, volume_db=-12)))
    assert level_dbfs(plain) - level_dbfs(quiet) == pytest.approx(12, abs=1)
    respelled = sound(await speak(sentence, replace(VOICE, lexicon={"document": "doc"})))
    assert len(respelled) == pytest.approx(len(sound(await speak("open the second doc"))), rel=0.02)


async def test_a_lexicon_may_join_words_and_their_timings_point_at_the_text() -> None:
    sentence = "ThursdAI's guests use Visual Studio Code, I hear."
    lexicon = {"ThursdAI": "thursday eye", "visual studio code": "V S code"}
    pieces = await speak(sentence, replace(VOICE, lexicon=lexicon))
    words = [piece.words[0] for piece in pieces]
    assert [word.word for word in words] == [
        *("ThursdAI's", "guests", "use", "Visual Studio Code,", "I", "hear.")
    ]
    for word in words:
        assert sentence[word.text_start :].startswith(word.word)


def hum_db(samples: np.ndarray) -> float:
    """Share of the power at the pitch of a voice, 60 to 200 Hz."""
    power = np.abs(np.fft.rfft(samples.astype(float))) ** 2
    hz = np.fft.rfftfreq(len(samples), 1 / 22050)
    return float(10 * np.log10(power[(hz > 60) & (hz < 200)].sum() / power.sum()))


@pytest.mark.parametrize("model", ["en-us", "en-us+f3"])
async def test_a_whisper_is_soft_and_has_no_voice(model: str) -> None:
    voice = replace(VOICE, model=model)
    plain = sound(await speak("a long, long way to go", voice))
    whispering = delivered(voice, Delivery(is_whisper=True))
    whisper = sound(await speak("a long, long way to go", whispering))
    assert level_dbfs(plain) - level_dbfs(whisper) > 3
    assert hum_db(plain) - hum_db(whisper) > 10


async def test_pitch_is_heard() -> None:
    low, again, high = [
        sound(await speak("a long, long way to go", replace(VOICE, pitch=pitch)))
        for pitch in (0.1, 0.1, 0.9)
    ]
    assert unlike_db(low, high) > 2 * unlike_db(low, again)


async def test_a_variant_may_stand_in_the_model_or_the_speaker() -> None:
    text = "a long, long way to go"
    plain = sound(await speak(text))
    speaker = sound(await speak(text, replace(VOICE, speaker="f3")))
    model = sound(await speak(text, replace(VOICE, model="en-us+f3")))
    assert unlike_db(plain, speaker) > 2 * unlike_db(model, speaker)


async def test_a_language_is_a_voice_too() -> None:
    # en-gb is the language of the voice "en", not its name
    american, british = [
        sound(await speak("ask for a bath, tomato", replace(VOICE, model=model)))
        for model in ("en-us", "en-gb")
    ]
    by_name = sound(await speak("ask for a bath, tomato", replace(VOICE, model="en")))
    assert unlike_db(british, american) > 2 * unlike_db(british, by_name)
    variant = sound(await speak("ask for a bath, tomato", replace(VOICE, model="en-gb+f3")))
    assert unlike_db(british, variant) > 2 * unlike_db(british, by_name)


@pytest.mark.parametrize("model", ["klingon-none", "en-us+nobody", "../lang/gmw/en", "en+../!v/f3"])
async def test_an_unknown_voice_is_named_with_the_mend(model: str) -> None:
    with pytest.raises(ModelMissing, match="espeak-ng has no voice") as caught:
        await speak("hello", replace(VOICE, model=model))
    assert "voiced voices list" in caught.value.mend


@pytest.mark.parametrize("sentence", ["", " \n", "\x00"])
async def test_nothing_to_say_is_no_sound(sentence: str) -> None:
    assert await speak(sentence) == []


async def test_markup_is_read_out_not_obeyed() -> None:
    plain = sound(await speak("hello"))
    assert len(sound(await speak("[[h@l'oU]] <break time='60s'/> hello"))) > len(plain)


async def test_closing_early_frees_the_library_at_once() -> None:
    long = "This sentence goes on and on, and nobody wants to hear the rest of it. " * 200
    synthesizer = EspeakSynthesizer()
    async with aclosing(synthesizer.synthesize(long, VOICE)) as pieces:
        async for _ in pieces:
            break
    with anyio.fail_after(5):
        while workers.in_flight():  # noqa: ASYNC110 - a thread cannot set an event for us
            await anyio.sleep(0.005)
    assert len(await speak("hello")) == 1


async def test_sentences_spoken_at_once_do_not_mix() -> None:
    texts = ["first of all we look at this", "no", "and the third one is really very much longer"]
    words: dict[str, list[str]] = {}

    async def run(text: str) -> None:
        words[text] = [timing.word for piece in await speak(text) for timing in piece.words]

    async with anyio.create_task_group() as tasks:
        for text in texts:
            tasks.start_soon(run, text)
    assert words == {text: text.split() for text in texts}


@pytest.mark.parametrize(
    "profile",
    [each for each in profiles() if each.voice.engine == "espeak"],
    ids=lambda each: each.voice.name,
)
async def test_our_profiles_speak(profile: Profile) -> None:
    assert await speak("Hello there.", profile.voice)


async def test_a_missing_library_says_how_to_install_it(tmp_path: Path) -> None:
    synthesizer = EspeakSynthesizer(tmp_path / "libespeak-ng.so", tmp_path)
    with pytest.raises(ModelMissing) as caught:
        await synthesizer.prepare()
    assert "espeakng-loader" in caught.value.mend
    with pytest.raises(ModelMissing):
        await anext(synthesizer.synthesize("hello", VOICE))


async def test_sentences_of_any_length_leave_no_types_behind() -> None:
    await speak("one two three")
    before = sum(isinstance(each, type) for each in gc.get_objects())
    for number in range(4):
        await speak(f"this is sentence {'very ' * number}long")
    gc.collect()
    assert sum(isinstance(each, type) for each in gc.get_objects()) <= before
