"""The lease that a callback empties, with the callback played by the test, on virtual time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio
import numpy as np
import pytest

from voiced.audio import AudioFrame
from voiced.engines.ring_playback import RingPlayback
from voiced.errors import DeviceError
from voiced.testing import clock, signals

RATE_HZ = 16_000
BLOCK = 160
LATENCY_S = 0.05


class Loudspeaker:
    """Asks a playback for a block every 10 ms and keeps what it got."""

    def __init__(self, rate_hz: int = RATE_HZ) -> None:
        self._rate_hz = rate_hz
        self._blocks: list[np.ndarray] = []
        self.error: DeviceError | None = None
        self.playback = RingPlayback(rate_hz, LATENCY_S, self._check, anyio.current_time)

    @property
    def sound(self) -> np.ndarray:
        return np.concatenate(self._blocks)

    async def run(self) -> None:
        while True:
            self._blocks.append(self.playback.render(self._rate_hz // 100))
            await anyio.sleep(0.01)

    def _check(self) -> None:
        if self.error is not None:
            raise self.error


def with_loudspeaker(use: Callable[[Loudspeaker], Awaitable[None]], rate_hz: int = RATE_HZ):
    async def main() -> np.ndarray:
        loudspeaker = Loudspeaker(rate_hz)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(loudspeaker.run)
            await use(loudspeaker)
            await anyio.sleep(0.1)
            tasks.cancel_scope.cancel()
        return loudspeaker.sound

    return clock.run(main)


async def play(playback: RingPlayback, sound: np.ndarray) -> None:
    for frame in signals.frames(sound):
        await playback.play(frame)


def test_all_of_it_comes_out_and_is_heard_one_latency_later() -> None:
    sound = signals.chirp(1.0)

    async def use(loudspeaker: Loudspeaker) -> None:
        await play(loudspeaker.playback, sound)
        await loudspeaker.playback.drain()
        assert loudspeaker.playback.heard == len(sound)
        assert 1.0 + LATENCY_S <= anyio.current_time() < 1.0 + LATENCY_S + 0.04

    got = with_loudspeaker(use)
    at = np.flatnonzero(got)[0] - np.flatnonzero(sound)[0]
    assert np.array_equal(got[at : at + len(sound)], sound)


def test_play_waits_while_a_fifth_of_a_second_is_waiting() -> None:
    async def use(loudspeaker: Loudspeaker) -> None:
        await play(loudspeaker.playback, signals.tone(1.0))
        assert anyio.current_time() == pytest.approx(0.8, abs=0.03)

    with_loudspeaker(use)


def test_stop_fades_within_5_ms_and_counts_what_left_the_device() -> None:
    async def use(loudspeaker: Loudspeaker) -> None:
        playback = loudspeaker.playback
        await play(playback, signals.tone(1.0))
        stopped_s = anyio.current_time()
        heard = playback.stop()
        assert heard / RATE_HZ == pytest.approx(stopped_s - LATENCY_S, abs=0.011)
        assert playback.stop() == heard
        await play(playback, signals.tone(1.0))
        await playback.drain()
        assert anyio.current_time() == stopped_s
        await anyio.sleep(0.5)
        assert playback.heard == heard
        assert playback.is_over

    got = with_loudspeaker(use)
    last = np.flatnonzero(got)[-1] / RATE_HZ
    assert last <= 0.82 + 0.006
    assert np.abs(np.diff(got.astype(int))).max() < 16_384 * (2 * np.pi * 440 / RATE_HZ + 1 / 80)


@pytest.mark.parametrize("from_hz", [8_000, 22_050, 44_100])
def test_samples_heard_are_counted_at_the_rate_played(from_hz: int) -> None:
    sound = np.tile(signals.tone(1.0), 3)[: from_hz * 2]

    async def use(loudspeaker: Loudspeaker) -> None:
        before = 0
        for start in range(0, len(sound), from_hz // 50):
            frame = AudioFrame(sound[start : start + from_hz // 50], from_hz, start)
            await loudspeaker.playback.play(frame)
            assert before <= loudspeaker.playback.heard <= frame.end
            before = loudspeaker.playback.heard
        assert before / from_hz == pytest.approx(anyio.current_time() - LATENCY_S, abs=0.03)
        await loudspeaker.playback.drain()
        assert loudspeaker.playback.stop() == len(sound)

    with_loudspeaker(use, rate_hz=48_000)


def test_a_pause_between_frames_is_not_counted() -> None:
    async def use(loudspeaker: Loudspeaker) -> None:
        playback = loudspeaker.playback
        for count in range(3):
            await play(playback, signals.tone(0.1))
            await anyio.sleep(1.0)
            assert playback.heard == 1600 * (count + 1)

    with_loudspeaker(use)


def test_a_lost_device_is_an_error_for_play_and_drain() -> None:
    async def use(loudspeaker: Loudspeaker) -> None:
        playback = loudspeaker.playback
        await play(playback, signals.tone(0.5))
        loudspeaker.error = DeviceError("gone")
        with pytest.raises(DeviceError, match="gone"):
            await play(playback, signals.tone(0.5))
        with pytest.raises(DeviceError, match="gone"):
            await playback.drain()
        assert playback.stop() > 0

    with_loudspeaker(use)


def test_another_rate_within_a_lease_is_refused() -> None:
    async def use(loudspeaker: Loudspeaker) -> None:
        await play(loudspeaker.playback, signals.tone(0.1))
        with pytest.raises(ValueError, match="16000 Hz was given a frame of 8000 Hz"):
            await loudspeaker.playback.play(AudioFrame(signals.tone(0.1), 8_000, 0))

    with_loudspeaker(use)


def test_ducking_does_not_click() -> None:
    async def use(loudspeaker: Loudspeaker) -> None:
        playback = loudspeaker.playback
        loud = AudioFrame(np.full(RATE_HZ, 10_000, np.int16), RATE_HZ, 0)
        await playback.play(loud)
        playback.duck(20.0)
        await playback.play(loud)
        playback.resume()
        await playback.drain()

    got = with_loudspeaker(use).astype(int)
    played = got[np.flatnonzero(got)]
    assert np.abs(np.diff(played)).max() <= 10_000 / 320 + 1
    assert played.min() == 1_000
    assert played[-1] == 10_000
