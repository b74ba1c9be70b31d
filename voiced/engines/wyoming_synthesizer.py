"""Text to speech by any Wyoming server, played while it still comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import numpy as np

from voiced.engines.respelling import respell
from voiced.engines.wyoming_faults import Peer, described
from voiced.engines.wyoming_wire import Garbled, Message, sound_of
from voiced.errors import SynthesisError
from voiced.sound.loudness import amplified
from voiced.stages import SpokenAudio

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from voiced.audio import Samples
    from voiced.config import SynthesizerSettings
    from voiced.stages import Voice

__all__ = ["WyomingSynthesizer"]

_MOST_S = 120.0


class WyomingSynthesizer:
    """A Synthesizer over the Wyoming protocol: a connection for each sentence.

    The voice's ``model`` is the name of the server's voice, its ``speaker`` that voice's speaker.
    There are no word timings.

    Args:
        settings: Section ``[synthesizer]``; ``wyoming`` must be set.
    """

    def __init__(self, settings: SynthesizerSettings) -> None:
        self._timeout_s = settings.timeout_s
        self._peer = Peer(
            settings.wyoming, "my speech server", "synthesizer", SynthesisError, settings.timeout_s
        )

    async def prepare(self) -> None:
        """Ask the server what it has.

        Raises:
            SynthesisError: There is none, or it speaks nothing.
        """
        await described(self._peer, "tts")

    async def aclose(self) -> None:
        """Do nothing: each sentence has a connection of its own."""

    async def synthesize(self, sentence: str, voice: Voice) -> AsyncGenerator[SpokenAudio]:
        """Pieces as the server sends them.

        Raises:
            SynthesisError: The server failed or sent no sound; what came before was yielded.
        """
        text = respell(sentence, voice.lexicon).spoken
        if not text:
            return
        samples = 0
        async with self._peer.talking() as wire:
            await wire.write(Message("synthesize", _request(text, voice)))
            while True:
                with anyio.fail_after(self._timeout_s):
                    answer = await wire.read()
                if answer.type == "audio-stop":
                    break
                if answer.type == "error":
                    raise self._peer.refused(answer)
                if answer.type != "audio-chunk" or not answer.payload:
                    continue
                sound, rate_hz = self._sound(answer)
                samples += len(sound)
                if samples > _MOST_S * rate_hz:
                    raise self._peer.malformed("the speech does not end")
                yield SpokenAudio(amplified(sound, voice.volume_db), rate_hz)
        if not samples:
            raise self._peer.malformed("it sent no sound")

    def _sound(self, chunk: Message) -> tuple[Samples, int]:
        """A chunk's sound, mono, and its rate."""
        try:
            sound, rate_hz = sound_of(chunk)
        except Garbled as error:
            raise self._peer.malformed("it sent sound of a kind that I don't know") from error
        if sound.shape[1] > 1:
            return sound.mean(axis=1).astype(np.int16), rate_hz
        return sound[:, 0], rate_hz


def _request(text: str, voice: Voice) -> dict[str, Any]:
    said: dict[str, Any] = {"text": text}
    if voice.model:
        said["voice"] = {"name": voice.model}
        if voice.speaker:
            said["voice"]["speaker"] = voice.speaker
    return said
