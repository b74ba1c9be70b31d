"""The embedded voice, as many talkers: text to utterances with the times of their words.

The library's voice trembles by a state that it carries from sentence to sentence. Each studio
works with a copy of the library of its own, so that the same sentences in the same order give the
same samples, whatever else speaks in this process.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, asynccontextmanager
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from voiced.audio import RATE_HZ, Resampler, Samples, silence
from voiced.bench.material.utterances import Utterance, Word, at_talking_level, trimmed
from voiced.engines.espeak import EspeakSynthesizer
from voiced.stages import SpokenAudio, Voice

__all__ = ["TALKERS", "Studio", "studio", "talker"]

_PUNCTUATION = re.compile(r"^\W+|\W+$")
_RESPELLED = {"mhm": "umhum", "mm": "um"}
"""What the engine would spell out letter by letter."""

_SPEEDS = (0.85, 1.2)
_PITCH_SPREAD = 0.12

TALKERS = (
    Voice("anna", "espeak", "en-us+linda", pitch=0.5),
    Voice("bert", "espeak", "en-us+m3", pitch=0.4),
    Voice("carl", "espeak", "en-us+klatt4", pitch=0.45),
    Voice("dora", "espeak", "en-gb+steph", pitch=0.5),
    Voice("ewan", "espeak", "en-gb-scotland", pitch=0.45),
    Voice("fred", "espeak", "en-us+m7", pitch=0.35),
    Voice("gwen", "espeak", "en-gb-x-rp+f4", pitch=0.5),
    Voice("hugh", "espeak", "en-gb", pitch=0.5),
    Voice("iris", "espeak", "en-us+f1", pitch=0.65),
    Voice("joel", "espeak", "en-029", pitch=0.4),
)
"""Ten people; ``talker`` gives each a mood. None is breathy: breath differs from run to run."""


def talker(chance: np.random.Generator) -> Voice:
    """One of the talkers, today a little faster or slower, higher or lower."""
    voice = TALKERS[int(chance.integers(len(TALKERS)))]
    return Voice(
        voice.name,
        voice.engine,
        voice.model,
        speed=float(chance.uniform(*_SPEEDS)),
        pitch=voice.pitch + float(chance.uniform(-_PITCH_SPREAD, _PITCH_SPREAD)),
        lexicon=_RESPELLED,
    )


class Studio:
    """Speaks texts; made by ``studio``."""

    def __init__(self, synthesizer: EspeakSynthesizer) -> None:
        self._synthesizer = synthesizer

    async def say(self, text: str, voice: Voice) -> Utterance:
        """The text at a talker's level; its words are without the punctuation around them."""
        async with aclosing(self._synthesizer.synthesize(text, voice)) as spoken:
            pieces = [piece async for piece in spoken]
        if not pieces:
            return Utterance(silence(0), ())
        return trimmed(at_talking_level(_sound(pieces)), _words(text, pieces))


@asynccontextmanager
async def studio() -> AsyncGenerator[Studio]:
    """A studio in which nothing was said before.

    Raises:
        ModelMissing: The library cannot be loaded.
    """
    import espeakng_loader  # noqa: PLC0415 - a vendor, loaded when it is used

    original = Path(espeakng_loader.get_library_path())
    with TemporaryDirectory(prefix="voiced-bench-") as folder:
        copy = Path(folder) / original.name
        shutil.copyfile(original, copy)
        synthesizer = EspeakSynthesizer(copy, Path(espeakng_loader.get_data_path()))
        await synthesizer.prepare()
        yield Studio(synthesizer)


def _sound(pieces: Sequence[SpokenAudio]) -> Samples:
    resampler = Resampler(pieces[0].rate_hz, RATE_HZ)
    sound = [resampler.feed(piece.samples) for piece in pieces]
    return np.concatenate([*sound, resampler.flush()])


def _words(text: str, pieces: Sequence[SpokenAudio]) -> list[Word]:
    """All words of the text; those that the engine says in one breath share their time."""
    scale = RATE_HZ / pieces[0].rate_hz
    starts = accumulate((len(piece.samples) for piece in pieces), initial=0)
    times = {
        word.text_start: (round((start + word.start) * scale), round((start + word.end) * scale))
        for start, piece in zip(starts, pieces, strict=False)
        for word in piece.words
    }
    words: list[Word] = []
    group: list[str] = []
    time = (0, 0)
    for token in re.finditer(r"\S+", text):
        if token.start() in times:
            words += _shared(group, time)
            group, time = [], times[token.start()]
        group.append(_PUNCTUATION.sub("", token[0]))
    return [*words, *_shared(group, time)]


def _shared(texts: Sequence[str], time: tuple[int, int]) -> list[Word]:
    """The words one after the other in this time, each as long as it has letters."""
    start, end = time
    letters = [0, *accumulate(map(len, texts))]
    edges = [start + round((end - start) * count / max(1, letters[-1])) for count in letters]
    return [Word(text, edges[at], edges[at + 1]) for at, text in enumerate(texts)]
