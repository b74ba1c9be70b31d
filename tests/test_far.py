"""Two devices in virtual time: what is played is a sine whose phase tells its delay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from voiced.audio import RATE_HZ, Samples, silence
from voiced.sound.far import FarSignal

HZ = 100.0
TAKE = 320


@dataclass
class Devices:
    """A speaker and a microphone, whose clocks and callbacks are not quite in order."""

    ppm: float = 0.0
    rate_hz: int = 48_000
    block: int = 480
    burst: int = 1
    mic_burst: int = 1
    late_s: float = 0.001
    stall_s: tuple[float, float] = (-1.0, -1.0)

    def run(self, seconds: float, far: FarSignal | None = None, clock: list[float] | None = None):
        """Return the delay of the far sound in ms at each take; nan where it is not whole."""
        self.now_s = clock or [0.0]
        far = far or FarSignal(lambda: self.now_s[0])
        speed = self.rate_hz * (1 + self.ppm * 1e-6)
        events = self._times(seconds, self.block / speed, self.burst, seed=1)
        events = [(at_s, "push") for at_s in events]
        takes = self._times(seconds, TAKE / RATE_HZ, self.mic_burst, seed=2)
        begin_s, end_s = self.stall_s
        takes = np.where((takes > begin_s) & (takes < end_s), end_s, takes)
        events += [(at_s, "take") for at_s in takes]
        pushed, delays = 0, []
        for self.now_s[0], what in sorted(events, key=lambda event: event[0]):
            if what == "push":
                far.push(self._sound(pushed), self.rate_hz)
                pushed += self.block
            else:
                taken = far.take(TAKE)
                unknown = taken is None
                delays.append(np.nan if unknown else self._delay_ms(taken, len(delays)))
        return np.array(delays)

    def _times(self, seconds: float, length_s: float, burst: int, seed: int) -> np.ndarray:
        late_s = np.random.default_rng(seed).exponential(self.late_s, round(seconds / length_s))
        ends = (np.arange(len(late_s)) // burst + 1) * burst
        return np.maximum.accumulate(ends * length_s + np.minimum(late_s, 5 * self.late_s))

    def _sound(self, start: int) -> np.ndarray:
        at_s = np.arange(start, start + self.block) / self.rate_hz
        return (8000 * np.sin(2 * np.pi * HZ * at_s)).astype(np.int16)

    def _delay_ms(self, taken: np.ndarray, count: int) -> float:
        """Against the speaker's clock, modulo the sine's 10 ms."""
        assert taken.dtype == np.int16
        assert len(taken) == TAKE
        if np.abs(taken[:40]).max() < 3000 or np.abs(taken[-40:]).max() < 3000:
            return np.nan
        at_s = (count * TAKE + np.arange(TAKE)) / RATE_HZ * (1 + self.ppm * 1e-6)
        phase = np.angle(np.sum(taken * np.exp(-2j * np.pi * HZ * at_s))) + np.pi / 2
        return float(-phase / (2 * np.pi * HZ) * 1000)


def silent_if_lost(taken: Samples | None) -> Samples:
    return silence(TAKE) if taken is None else taken


def spread_ms(delays: np.ndarray) -> float:
    assert not np.any(np.isnan(delays))
    steady = np.unwrap(delays, period=1000 / HZ)
    return float(steady.max() - steady.min())


@pytest.mark.parametrize(("ppm", "most_ms"), [(0, 1.0), (200, 1.0), (-200, 1.0), (500, 2.0)])
def test_drift_is_followed(ppm: float, most_ms: float) -> None:
    delays = Devices(ppm).run(30.0)
    assert spread_ms(delays[100:500]) < 2 * most_ms
    assert spread_ms(delays[500:]) < most_ms


@pytest.mark.slow
@pytest.mark.parametrize("ppm", [200, -200])
def test_drift_is_followed_for_ten_minutes(ppm: float) -> None:
    assert spread_ms(Devices(ppm).run(600.0)[500:]) < 1.0


@pytest.mark.parametrize(
    "devices",
    [
        Devices(150, burst=4),
        Devices(-150, rate_hz=44_100, block=512),
        Devices(100, block=2048),
        Devices(100, rate_hz=16_000, block=160, burst=2),
    ],
    ids=["bursts of 40 ms", "44.1 kHz", "blocks of 43 ms", "16 kHz"],
)
def test_bursts_do_not_move_it(devices: Devices) -> None:
    assert spread_ms(devices.run(25.0)[500:]) < 1.0


def test_a_microphone_that_comes_in_bursts_settles() -> None:
    delays = Devices(100, burst=4, mic_burst=3).run(60.0)
    assert np.isnan(delays).sum() < 90
    assert spread_ms(delays[1500:]) < 2.0


def test_it_begins_within_two_seconds() -> None:
    delays = Devices().run(5.0)
    assert not np.any(np.isnan(delays[100:]))


def test_a_short_stall_of_the_listener_changes_nothing() -> None:
    delays = Devices(100, stall_s=(20.0, 20.4)).run(40.0)
    assert spread_ms(delays[500:]) < 1.0


def test_after_a_long_stall_it_finds_the_place_again() -> None:
    """The far sound that was missed is dropped; the takes of the stall are never made up for."""
    clock = [0.0]
    far = FarSignal(lambda: clock[0])
    devices = Devices()
    devices.run(20.0, far, clock)
    for _ in range(1000):  # 10 s without a take: more than is kept
        clock[0] += 0.01
        far.push(np.full(480, 1000, np.int16), 48_000)
    heard = []
    for _ in range(150):
        clock[0] += 0.02
        far.push(np.full(960, 1000, np.int16), 48_000)
        heard.append(silent_if_lost(far.take(TAKE)))
    assert np.all(np.abs(np.concatenate(heard[100:]) - 1000) <= 1)


def test_a_speaker_that_stops_gives_silence_and_may_come_back() -> None:
    clock = [0.0]
    far = FarSignal(lambda: clock[0])

    def play(seconds: float, level: int, rate_hz: int = 48_000) -> np.ndarray:
        heard = []
        for _ in range(round(seconds / 0.02)):
            clock[0] += 0.02
            if level:
                far.push(np.full(rate_hz // 50, level, np.int16), rate_hz)
            heard.append(silent_if_lost(far.take(TAKE)))
        return np.concatenate(heard)

    assert play(2.0, 1000)[-1] == 1000
    assert not np.any(play(1.0, 0)[-TAKE:])
    assert play(2.0, 2000)[-1] == 2000
    assert play(3.0, 500, 44_100)[-1] == 500


def test_before_anything_is_played_there_is_silence() -> None:
    assert np.array_equal(FarSignal().take(TAKE), silence(TAKE))


def test_silence_stays_silence() -> None:
    clock = [0.0]
    far = FarSignal(lambda: clock[0])
    for _ in range(100):
        clock[0] += 0.02
        far.push(silence(960), 48_000)
        assert not np.any(far.take(TAKE))


def test_what_nobody_takes_does_not_grow() -> None:
    far = FarSignal(lambda: 0.0)
    for _ in range(5000):
        far.push(silence(480), 48_000)
    assert len(far._blocks) < 1000


def test_what_was_played_while_the_place_was_lost_is_not_called_silence() -> None:
    """The speaker's device stalls for half a second, then plays on."""
    clock = [0.0]
    far = FarSignal(lambda: clock[0])

    def play(seconds: float, level: int) -> list[Samples | None]:
        heard = []
        for _ in range(round(seconds / 0.02)):
            clock[0] += 0.02
            far.push(np.full(960, level, np.int16), 48_000)
            heard.append(far.take(TAKE))
        return heard

    assert all(taken is not None for taken in play(2.0, 0))
    assert all(taken is not None for taken in play(2.0, 1000))
    clock[0] += 0.5
    again = play(2.0, 1000)
    lost = [taken is None for taken in again]
    assert 20 <= sum(lost[:50]) <= 35, "about half a second is not known"
    assert not any(lost[50:])
    assert all(taken is None or taken.any() for taken in again)


def test_what_one_late_push_took_is_given_back_in_silence() -> None:
    clock = [0.0]
    far = FarSignal(lambda: clock[0])
    late: list[float] = []
    for count in range(1500):
        clock[0] += 0.02
        pushes = 0 if 200 <= count < 203 else 4 if count == 203 else 1
        for _ in range(pushes):
            far.push(np.full(960, 1000 if count < 600 else 0, np.int16), 48_000)
        far.take(TAKE)
        late.append(far._reserve.kept_s)
    assert late[199] < 0.03
    assert max(late[200:400]) > 0.06
    assert late[-1] < 0.03
