"""What the loop and each embedded engine cost: CPU time for a second of sound.

The loop is the real session with the fakes of ``voiced.testing``, in virtual time, so that it is
alone; the engines are run one by one, as fast as they go.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio
import anyio.lowlevel
import numpy as np

from voiced.audio import RATE_HZ, AudioFrame, Resampler, Samples, samples_to_s
from voiced.bench.settings import apart
from voiced.composition import engines as composition
from voiced.composition.brain import open_brain
from voiced.config import Config
from voiced.demo import USER_VOICE, render_speech
from voiced.errors import ModelMissing
from voiced.stages import Hints, Synthesizer, Transcriber
from voiced.testing import signals
from voiced.testing.fakes import FakeResponder, Says
from voiced.testing.script import Script, run_script

__all__ = ["Cost", "as_document", "measure"]

_EVERY_S = 6.0
_DEVICE_HZ = 48_000
_QUESTION = "tell me something"
_ANSWER = "The sky is blue because it scatters the light. At night it is black. Anything else?"
_SENTENCES = (
    "what time is it",
    "find the budget",
    "what can I say",
    "undo that",
    "what day is the first of march",
)


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU time of one part, in milliseconds for each second of sound; None: it is not there."""

    part: str
    cpu_ms_per_s: float | None
    what: str


def measure(seconds: float) -> list[Cost]:
    """Measure everything on about so many seconds of sound. Blocking; starts loops of its own.

    Raises:
        EngineError: An engine failed.
    """
    with TemporaryDirectory(prefix="voiced-bench-") as folder:
        silent = _loop(Script(user=(), seconds=seconds), Path(folder))
        talking = _loop(_conversation(seconds), Path(folder))
    loops = [
        Cost("loop, silence", silent, "listener, turn-taking, clock"),
        Cost(
            "loop, conversation", talking, f"and a turn every {_EVERY_S:.0f} s, with fake engines"
        ),
    ]
    return [*loops, *anyio.run(_engines, seconds)]


def as_document(costs: Sequence[Cost]) -> dict[str, Any]:
    """The costs as one JSON document."""
    return {"costs": [asdict(cost) for cost in costs]}


def _conversation(seconds: float) -> Script:
    starts = np.arange(1.0, seconds - 1.0, _EVERY_S)
    return Script(
        user=[Says(float(at_s), _QUESTION) for at_s in starts],
        seconds=seconds,
        responder=FakeResponder({_QUESTION: [[_ANSWER]]}),
    )


def _loop(script: Script, folder: Path) -> float:
    began_s = time.process_time()
    run_script(script, folder)
    return _per_second(time.process_time() - began_s, script.seconds)


def _per_second(cpu_s: float, sound_s: float) -> float:
    return round(cpu_s * 1000 / sound_s, 3)


async def _engines(seconds: float) -> list[Cost]:
    config = Config()
    synthesizer = composition.synthesizer(config, composition.voice(config))
    async with composition.prepared(synthesizer):
        await _speech(synthesizer, 1.0)  # what is loaded at the first sentence is not counted
        speech, espeak = await _speech(synthesizer, seconds)
    parts: list[tuple[str, str, Callable[[], Awaitable[float]]]] = [
        ("webrtc voice detector", "of speech", lambda: _detector(speech)),
        ("resampler", f"{_DEVICE_HZ} Hz to {RATE_HZ} Hz", lambda: _resampler(seconds)),
        ("pocketsphinx", "of speech, with the built-in grammar", lambda: _pocketsphinx(speech)),
    ]
    costs = [Cost("espeak", espeak, "of speech made, start-up of each sentence included")]
    for part, what, cost in parts:
        try:
            costs.append(Cost(part, await cost(), what))
        except ModelMissing as error:
            costs.append(Cost(part, None, error.message))
    return costs


async def _speech(synthesizer: Synthesizer, seconds: float) -> tuple[list[Samples], float]:
    """Spoken sentences, ``seconds`` of them or a little more, and what they cost."""
    made: list[Samples] = []
    sentences = itertools.cycle(_SENTENCES)
    began_s = time.process_time()
    while sum(map(len, made)) < seconds * RATE_HZ:
        made.append(await render_speech(next(sentences), synthesizer, USER_VOICE))
    cpu_s = time.process_time() - began_s
    return made, _per_second(cpu_s, samples_to_s(sum(map(len, made))))


async def _detector(speech: Sequence[Samples]) -> float:
    detector = composition.detector(Config())
    frames = signals.frames(np.concatenate(speech))
    async with composition.prepared(detector):
        began_s = time.process_time()
        for frame in frames:
            detector.speech_probability(frame)
        return _per_second(time.process_time() - began_s, samples_to_s(frames[-1].end))


async def _resampler(seconds: float) -> float:
    resampler = Resampler(_DEVICE_HZ, RATE_HZ)
    piece = np.resize(signals.speech_like(1.0), _DEVICE_HZ // 50)
    began_s = time.process_time()
    for _ in range(round(seconds * 50)):
        resampler.feed(piece)
    return _per_second(time.process_time() - began_s, seconds)


async def _pocketsphinx(speech: Sequence[Samples]) -> float:
    transcriber = composition.transcriber(Config(), "pocketsphinx")
    padded = [signals.concat(signals.silence(0.3), each, signals.silence(0.6)) for each in speech]
    with apart(Config()) as loaded:
        async with open_brain(loaded) as brain, composition.prepared(transcriber):
            hints = brain.thinker.hints
            for samples in padded[: len(_SENTENCES)]:  # loads what is loaded when it is needed
                await _transcribe(transcriber, samples, hints)
            began_s = time.process_time()
            for samples in padded:
                await _transcribe(transcriber, samples, hints)
            cpu_s = time.process_time() - began_s
    return _per_second(cpu_s, samples_to_s(sum(map(len, padded))))


async def _transcribe(transcriber: Transcriber, samples: Samples, hints: Hints) -> None:
    async with aclosing(transcriber.transcribe(_frames(samples), hints)) as transcripts:
        async for _ in transcripts:
            pass


async def _frames(samples: Samples) -> AsyncGenerator[AudioFrame]:
    for frame in signals.frames(samples):
        await anyio.lowlevel.checkpoint()
        yield frame
