"""How well the wake words of the settings are heard: said by many talkers, and not said at all.

Each word is said alone, and right before a request without a pause. The talkers are the embedded
voice's, which is harder for these networks than people are; recordings of people without the word
may be given for the rest.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from voiced.audio import RATE_HZ, Framer, Samples, silence, to_float32, to_int16
from voiced.bench.figures import Figure, median, percentile, share
from voiced.bench.material import Take, Utterance, complete
from voiced.bench.material.studio import studio, talker
from voiced.config import Config
from voiced.engines.wake_word import MicroWakeWordDetector
from voiced.stages import WakeWord

__all__ = ["measure"]

_SEED = 2806
_REQUESTS = ("what time is it", "open the budget", "turn off the lights in the kitchen")
_NOISE_DBFS = -65.0
_LEAD = RATE_HZ
_GAP = RATE_HZ // 2


@dataclass(slots=True)
class _Word:
    """What became of one word, said in one way."""

    said: int = 0
    heard: int = 0
    lags_ms: list[float] = field(default_factory=list[float])


async def measure(
    config: Config, times: int, sentences: int, recordings: Sequence[Take] = ()
) -> list[Figure]:
    """The figures of each word, and of speech in which there is none.

    Raises:
        EngineError: The voice or the package of the wake words is missing.
    """
    settings = config.activation
    figures: list[Figure] = []
    for word in settings.words:
        figures += await _of_word(word, settings.sensitivity, times)
    others = [take.utterance for take in await complete(sentences)]
    figures += await _of_others("synthetic sentences", config, others)
    if recordings:
        figures += await _of_others("recordings", config, [each.utterance for each in recordings])
    return figures


async def _of_word(name: str, sensitivity: float, times: int) -> list[Figure]:
    detector = MicroWakeWordDetector([name], sensitivity)
    chance = np.random.default_rng(_SEED)
    text = name.replace("_", " ")
    count = len(text.split())
    figures: list[Figure] = []
    async with studio() as room:
        for way, requests in (("alone", ("",)), ("with a request", _REQUESTS)):
            found = _Word()
            for number in range(times):
                request = requests[number % len(requests)]
                said = await room.say(f"{text} {request}".strip() + ".", talker(chance))
                end = _LEAD + said.words[count - 1].end
                heard = await _heard(detector, [said])
                found.said += 1
                found.heard += bool(heard)
                found.lags_ms += [1000 * (word.at - end) / RATE_HZ for word in heard[:1]]
            figures += _figures_of(f"{text} {way}", found)
    return figures


def _figures_of(name: str, found: _Word) -> list[Figure]:
    note = f"{found.said} times"
    lags = found.lags_ms
    return [
        Figure(f"{name}: missed", share(found.said - found.heard, found.said), "%", note=note),
        Figure(f"{name}: end known too late by, median", median(lags), "ms"),
        Figure(f"{name}: end known too late by, 95 of 100", percentile(lags, 95), "ms"),
    ]


async def _of_others(name: str, config: Config, said: Sequence[Utterance]) -> list[Figure]:
    settings = config.activation
    detector = MicroWakeWordDetector(settings.words, settings.sensitivity)
    hours = sum(each.seconds + _GAP / RATE_HZ for each in said) / 3600
    began_s = time.process_time()
    heard = await _heard(detector, said)
    cpu_s = time.process_time() - began_s
    note = f"{len(heard)} in {60 * hours:.1f} minutes"
    return [
        Figure(f"{name}: heard where there is none", len(heard) / hours, "an hour", note=note),
        Figure(f"{name}: processor time", cpu_s / hours, "s an hour"),
    ]


async def _heard(detector: MicroWakeWordDetector, said: Sequence[Utterance]) -> list[WakeWord]:
    """What is heard while all of this is said, a second after it begins, in a little noise."""
    pieces: list[Samples] = [silence(_LEAD)]
    for each in said:
        pieces += [each.samples, silence(_GAP)]
    sound = np.concatenate([*pieces, silence(_LEAD)])
    level = 10 ** (_NOISE_DBFS / 20)
    noise = np.random.default_rng(_SEED).normal(0, level, len(sound))
    frames = Framer().feed(to_int16(to_float32(sound) + noise))
    await detector.prepare()
    found = [word for frame in frames if (word := detector.detect(frame)) is not None]
    await detector.aclose()
    return found
