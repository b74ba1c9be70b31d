"""How loud speech is, where it begins and ends, and when it fell: for measuring recordings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from voiced.audio import RATE_HZ, Samples, level_dbfs

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["active_level_dbfs", "audible_span", "fell_at", "gain_of", "level_at_dbfs"]

_BLOCK_SAMPLES = RATE_HZ // 200
_SPEECH_BLOCKS = 4
_MARGIN_DB = 15.9
_AUDIBLE_DB = 30.0
_QUIET_DBFS = -120.0
_ROUNDS = 16


def gain_of(db: float) -> float:
    """The factor that makes sound louder by ``db``."""
    return float(10.0 ** (db / 20.0))


def active_level_dbfs(samples: Samples) -> float:
    """The level while somebody speaks, pauses left out; -120 for silence.

    As ITU-T P.56 has it: what is more than 15.9 dB below the active level is a pause.
    """
    powers = _powers(samples, _SPEECH_BLOCKS * _BLOCK_SAMPLES)
    if not len(powers) or not powers.max():
        return _QUIET_DBFS
    threshold = float(powers.max()) * 10 ** (-2.5 * _MARGIN_DB / 10)
    active = threshold
    for _ in range(_ROUNDS):
        active = float(np.mean(powers[powers >= threshold]))
        threshold = active * 10 ** (-_MARGIN_DB / 10)
    return max(_QUIET_DBFS, 10 * float(np.log10(active)))


def audible_span(samples: Samples) -> tuple[int, int]:
    """First sample and the one after the last that can be heard, to 5 ms; (0, 0) for silence.

    What is more than 30 dB below the active level cannot.
    """
    powers = _powers(samples, _BLOCK_SAMPLES)
    limit = 10 ** ((active_level_dbfs(samples) - _AUDIBLE_DB) / 10)
    loud = np.nonzero(powers >= limit)[0]
    if not len(loud) or not samples.any():
        return 0, 0
    return int(loud[0]) * _BLOCK_SAMPLES, min(len(samples), (int(loud[-1]) + 1) * _BLOCK_SAMPLES)


def level_at_dbfs(samples: Samples, at: int, window_samples: int) -> float:
    """The level of so many samples up to sample ``at``; -120 for silence."""
    return level_dbfs(samples[max(0, at - window_samples) : max(0, at)])


def fell_at(samples: Samples, after: int, db: float, hold_samples: int) -> int | None:
    """The first sample from ``after`` on where the sound is softer by ``db`` and stays so.

    Softer in any 20 ms than the active level of the two seconds before ``after``, and that for
    ``hold_samples``, or to the end if that comes first; choose them longer than the pauses of the
    speech. To 5 ms; None if it never is.
    """
    before = active_level_dbfs(samples[max(0, after - 2 * RATE_HZ) : after])
    powers = np.pad(_powers(samples[after:], _BLOCK_SAMPLES), (0, _SPEECH_BLOCKS))
    windows = np.lib.stride_tricks.sliding_window_view(powers, _SPEECH_BLOCKS)[:-1]
    is_soft = np.mean(windows, axis=1) <= 10 ** ((before - db) / 10)
    needed = max(1, -(-hold_samples // _BLOCK_SAMPLES))
    run = 0
    for block, soft in enumerate(is_soft):
        run = run + 1 if soft else 0
        if run == needed:
            return after + (block + 1 - run) * _BLOCK_SAMPLES
    return after + (len(is_soft) - run) * _BLOCK_SAMPLES if run else None


def _powers(samples: Samples, block: int) -> NDArray[np.float64]:
    """The mean power of each block, the last one filled up with silence."""
    scaled = samples.astype(np.float64) / 32768
    padded = np.pad(scaled, (0, -len(scaled) % block))
    powers: NDArray[np.float64] = np.mean(np.square(padded.reshape(-1, block)), axis=1)
    return powers
