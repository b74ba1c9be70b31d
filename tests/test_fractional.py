from __future__ import annotations

import numpy as np
import pytest
from cases import every

from voiced.audio import RATE_HZ
from voiced.sound.fractional import FractionalReader


def sine(hz: float, rate_hz: int, seconds: float = 1.0) -> np.ndarray:
    return (8000 * np.sin(2 * np.pi * hz * np.arange(round(rate_hz * seconds)) / rate_hz)).astype(
        np.int16
    )


@every("rate_hz", [48_000, 44_100, 16_000])
@every("hz", [100, 1000, 5000])
def test_it_reads_between_the_samples(rate_hz: int, hz: int) -> None:
    reader = FractionalReader(rate_hz, RATE_HZ)
    reader.append(sine(hz, rate_hz))
    reader.seek(0.0101)
    heard = reader.read(8000, 1.0001)
    assert heard is not None
    at_s = 0.0101 + np.arange(8000) * 1.0001 / RATE_HZ
    wrong = heard - 8000 * np.sin(2 * np.pi * hz * at_s)
    assert np.std(wrong) < 8000 / 2**0.5 * 10 ** (-45 / 20)
    assert reader.position_s == pytest.approx(0.0101 + 8000 * 1.0001 / RATE_HZ)


def test_what_16_khz_cannot_hold_is_taken_away() -> None:
    reader = FractionalReader(48_000, RATE_HZ)
    reader.append(sine(12_000, 48_000))
    reader.seek(0.01)
    heard = reader.read(8000)
    assert heard is not None
    assert np.abs(heard).max() < 100


def test_pieces_read_as_one() -> None:
    whole, pieces = FractionalReader(48_000, RATE_HZ), FractionalReader(48_000, RATE_HZ)
    sound = sine(440, 48_000)
    whole.append(sound)
    whole.seek(0.005)
    pieces.append(sound[:24_000])
    pieces.seek(0.005)
    heard = [pieces.read(320) for _ in range(20)]
    pieces.append(sound[24_000:])
    heard += [pieces.read(320) for _ in range(20)]
    together = whole.read(40 * 320)
    assert np.array_equal(np.concatenate(heard), together)


def test_too_little_is_none_and_says_how_much_is_lacking() -> None:
    reader = FractionalReader(16_000, RATE_HZ)
    reader.append(sine(440, 16_000, 0.1))
    reader.seek(0.09)
    assert reader.lacks_s(320) == pytest.approx(0.0106, abs=1e-3)
    assert reader.read(320) is None
    reader.seek(-0.01)
    assert reader.lacks_s(320) > 0.009
    assert reader.read(320) is None


def test_it_does_not_grow() -> None:
    reader = FractionalReader(16_000, RATE_HZ)
    for _ in range(10):
        reader.append(sine(440, 16_000))
    reader.seek(6.0)
    assert reader.read(320) is None
    reader.seek(8.0)
    assert reader.read(320) is not None
