"""A recogniser that knows what is said when, and tells it as late as a real one would."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Sequence
from typing import TypeAlias

import anyio

from voiced.audio import RATE_HZ, AudioFrame
from voiced.bench.material import Utterance
from voiced.stages import Hints, Transcript

__all__ = ["Schedule", "StandInTranscriber"]

Schedule: TypeAlias = Sequence[tuple[int, Utterance]]
"""What is said from which sample of the session's clock on."""

_MOSTLY = 0.5


class StandInTranscriber:
    """Writes down the words whose sound is, for the greater part, in the frames it is given.

    A partial comes with the frame that ends ``delay_s`` after the end of a word; the final one
    ``delay_s`` after the sound has ended. It hears nothing that is not in its schedule: neither
    noise nor the assistant itself.

    Args:
        schedule: May grow while the session runs; in any order.
        delay_s: How far the text lags behind the sound, in seconds.
        partials: Whether there are partial transcripts.
    """

    def __init__(self, schedule: Schedule, delay_s: float = 0.08, *, partials: bool = True) -> None:
        self._schedule = schedule
        self._delay_s = delay_s
        self._partials = partials
        self.finals: list[tuple[float, str]] = []
        """When, by the loop's clock, each final transcript was there, and its text."""

    @property
    def supports_partials(self) -> bool:
        """As it was made."""
        return self._partials

    async def prepare(self) -> None:
        """Nothing to load."""

    async def aclose(self) -> None:
        """Nothing to free."""

    async def transcribe(
        self,
        audio: AsyncIterable[AudioFrame],
        hints: Hints,  # noqa: ARG002 - it knows what is said
    ) -> AsyncGenerator[Transcript]:
        """Partials while the sound comes, then one final transcript."""
        lag = round(self._delay_s * RATE_HZ)
        heard = _Heard()
        told = ""
        async for frame in audio:
            heard.add(frame)
            text = self._text(heard, frame.end - lag) if self._partials else ""
            if text not in {told, ""}:
                told = text
                yield Transcript(text, is_final=False)
        await anyio.sleep(self._delay_s)
        text = self._text(heard)
        self.finals.append((anyio.current_time(), text))
        yield Transcript(text, is_final=True, confidence=1.0 if text else 0.0)

    def _text(self, heard: _Heard, before: int | None = None) -> str:
        """The words that were heard and had ended by sample ``before``, by their beginnings."""
        words = [
            (start + word.start, word.text)
            for start, utterance in self._schedule
            if heard.has(start, start + len(utterance.samples), share=0)
            for word in utterance.words
            if heard.has(start + word.start, start + word.end)
            and (before is None or start + word.end <= before)
        ]
        return " ".join(text for _, text in sorted(words))


class _Heard:
    """Which samples of the session's clock were in the frames."""

    def __init__(self) -> None:
        self._spans: list[tuple[int, int]] = []

    def add(self, frame: AudioFrame) -> None:
        if self._spans and self._spans[-1][1] == frame.start:
            self._spans[-1] = (self._spans[-1][0], frame.end)
        else:
            self._spans.append((frame.start, frame.end))

    def has(self, start: int, end: int, share: float = _MOSTLY) -> bool:
        """Whether more than this share of the samples was in the frames."""
        both = sum(max(0, min(end, last) - max(start, first)) for first, last in self._spans)
        return both > share * (end - start)
