"""Short soft sounds that are no speech, such as ready and error. Made by arithmetic, no files.

Each begins and ends in silence, so that it never clicks.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from voiced.audio import Samples, to_int16

__all__ = ["EARCON_RATE_HZ", "asleep", "bell", "error", "muted", "ready", "thinking"]

EARCON_RATE_HZ = 24_000
"""The rate where none is asked for."""

_PEAK = 0.1
_BELL_PEAK = 0.35
_ATTACK_S = 0.012
_OVERTONE = 0.25
"""Share of the octave in a note: enough to be heard on small loudspeakers."""

Note = tuple[float, float, float]
"""When a note begins, how long it lasts (both in seconds), and its frequency in hertz."""

_THINKING: Sequence[Note] = ((0.0, 0.16, 392.0), (0.11, 0.22, 523.25))
_READY: Sequence[Note] = ((0.0, 0.12, 523.25), (0.08, 0.20, 783.99))
_ASLEEP: Sequence[Note] = ((0.0, 0.12, 659.26), (0.08, 0.16, 523.25))
_MUTED: Sequence[Note] = ((0.0, 0.12, 329.63), (0.15, 0.16, 329.63))
_ERROR: Sequence[Note] = ((0.0, 0.18, 392.0), (0.14, 0.30, 293.66))

_BELL: Sequence[Note] = tuple(
    (round_s + start_s, length_s, hz)
    for round_s in (0.0, 0.55)
    for start_s, length_s, hz in ((0.0, 0.30, 659.26), (0.12, 0.34, 880.0), (0.24, 0.5, 1108.73))
)


def bell(rate_hz: int = EARCON_RATE_HZ) -> Samples:
    """Three rising notes, twice, louder than the others: a timer or an alarm. 1.3 s."""
    return _played(_BELL, rate_hz, _BELL_PEAK)


def thinking(rate_hz: int = EARCON_RATE_HZ) -> Samples:
    """Two low notes: it takes a moment. 0.33 s."""
    return _played(_THINKING, rate_hz)


def ready(rate_hz: int = EARCON_RATE_HZ) -> Samples:
    """Two rising notes: it listens. 0.28 s."""
    return _played(_READY, rate_hz)


def asleep(rate_hz: int = EARCON_RATE_HZ) -> Samples:
    """Two high notes, falling a little: it listens no more. 0.24 s."""
    return _played(_ASLEEP, rate_hz)


def muted(rate_hz: int = EARCON_RATE_HZ) -> Samples:
    """The same low note twice: the microphone is closed. 0.31 s."""
    return _played(_MUTED, rate_hz)


def error(rate_hz: int = EARCON_RATE_HZ) -> Samples:
    """Two falling notes: it did not work. 0.44 s."""
    return _played(_ERROR, rate_hz)


def _played(notes: Sequence[Note], rate_hz: int, peak: float = _PEAK) -> Samples:
    ends_s = max(start_s + length_s for start_s, length_s, _ in notes)
    sound = np.zeros(round(ends_s * rate_hz) + 1)
    for start_s, length_s, hz in notes:
        at_s = np.arange(round(length_s * rate_hz)) / rate_hz
        first = round(start_s * rate_hz)
        sound[first : first + len(at_s)] += _note(at_s, length_s, hz)
    return to_int16(sound * (peak / np.max(np.abs(sound))))


def _note(at_s: np.ndarray, length_s: float, hz: float) -> np.ndarray:
    """A plucked tone: a short rise, then a fall that ends in silence."""
    tone = np.sin(2 * np.pi * hz * at_s) + _OVERTONE * np.sin(4 * np.pi * hz * at_s)
    rise = np.sin(np.pi / 2 * np.minimum(at_s / _ATTACK_S, 1.0)) ** 2
    fall = np.cos(np.pi / 2 * np.clip((at_s - _ATTACK_S) / (length_s - _ATTACK_S), 0.0, 1.0)) ** 2
    shaped: np.ndarray = tone * rise * fall
    return shaped
