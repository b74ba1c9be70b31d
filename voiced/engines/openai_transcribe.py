"""Speech to text by any OpenAI-compatible server: the whole utterance, after its end."""

from __future__ import annotations

import io
import wave
from typing import TYPE_CHECKING

import anyio
import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from voiced.audio import RATE_HZ, Samples, samples_to_s
from voiced.engines.openai_faults import Peer, Refusal
from voiced.engines.openai_http import Server
from voiced.engines.whisper_guards import Reading, active_s, confidence, trusted_text
from voiced.errors import TranscriptionError
from voiced.stages import Transcript

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterable

    import httpx

    from voiced.audio import AudioFrame
    from voiced.config import TranscriberSettings
    from voiced.stages import Hints

__all__ = ["MAX_AUDIO_S", "OpenAITranscriber"]

MAX_AUDIO_S = 600.0
"""The longest utterance that is sent: 19 MB of WAV; servers take 25."""

_MIN_ACTIVE_S = 0.06
_CONNECT_TIMEOUT_S = 3.0
_ANSWER_LIMIT_BYTES = 1024 * 1024
_PROMPT_LIMIT = 800
_DEFAULT_MODEL = "whisper-1"
_NOT_TAKEN = frozenset({400, 404, 415, 422})
_PEER = Peer(
    "my transcription server",
    "transcriber",
    "/audio/transcriptions",
    TranscriptionError,
    TranscriptionError,
)


class OpenAITranscriber:
    """A Transcriber over ``POST {url}/audio/transcriptions``.

    Sound without anything audible is not sent. Where the server gives ``verbose_json``, segments
    that were probably invented are dropped.

    Args:
        settings: Section ``[transcriber]``; the URL must be set.
    """

    supports_partials = False

    def __init__(self, settings: TranscriberSettings) -> None:
        self._settings = settings
        self._model = settings.model or _DEFAULT_MODEL
        self._server = Server(_PEER, settings.url, settings.key, self._model)
        self._format = "verbose_json"

    async def prepare(self) -> None:
        """Read the key and check the URL; nothing is sent.

        Raises:
            TranscriptionError: The key cannot be read, or the URL is none.
        """
        await self._server.open(min(_CONNECT_TIMEOUT_S, self._settings.timeout_s))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._server.aclose()

    async def transcribe(
        self, audio: AsyncIterable[AudioFrame], hints: Hints
    ) -> AsyncGenerator[Transcript]:
        """One final transcript, after the end of the utterance.

        Raises:
            TranscriptionError: The server failed, or the utterance is longer than 10 minutes.
        """
        sound = await self._collect(audio)
        sounding_s = active_s(sound)
        if sounding_s < _MIN_ACTIVE_S:
            yield Transcript("", is_final=True, confidence=0.0)
            return
        try:
            with anyio.fail_after(self._settings.timeout_s):
                answer = await self._ask(sound, hints)
        except TimeoutError as error:
            raise self._server.tell.too_slow(self._settings.timeout_s) from error
        yield self._transcript(answer, sounding_s)

    async def _collect(self, audio: AsyncIterable[AudioFrame]) -> Samples:
        parts: list[Samples] = []
        samples = 0
        async for frame in audio:
            parts.append(frame.samples)
            samples += len(frame.samples)
            if samples_to_s(samples) > MAX_AUDIO_S:
                raise TranscriptionError(
                    f"the utterance is longer than {MAX_AUDIO_S:g} s",
                    spoken="That was too long for me to write down.",
                    mend="cut the recording into shorter ones",
                )
        return np.concatenate(parts) if parts else np.zeros(0, np.int16)

    async def _ask(self, sound: Samples, hints: Hints) -> _Answer:
        await self.prepare()
        answer = await self._send(sound, hints)
        if isinstance(answer, Refusal) and self._other_format(answer):
            self._format = "json"
            answer = await self._send(sound, hints)
        if isinstance(answer, Refusal):
            raise self._server.tell.refused(answer)
        body = await self._server.whole(answer, _ANSWER_LIMIT_BYTES)
        try:
            return _Answer.model_validate_json(body)
        except ValidationError:
            raise self._server.tell.malformed("the transcript cannot be read") from None

    async def _send(self, sound: Samples, hints: Hints) -> httpx.Response | Refusal:
        fields = {
            "model": self._model,
            "response_format": self._format,
            "language": self._settings.language,
            "prompt": _prompt(hints.key_terms),
        }
        return await self._server.send(
            "POST",
            _PEER.path,
            data={name: value for name, value in fields.items() if value},
            files={"file": ("utterance.wav", _wav(sound), "audio/wav")},
        )

    def _other_format(self, refusal: Refusal) -> bool:
        named = "response_format" in refusal.text or "verbose_json" in refusal.text
        return self._format == "verbose_json" and refusal.status in _NOT_TAKEN and named

    def _transcript(self, answer: _Answer, sounding_s: float) -> Transcript:
        if not answer.segments:
            reading = Reading(answer.text, avg_logprob=0.0, no_speech=0.0)
            text = trusted_text(reading, sounding_s, self._settings.max_no_speech)
            return Transcript(text, is_final=True, confidence=1.0 if text else 0.0)
        readings = [Reading(s.text, s.avg_logprob, s.no_speech_prob) for s in answer.segments]
        limit = self._settings.max_no_speech
        kept = [
            (text, confidence(reading))
            for reading in readings
            if (text := trusted_text(reading, sounding_s, limit))
        ]
        sure = min((each for _, each in kept), default=0.0)
        return Transcript(" ".join(text for text, _ in kept), is_final=True, confidence=sure)


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Segment(_Lenient):
    text: str
    avg_logprob: float = 0.0
    no_speech_prob: float = 0.0


class _Answer(_Lenient):
    text: str
    segments: list[_Segment] | None = None


def _prompt(key_terms: tuple[str, ...]) -> str:
    """The key terms as a text that ends like them; whole terms, about 200 tokens."""
    prompt = ""
    for term in key_terms:
        longer = f"{prompt}, {term}" if prompt else term
        if len(longer) > _PROMPT_LIMIT:
            break
        prompt = longer
    return prompt


def _wav(sound: Samples) -> bytes:
    """A WAV file: mono, 16 kHz, int16."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE_HZ)
        writer.writeframes(sound.astype("<i2").tobytes())
    return file.getvalue()
