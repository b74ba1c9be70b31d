"""The embedded transcriber: pocketsphinx, driven by the grammar; its English model is in the wheel.

Two decoders hear each utterance as it comes: one knows only the sentences of the grammar, the
other only phones. A grammar makes a sentence of anything; how much worse it fits than free phones
says whether one of its sentences was spoken. Open dictation is a third decoder, run only over
utterances that are no sentence of the grammar: it costs several times what the other two do, and
understands more when it is given an utterance as a whole. It has a process of its own, which
starts when somebody speaks.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Sequence
from contextlib import aclosing

import anyio
import numpy as np

from voiced.audio import AudioFrame, Samples, silence
from voiced.config import TranscriberSettings
from voiced.engines.second_opinion import confidence
from voiced.engines.speech_gate import SpeechGate
from voiced.engines.sphinx import Decoders
from voiced.stages import Hints, Hypothesis, Transcript
from voiced.workers import Exclusive

__all__ = ["PocketsphinxTranscriber"]

_BATCH_FRAMES = 2
"""Frames decoded in one visit to the worker: 40 ms, about 2 ms of work."""

_SETTLED_BATCHES = 2
"""A partial is told when it has stood for so long: in the middle of a word it may be any order."""

_GUESS = 0.5
"""The confidence of a partial: a grammar makes a sentence of anything."""

_CREDIBLE = 0.5
"""With less than this it was no sentence of the grammar."""

_MAX_TRIES = 3
_SETTLED = 3
_NEW_CHANNEL = 3.0
"""Change of the cepstral mean by one utterance; well under 3 for a voice that is known."""

_MIN_DICTATION, _MAX_DICTATION = 0.05, 0.6

_PIECE = 1600
"""Samples decoded again at once: the vendor lets no other thread run meanwhile."""


class PocketsphinxTranscriber:
    """Transcribes English, offline, as the sound comes. Partials whenever the words change.

    Args:
        settings: ``model`` may name a folder with an acoustic model, a dictionary and a language
            model, laid out as pocketsphinx's own ``en-us`` folder is.
    """

    def __init__(self, settings: TranscriberSettings) -> None:
        self._settings = settings
        self._exclusive = Exclusive()
        self._turn = anyio.Lock()
        self._decoders: Decoders | None = None

    @property
    def supports_partials(self) -> bool:
        """Always: the sound is decoded live."""
        return True

    async def prepare(self) -> None:
        """Load the models; that of dictation is loaded while somebody speaks.

        Raises:
            ModelMissing: pocketsphinx or a part of its model is not there, or the language is not
                English.
        """
        if self._decoders is None:
            self._decoders = await self._exclusive.run(Decoders, self._settings)

    async def aclose(self) -> None:
        """Free the model."""
        decoders, self._decoders = self._decoders, None
        if decoders is not None:
            await self._exclusive.run(decoders.close)

    async def transcribe(
        self, audio: AsyncIterable[AudioFrame], hints: Hints
    ) -> AsyncGenerator[Transcript]:
        """Partials, then one final: empty where nothing was said, or no sentence of the graph.

        Where open dictation is allowed, what is no sentence of the graph is dictated.
        """
        if self._decoders is None:
            await self.prepare()
        assert self._decoders is not None  # noqa: S101 - prepare made it
        async with self._turn:
            utterance = await self._exclusive.run(_Utterance, self._decoders, hints)
            try:
                async with aclosing(self._partials(utterance, audio)) as partials:
                    async for partial in partials:
                        yield partial
                yield await self._exclusive.run(utterance.finish)
            finally:
                utterance.abandon()

    async def _partials(
        self, utterance: _Utterance, audio: AsyncIterable[AudioFrame]
    ) -> AsyncGenerator[Transcript]:
        said, latest, stood = "", "", 0
        async with aclosing(_batches(audio)) as batches:
            async for batch in batches:
                text = await self._exclusive.run(utterance.feed, batch)
                stood = stood + 1 if text == latest else 0
                latest = text
                if text and text != said and stood >= _SETTLED_BATCHES:
                    said = text
                    yield Transcript(text, is_final=False, confidence=_GUESS)


async def _batches(audio: AsyncIterable[AudioFrame]) -> AsyncGenerator[list[AudioFrame]]:
    batch: list[AudioFrame] = []
    async for frame in audio:
        batch.append(frame)
        if len(batch) == _BATCH_FRAMES:
            yield batch
            batch = []
    if batch:
        yield batch


class _Utterance:
    """One utterance on its way through the decoders. Blocking; made and used in the worker."""

    def __init__(self, decoders: Decoders, hints: Hints) -> None:
        self._decoders = decoders
        self._gate = SpeechGate()
        self._passed: list[Samples] = []
        self._dictates = hints.open_dictation or hints.graph is None
        self._has_graph = hints.graph is not None
        self._is_rivalled = hints.graph is not None and hints.graph.has_loose_words
        if hints.graph is not None:
            decoders.listen_for(hints.graph)
            self._begin()
        decoders.current = self

    @property
    def is_abandoned(self) -> bool:
        """Whether nobody waits for it any more."""
        return self._decoders.current is not self

    def abandon(self) -> None:
        """Stop soon, from any thread: the next utterance waits for the decoders."""
        if not self.is_abandoned:
            self._decoders.current = None

    def _begin(self) -> None:
        self._decoders.grammar.begin()
        self._decoders.phones.begin()

    def feed(self, batch: Sequence[AudioFrame]) -> str:
        """Decode some frames; the words so far. Frames of an abandoned utterance are ignored."""
        if self.is_abandoned:
            return ""
        samples = np.concatenate([silence(0), *(self._gate.feed(frame) for frame in batch)])
        if len(samples):
            self._passed.append(samples)
            if self._dictates and self._gate.heard_speech:
                self._decoders.dictation.wake()
            if self._has_graph:
                self._decode(samples)
        return self._decoders.grammar.text() if self._has_graph and self._gate.heard_speech else ""

    def _decode(self, samples: Samples) -> None:
        self._decoders.grammar.feed(samples)
        self._decoders.phones.feed(samples)

    def finish(self) -> Transcript:
        """The final transcript; worth nothing if it was abandoned."""
        reading = None
        if self._gate.heard_speech:
            reading = self._grammar_reading() if self._has_graph else None
            if reading is None and self._dictates and not self.is_abandoned:
                reading = self._dictation_reading()
        reading = reading or Hypothesis("", 0.0)
        return Transcript(reading.text, is_final=True, confidence=reading.confidence)

    def _grammar_reading(self) -> Hypothesis | None:
        """The sentence of the grammar, if it was one.

        A voice and a microphone that are new sound like no sentence at all, so until some were
        understood an utterance is decoded again while it changes what is known of the channel.
        """
        grammar, phones = self._decoders.grammar, self._decoders.phones
        for _ in range(_MAX_TRIES):
            before = grammar.channel()
            grammar.end()
            phones.end()
            sure = self._confidence() if grammar.text() else 0.0
            if sure >= _CREDIBLE:
                self._decoders.understood += 1
                return Hypothesis(grammar.text(), sure)
            change = float(np.linalg.norm(grammar.channel() - before))
            if self._decoders.understood >= _SETTLED or change < _NEW_CHANNEL:
                break
            self._begin()
            if not self._decode_again():
                break
        return None

    def _confidence(self) -> float:
        words, phones = self._decoders.grammar.segments(), self._decoders.phones.segments()
        return confidence(words, phones, is_rivalled=self._is_rivalled)

    def _decode_again(self) -> bool:
        """Decode all that passed; False if it was abandoned meanwhile."""
        samples = np.concatenate(self._passed)
        for start in range(0, len(samples), _PIECE):
            if self.is_abandoned:
                return False
            self._decode(samples[start : start + _PIECE])
        return True

    def _dictation_reading(self) -> Hypothesis | None:
        text, posterior = self._decoders.dictation.dictate(np.concatenate(self._passed))
        sure = min(_MAX_DICTATION, posterior ** (1.0 / max(1, len(text.split()))))
        return Hypothesis(text, sure) if text and sure >= _MIN_DICTATION else None
