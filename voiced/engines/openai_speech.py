"""Text to speech by any OpenAI-compatible server, played while it still comes."""

from __future__ import annotations

import io
import re
import wave
from contextlib import aclosing
from typing import TYPE_CHECKING, Literal

import anyio
import numpy as np

from voiced.engines.openai_faults import Peer, Refusal
from voiced.engines.openai_http import Server
from voiced.engines.respelling import respell
from voiced.errors import SynthesisError
from voiced.sound.loudness import amplified
from voiced.stages import SpokenAudio

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    import httpx

    from voiced.config import SynthesizerSettings
    from voiced.stages import Voice

__all__ = ["OpenAISynthesizer"]

_PCM_RATE_HZ = 24_000
_SLOWEST, _FASTEST = 0.25, 4.0
_PIECE_S = 0.02
_SAMPLE_BYTES = 2
_SPEECH_LIMIT_BYTES = 32 * 1024 * 1024
_CONNECT_TIMEOUT_S = 3.0
_DEFAULT_MODEL = "tts-1"
_DEFAULT_SPEAKER = "alloy"
_NOT_TAKEN = frozenset({400, 404, 415, 422})
_WAV_MARK = b"RIFF"
_RATE = re.compile(r"rate=(\d{4,6})")
_PEER = Peer("my speech server", "synthesizer", "/audio/speech", SynthesisError, SynthesisError)


class OpenAISynthesizer:
    """A Synthesizer over ``POST {url}/audio/speech``.

    Raw 24 kHz sound is asked for, because it can be played as it comes; a server that has none is
    asked for WAV from then on. The voice's ``model`` is the server's model, its ``speaker`` the
    server's voice. There are no word timings.

    Args:
        settings: Section ``[synthesizer]``; the URL must be set.
    """

    def __init__(self, settings: SynthesizerSettings) -> None:
        self._settings = settings
        self._server = Server(_PEER, settings.url, settings.key)
        self._format: Literal["pcm", "wav"] = "pcm"

    async def prepare(self) -> None:
        """Read the key and check the URL; nothing is sent.

        Raises:
            SynthesisError: The key cannot be read, or the URL is none.
        """
        timeout_s = self._settings.timeout_s
        await self._server.open(min(_CONNECT_TIMEOUT_S, timeout_s), timeout_s)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._server.aclose()

    async def synthesize(self, sentence: str, voice: Voice) -> AsyncGenerator[SpokenAudio]:
        """Pieces of at least 20 ms (the last one may be shorter), as they come.

        Raises:
            SynthesisError: The server failed or sent no sound; what came before was yielded.
        """
        text = respell(sentence, voice.lexicon).spoken
        if not text:
            return
        response = await self._begin(text, voice)
        async with aclosing(response), aclosing(self._sound(response)) as pieces:
            async for piece in pieces:
                yield SpokenAudio(amplified(piece.samples, voice.volume_db), piece.rate_hz)

    async def _begin(self, text: str, voice: Voice) -> httpx.Response:
        try:
            with anyio.fail_after(self._settings.timeout_s):
                return await self._ask(text, voice)
        except TimeoutError as error:
            raise self._server.tell.too_slow(self._settings.timeout_s) from error

    async def _ask(self, text: str, voice: Voice) -> httpx.Response:
        await self.prepare()
        answer = await self._send(text, voice)
        if isinstance(answer, Refusal) and self._other_format(answer):
            self._format = "wav"
            answer = await self._send(text, voice)
        if isinstance(answer, Refusal):
            raise self._server.tell.refused(answer)
        return answer

    async def _send(self, text: str, voice: Voice) -> httpx.Response | Refusal:
        body = {
            "model": voice.model or _DEFAULT_MODEL,
            "voice": voice.speaker or _DEFAULT_SPEAKER,
            "input": text,
            "response_format": self._format,
            "speed": min(max(voice.speed, _SLOWEST), _FASTEST),
        }
        return await self._server.send("POST", _PEER.path, json=body)

    def _other_format(self, refusal: Refusal) -> bool:
        named = "response_format" in refusal.text or "pcm" in refusal.text
        return self._format == "pcm" and refusal.status in _NOT_TAKEN and named

    async def _sound(self, response: httpx.Response) -> AsyncGenerator[SpokenAudio]:
        kind = response.headers.get("content-type", "")
        if kind.startswith(("application/json", "text/")):
            raise self._server.tell.malformed("sent text where sound was asked for")
        reader = _SoundReader(int(rate[1]) if (rate := _RATE.search(kind)) else _PCM_RATE_HZ)
        size_bytes = 0
        try:
            async with aclosing(self._server.pieces(response)) as pieces:
                async for piece in pieces:
                    size_bytes += len(piece)
                    if size_bytes > _SPEECH_LIMIT_BYTES:
                        raise self._server.tell.malformed("the speech does not end")
                    for sound in reader.feed(piece):
                        yield sound
            for sound in reader.flush():
                yield sound
        except ValueError as error:
            raise self._server.tell.malformed(str(error)) from error


class _SoundReader:
    """A body of raw sound, cut anywhere even inside a sample, or of a WAV file."""

    def __init__(self, pcm_rate_hz: int) -> None:
        self._rate_hz = pcm_rate_hz
        self._least_bytes = int(pcm_rate_hz * _PIECE_S) * _SAMPLE_BYTES
        self._held = bytearray()
        self._is_wav: bool | None = None

    def feed(self, data: bytes) -> list[SpokenAudio]:
        """The sound that is ready, in pieces of at least 20 ms; a WAV file is ready at its end."""
        self._held += data
        if self._is_wav is None and len(self._held) >= len(_WAV_MARK):
            self._is_wav = self._held.startswith(_WAV_MARK)
        ready = self._is_wav is False and len(self._held) >= self._least_bytes
        return self._take() if ready else []

    def flush(self) -> list[SpokenAudio]:
        """The rest; half a sample at its end is dropped.

        Raises:
            ValueError: There was no sound at all, or a WAV file that cannot be read.
        """
        if self._is_wav:
            return [_read_wav(bytes(self._held))]
        if self._is_wav is None and len(self._held) < _SAMPLE_BYTES:
            raise ValueError("the answer holds no sound")
        return self._take() if len(self._held) >= _SAMPLE_BYTES else []

    def _take(self) -> list[SpokenAudio]:
        whole = len(self._held) - len(self._held) % _SAMPLE_BYTES
        samples = np.frombuffer(bytes(self._held[:whole]), "<i2").astype(np.int16)
        del self._held[:whole]
        return [SpokenAudio(samples, self._rate_hz)]


def _read_wav(file: bytes) -> SpokenAudio:
    """All of a WAV file, its channels mixed; servers that stream one leave its length wrong."""
    try:
        with wave.open(io.BytesIO(file)) as reader:
            rate_hz, channels = reader.getframerate(), reader.getnchannels()
            if reader.getsampwidth() != _SAMPLE_BYTES:
                raise ValueError("the WAV file is not of 16 bits")
            data = reader.readframes(len(file))
    except (wave.Error, EOFError) as error:
        raise ValueError("the WAV file cannot be read") from error
    whole = len(data) - len(data) % (_SAMPLE_BYTES * channels)
    if not whole:
        raise ValueError("the WAV file holds no sound")
    mixed = np.frombuffer(data[:whole], "<i2").reshape(-1, channels).mean(axis=1)
    return SpokenAudio(mixed.astype(np.int16), rate_hz)
