"""Which words of the speech really came out of the loudspeaker, at full level, and how often."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from voiced.audio import Samples, silence
from voiced.bench.standins.loudspeaker import Stretch
from voiced.bench.standins.synthesizer import SpokenSentence
from voiced.stages import WordTiming

__all__ = ["HeardWord", "heard_text", "heard_words"]

_PROBE_S = 0.02
_MEASURABLE = 64
_FULL = 0.5
"""Down to this gain (6 dB softer) a word counts as heard."""

_ALMOST = 0.98


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word of sentence number ``sentence`` (from 0), as it stands in its text from ``at`` on.

    ``share`` in [0, 1] is how much of it was heard; ``times`` how often, 1.5 for one and a half.
    """

    text: str
    sentence: int
    at: int
    share: float
    times: float


def heard_words(
    stretches: Sequence[Stretch], spoken: Sequence[SpokenSentence]
) -> tuple[HeardWord, ...]:
    """Every word that was synthesised, found again in what came out by its samples.

    The system must not have changed its rate or its samples, other than by ducking.
    """
    out = _Out(stretches)
    return tuple(
        _heard(word, number, out.counts(sentence.samples[word.start : word.end]))
        for number, sentence in enumerate(spoken)
        for word in sentence.words
    )


def heard_text(words: Sequence[HeardWord]) -> str:
    """The text that was heard: whole words, and of a word that was cut the letters until then."""
    parts = (
        word.text if word.share >= _ALMOST else word.text[: round(word.share * len(word.text))]
        for word in words
    )
    return " ".join(part for part in parts if part)


def _heard(word: WordTiming, sentence: int, counts: Sequence[int]) -> HeardWord:
    share = float(np.mean([count > 0 for count in counts])) if counts else 0.0
    times = float(np.mean(counts)) if counts else 0.0
    return HeardWord(word.word, sentence, word.text_start, share, times)


class _Out:
    """All that came out, searchable."""

    def __init__(self, stretches: Sequence[Stretch]) -> None:
        self._rate_hz = stretches[0].rate_hz if stretches else 1
        self._given = np.concatenate([silence(0), *(each.given for each in stretches)])
        wanted = np.concatenate([silence(0), *(each.wanted for each in stretches)])
        self._haystack = wanted.tobytes()

    def counts(self, word: Samples) -> list[int]:
        """How often each piece of the word came out at full level; faint pieces are left out."""
        size = max(1, round(_PROBE_S * self._rate_hz))
        probes = (word[at : at + size] for at in range(0, len(word) - size // 2, size))
        return [
            sum(1 for at in self._places(probe) if self._is_full(probe, at))
            for probe in probes
            if np.abs(probe.astype(np.int32)).max() >= _MEASURABLE
        ]

    def _places(self, probe: Samples) -> Iterator[int]:
        needle = probe.tobytes()
        at = self._haystack.find(needle)
        while at >= 0:
            if at % probe.itemsize == 0:
                yield at // probe.itemsize
            at = self._haystack.find(needle, at + 1)

    def _is_full(self, probe: Samples, at: int) -> bool:
        given = self._given[at : at + len(probe)].astype(np.float64)
        return bool(np.linalg.norm(given) >= _FULL * np.linalg.norm(probe.astype(np.float64)))
