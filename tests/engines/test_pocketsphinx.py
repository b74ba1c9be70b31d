from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

import anyio
import anyio.lowlevel
import numpy as np
import pocketsphinx
import pytest

from voiced.audio import AudioFrame, Framer, Samples, silence
from voiced.config import TranscriberSettings
from voiced.engines.dictation import Dictation
from voiced.engines.pocketsphinx import PocketsphinxTranscriber
from voiced.errors import ModelMissing
from voiced.grammar import Grammar, ListPhrases
from voiced.stages import Hints, Transcript
from voiced.testing.conformance import check_transcriber

pytestmark = [pytest.mark.engine, pytest.mark.anyio]

Say = Callable[..., Awaitable[Samples]]

GRAMMAR = Grammar.from_templates(
    {
        "light": ["turn (on|off) the {room} (light|lights)"],
        "door": ["(open|lock) the {door} door"],
        "timer": ["(start|cancel) the timer"],
    },
    {
        "room": ListPhrases(["kitchen", "bedroom", "garden"]),
        "door": ListPhrases(["balcony", "cellar"]),
    },
)
ONLY_ORDERS = Hints(graph=GRAMMAR.graph, open_dictation=False)


def engine(**settings: object) -> PocketsphinxTranscriber:
    return PocketsphinxTranscriber(TranscriberSettings.model_validate(settings))


@pytest.fixture
def model(tmp_path: Path) -> dict[str, Path]:
    """A folder of links to the files of the model: their names, and where they are."""
    files = Path(pocketsphinx.get_model_path("en-us")).iterdir()
    links = {path.name: tmp_path / path.name for path in files}
    for name, link in links.items():
        link.symlink_to(Path(pocketsphinx.get_model_path("en-us")) / name)
    return links


async def prepared() -> PocketsphinxTranscriber:
    transcriber = engine()
    await transcriber.prepare()
    return transcriber


async def play(sound: Samples) -> AsyncGenerator[AudioFrame]:
    for frame in Framer().feed(sound):
        await anyio.lowlevel.checkpoint()
        yield frame


async def transcripts(
    transcriber: PocketsphinxTranscriber, sound: Samples, hints: Hints
) -> list[Transcript]:
    async with (
        aclosing(play(sound)) as audio,
        aclosing(transcriber.transcribe(audio, hints)) as found,
    ):
        return [transcript async for transcript in found]


async def final(
    transcriber: PocketsphinxTranscriber, sound: Samples, hints: Hints = ONLY_ORDERS
) -> Transcript:
    return (await transcripts(transcriber, sound, hints))[-1]


async def test_it_conforms(say: Say) -> None:
    frames = list(Framer().feed(await say("lock the balcony door")))
    await check_transcriber(engine(), frames, ONLY_ORDERS)


@pytest.mark.parametrize(
    "sentence",
    [
        "lock the balcony door",
        "turn on the kitchen light",
        "turn off the garden light",
        "cancel the timer",
    ],
)
async def test_sentences_of_the_grammar_are_understood(say: Say, sentence: str) -> None:
    heard = await transcripts(engine(), await say(sentence), ONLY_ORDERS)
    assert heard[-1].text == sentence
    assert heard[-1].confidence > 0.5
    assert any(partial.text.startswith(sentence[:3]) for partial in heard[:-1])


@pytest.mark.parametrize(
    "sentence",
    [
        "what is the capital of france",
        "write a poem about autumn leaves",
        "my brother works for a small company",
    ],
)
async def test_other_speech_is_no_order(say: Say, sentence: str) -> None:
    heard = await final(engine(), await say(sentence))
    assert heard == Transcript("", is_final=True, confidence=0.0)


def sounds_without_speech() -> dict[str, Samples]:
    chance = np.random.default_rng(0)
    return {
        "nothing": silence(0),
        "silence": silence(48_000),
        "noise": chance.normal(0, 800, 48_000).astype(np.int16),
        "tone": (8000 * np.sin(np.arange(48_000) * 0.2)).astype(np.int16),
        "too short": chance.normal(0, 800, 200).astype(np.int16),
    }


@pytest.mark.parametrize("name", sounds_without_speech())
@pytest.mark.parametrize("hints", [ONLY_ORDERS, Hints()], ids=["grammar", "dictation"])
async def test_no_words_are_made_of_other_sound(name: str, hints: Hints) -> None:
    heard = await transcripts(engine(), sounds_without_speech()[name], hints)
    assert [each.text for each in heard] == [""]


async def test_what_is_no_order_is_dictated_where_that_is_allowed(say: Say) -> None:
    sound = await say("what is the capital of france")
    heard = await final(engine(), sound, Hints(graph=GRAMMAR.graph))
    assert heard.text.startswith("what is the")
    assert heard.confidence < 0.7


async def test_without_a_graph_all_is_dictated(say: Say) -> None:
    heard = await final(engine(), await say("what is the capital of france"), Hints())
    assert heard.text.startswith("what is the")


async def test_an_order_is_not_dictated(say: Say) -> None:
    transcriber = engine()
    sound = await say("lock the balcony door")
    heard = await final(transcriber, sound, Hints(graph=GRAMMAR.graph))
    assert heard.text == "lock the balcony door"
    assert not heard.alternatives


async def test_orders_start_no_dictation_of_their_own(say: Say) -> None:
    transcriber = await prepared()
    dictation = dictation_of(transcriber)
    await final(transcriber, await say("lock the balcony door"))
    assert not dictation.is_running


