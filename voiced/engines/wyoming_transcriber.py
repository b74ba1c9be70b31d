"""Speech to text by any Wyoming server: the sound goes there while it is still being spoken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import numpy as np

from voiced.audio import RATE_HZ, Samples, samples_to_s
from voiced.engines.whisper_guards import Reading, active_s, trusted_text
from voiced.engines.wyoming_faults import Peer, described
from voiced.engines.wyoming_wire import GONE, Message, Wire, audio_format
from voiced.errors import TranscriptionError
from voiced.stages import Transcript

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterable

    from voiced.audio import AudioFrame
    from voiced.config import TranscriberSettings
    from voiced.stages import Hints

__all__ = ["WyomingTranscriber"]

_MOST_S = 600.0
_MIN_ACTIVE_S = 0.06
_MOST_TERMS = 100


class WyomingTranscriber:
    """A Transcriber over the Wyoming protocol: a connection for each utterance.

    Sound without anything audible is not sent. Names and rare words go along, for servers that
    look at them.

    Args:
        settings: Section ``[transcriber]``; ``wyoming`` must be set.
    """

    supports_partials = False

    def __init__(self, settings: TranscriberSettings) -> None:
        self._settings = settings
        self._peer = Peer(
            settings.wyoming,
            "my transcription server",
            "transcriber",
            TranscriptionError,
            settings.timeout_s,
        )

    async def prepare(self) -> None:
        """Ask the server what it has.

        Raises:
            TranscriptionError: There is none, or it transcribes nothing.
        """
        await described(self._peer, "asr")

    async def aclose(self) -> None:
        """Do nothing: each utterance has a connection of its own."""

    async def transcribe(
        self, audio: AsyncIterable[AudioFrame], hints: Hints
    ) -> AsyncGenerator[Transcript]:
        """One final transcript, after the end of the utterance.

        Raises:
            TranscriptionError: The server failed, or the utterance is longer than 10 minutes.
        """
        before: list[AudioFrame] = []
        frames = aiter(audio)
        async for frame in frames:
            before.append(frame)
            if active_s(_joined(before)) >= _MIN_ACTIVE_S:
                break
        else:
            yield Transcript("", is_final=True, confidence=0.0)
            return
        async with self._peer.talking() as wire:
            text, sounding_s = await self._conversation(wire, before, frames, hints)
        reading = Reading(text, avg_logprob=0.0, no_speech=0.0)
        trusted = trusted_text(reading, sounding_s, self._settings.max_no_speech)
        yield Transcript(trusted, is_final=True, confidence=1.0 if trusted else 0.0)

    async def _conversation(
        self,
        wire: Wire,
        frames: list[AudioFrame],
        more: AsyncIterable[AudioFrame],
        hints: Hints,
    ) -> tuple[str, float]:
        """Send the frames and those that follow; the text, and how long there was sound."""
        try:
            await wire.write(Message("transcribe", self._request(hints)))
            await wire.write(Message("audio-start", audio_format(RATE_HZ)))
            for frame in frames:
                await _send(wire, frame)
            async for frame in more:
                await _send(wire, frame)
                frames.append(frame)
                if samples_to_s(frame.end - frames[0].start) > _MOST_S:
                    raise _too_long()
            await wire.write(Message("audio-stop"))
        except GONE:  # it may have said why before it hung up
            return await self._answer(wire), active_s(_joined(frames))
        return await self._answer(wire), active_s(_joined(frames))

    def _request(self, hints: Hints) -> dict[str, Any]:
        settings = self._settings
        said: dict[str, Any] = {"language": settings.language}
        if settings.model:
            said["name"] = settings.model
        if hints.key_terms:
            said["transcript_terms"] = list(hints.key_terms[:_MOST_TERMS])
        return said

    async def _answer(self, wire: Wire) -> str:
        with anyio.fail_after(self._settings.timeout_s):
            while True:
                answer = await wire.read()
                if answer.type == "transcript":
                    return answer.text("text")
                if answer.type == "error":
                    raise self._peer.refused(answer)


async def _send(wire: Wire, frame: AudioFrame) -> None:
    sound = frame.samples.astype("<i2").tobytes()
    await wire.write(Message("audio-chunk", audio_format(frame.rate_hz), sound))


def _joined(frames: list[AudioFrame]) -> Samples:
    return np.concatenate([frame.samples for frame in frames])


def _too_long() -> TranscriptionError:
    return TranscriptionError(
        f"the utterance is longer than {_MOST_S:g} s",
        spoken="That was too long for me to write down.",
        mend="cut the recording into shorter ones",
    )
