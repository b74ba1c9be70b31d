"""What every transcriber owes: partials, then one final; a clean end wherever it is cut off."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

import anyio
import anyio.lowlevel

from voiced.stages import Hints

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from voiced.audio import AudioFrame
    from voiced.stages import Transcriber, Transcript

__all__ = ["check_transcriber"]

_CUT_OFF_S = 0.2


async def check_transcriber(
    transcriber: Transcriber, frames: Sequence[AudioFrame], hints: Hints | None = None
) -> None:
    """Check a transcriber against the obligations of ``voiced.stages.Transcriber``.

    Args:
        transcriber: Not yet prepared; it is closed afterwards.
        frames: An utterance that it can transcribe: 16 kHz, frames of 20 ms.
        hints: What it may expect in there.

    Raises:
        AssertionError: An obligation is not met; the message says which one.
    """
    hints = hints or Hints()
    await transcriber.prepare()
    await transcriber.prepare()
    final = await _check_utterance(transcriber, frames, hints)
    assert final.text, "nothing was transcribed of an utterance"
    await _cut_off(transcriber, frames, hints)
    again = await _check_utterance(transcriber, frames, hints)
    assert again.text == final.text, "an utterance that was cut off changes the next one"
    empty = await _check_utterance(transcriber, (), hints)
    assert not empty.text, "text for an utterance without sound"
    await transcriber.aclose()
    await transcriber.aclose()


class _Source:
    """The frames as an audio stream; ``ended`` tells whether its end was reached."""

    def __init__(self, frames: Sequence[AudioFrame]) -> None:
        self._frames = frames
        self.ended = False

    async def stream(self) -> AsyncGenerator[AudioFrame]:
        for frame in self._frames:
            await anyio.lowlevel.checkpoint()
            yield frame
        self.ended = True

    async def endless(self) -> AsyncGenerator[AudioFrame]:
        for frame in self._frames:
            yield frame
        await anyio.sleep_forever()


async def _check_utterance(
    transcriber: Transcriber, frames: Sequence[AudioFrame], hints: Hints
) -> Transcript:
    source = _Source(frames)
    transcripts: list[Transcript] = []
    async with (
        aclosing(source.stream()) as audio,
        aclosing(transcriber.transcribe(audio, hints)) as generator,
    ):
        async for transcript in generator:
            assert not transcript.is_final or source.ended, "final before the end of the utterance"
            _check_values(transcript)
            transcripts.append(transcript)
    assert [each.is_final for each in transcripts[-1:]] == [True], "the last one is not final"
    partials = transcripts[:-1]
    assert not any(each.is_final for each in partials), "more than one final"
    assert transcriber.supports_partials or not partials, "partials, but supports_partials is False"
    return transcripts[-1]


def _check_values(transcript: Transcript) -> None:
    text = transcript.text
    assert text == text.strip(), "spaces around the text"
    assert transcript.is_final or text, "a partial without text"
    for sure in (transcript.confidence, *(each.confidence for each in transcript.alternatives)):
        assert 0.0 <= sure <= 1.0, f"confidence {sure} is not in [0, 1]"
    others = [each.text for each in transcript.alternatives]
    assert transcript.is_final or not others, "alternatives in a partial"
    assert text not in others, "the text is among its own alternatives"
    assert len(set(others)) == len(others), "an alternative stands there twice"


async def _cut_off(transcriber: Transcriber, frames: Sequence[AudioFrame], hints: Hints) -> None:
    """The user's turn is cancelled in the middle of the utterance."""
    async with (
        aclosing(_Source(frames).endless()) as audio,
        aclosing(transcriber.transcribe(audio, hints)) as generator,
    ):
        with anyio.move_on_after(_CUT_OFF_S):
            async for transcript in generator:
                assert not transcript.is_final, "final before the end of the utterance"
