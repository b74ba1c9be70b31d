"""The loop that everybody writes first: a fixed silence, then one stage after the other.

It hears with the voice detector of voiced, recognises when the silence is over, and is silent once
somebody has spoken over it for a while. It knows nothing of backchannels and speculates on nothing.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import anyio
from scenes import Scene
from stand_ins import Parts, Take

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, Samples
from voiced.composition import engines as composition
from voiced.config import Config
from voiced.stages import Message, ReplyDelta, Voice

_FIXED_MS, _DEFAULT_MS, _BARGE_IN_MS, _START_MS, _FRAME_MS = 500, 700, 200, 60, 20
_RECOGNITION_S = 0.08
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_VOICE = Voice("minimal", "stand-in", "")


class _Loop:
    def __init__(self, parts: Parts, silence_ms: int) -> None:
        self._parts = parts
        self._silence_ms = silence_ms
        self._history: list[Message] = []
        self._turn: anyio.CancelScope | None = None
        self.replies: list[str] = []

    async def listen(self, probabilities: AsyncIterator[float]) -> None:
        """Until the microphone is closed."""
        voice_ms, silence_ms, is_speech = 0, 0, False
        async with anyio.create_task_group() as tasks:
            async for probability in probabilities:
                is_voice = probability > 0.5
                voice_ms = voice_ms + _FRAME_MS if is_voice else 0
                silence_ms = 0 if is_voice else silence_ms + _FRAME_MS
                is_speech = is_speech or voice_ms >= _START_MS
                if voice_ms >= _BARGE_IN_MS and self._turn is not None:
                    self._turn.cancel()
                if is_speech and silence_ms >= self._silence_ms:
                    is_speech = False
                    tasks.start_soon(self._answer)
            tasks.cancel_scope.cancel()

    async def _answer(self) -> None:
        await anyio.sleep(_RECOGNITION_S)
        text = self._said()
        if not text:
            return
        self._history.append(Message("user", text))
        self.replies.append("")
        lease = self._parts.speaker.open()
        with anyio.CancelScope() as self._turn:
            send, receive = anyio.create_memory_object_stream[str](100)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._think, send)
                async with receive:
                    async for sentence in receive:
                        self.replies[-1] += f" {sentence}"
                        await self._speak(sentence, lease)
                await lease.drain()
        lease.stop()
        self._turn = None

    async def _think(self, send) -> None:
        buffer = ""
        async with send, aclosing(self._parts.responder.reply(self._history, ())) as deltas:
            async for delta in deltas:
                assert isinstance(delta, ReplyDelta)
                buffer += delta.text
                *whole, buffer = _SENTENCE.split(buffer)
                for sentence in whole:
                    await send.send(sentence)
            await send.send(buffer)

    async def _speak(self, sentence: str, lease) -> None:
        async with aclosing(self._parts.synthesizer.synthesize(sentence, _VOICE)) as spoken:
            async for piece in spoken:
                await lease.play(AudioFrame(piece.samples, piece.rate_hz, 0))

    def _said(self) -> str:
        """What was said last, and not yet answered."""
        now = (anyio.current_time() - self._parts.microphone.opened_s) * RATE_HZ
        over = [each for each in self._parts.scene.said if each.at < now]
        asked = len(self._history)
        return " ".join(word[0] for word in over[-1].words) if len(over) > asked else ""


async def converse(scene: Scene, folder: Path) -> Take:
    parts = Parts(scene, folder)
    detector = composition.detector(Config())

    async def probabilities() -> AsyncIterator[float]:
        start = 0
        async for samples in parts.microphone.frames():
            yield detector.speech_probability(_frame(samples, start))
            start += FRAME_SAMPLES

    loop = _Loop(parts, _FIXED_MS if scene.has_fixed_end else _DEFAULT_MS)
    async with composition.prepared(detector):
        await loop.listen(probabilities())
    return parts.take(loop.replies[0] if loop.replies else "")


def _frame(samples: Samples, start: int) -> AudioFrame:
    return AudioFrame(samples, RATE_HZ, start)
