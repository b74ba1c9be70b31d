"""A voice as a WAV file, to be heard on the page."""

from __future__ import annotations

import io
import wave
from collections.abc import Sequence

from voiced.composition import engines
from voiced.config import Config
from voiced.stages import SpokenAudio

__all__ = ["SAMPLE", "sample", "wav_of"]

SAMPLE = "Hello. This is how I sound when I read you a line or two."

_SAMPLE_BYTES = 2


async def sample(config: Config, name: str) -> bytes:
    """What a voice says, as a WAV file.

    Raises:
        EngineError: It cannot speak: its model or its library is missing, its server is away.
    """
    profile = engines.voice(config, name)
    synthesizer = engines.synthesizer(config, profile)
    async with engines.prepared(synthesizer):
        pieces = [piece async for piece in synthesizer.synthesize(SAMPLE, profile)]
    return wav_of(pieces)


def wav_of(pieces: Sequence[SpokenAudio]) -> bytes:
    """Speech as a WAV file, at its own rate."""
    stream = io.BytesIO()
    with wave.open(stream, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(_SAMPLE_BYTES)
        file.setframerate(pieces[0].rate_hz if pieces else 16_000)
        for piece in pieces:
            file.writeframes(piece.samples.tobytes())
    return stream.getvalue()
