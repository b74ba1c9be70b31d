"""pipecat: its pipeline, turn strategies, voice detector and turn detector; our stages and devices.

The microphone and the loudspeaker are a transport of our own: the loudspeaker drops what it has
not given out when the pipeline is interrupted, as transports with a buffer do.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import numpy as np
from loguru import logger
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    OutputAudioRawFrame,
    StartFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.llm_service import LLMService
from pipecat.services.stt_service import STTService
from pipecat.services.tts_service import TTSService
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import TransportParams
from pipecat.turns.user_stop import SpeechTimeoutUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.workers.runner import WorkerRunner
from scenes import Scene
from stand_ins import Parts, Take

from voiced.audio import RATE_HZ, AudioFrame
from voiced.stages import Message, ReplyDelta, Voice

logger.remove()

_FIXED_S, _DETECTOR_S = 0.5, 0.2
_RECOGNITION_S = 0.08
_VOICE = Voice("pipecat", "stand-in", "")
_DEVICES = TransportParams(
    audio_in_enabled=True,
    audio_in_sample_rate=RATE_HZ,
    audio_out_enabled=True,
    audio_out_sample_rate=RATE_HZ,
)


class _Ear(BaseInputTransport):
    def __init__(self, parts: Parts, is_over: asyncio.Event) -> None:
        super().__init__(_DEVICES)
        self._parts = parts
        self._is_over = is_over
        self._feeder: asyncio.Task | None = None

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)
        self._feeder = self.create_task(self._feed())

    async def _feed(self) -> None:
        async for samples in self._parts.microphone.frames():
            await self.push_audio_frame(InputAudioRawFrame(samples.tobytes(), RATE_HZ, 1))
        self._is_over.set()


class _Mouth(BaseOutputTransport):
    def __init__(self, parts: Parts) -> None:
        super().__init__(_DEVICES)
        self._speaker = parts.speaker
        self._lease = parts.speaker.open()

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, InterruptionFrame):  # its queue is empty by now
            self._lease = self._speaker.open()

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        samples = np.frombuffer(frame.audio, dtype=np.int16)
        await self._lease.play(AudioFrame(samples, RATE_HZ, 0))
        return True


class _Recognises(STTService):
    def __init__(self, parts: Parts) -> None:
        super().__init__(ttfs_p99_latency=_RECOGNITION_S)
        self._parts = parts
        self._teller: asyncio.Task | None = None

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        self._teller = self.create_task(self._tell())

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame | None, None]:
        yield None

    async def _tell(self) -> None:
        async for heard in self._parts.recogniser.texts():
            if heard.is_final:
                frame = TranscriptionFrame(heard.text, "user", "", finalized=True)
            else:
                frame = InterimTranscriptionFrame(heard.text, "user", "")
            await self.push_frame(frame)


class _Thinks(LLMService):
    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self._responder = parts.responder

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if not isinstance(frame, LLMContextFrame):
            await self.push_frame(frame, direction)
            return
        history = [Message(each["role"], str(each["content"])) for each in frame.context.messages]
        try:
            await self.push_frame(LLMFullResponseStartFrame())
            async with aclosing(self._responder.reply(history, ())) as deltas:
                async for delta in deltas:
                    assert isinstance(delta, ReplyDelta)
                    await self.push_frame(LLMTextFrame(delta.text))
        finally:
            await self.push_frame(LLMFullResponseEndFrame())


class _Speaks(TTSService):
    """Tells where its words lie, as services with timings do."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(push_text_frames=False, push_start_frame=True, sample_rate=RATE_HZ)
        self._synthesizer = parts.synthesizer
        self._spoken: dict[str, int] = {}

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        async with aclosing(self._synthesizer.synthesize(text, _VOICE)) as pieces:
            async for piece in pieces:
                start = self._spoken.get(context_id, 0)
                words = [(word.word, (start + word.start) / RATE_HZ) for word in piece.words]
                await self.add_word_timestamps(words, context_id)
                self._spoken[context_id] = start + len(piece.samples)
                sound = piece.samples.tobytes()
                yield TTSAudioRawFrame(sound, RATE_HZ, 1, context_id=context_id)


def _listening(scene: Scene) -> LLMUserAggregatorParams:
    """As it comes; or at a fixed end: its detector's silence, and the rest."""
    params = LLMUserAggregatorParams(vad_analyzer=SileroVADAnalyzer())
    if scene.has_fixed_end:
        wait = SpeechTimeoutUserTurnStopStrategy(user_speech_timeout=_FIXED_S - _DETECTOR_S)
        params.user_turn_strategies = UserTurnStrategies(stop=[wait])
    else:
        params.user_turn_strategies = UserTurnStrategies()
    return params


async def converse(scene: Scene, folder: Path) -> Take:
    parts = Parts(scene, folder)
    context = LLMContext()
    listening = await asyncio.to_thread(_listening, scene)  # loads its models
    user, assistant = LLMContextAggregatorPair(context, user_params=listening)
    is_over = asyncio.Event()
    stages = [
        _Ear(parts, is_over),
        _Recognises(parts),
        user,
        _Thinks(parts),
        _Speaks(parts),
        _Mouth(parts),
        assistant,
    ]
    worker = PipelineWorker(
        Pipeline(stages),
        params=PipelineParams(audio_in_sample_rate=RATE_HZ, audio_out_sample_rate=RATE_HZ),
        idle_timeout_secs=None,
    )
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    run = asyncio.create_task(runner.run())
    await is_over.wait()
    history = _first_reply(context)
    await runner.cancel()
    await run
    return parts.take(history)


def _first_reply(context: LLMContext) -> str:
    """What the assistant said, by its memory, before the user spoke again."""
    said: list[str] = []
    for message in context.messages:
        if message["role"] == "assistant":
            said.append(str(message["content"]))
        elif said:
            break
    return " ".join(said)
