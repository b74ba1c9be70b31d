"""The examples of the intents, spoken by the built-in voice and heard again."""

from __future__ import annotations

import numpy as np

from voiced.audio import Samples
from voiced.bench.intents import IntentsReport, measure
from voiced.bench.orders import spoken_orders
from voiced.bench.settings import apart
from voiced.composition import engines as composition
from voiced.composition.brain import open_brain
from voiced.config import Config
from voiced.demo import USER_VOICE, render_speech
from voiced.spoken import normalise
from voiced.testing import signals

__all__ = ["run"]

_BEFORE_S = 0.5
_AFTER_S = 0.6


async def run(config: Config) -> IntentsReport:
    """Measure the configuration's transcriber on every example of every intent.

    Left out is what names a thing that is not here, such as a program that is not installed.

    Raises:
        VoicedError: An engine is missing or failed.
    """
    transcriber = composition.transcriber(config)
    synthesizer = composition.synthesizer(Config(), USER_VOICE)
    with apart(config) as loaded:
        async with (
            open_brain(loaded) as brain,
            composition.prepared(synthesizer, transcriber),
        ):
            grammar = brain.dispatcher.grammar
            known = brain.dispatcher.intents
            examples = [text for intent in known for text in intent.examples]
            examples = [text for text in examples if grammar.match([(_as_heard(text), 1.0)])]
            spoken = [
                (_as_heard(text), _padded(await render_speech(text, synthesizer, USER_VOICE)))
                for text in examples
            ]
            return await measure(transcriber, grammar, spoken_orders(spoken, grammar))


def _as_heard(text: str) -> str:
    """The text in the words that a transcriber would write."""
    return " ".join(normalise(text))


def _padded(speech: Samples) -> Samples:
    before, after = signals.silence(_BEFORE_S), signals.silence(_AFTER_S)
    return np.concatenate([before, speech, after])
