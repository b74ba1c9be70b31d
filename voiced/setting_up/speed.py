"""How fast this machine is: what the embedded recogniser takes, and an installed Whisper."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

import numpy as np

from voiced.audio import RATE_HZ, AudioFrame, Samples
from voiced.composition import engines as composition
from voiced.config import Config, TranscriberSettings
from voiced.demo import USER_VOICE, render_speech
from voiced.engines.espeak import EspeakSynthesizer
from voiced.errors import EngineError
from voiced.stages import Hints
from voiced.testing import signals

__all__ = ["SENTENCE", "WHISPER_GFLOP", "Speed", "expected_s", "gflops", "measure", "order_s"]

SENTENCE = "find the budget from yesterday and open it"

WHISPER_GFLOP = {"tiny.en": 35.0, "base.en": 90.0, "small.en": 230.0}
"""How much multiplication takes as long as an order: measured with models of the true sizes on a
core of 119 GFLOP/s (0.28, 0.78 and 1.78 s). An order is padded to 30 s, so all take the same.
"""

_NO_PARTIALS_MS = 5000
"""The sound comes all at once here, so that a partial would be one more order."""

_SIDE = 1024
_TRIALS = 12


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
    return work / max(0.001, speed.gflops)


def gflops(clock: Callable[[], float] = time.perf_counter) -> float:
    """Multiply matrices for a while; all of it counts, for a quota lets through bursts."""
    matrix = np.ones((_SIDE, _SIDE), np.float32)
    _ = matrix @ matrix  # the first starts threads
    begin_s = clock()
    for _ in range(_TRIALS):
        _ = matrix @ matrix
    return _TRIALS * 2 * _SIDE**3 / max(clock() - begin_s, 1e-9) / 1e9


async def measure(whisper: str = "") -> Speed:
    """Let the recognisers hear a spoken sentence, in a few seconds.

    Args:
        whisper: An installed model of faster-whisper; empty: none.
    """
    sound = await render_speech(SENTENCE, EspeakSynthesizer(), USER_VOICE)
    embedded_s = await _taken_s(sound, TranscriberSettings())
    embedded = None if embedded_s is None else embedded_s * RATE_HZ / len(sound)
    whisper_s = await order_s(whisper) if whisper else None
    return Speed(gflops(), embedded, whisper_s, whisper if whisper_s is not None else "")


async def order_s(whisper: str, threads: int = 0) -> float | None:
    """How long a model of faster-whisper takes for an order; None where it cannot be used."""
    sound = await render_speech(SENTENCE, EspeakSynthesizer(), USER_VOICE)
    settings = TranscriberSettings(
        engine="faster-whisper",
        model=whisper,
        threads=threads,
        partial_interval_ms=_NO_PARTIALS_MS,
    )
    return await _taken_s(sound, settings)


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
