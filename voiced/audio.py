"""Sound as values: frames, conversions, pre-roll, resampling. No devices, no files.

Audio time is counted in samples. Inside voiced everything is mono, int16, 16 kHz, in frames of
20 ms; devices' own rates end in the engines.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from voiced.rates import FRAME_SAMPLES, RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = [
    "FRAME_SAMPLES",
    "RATE_HZ",
    "AudioFrame",
    "Framer",
    "PreRoll",
    "Resampler",
    "Samples",
    "latest",
    "level_dbfs",
    "samples_to_s",
    "silence",
    "to_float32",
    "to_int16",
    "voicing",
]

Samples: TypeAlias = NDArray[np.int16]
"""Mono sound, shape ``(n,)``."""


@dataclass(frozen=True, slots=True, eq=False)
class AudioFrame:
    """Mono sound: ``samples`` int16 of shape (n,), at ``rate_hz``.

    ``start`` is the index of the first sample since its stream opened, at ``rate_hz``.
    """

    samples: Samples
    rate_hz: int
    start: int

    def __post_init__(self) -> None:
        """Refuse what is not mono int16."""
        if self.samples.dtype != np.int16 or self.samples.ndim != 1:
            msg = f"need int16 of shape (n,), got {self.samples.dtype} {self.samples.shape}"
            raise ValueError(msg)
        if self.rate_hz <= 0 or self.start < 0:
            msg = f"rate_hz {self.rate_hz} and start {self.start} must not be negative"
            raise ValueError(msg)

    @property
    def end(self) -> int:
        """Index of the sample after the last one."""
        return self.start + len(self.samples)

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.rate_hz


def silence(samples: int) -> Samples:
    """Zeros, int16, shape (samples,)."""
    return np.zeros(samples, dtype=np.int16)


def latest(frames: Sequence[AudioFrame], samples: int) -> Samples:
    """The end of the sound of these frames, as many samples as there are up to ``samples``."""
    pieces: list[Samples] = []
    missing = samples
    for frame in reversed(frames):
        if missing <= 0:
            break
        pieces.append(frame.samples[-missing:])
        missing -= len(frame.samples)
    return np.concatenate([silence(0), *reversed(pieces)])


def to_float32(samples: Samples) -> NDArray[np.float32]:
    """Scale int16 to float32 in [-1, 1)."""
    return np.divide(samples, 32768.0, dtype=np.float32)


def to_int16(samples: NDArray[np.floating]) -> Samples:
    """Scale float in [-1, 1] to int16; louder is clipped, not a number is silence."""
    if not np.isfinite(samples).all():
        samples = np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0)
    scaled: Samples = np.clip(np.rint(samples * 32768.0), -32768, 32767).astype(np.int16)
    return scaled


def level_dbfs(samples: Samples) -> float:
    """Root-mean-square level in dB relative to full scale; -120 for silence."""
    if not len(samples):
        return -120.0
    sound = samples.astype(np.float64)
    power = float(np.dot(sound, sound)) / len(sound) / 32768.0**2
    return max(-120.0, 10.0 * math.log10(power) if power > 0 else -120.0)


def voicing(samples: Samples) -> float:
    """How much of a tone the sound has between 80 and 400 Hz at 16 kHz, in [0, 1]: a voice has.

    Give it 40 ms. It is the highest peak of the autocorrelation in that range, against silence 0.
    """
    sound = samples.astype(np.float64) - (float(np.mean(samples)) if len(samples) else 0.0)
    if not sound.any():
        return 0.0
    size = 1 << (2 * max(1, len(sound)) - 1).bit_length()
    alike = np.fft.irfft(np.square(np.abs(np.fft.rfft(sound, size))), size)
    lags = np.arange(RATE_HZ // 400, min(RATE_HZ // 80, 2 * len(sound) // 3))
    if not len(lags) or alike[0] <= 0:
        return 0.0
    peaks = alike[lags] / (alike[0] * (1 - lags / len(sound)))
    return min(1.0, max(0.0, float(np.max(peaks))))


def samples_to_s(samples: int, rate_hz: int = RATE_HZ) -> float:
    """Seconds that so many samples last."""
    return samples / rate_hz


class Resampler:
    """Streaming change of rate, band-limited (soxr). Pieces of any length may be fed.

    Args:
        from_hz: Rate of what is fed, in hertz.
        to_hz: Rate of what comes out, in hertz.
    """

    def __init__(self, from_hz: int, to_hz: int) -> None:
        self.from_hz = from_hz
        self.to_hz = to_hz
        self._stream = None
        if from_hz != to_hz:
            import soxr  # noqa: PLC0415 - imported when used: most streams need no change of rate

            # float32, since soxr dithers int16 with a seed of its own: no two runs would be alike
            self._stream = soxr.ResampleStream(from_hz, to_hz, 1, dtype="float32", quality="HQ")

    def feed(self, samples: Samples) -> Samples:
        """The part of the output that is ready after these samples."""
        if self._stream is None:
            return samples
        return to_int16(self._stream.resample_chunk(to_float32(samples)))

    def flush(self) -> Samples:
        """The rest of the output; the resampler starts anew after it."""
        if self._stream is None:
            return silence(0)
        rest = to_int16(self._stream.resample_chunk(to_float32(silence(0)), last=True))
        self._stream.clear()
        return rest


class Framer:
    """Cuts samples of any length into frames of equal length, counting from ``start``."""

    def __init__(
        self, rate_hz: int = RATE_HZ, frame_samples: int = FRAME_SAMPLES, start: int = 0
    ) -> None:
        self._rate_hz = rate_hz
        self._size = frame_samples
        self._start = start
        self._rest = silence(0)

    def feed(self, samples: Samples) -> Iterator[AudioFrame]:
        """Yield every frame that is complete with these samples."""
        joined = np.concatenate([self._rest, samples]) if len(self._rest) else samples
        whole = len(joined) - len(joined) % self._size
        for offset in range(0, whole, self._size):
            yield self._frame(joined[offset : offset + self._size])
        self._rest = joined[whole:].copy()

    def flush(self) -> Iterator[AudioFrame]:
        """Yield the rest, filled up with silence, if there is any."""
        if len(self._rest):
            yield self._frame(np.pad(self._rest, (0, self._size - len(self._rest))))
            self._rest = silence(0)

    def _frame(self, samples: Samples) -> AudioFrame:
        frame = AudioFrame(samples, self._rate_hz, self._start)
        self._start = frame.end
        return frame


class PreRoll:
    """The last frames before speech was noticed, at most ``samples`` long."""

    def __init__(self, samples: int) -> None:
        self._frames: deque[AudioFrame] = deque()
        self._limit = samples
        self._held = 0

    def push(self, frame: AudioFrame) -> None:
        """Keep this frame, drop the oldest ones that no longer fit."""
        self._frames.append(frame)
        self._held += len(frame.samples)
        while self._held > self._limit:
            self._held -= len(self._frames.popleft().samples)

    @property
    def newest(self) -> AudioFrame | None:
        """The last frame, if there is any."""
        return self._frames[-1] if self._frames else None

    @property
    def frames(self) -> tuple[AudioFrame, ...]:
        """All frames, oldest first."""
        return tuple(self._frames)

    def take(self) -> tuple[AudioFrame, ...]:
        """All frames, oldest first; the pre-roll is empty afterwards."""
        frames = tuple(self._frames)
        self._frames.clear()
        self._held = 0
        return frames
