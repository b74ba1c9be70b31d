"""Replies that are tones: what says them, what asks for them, and whether two sound at once."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Mapping, Sequence
from typing import Any

import numpy as np

from voiced.audio import RATE_HZ, AudioFrame, Samples, level_dbfs
from voiced.bench.standins import StandInResponder
from voiced.stages import Hints, Message, ReplyDelta, SpokenAudio, Tool, ToolCall, Transcript, Voice
from voiced.testing import signals

WORDS = "tell me more"
NAMES = ("alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel")
TONES_HZ = (500, 700, 900, 1100, 1300, 1500, 1700, 1900)
OTHER_HZ = 2100
"""What is said of a request that was not understood."""

SENTENCES, SENTENCE_S = 8, 1.5
HEARD_S, LOUD_DBFS = 0.2, -40.0

WINDOW, BLOCK = 512, 16
SOUNDING = 160
TONE = 0.02
BESIDE = 3
"""So many bins from a tone lies what is none: half way to the next tone."""


class Hears:
    """Takes any sound that lasts for the same words."""

    supports_partials = True

    async def prepare(self) -> None: ...

    async def aclose(self) -> None: ...

    async def transcribe(
        self, audio: AsyncIterable[AudioFrame], hints: Hints
    ) -> AsyncGenerator[Transcript]:
        loud_s, is_told = 0.0, False
        async for frame in audio:
            loud_s += frame.duration_s if level_dbfs(frame.samples) > LOUD_DBFS else 0.0
            if loud_s > HEARD_S and not is_told:
                is_told = True
                yield Transcript(WORDS, is_final=False)
        yield Transcript(WORDS if is_told else "", is_final=True, confidence=float(is_told))


class Tells(StandInResponder):
    """Each reply has a name of its own in all of its sentences."""

    def reply(
        self,
        history: Sequence[Message],
        tools: Sequence[Tool],
        schema: Mapping[str, Any] | None = None,
    ) -> AsyncGenerator[ReplyDelta | ToolCall]:
        name = NAMES[len(self.requests) % len(NAMES)]
        told = " ".join(f"This is {name} again." for _ in range(SENTENCES))
        other = StandInResponder(told)
        other.requests = self.requests
        return other.reply(history, tools, schema)


class Whistles:
    """Says each reply as a tone, by its name."""

    async def prepare(self) -> None: ...

    async def aclose(self) -> None: ...

    async def synthesize(self, sentence: str, voice: Voice) -> AsyncGenerator[SpokenAudio]:
        tones = zip(NAMES, TONES_HZ, strict=True)
        hz = next((hz for name, hz in tones if name in sentence), OTHER_HZ)
        sound = signals.tone(SENTENCE_S, hz)
        for start in range(0, len(sound), RATE_HZ // 10):
            yield SpokenAudio(sound[start : start + RATE_HZ // 10], RATE_HZ)


def overlaps(sound: Samples) -> tuple[int, int]:
    """How many windows have a tone in them, and how many have two at the same time.

    Only those count that sound from end to end: where a reply begins or ends, and around a hole of
    some milliseconds, as a busy machine makes them, a tone is something of every pitch.
    """
    blocks = sound[: len(sound) // BLOCK * BLOCK].reshape(-1, BLOCK).astype(np.int32)
    sounding = np.concatenate([[0], np.cumsum(np.abs(blocks).max(axis=1) > SOUNDING)])
    length = WINDOW // BLOCK
    starts = np.arange(0, len(blocks) - length + 1, length)
    starts = starts[sounding[starts + length] - sounding[starts] == length]
    whole = blocks[starts[:, None] + np.arange(length)].reshape(-1, WINDOW) / 32768.0
    spectra = np.abs(np.fft.rfft(whole * np.hanning(WINDOW), axis=1)) / (WINDOW / 4)
    bins = [round(hz * WINDOW / RATE_HZ) for hz in (*TONES_HZ, OTHER_HZ)]
    peaks = np.array([spectra[:, each - 1 : each + 2].max(axis=1) for each in bins])
    beside = np.array([spectra[:, [each - BESIDE, each + BESIDE]].max(axis=1) for each in bins])
    voices = ((peaks > TONE) & (peaks > 2 * beside)).sum(axis=0)
    return int((voices > 0).sum()), int((voices > 1).sum())
