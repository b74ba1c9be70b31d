from __future__ import annotations

import json
import os
import shutil
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import anyio.lowlevel
import numpy as np
import pytest
from make_whisper import make_hearing_whisper, make_scripted_whisper

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, Framer, Samples, silence
from voiced.config import TranscriberSettings
from voiced.engines.faster_whisper import FasterWhisperTranscriber
from voiced.errors import ConfigError, ModelMissing, TranscriptionError
from voiced.stages import Hints, Transcript
from voiced.testing.conformance import check_transcriber

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

pytestmark = [pytest.mark.engine, pytest.mark.anyio]

SCRIPT = "Open the browser and search my bookmarks."


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whisper")
    make_scripted_whisper(folder / "scripted", SCRIPT)
    make_scripted_whisper(folder / "rivals", SCRIPT, rivals={"bookmarks.": "cookbooks."})
    make_scripted_whisper(folder / "phantom", "Thanks for watching!")
    make_scripted_whisper(folder / "no-speech", SCRIPT, no_speech=True)
    make_hearing_whisper(folder / "hearing")
    return folder


def whisper(models: Path, model: str, **settings: object) -> FasterWhisperTranscriber:
    chosen = {"engine": "faster-whisper", "model": model, "pad_s": 4.0, **settings}
    return FasterWhisperTranscriber(TranscriberSettings.model_validate(chosen), models)


def tone(hz: float, seconds: float = 2.0) -> Samples:
    at_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    return np.pad((8000 * np.sin(2 * np.pi * hz * at_s)).astype(np.int16), RATE_HZ // 2)


async def play(sound: Samples, *, live: bool = False) -> AsyncGenerator[AudioFrame]:
    for frame in Framer().feed(sound):
        await (anyio.sleep(frame.duration_s) if live else anyio.lowlevel.checkpoint())
        yield frame


async def transcripts(
    engine: FasterWhisperTranscriber, sound: Samples, hints: Hints | None = None, live: bool = False
) -> list[Transcript]:
    async with (
        aclosing(play(sound, live=live)) as audio,
        aclosing(engine.transcribe(audio, hints or Hints())) as found,
    ):
        return [each async for each in found]


async def final(engine: FasterWhisperTranscriber, sound: Samples, **key_terms: Hints) -> Transcript:
    return (await transcripts(engine, sound, **key_terms))[-1]


@pytest.mark.parametrize("model", ["scripted", "hearing"])
async def test_conforms(models: Path, model: str) -> None:
    await check_transcriber(whisper(models, model), list(Framer().feed(tone(400))))


async def test_it_hears_what_is_played(models: Path) -> None:
    engine = whisper(models, "hearing")
    for hz, text in ((200, "low"), (3000, "high"), (500, "low"), (1600, "high")):
        heard = await final(engine, tone(hz))
        assert heard.text == text
        assert heard.confidence > 0.9


@pytest.mark.parametrize("pad_s", [2.0, 10.0, 30.0])
async def test_any_padding_hears_the_same(models: Path, pad_s: float) -> None:
    engine = whisper(models, "hearing", pad_s=pad_s)
    assert (await final(engine, tone(300))).text == "low"
    assert (await final(engine, tone(3000, 5.0))).text == "high"


async def test_more_than_one_window_is_put_together(models: Path) -> None:
    sound = np.concatenate([tone(300, 28), tone(3000, 20)])
    assert (await final(whisper(models, "hearing"), sound)).text == "low high"


async def test_partials_while_the_user_speaks_then_one_final(models: Path) -> None:
    engine = whisper(models, "hearing", partial_interval_ms=300)
    await engine.prepare()
    sound = np.concatenate([tone(300, 0.6), tone(3000, 1.5)])
    found = await transcripts(engine, sound, live=True)
    assert [each.text for each in found] == ["low", "high", "high"]
    assert [each.is_final for each in found] == [False, False, True]


async def test_silence_says_nothing_though_the_model_would(models: Path) -> None:
    engine = whisper(models, "scripted")
    assert (await final(engine, tone(300))).text == SCRIPT
    hiss = np.random.default_rng(0).normal(0, 20, 3 * RATE_HZ).astype(np.int16)
    for quiet in (silence(3 * RATE_HZ), hiss):
        assert (await final(engine, quiet)).text == ""


@pytest.mark.parametrize("model", ["phantom", "no-speech"])
async def test_what_is_invented_is_dropped(models: Path, model: str) -> None:
    dropped = await final(whisper(models, model), tone(300))
    assert (dropped.text, dropped.confidence) == ("", 0.0)


async def test_no_speech_is_measured_against_the_setting(models: Path) -> None:
    engine = whisper(models, "no-speech", max_no_speech=1.0)
    assert (await final(engine, tone(300))).text == SCRIPT


async def test_more_than_could_be_said_is_dropped(models: Path) -> None:
    assert (await final(whisper(models, "scripted"), tone(300, 0.2))).text == ""


async def test_a_beam_gives_other_readings(models: Path) -> None:
    heard = await final(whisper(models, "rivals", beam_size=5), tone(300))
    assert heard.text == SCRIPT
    (other,) = heard.alternatives
    assert other.text == SCRIPT.replace("bookmarks", "cookbooks")
    assert 0.5 < other.confidence < heard.confidence


async def test_key_terms_stand_before_the_sound(models: Path) -> None:
    # In this model each token before the sound moves the script on by a word.
    heard = await final(whisper(models, "rivals"), tone(300), hints=Hints(key_terms=("browser",)))
    assert heard.text == "browser and search my bookmarks."


async def test_thousands_of_key_terms_do_no_harm(models: Path) -> None:
    names = tuple(f"name{number}" for number in range(5000))
    heard = await final(whisper(models, "scripted"), tone(300), hints=Hints(key_terms=names))
    assert heard.text == SCRIPT


async def test_sound_of_another_rate_is_refused(models: Path) -> None:
    async def audio() -> AsyncGenerator[AudioFrame]:
        yield AudioFrame(silence(FRAME_SAMPLES), 8000, 0)

    with pytest.raises(TranscriptionError, match="need sound at 16000 Hz, got 8000 Hz"):
        await anext(whisper(models, "scripted").transcribe(audio(), Hints()))


async def test_a_missing_model_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"has no model\.bin") as caught:
        await whisper(tmp_path, "small.en").prepare()
    assert caught.value.mend == "voiced models pull small.en"


