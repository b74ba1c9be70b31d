"""LiveKit Agents: its session, voice detector and turn detector; our stages and devices, no room.

Everything runs here; without keys of its cloud the session takes its local models by itself. Its
warm-up for echo cancelling, which is deaf to interruptions for three seconds, is off: there is no
echo. Its transcript is kept in step with the sound as its own rooms and console do.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from contextlib import aclosing
from pathlib import Path
from typing import Any

import numpy as np
from livekit import rtc
from livekit.agents import Agent, AgentSession, inference, llm, stt, tts
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS
from livekit.agents.voice import TranscriptSynchronizer, io
from scenes import Heard, Scene
from stand_ins import Parts, Take

from voiced.audio import RATE_HZ, AudioFrame, Samples, silence
from voiced.stages import Message, ReplyDelta, Voice

logging.getLogger("livekit").setLevel(logging.ERROR)

_FIXED_S = 0.5
_VOICE = Voice("livekit", "stand-in", "")


class _Ear(io.AudioInput):
    def __init__(self, parts: Parts, is_over: asyncio.Event) -> None:
        super().__init__(label="microphone")
        self._frames = parts.microphone.frames()
        self._is_over = is_over

    async def __anext__(self) -> rtc.AudioFrame:
        try:
            samples = await anext(self._frames)
        except StopAsyncIteration:
            self._is_over.set()
            raise
        return rtc.AudioFrame(samples.tobytes(), RATE_HZ, 1, len(samples))


class _Mouth(io.AudioOutput):
    """The ideal loudspeaker; it can pause, and knows to the sample what was heard."""

    def __init__(self, parts: Parts) -> None:
        can = io.AudioOutputCapabilities(pause=True)
        super().__init__(label="loudspeaker", capabilities=can, sample_rate=RATE_HZ)
        self._speaker = parts.speaker
        self._is_paused = False
        self._more = asyncio.Event()
        self._pump: asyncio.Task | None = None
        self._begin()

    def _begin(self) -> None:
        self._segment: list[Samples] = []
        self._waiting: deque[Samples] = deque()
        self._heard = 0
        self._is_whole = False
        self._lease = None

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        await super().capture_frame(frame)
        samples = np.frombuffer(frame.data, dtype=np.int16).copy()
        self._segment.append(samples)
        self._waiting.append(samples)
        self._more.set()
        self._go_on()

    def flush(self) -> None:
        super().flush()
        self._is_whole = bool(self._segment)
        self._more.set()

    def clear_buffer(self) -> None:
        if self._segment:
            self._halt()
            self._finish(interrupted=True)

    def pause(self) -> None:
        self._is_paused = True
        if self._segment:
            self._halt()
            rest = np.concatenate([silence(0), *self._segment])[self._heard :]
            self._waiting = deque([rest])

    def resume(self) -> None:
        self._is_paused = False
        self._go_on()

    def _go_on(self) -> None:
        if self._pump is None and self._segment and not self._is_paused:
            if self._lease is None and not self._heard:
                self.on_playback_started(created_at=time.time())
            self._lease = self._speaker.open()
            self._pump = asyncio.create_task(self._play())

    def _halt(self) -> None:
        """Be silent at once."""
        if self._pump is not None:
            self._pump.cancel()
            self._pump = None
            self._heard += self._lease.stop()

    async def _play(self) -> None:
        while self._waiting or not self._is_whole:
            self._more.clear()
            if self._waiting:
                await self._lease.play(AudioFrame(self._waiting.popleft(), RATE_HZ, 0))
            else:
                await self._more.wait()
        await self._lease.drain()
        self._pump = None
        self._heard += self._lease.stop()
        self._finish(interrupted=False)

    def _finish(self, *, interrupted: bool) -> None:
        position = self._heard / RATE_HZ
        self._begin()
        self.on_playback_finished(playback_position=position, interrupted=interrupted)


class _Recognises(stt.STT):
    def __init__(self, parts: Parts) -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=True, interim_results=True))
        self.parts = parts

    async def _recognize_impl(self, *_: Any, **__: Any) -> stt.SpeechEvent:
        raise NotImplementedError

    def stream(self, *, conn_options=DEFAULT_API_CONNECT_OPTIONS, **_: Any) -> _Recognising:
        return _Recognising(stt=self, conn_options=conn_options)


class _Recognising(stt.RecognizeStream):
    async def _run(self) -> None:
        async for heard in self._stt.parts.recogniser.texts():
            self._event_ch.send_nowait(_event(heard))
        async for _ in self._input_ch:
            pass


def _event(heard: Heard) -> stt.SpeechEvent:
    final, interim = (
        stt.SpeechEventType.FINAL_TRANSCRIPT,
        stt.SpeechEventType.INTERIM_TRANSCRIPT,
    )
    data = stt.SpeechData(language="en", text=heard.text, confidence=1.0)
    return stt.SpeechEvent(type=final if heard.is_final else interim, alternatives=[data])


class _Thinks(llm.LLM):
    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self.parts = parts

    def chat(
        self, *, chat_ctx, tools=None, conn_options=DEFAULT_API_CONNECT_OPTIONS, **_: Any
    ) -> _Thinking:
        return _Thinking(self, chat_ctx=chat_ctx, tools=tools or [], conn_options=conn_options)


class _Thinking(llm.LLMStream):
    async def _run(self) -> None:
        history = [
            Message(each.role, each.text_content or "")
            for each in self._chat_ctx.items
            if each.type == "message"
        ]
        async with aclosing(self._llm.parts.responder.reply(history, ())) as deltas:
            async for delta in deltas:
                assert isinstance(delta, ReplyDelta)
                content = llm.ChoiceDelta(role="assistant", content=delta.text)
                self._event_ch.send_nowait(llm.ChatChunk(id="stand-in", delta=content))


class _Speaks(tts.TTS):
    def __init__(self, parts: Parts) -> None:
        can = tts.TTSCapabilities(streaming=False)
        super().__init__(capabilities=can, sample_rate=RATE_HZ, num_channels=1)
        self.parts = parts

    def synthesize(self, text: str, *, conn_options=DEFAULT_API_CONNECT_OPTIONS) -> _Speaking:
        return _Speaking(tts=self, input_text=text, conn_options=conn_options)


class _Speaking(tts.ChunkedStream):
    async def _run(self, output_emitter: tts.AudioEmitter) -> None:
        output_emitter.initialize(
            request_id="stand-in", sample_rate=RATE_HZ, num_channels=1, mime_type="audio/pcm"
        )
        speech = self._tts.parts.synthesizer.synthesize(self._input_text, _VOICE)
        async with aclosing(speech) as pieces:
            async for piece in pieces:
                output_emitter.push(piece.samples.tobytes())
        output_emitter.flush()


def _handling(scene: Scene) -> dict[str, Any]:
    """As it comes; or at a fixed end."""
    if not scene.has_fixed_end:
        return {}
    end = {"mode": "fixed", "min_delay": _FIXED_S, "max_delay": _FIXED_S}
    return {"turn_handling": {"turn_detection": "vad", "endpointing": end}}


async def converse(scene: Scene, folder: Path) -> Take:
    parts = Parts(scene, folder)
    is_over = asyncio.Event()
    session = AgentSession(
        stt=_Recognises(parts),
        llm=_Thinks(parts),
        tts=_Speaks(parts),
        vad=inference.VAD(),
        aec_warmup_duration=None,
        **_handling(scene),
    )
    sync = TranscriptSynchronizer(next_in_chain_audio=_Mouth(parts), next_in_chain_text=None)
    session.input.audio = _Ear(parts, is_over)
    session.output.audio = sync.audio_output
    session.output.transcription = sync.text_output
    await session.start(Agent(instructions=""), record=False)
    await is_over.wait()
    history = _first_reply(session)
    await session.aclose()
    await sync.aclose()
    return parts.take(history)


def _first_reply(session: AgentSession) -> str:
    """What the assistant said, by its memory, before the user spoke again."""
    messages = [each for each in session.history.items if each.type == "message"]
    said = [each.text_content or "" for each in messages if each.role == "assistant"]
    return said[0] if said else ""
