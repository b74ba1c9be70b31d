from __future__ import annotations

import numpy as np
import pytest
from cases import every

from voiced.audio import FRAME_SAMPLES, RATE_HZ, level_dbfs, to_float32
from voiced.testing import signals


def loudest_hz(sound) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(sound))) * RATE_HZ / len(sound))


@every(
    "make",
    [
        lambda seed: signals.tone(0.5),
        lambda seed: signals.chirp(0.5),
        lambda seed: signals.click_train(0.5),
        lambda seed: signals.silence(0.5),
        lambda seed: signals.noise(0.5, seed),
        lambda seed: signals.speech_like(0.5, seed),
    ],
)
def test_the_same_call_gives_the_same_samples(make) -> None:
    first = make(1)
    assert first.dtype == np.int16
    assert first.shape == (RATE_HZ // 2,)
    assert np.array_equal(first, make(1))


@pytest.mark.parametrize("make", [signals.noise, signals.speech_like])
def test_another_seed_gives_other_samples(make) -> None:
    assert not np.array_equal(make(0.5, 1), make(0.5, 2))


def test_a_tone_has_its_pitch_and_does_not_click() -> None:
    sound = signals.tone(1.0, hz=500.0)
    assert loudest_hz(sound) == pytest.approx(500, abs=1)
    assert np.abs(sound).max() == pytest.approx(16384, rel=0.01)
    assert sound[0] == sound[-1] == 0


def test_a_chirp_rises() -> None:
    sound = signals.chirp(2.0, 500, 4500)
    assert loudest_hz(sound[: RATE_HZ // 10]) == pytest.approx(600, abs=150)
    assert loudest_hz(sound[-RATE_HZ // 10 :]) == pytest.approx(4400, abs=150)


def test_noise_has_its_level() -> None:
    assert level_dbfs(signals.noise(2.0, 3, level_dbfs=-25)) == pytest.approx(-25, abs=0.2)


def test_clicks_come_at_their_times() -> None:
    at = np.nonzero(signals.click_train(2.0, every_s=0.5))[0]
    assert sorted(set(at // 8000)) == [0, 1, 2, 3]
    assert set(at % 8000) == set(range(16))


def test_concat_puts_gaps_between() -> None:
    one, two = signals.tone(0.1), signals.tone(0.2)
    joined = signals.concat(one, two, gap_s=0.5)
    assert len(joined) == int(0.8 * RATE_HZ)
    assert not joined[1600:9600].any()
    assert np.array_equal(joined[9600:], two)
    assert len(signals.concat()) == 0


@pytest.mark.parametrize("snr_db", [0, 10, 20])
def test_noise_is_added_at_the_ratio_wanted(snr_db: int) -> None:
    clean = signals.speech_like(2.0)
    noisy = signals.with_noise(clean, snr_db)
    added = to_float32(noisy).astype(float) - to_float32(clean)
    ratio = np.mean(to_float32(clean).astype(float) ** 2) / np.mean(added**2)
    assert 10 * np.log10(ratio) == pytest.approx(snr_db, abs=0.3)


@every("seed", range(5))
def test_speech_like_is_taken_for_speech_from_end_to_end(seed: int) -> None:
    import webrtcvad

    frames = signals.frames(signals.speech_like(3.0, seed))
    detector = webrtcvad.Vad(3)
    assert (
        np.mean([detector.is_speech(frame.samples.tobytes(), RATE_HZ) for frame in frames]) > 0.97
    )
    assert min(level_dbfs(frame.samples) for frame in frames[1:-1]) > -35


def test_silence_is_not_taken_for_speech() -> None:
    import webrtcvad

    detector = webrtcvad.Vad(3)
    frames = signals.frames(signals.silence(1.0))
    assert not any(detector.is_speech(frame.samples.tobytes(), RATE_HZ) for frame in frames)


def test_frames_are_contiguous_and_filled_up() -> None:
    frames = signals.frames(signals.tone(0.05), start=640)
    assert [frame.start for frame in frames] == [640, 960, 1280]
    assert {len(frame.samples) for frame in frames} == {FRAME_SAMPLES}
    assert not frames[-1].samples[160:].any()