@pytest.mark.parametrize(("language", "model"), [("en", "base.en"), ("de", "base")])
async def test_the_default_model_fits_the_language(
    tmp_path: Path, language: str, model: str
) -> None:
    with pytest.raises(ModelMissing) as caught:
        await whisper(tmp_path, "", language=language).prepare()
    assert caught.value.mend == f"voiced models pull {model}"


async def test_a_folder_without_a_tokenizer_is_not_completed_from_the_net(
    models: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(models / "scripted", tmp_path / "partly")
    (folder / "tokenizer.json").unlink()
    with pytest.raises(ModelMissing, match=r"has no tokenizer\.json"):
        await whisper(tmp_path, str(folder)).prepare()


async def test_a_broken_model_is_named(models: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(models / "scripted", tmp_path / "broken")
    (folder / "model.bin").write_bytes((folder / "model.bin").read_bytes()[:1000])
    with pytest.raises(ModelMissing, match="broken cannot be loaded"):
        await whisper(tmp_path, "broken").prepare()


@pytest.mark.parametrize(
    ("key", "value"), [("language", "de"), ("language", "klingon"), ("compute_type", "int3")]
)
async def test_settings_that_do_not_fit_the_model(models: Path, key: str, value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        await whisper(models, "scripted", **{key: value}).prepare()
    assert caught.value.key == f"transcriber.{key}"
    assert value in caught.value.reason


@pytest.mark.skipif(
    "VOICED_TEST_WHISPER_DIR" not in os.environ,
    reason="VOICED_TEST_WHISPER_DIR is not set: a folder with a model that knows the sentences "
    "of its sentences.json, spoken by espeak-ng",
)
async def test_a_trained_model_transcribes_speech(say) -> None:
    folder = Path(os.environ["VOICED_TEST_WHISPER_DIR"])
    sentences = json.loads((folder / "sentences.json").read_text(encoding="utf-8"))
    engine = whisper(folder.parent, str(folder))
    right = [
        (await final(engine, await say(sentence, pad_s=0.2))).text == sentence
        for sentence in sentences[::4]
    ]
    assert np.mean(right) > 0.7, f"{sum(right)} of {len(right)} sentences right"


@pytest.mark.parametrize(("threads", "used"), [(3, 3), (0, min(4, os.cpu_count() or 1))])
async def test_as_many_threads_as_the_settings_say(
    models: Path, monkeypatch: pytest.MonkeyPatch, threads: int, used: int
) -> None:
    import faster_whisper

    asked: list[int] = []
    real = faster_whisper.WhisperModel

    def model(*arguments: object, cpu_threads: int, **more: object) -> object:
        asked.append(cpu_threads)
        return real(*arguments, cpu_threads=cpu_threads, **more)

    monkeypatch.setattr(faster_whisper, "WhisperModel", model)
    settings = TranscriberSettings(engine="faster-whisper", model="scripted", threads=threads)
    transcriber = FasterWhisperTranscriber(settings, models)
    await transcriber.prepare()
    await transcriber.aclose()
    assert asked == [used]
