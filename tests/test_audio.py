from __future__ import annotations

import numpy as np
import pytest
from cases import every
from hypothesis import given
from hypothesis import strategies as st

from voiced.audio import (
    FRAME_SAMPLES,
    RATE_HZ,
    AudioFrame,
    Framer,
    PreRoll,
    Resampler,
    level_dbfs,
    samples_to_s,
    silence,
    to_float32,
    to_int16,
)


def sine(hz: float, rate_hz: int, seconds: float = 1.0, peak: float = 0.5):
    return to_int16(peak * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate_hz)) / rate_hz))


def resampled(samples, from_hz: int, to_hz: int, piece: int = 441):
    resampler = Resampler(from_hz, to_hz)
    pieces = [resampler.feed(samples[k : k + piece]) for k in range(0, len(samples), piece)]
    return np.concatenate([*pieces, resampler.flush()])


# Frames.


def test_a_frame_knows_its_end_and_its_length() -> None:
    frame = AudioFrame(silence(320), RATE_HZ, 640)
    assert frame.end == 960
    assert frame.duration_s == 0.02


@pytest.mark.parametrize(
    ("samples", "rate_hz", "start"),
    [
        (np.zeros(320, np.float32), RATE_HZ, 0),
        (np.zeros((320, 2), np.int16), RATE_HZ, 0),
        (np.zeros(320, np.int16), 0, 0),
        (np.zeros(320, np.int16), RATE_HZ, -1),
    ],
)
def test_a_frame_refuses_what_is_not_mono_int16(samples, rate_hz: int, start: int) -> None:
    with pytest.raises(ValueError, match=r"need int16|negative"):
        AudioFrame(samples, rate_hz, start)


# Conversions.


def test_every_int16_survives_the_way_to_float_and_back() -> None:
    every = np.arange(-32768, 32768).astype(np.int16)
    as_float = to_float32(every)
    assert as_float.dtype == np.float32
    assert as_float.min() == -1.0
    assert as_float.max() < 1.0
    assert np.array_equal(to_int16(as_float), every)


def test_loud_is_clipped_and_no_number_is_silence() -> None:
    wild = np.array([2.0, -2.0, np.inf, -np.inf, np.nan, 1.0], np.float32)
    assert to_int16(wild).tolist() == [32767, -32768, 32767, -32768, 0, 32767]


def test_levels() -> None:
    assert level_dbfs(silence(100)) == -120.0
    assert level_dbfs(silence(0)) == -120.0
    assert level_dbfs(np.full(100, -32768, np.int16)) == pytest.approx(0.0)
    assert level_dbfs(sine(100, RATE_HZ)) == pytest.approx(-9.03, abs=0.01)


def test_samples_to_s() -> None:
    assert samples_to_s(8000) == 0.5
    assert samples_to_s(8000, 8000) == 1.0


# Resampling.


def test_the_same_rate_changes_nothing() -> None:
    sound = sine(440, RATE_HZ)
    assert np.array_equal(resampled(sound, RATE_HZ, RATE_HZ), sound)


@every("from_hz", [8000, 22_050, 24_000, 44_100, 48_000, 96_000])
def test_a_tone_stays_the_tone_that_it_was(from_hz: int) -> None:
    got = resampled(sine(1000, from_hz), from_hz, RATE_HZ)
    wanted = sine(1000, RATE_HZ)
    assert len(got) == pytest.approx(len(wanted), abs=2)
    middle = slice(2000, 14_000)
    error = to_float32(got[middle]).astype(float) - to_float32(wanted[middle])
    power = np.mean(to_float32(wanted[middle]).astype(float) ** 2)
    assert np.mean(error**2) < power * 10**-6  # -60 dB


@pytest.mark.parametrize("hz", [8200.0, 10_000.0, 15_000.0, 20_000.0])
def test_what_is_too_high_is_removed_and_not_folded_down(hz: float) -> None:
    got = resampled(sine(hz, 44_100), 44_100, RATE_HZ)
    assert level_dbfs(got[2000:14_000]) < -9 - 60


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=12), st.sampled_from([8000, 44_100]))
def test_how_the_sound_is_cut_does_not_matter(sizes: list[int], from_hz: int) -> None:
    sound = sine(700, from_hz, sum(sizes) / from_hz)
    ends = np.cumsum(sizes)
    resampler = Resampler(from_hz, RATE_HZ)
    pieces = [resampler.feed(sound[end - n : end]) for n, end in zip(sizes, ends, strict=True)]
    got = np.concatenate([*pieces, resampler.flush()])
    whole = resampled(sound, from_hz, RATE_HZ, piece=len(sound) + 1)
    assert len(got) == len(whole)
    assert len(got) == pytest.approx(len(sound) * RATE_HZ / from_hz, abs=2)
    if len(got):
        assert np.abs(got.astype(int) - whole).max() <= 1


def test_after_a_flush_it_starts_anew() -> None:
    resampler = Resampler(44_100, RATE_HZ)
    first = np.concatenate([resampler.feed(sine(440, 44_100)), resampler.flush()])
    again = np.concatenate([resampler.feed(sine(440, 44_100)), resampler.flush()])
    assert np.array_equal(first, again)


# Frames of equal length.


@given(st.lists(st.integers(0, 1000), max_size=20), st.integers(0, 10**6))
def test_a_framer_keeps_every_sample_in_order(sizes: list[int], start: int) -> None:
    sound = np.arange(sum(sizes)).astype(np.int16)
    framer = Framer(start=start)
    frames, at = [], 0
    for size in sizes:
        frames += framer.feed(sound[at : at + size])
        at += size
    frames += framer.flush()
    assert all(len(frame.samples) == FRAME_SAMPLES for frame in frames)
    assert [frame.start for frame in frames] == [
        start + FRAME_SAMPLES * count for count in range(len(frames))
    ]
    joined = np.concatenate([silence(0), *(frame.samples for frame in frames)])
    assert np.array_equal(joined[: len(sound)], sound)
    assert not joined[len(sound) :].any()
    assert len(joined) - len(sound) < FRAME_SAMPLES
    assert not list(framer.flush())


def test_a_framer_of_another_rate() -> None:
    (frame,) = Framer(rate_hz=8000, frame_samples=160).feed(silence(200))
    assert (frame.rate_hz, len(frame.samples)) == (8000, 160)


# Pre-roll.


@given(st.integers(0, 5000), st.lists(st.integers(1, 700), max_size=40))
def test_pre_roll_keeps_the_newest_that_fit(limit: int, sizes: list[int]) -> None:
    pre_roll = PreRoll(limit)
    frames, start = [], 0
    for size in sizes:
        frames.append(AudioFrame(silence(size), RATE_HZ, start))
        start += size
        pre_roll.push(frames[-1])
    kept = pre_roll.take()
    held = sum(len(frame.samples) for frame in kept)
    assert held <= limit
    assert list(kept) == (frames[-len(kept) :] if kept else [])
    if len(kept) < len(frames):
        assert held + len(frames[-len(kept) - 1].samples) > limit
    assert pre_roll.take() == ()


def test_pre_roll_is_empty_after_it_was_taken() -> None:
    pre_roll = PreRoll(640)
    for start in range(0, 1600, 320):
        pre_roll.push(AudioFrame(silence(320), RATE_HZ, start))
    assert [frame.start for frame in pre_roll.take()] == [960, 1280]
    pre_roll.push(AudioFrame(silence(320), RATE_HZ, 1600))
    assert [frame.start for frame in pre_roll.take()] == [1600]
