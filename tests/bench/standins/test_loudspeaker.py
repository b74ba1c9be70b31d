from __future__ import annotations

import anyio
import numpy as np
import pytest

from voiced.audio import RATE_HZ, AudioFrame, silence
from voiced.bench.standins import IdealSpeaker
from voiced.testing import clock, signals
from voiced.testing.conformance import check_speaker
from voiced.testing.fakes import FakeSpeaker

SOUND = signals.speech_like(2.0)


async def play(speaker: IdealSpeaker, sound=SOUND, *, at_s: float = 1.0, acts=()):
    """Play from ``at_s`` on, and do what the acts say: (at_s, what to do with the playback)."""
    await anyio.sleep_until(at_s)
    playback = speaker.open()

    async def feed() -> None:
        for frame in signals.frames(sound):
            await playback.play(frame)
        await playback.drain()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(feed)
        for when_s, act in acts:
            await anyio.sleep_until(when_s)
            act(playback)
    await speaker.aclose()


def played(*acts, sound=SOUND) -> IdealSpeaker:
    speaker = IdealSpeaker()

    async def run() -> None:
        await play(speaker, sound, acts=acts)

    clock.run(run)
    return speaker


def duck(db):
    return lambda playback: playback.duck(db)


def stop(playback):
    playback.stop()


def resume(playback):
    playback.resume()


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_conforms(backend):
    clock.run(check_speaker, IdealSpeaker(), backend=backend)
    clock.run(check_speaker, IdealSpeaker(also=FakeSpeaker()), backend=backend)


def test_all_comes_out_when_it_is_due():
    speaker = played()
    assert np.array_equal(
        np.concatenate([each.given for each in speaker.stretches])[:32_000], SOUND
    )
    assert all(np.array_equal(each.given, each.wanted) for each in speaker.stretches)
    assert speaker.first_sound_s() == pytest.approx(1.0, abs=0.01)
    assert speaker.first_sound_s(1.5) == pytest.approx(1.5, abs=0.01)
    assert speaker.first_sound_s(3.1) is None
    assert speaker.down_s(0.0) is speaker.cut_s(0.0) is None
    assert [each.act for each in speaker.commands] == ["open", "stop"]


def test_softer_by_20_db_within_the_ramp():
    speaker = played((1.5, duck(20)), (2.0, resume), (2.5, duck(30)))
    assert speaker.down_s(1.2) == pytest.approx(1.5 + 0.018, abs=0.003)
    assert speaker.down_s(1.6) == pytest.approx(2.5 + 0.018, abs=0.003)
    assert speaker.down_s(2.6) is None


def test_a_little_softer_is_not_down():
    assert played((1.5, duck(12))).down_s(1.2) is None
    speaker = played((1.5, duck(12)), (1.8, stop))
    assert speaker.down_s(1.2) == speaker.cut_s(1.2) == pytest.approx(1.8)
    assert speaker.down_s(1.2, db=12) == pytest.approx(1.515, abs=0.004)


def test_a_pause_in_the_speech_is_not_down():
    sound = signals.concat(SOUND[:8000], signals.silence(1.0), SOUND[:8000])
    assert played(sound=sound).down_s(1.2) is None
    speaker = played((1.8, duck(40)), sound=sound)
    assert speaker.down_s(1.2) == pytest.approx(1.8)


def test_a_stop_cuts_to_the_sample():
    speaker = played((1.7, stop))
    assert speaker.cut_s(1.0) == pytest.approx(1.7)
    assert sum(len(each.given) for each in speaker.stretches) == round(0.7 * RATE_HZ)
    assert speaker.cut_s(1.8) is None


def test_the_speaker_of_a_room_is_given_the_same():
    room = FakeSpeaker()
    speaker = IdealSpeaker(also=room)
    clock.run(play, speaker)
    (lease,) = room.leases
    assert lease.heard == sum(len(each.given) for each in speaker.stretches)
    assert not speaker.played(320).any()
    assert len(IdealSpeaker().played(320)) == 320


def test_stretches_of_a_time():
    speaker = played()
    some = speaker.between(1.5, 1.6)
    assert 4 <= len(some) <= 8
    assert some[0].at_s <= 1.5
    assert speaker.between(0.0) == speaker.stretches


def test_a_lease_that_was_stopped_takes_nothing():
    async def run() -> IdealSpeaker:
        speaker = IdealSpeaker()
        playback = speaker.open()
        playback.stop()
        await playback.play(AudioFrame(silence(320), RATE_HZ, 0))
        playback.stop()
        return speaker

    speaker = clock.run(run)
    assert not speaker.stretches
    assert [each.cuts for each in speaker.commands] == [False, False]
