"""How fast the user's voice silences the assistant, from the first sample of the speech.

The session, the voice detector and the synthesizer are real, the speaker keeps time and makes no
sound, and what was said is known without a transcriber. One long answer after the other is
interrupted, each a millisecond later in its frame than the one before.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio
import numpy as np

from voiced import composition, daemon
from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, Samples, silence
from voiced.config import Config
from voiced.demo import USER_VOICE, render_speech
from voiced.engines.null_speaker import NullSpeaker
from voiced.errors import VoicedError
from voiced.journal import Journal
from voiced.stages import Hints, Playback, Transcript
from voiced.testing.fakes import FakeResponder
from voiced.testing.script import Script, play

__all__ = ["BargeIns", "measure"]

_WORDS = "stop please"
_STORY = "Once upon a time there was a king who had a very long story to tell. "
_EVERY_S = 3.0
_FIRST_S = 0.5
_STEP = RATE_HZ // 1000
_AUDIBLE = 200
"""Amplitude (int16) from which a sample is sound."""


@dataclass(frozen=True, slots=True)
class BargeIns:
    """Milliseconds from the first sample of the speech until the speaker was silent, one each.

    ``configured_ms`` is how much speech the rules ask for. ``stop_us`` are the microseconds that
    stopping the playback took.
    """

    clock: str
    configured_ms: int
    interruptions: int
    noticed_ms: tuple[float, ...]
    stop_us: tuple[float, ...]

    def as_document(self) -> dict[str, Any]:
        """The figures as JSON types."""
        return asdict(self)


class _Talker:
    """A microphone that hears the same words again and again."""

    def __init__(self, words: Samples, starts: Sequence[int]) -> None:
        self._sound = silence(starts[-1] + round(_EVERY_S * RATE_HZ))
        for start in starts:
            self._sound[start : start + len(words)] = words
        self.opened_s = 0.0

    async def prepare(self) -> None:
        """Nothing to load."""

    async def aclose(self) -> None:
        """Nothing to free."""

    async def frames(self) -> AsyncGenerator[AudioFrame]:
        """Frames of 20 ms, each when its last sample has sounded."""
        self.opened_s = anyio.current_time()
        for start in range(0, len(self._sound) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
            await anyio.sleep_until(self.opened_s + (start + FRAME_SAMPLES) / RATE_HZ)
            yield AudioFrame(self._sound[start : start + FRAME_SAMPLES], RATE_HZ, start)


class _Knowing:
    """A transcriber that knows what is said."""

    supports_partials = False

    async def prepare(self) -> None:
        """Nothing to load."""

    async def aclose(self) -> None:
        """Nothing to free."""

    async def transcribe(
        self,
        audio: AsyncIterable[AudioFrame],
        hints: Hints,  # noqa: ARG002 - the protocol's
    ) -> AsyncGenerator[Transcript]:
        """One final transcript after the sound."""
        async for _ in audio:
            pass
        yield Transcript(_WORDS, is_final=True)


@dataclass(slots=True)
class _Watched:
    """A playback whose first stop is timed; the rest it leaves to ``inner``."""

    inner: Playback
    stops: list[tuple[float, float]]
    is_stopped: bool = False

    async def play(self, frame: AudioFrame) -> None:
        await self.inner.play(frame)

    def duck(self, db: float) -> None:
        self.inner.duck(db)

    def resume(self) -> None:
        self.inner.resume()

    async def drain(self) -> None:
        await self.inner.drain()

    def stop(self) -> int:
        began_s = time.perf_counter()
        heard = self.inner.stop()
        took_s = time.perf_counter() - began_s
        if not self.is_stopped:
            self.stops.append((anyio.current_time(), took_s * 1e6))
        self.is_stopped = True
        return heard

    @property
    def heard(self) -> int:
        return self.inner.heard


@dataclass(slots=True)
class _WatchedSpeaker:
    """The null speaker, and when which of its leases was stopped: (loop's seconds, µs it took)."""

    inner: NullSpeaker = field(default_factory=NullSpeaker)
    stops: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])

    async def prepare(self) -> None:
        await self.inner.prepare()

    async def aclose(self) -> None:
        await self.inner.aclose()

    def open(self) -> Playback:
        return _Watched(self.inner.open(), self.stops)


async def measure(config: Config, clock: str, interruptions: int) -> BargeIns:
    """Interrupt so many answers, by the loop's clock, which is called ``clock`` in the report.

    Raises:
        VoicedError: An engine is missing, or an interruption was not noticed.
    """
    synthesizer = composition.synthesizer(config, composition.voice(config))
    detector = composition.detector(config)
    speaker = _WatchedSpeaker()
    async with composition.prepared(synthesizer, detector, speaker):
        words = _trimmed(await render_speech(_WORDS, synthesizer, USER_VOICE))
        starts = [
            round((_FIRST_S + index * _EVERY_S) * RATE_HZ) + index * _STEP
            for index in range(interruptions + 1)
        ]
        talker = _Talker(words, starts)
        script = Script(
            user=(),
            microphone=talker,
            detector=detector,
            transcriber=_Knowing(),
            synthesizer=synthesizer,
            speaker=speaker,
            responder=FakeResponder({_WORDS: [[_STORY]]}),
            rules=daemon.rules(config.turns),
        )
        await _play(script)
    noticed = _latencies_ms(speaker.stops, [talker.opened_s + at / RATE_HZ for at in starts[1:]])
    return BargeIns(
        clock,
        config.turns.barge_in_ms,
        interruptions,
        noticed,
        tuple(round(took_us, 1) for _, took_us in speaker.stops[:interruptions]),
    )


async def _play(script: Script) -> None:
    with TemporaryDirectory(prefix="voiced-bench-") as folder:
        journal = Journal.open(Path(folder))
        try:
            await play(script, journal)
        finally:
            journal.close()


def _trimmed(words: Samples) -> Samples:
    audible = np.flatnonzero(np.abs(words.astype(np.int32)) >= _AUDIBLE)
    return words[audible[0] : audible[-1] + 1]


def _latencies_ms(
    stops: Sequence[tuple[float, float]], speech_s: Sequence[float]
) -> tuple[float, ...]:
    if len(stops) < len(speech_s):
        message = f"{len(speech_s) - len(stops)} of {len(speech_s)} interruptions were not noticed"
        raise VoicedError(message, mend="see [audio] min_level_dbfs and [turns] barge_in_ms")
    return tuple(
        round((stopped_s - spoken_s) * 1000, 1)
        for (stopped_s, _), spoken_s in zip(stops, speech_s, strict=False)
    )
