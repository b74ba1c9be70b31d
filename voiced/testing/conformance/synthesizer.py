"""What every synthesizer owes: pieces of sound in order, timings inside them, a clean end."""

from __future__ import annotations

from contextlib import aclosing
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from voiced.stages import SpokenAudio, Synthesizer, Voice, WordTiming

__all__ = ["check_synthesizer"]

_SENTENCE = "Okay, I have opened the browser. Shall I read it?"


async def check_synthesizer(
    synthesizer: Synthesizer, voice: Voice, sentence: str = _SENTENCE
) -> None:
    """Check a synthesizer against the obligations of ``voiced.stages.Synthesizer``.

    Args:
        synthesizer: Not yet prepared; it is closed afterwards.
        voice: A voice it can speak with.
        sentence: A sentence of several words that this voice can say.

    Raises:
        AssertionError: An obligation is not met; the message says which one.
    """
    await synthesizer.prepare()
    await synthesizer.prepare()
    pieces = await _speak(synthesizer, sentence, voice)
    _check_sound(pieces)
    _check_words(pieces, sentence)
    await _check_again(synthesizer, sentence, voice)
    for blank in ("", "  \n"):
        assert not await _speak(synthesizer, blank, voice), f"sound for the blank text {blank!r}"
    await synthesizer.aclose()
    await synthesizer.aclose()


async def _speak(synthesizer: Synthesizer, sentence: str, voice: Voice) -> list[SpokenAudio]:
    async with aclosing(synthesizer.synthesize(sentence, voice)) as pieces:
        return [piece async for piece in pieces]


async def _check_again(synthesizer: Synthesizer, sentence: str, voice: Voice) -> None:
    """A sentence that was cut off leaves nothing behind for the next one."""
    async with aclosing(synthesizer.synthesize(sentence, voice)) as pieces:
        async for _ in pieces:
            break
    after = await _speak(synthesizer, sentence, voice)
    _check_sound(after)
    _check_words(after, sentence)


def _check_sound(pieces: list[SpokenAudio]) -> None:
    assert pieces, "no sound for a sentence"
    for piece in pieces:
        assert piece.samples.dtype == np.int16, f"samples are {piece.samples.dtype}, not int16"
        assert piece.samples.ndim == 1, f"samples have shape {piece.samples.shape}, not (n,)"
        assert len(piece.samples), "a piece without samples"
        assert piece.rate_hz > 0, f"rate_hz is {piece.rate_hz}"
    rates = {piece.rate_hz for piece in pieces}
    assert len(rates) == 1, f"the rate changes inside a sentence: {sorted(rates)}"
    assert any(np.any(piece.samples) for piece in pieces), "the sentence is silent"


def _check_words(pieces: list[SpokenAudio], sentence: str) -> None:
    timings: list[WordTiming] = []
    for piece in pieces:
        for timing in piece.words:
            assert 0 <= timing.start <= timing.end <= len(piece.samples), (
                f"{timing} does not lie in its piece of {len(piece.samples)} samples"
            )
        for one, two in pairwise(piece.words):
            assert one.end <= two.start, f"{one} overlaps {two}"
        timings.extend(piece.words)
    for timing in timings:
        there = sentence[timing.text_start : timing.text_start + len(timing.word)]
        assert there == timing.word, f"{timing}: the text has {there!r} there"
    starts = [timing.text_start for timing in timings]
    assert starts == sorted(set(starts)), f"words come out of order: {starts}"
