"""Log-mel features as Whisper's encoder takes them. Pure numpy; no model and no file is here.

The mel scale is Slaney's: linear below 1 kHz, logarithmic above; each filter has the same area.
"""

from __future__ import annotations

from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from voiced.audio import RATE_HZ

__all__ = ["HOP_SAMPLES", "MELS", "Features", "log_mel"]

Features: TypeAlias = NDArray[np.float32]
"""Shape ``(MELS, frames)``; the loudest lies at most 2.0 above the quietest."""

MELS = 80
HOP_SAMPLES = 160
_WINDOW_SAMPLES = 400
_FLOOR = 1e-10
_RANGE_DECADES = 8.0
_LINEAR_HZ_PER_MEL = 200.0 / 3.0
_LOG_FROM_HZ = 1000.0
_LOG_FROM_MEL = _LOG_FROM_HZ / _LINEAR_HZ_PER_MEL
_MELS_PER_LOG = 27.0 / float(np.log(6.4))


def log_mel(sound: NDArray[np.float32]) -> Features:
    """The features of a sound, one frame for each ``HOP_SAMPLES``.

    Args:
        sound: Mono, 16 kHz, float32 of shape (n,), at least 201 samples.

    Returns:
        Shape (80, n // 160), scaled as Whisper's are: (log10 of the energy + 4) / 4.

    Raises:
        ValueError: The sound is too short.
    """
    half = _WINDOW_SAMPLES // 2
    if len(sound) <= half:
        msg = f"need more than {half} samples, got {len(sound)}"
        raise ValueError(msg)
    mirrored = np.pad(sound.astype(np.float64), half, mode="reflect")
    frames = sliding_window_view(mirrored, _WINDOW_SAMPLES)[::HOP_SAMPLES]
    spectrum = np.fft.rfft(frames[: len(sound) // HOP_SAMPLES] * _window(), axis=-1)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    energy = np.log10(np.maximum(_filters() @ power.T, _FLOOR))
    scaled = (np.maximum(energy, energy.max() - _RANGE_DECADES) + 4.0) / 4.0
    features: Features = scaled.astype(np.float32)
    return features


@cache
def _window() -> NDArray[np.float64]:
    """Periodic Hann window: the last sample of the symmetric one is left out."""
    return np.hanning(_WINDOW_SAMPLES + 1)[:-1]


@cache
def _filters() -> NDArray[np.float64]:
    """The mel filters: shape (80, 201), triangles over the bins of the spectrum."""
    corners = np.array([_hz(mel) for mel in np.linspace(0.0, _mel(RATE_HZ / 2), MELS + 2)])
    left, peak, right = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    bins = np.fft.rfftfreq(_WINDOW_SAMPLES, 1 / RATE_HZ)
    triangles = np.minimum((bins - left) / (peak - left), (right - bins) / (right - peak))
    filters: NDArray[np.float64] = np.maximum(0.0, triangles) * 2.0 / (right - left)
    return filters


def _mel(hz: float) -> float:
    if hz < _LOG_FROM_HZ:
        return hz / _LINEAR_HZ_PER_MEL
    return _LOG_FROM_MEL + float(np.log(hz / _LOG_FROM_HZ)) * _MELS_PER_LOG


def _hz(mel: float) -> float:
    if mel < _LOG_FROM_MEL:
        return mel * _LINEAR_HZ_PER_MEL
    return _LOG_FROM_HZ * float(np.exp((mel - _LOG_FROM_MEL) / _MELS_PER_LOG))
