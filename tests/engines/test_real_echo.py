"""Speaker and microphone of a real sound server in one room."""

from __future__ import annotations

import time

import numpy as np
import pytest
from sound_server import SoundServer

from voiced.audio import RATE_HZ, Samples, level_dbfs
from voiced.testing import signals

pytestmark = pytest.mark.device


def audible(sound: Samples) -> Samples:
    at = np.nonzero(np.abs(sound.astype(int)) > 200)[0]
    return sound[at[0] : at[-1] + 1]


def lag(reference: Samples, sound: Samples) -> int:
    """By how many samples the sound comes later; negative where it comes sooner."""
    size = 2 ** (len(reference) + len(sound)).bit_length()
    product = np.fft.rfft(sound, size) * np.conj(np.fft.rfft(reference, size))
    at = int(np.argmax(np.abs(np.fft.irfft(product, size))))
    return at - size if at > size // 2 else at


@pytest.mark.parametrize(("delay_ms", "level_db"), [(40, -6.0), (200, -12.0)])
def test_the_microphone_hears_the_speaker_later_and_softer(
    sound_server: SoundServer, delay_ms: int, level_db: float
) -> None:
    with (
        sound_server.echo(delay_ms, level_db),
        sound_server.listening() as speaker,
        sound_server.listening("microphone") as microphone,
    ):
        time.sleep(0.3)
        sound_server.say(signals.noise(1.0, level_dbfs=-20), "speaker").wait(10)
        time.sleep(0.3 + delay_ms / 1000)
        far, near = speaker.sound, microphone.sound
        late_s = microphone.begins_s - speaker.begins_s
    delay_s = lag(far, near) / RATE_HZ + late_s
    print(f"asked for {delay_ms} ms, found {1000 * delay_s:.0f} ms")  # pytest -rP shows it
    assert delay_ms / 1000 - 0.03 < delay_s < delay_ms / 1000 + 0.1
    found_db = level_dbfs(audible(near)) - level_dbfs(audible(far))
    assert found_db == pytest.approx(level_db, abs=1.0)


def test_the_echo_ends_with_its_room(sound_server: SoundServer) -> None:
    with sound_server.echo():
        assert sound_server.control("list", "short", "sink-inputs")
    assert not sound_server.control("list", "short", "sink-inputs")