async def test_dictation_starts_while_somebody_speaks_and_ends_with_the_engine(say: Say) -> None:
    transcriber = await prepared()
    dictation = dictation_of(transcriber)
    await final(transcriber, silence(16_000), Hints(graph=GRAMMAR.graph))
    assert not dictation.is_running
    await final(transcriber, await say("lock the balcony door"), Hints(graph=GRAMMAR.graph))
    assert dictation.is_running
    await transcriber.aclose()
    assert not dictation.is_running


def dictation_of(transcriber: PocketsphinxTranscriber) -> Dictation:
    assert transcriber._decoders is not None
    return transcriber._decoders.dictation


async def test_another_graph_is_another_grammar(say: Say) -> None:
    transcriber = engine()
    other = Grammar.from_templates({"x": ["lock the bicycle shed", "paint the garden fence"]}, {})
    sound = await say("paint the garden fence")
    assert (await final(transcriber, sound)).text == ""
    hints = Hints(graph=other.graph, open_dictation=False)
    assert (await final(transcriber, sound, hints)).text == "paint the garden fence"
    assert (await final(transcriber, await say("cancel the timer"))).text == "cancel the timer"


async def test_words_that_the_dictionary_lacks_are_understood(say: Say) -> None:
    names = ["grelbin", "frobnitz", "zorvatti", "meldaroo"]
    grammar = Grammar.from_templates(
        {"x": ["open the {name} folder"]}, {"name": ListPhrases(names)}
    )
    hints = Hints(graph=grammar.graph, open_dictation=False)
    transcriber = engine()
    found = [
        (await final(transcriber, await say(f"open the {n} folder"), hints)).text for n in names
    ]
    assert (
        sum(f"open the {name} folder" == text for name, text in zip(names, found, strict=True)) >= 3
    ), found


async def test_long_silence_around_an_order_does_no_harm(say: Say) -> None:
    spoken = await say("lock the balcony door")
    sound = np.concatenate([silence(80_000), spoken, silence(80_000)])
    assert (await final(engine(), sound)).text == "lock the balcony door"


async def timed(
    transcriber: PocketsphinxTranscriber, sound: Samples, hints: Hints
) -> tuple[Transcript, float]:
    """The final transcript, and the seconds that it took after the last frame."""
    ended_s = 0.0

    async def frames() -> AsyncGenerator[AudioFrame]:
        nonlocal ended_s
        async for frame in play(sound):
            yield frame
        ended_s = time.perf_counter()

    async with (
        aclosing(frames()) as audio,
        aclosing(transcriber.transcribe(audio, hints)) as found,
    ):
        heard = [each async for each in found]
    return heard[-1], time.perf_counter() - ended_s


async def test_the_final_comes_at_once(say: Say) -> None:
    transcriber = engine()
    sound = await say("turn on the kitchen light")
    await final(transcriber, sound)
    assert min([(await timed(transcriber, sound, ONLY_ORDERS))[1] for _ in range(5)]) < 0.02


async def test_the_final_of_a_doubtful_order_does_not_wait_for_the_dictation(say: Say) -> None:
    waits_s: list[float] = []
    for sentence in ["lock the balcony door", "turn on the kitchen light", "lock the cellar door"]:
        for voice in ["en-gb", "en-us+m3", "en-us+m1"]:
            sound = await say(sentence, voice)
            heard, wait_s = await timed(await prepared(), sound, Hints(graph=GRAMMAR.graph))
            if heard.text == sentence and heard.confidence < 0.9:
                waits_s.append(wait_s)
    assert waits_s, "no order was doubtful"
    assert min(waits_s) < 0.1  # a new voice is decoded again, perhaps; dictating takes 0.3 s


async def test_an_utterance_that_is_dropped_at_its_end_does_not_hold_up_the_next(say: Say) -> None:
    sound = np.concatenate([await say("my brother works for a small company")] * 2)
    _, whole_s = await timed(await prepared(), sound, ONLY_ORDERS)
    assert whole_s > 0.2, "it was not decoded again"
    transcriber = await prepared()
    with anyio.CancelScope() as scope:

        async def frames() -> AsyncGenerator[AudioFrame]:
            async for frame in play(sound):
                yield frame
            scope.deadline = anyio.current_time() + 0.05

        async with (
            aclosing(frames()) as audio,
            aclosing(transcriber.transcribe(audio, ONLY_ORDERS)) as found,
        ):
            _ = [each async for each in found]
    assert scope.cancelled_caught
    began_s = time.perf_counter()
    await final(transcriber, silence(0))
    assert time.perf_counter() - began_s < whole_s / 2


async def test_two_utterances_at_once_do_not_mix(say: Say) -> None:
    transcriber = engine()
    texts: dict[str, str] = {}

    async def hear(sentence: str, sound: Samples) -> None:
        texts[sentence] = (await final(transcriber, sound)).text

    sentences = ["lock the balcony door", "cancel the timer"]
    sounds = [await say(sentence) for sentence in sentences]
    async with anyio.create_task_group() as tasks:
        for sentence, sound in zip(sentences, sounds, strict=True):
            tasks.start_soon(hear, sentence, sound)
    assert texts == {sentence: sentence for sentence in sentences}


async def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=str(tmp_path)):
        await engine(model=str(tmp_path)).prepare()


async def test_a_missing_language_model_is_named_at_the_start(
    tmp_path: Path, model: dict[str, Path]
) -> None:
    model["en-us.lm.bin"].unlink()
    with pytest.raises(ModelMissing, match=r"en-us\.lm\.bin"):
        await engine(model=str(tmp_path)).prepare()


async def test_another_language_is_refused() -> None:
    with pytest.raises(ModelMissing, match="'de'") as caught:
        await engine(language="de").prepare()
    assert "faster-whisper" in caught.value.mend
