from __future__ import annotations

import numpy as np

from voiced.audio import RATE_HZ, Framer, Samples, silence
from voiced.engines.speech_gate import SpeechGate


def hum(seconds: float, loudness: float, seed: int = 0) -> Samples:
    size = int(seconds * RATE_HZ)
    return np.random.default_rng(seed).normal(0, loudness, size).astype(np.int16)


def passed(*parts: Samples) -> tuple[Samples, SpeechGate]:
    gate = SpeechGate()
    frames = Framer().feed(np.concatenate(parts))
    return np.concatenate([silence(0), *(gate.feed(frame) for frame in frames)]), gate


def test_steady_sound_does_not_pass() -> None:
    for part in (silence(RATE_HZ * 3), hum(3, 300)):
        sound, gate = passed(part)
        assert not len(sound)
        assert not gate.heard_speech


def test_a_second_before_speech_and_a_little_after_it_pass() -> None:
    speech = hum(1, 5000)
    sound, gate = passed(hum(3, 20), speech, hum(3, 20, 1))
    assert gate.heard_speech
    assert abs(len(sound) / RATE_HZ - 2.3) < 0.05
    assert speech.tobytes() in sound.tobytes()


def test_a_pause_in_speech_passes_whole() -> None:
    parts = [hum(1, 20), hum(1, 5000), hum(0.8, 20, 1), hum(1, 5000, 2)]
    sound, _ = passed(*parts)
    assert np.array_equal(sound, np.concatenate(parts))


def test_a_long_pause_is_cut_to_what_surrounds_speech() -> None:
    sound, _ = passed(hum(1, 20), hum(1, 5000), hum(5, 20, 1), hum(1, 5000, 2))
    assert abs(len(sound) / RATE_HZ - 4.3) < 0.05
