"""How fast this machine is: what the embedded recogniser takes, and an installed Whisper."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

import numpy as np

from voiced import composition
from voiced.audio import RATE_HZ, AudioFrame, Samples
from voiced.config import Config, TranscriberSettings
from voiced.demo import USER_VOICE, render_speech
from voiced.engines.espeak import EspeakSynthesizer
from voiced.errors import EngineError
from voiced.stages import Hints
from voiced.testing import signals

__all__ = ["SENTENCE", "WHISPER_GFLOP", "Speed", "expected_s", "gflops", "measure"]

SENTENCE = "find the budget from yesterday and open it"

WHISPER_GFLOP = {"tiny.en": 35.0, "base.en": 84.0, "small.en": 338.0}
"""Arithmetic for one order: encoding 30 s of context, which is what it is padded to."""

_WHISPER_GAIN = 1.1
"""How much more of it Whisper's 8-bit arithmetic does than the measured multiplication."""

_SIDE = 1024
_TRIALS = 4


@dataclass(frozen=True, slots=True)
class Speed:
    """What was measured.

    Attributes:
        gflops: Multiplications and additions of matrices, in thousands of millions a second.
        embedded: Seconds that pocketsphinx takes to dictate a second of speech; None: not there.
        whisper_s: Seconds that an installed Whisper takes for an order; None: none was measured.
        whisper_model: Which one that was.
    """

    gflops: float
    embedded: float | None = None
    whisper_s: float | None = None
    whisper_model: str = ""

    def as_lines(self) -> tuple[str, ...]:
        """For people."""
        lines: list[str] = []
        if self.embedded is not None:
            lines.append(f"the built-in recogniser takes {self.embedded:.2f} s for 1 s of speech")
        if self.whisper_s is not None:
            lines.append(f"Whisper {self.whisper_model} takes {self.whisper_s:.1f} s for an order")
        return (*lines, f"arithmetic: {self.gflops:.0f} GFLOP/s")


def expected_s(model: str, speed: Speed) -> float:
    """How long a Whisper model would take for an order: measured, or reckoned from that."""
    work = WHISPER_GFLOP[model]
    if speed.whisper_s is not None and speed.whisper_model in WHISPER_GFLOP:
        return speed.whisper_s * work / WHISPER_GFLOP[speed.whisper_model]
    return work / max(0.001, speed.gflops * _WHISPER_GAIN)


def gflops(clock: Callable[[], float] = time.perf_counter) -> float:
    """Multiply matrices; the best of a few, for others may be at work, too."""
    matrix = np.ones((_SIDE, _SIDE), np.float32)
    best_s = float("inf")
    for _ in range(_TRIALS):
        begin_s = clock()
        _ = matrix @ matrix
        best_s = min(best_s, clock() - begin_s)
    return 2 * _SIDE**3 / max(best_s, 1e-9) / 1e9


async def measure(whisper: str = "") -> Speed:
    """Let the recognisers hear a spoken sentence, in a few seconds.

    Args:
        whisper: An installed model of faster-whisper; empty: none.
    """
    sound = await render_speech(SENTENCE, EspeakSynthesizer(), USER_VOICE)
    embedded_s = await _taken_s(sound, TranscriberSettings())
    embedded = None if embedded_s is None else embedded_s * RATE_HZ / len(sound)
    whisper_s = None
    if whisper:
        settings = TranscriberSettings(engine="faster-whisper", model=whisper)
        whisper_s = await _taken_s(sound, settings)
    return Speed(gflops(), embedded, whisper_s, whisper if whisper_s is not None else "")


async def _taken_s(sound: Samples, settings: TranscriberSettings) -> float | None:
    """How long it takes, loaded and warm; None where it cannot be used."""

    async def frames() -> AsyncGenerator[AudioFrame]:
        for frame in signals.frames(sound):
            yield frame

    transcriber = composition.transcriber(Config(transcriber=settings))
    try:
        async with composition.prepared(transcriber):
            begin_s = time.perf_counter()
            async with aclosing(transcriber.transcribe(frames(), Hints())) as readings:
                async for _ in readings:
                    pass
            return time.perf_counter() - begin_s
    except EngineError:
        return None
