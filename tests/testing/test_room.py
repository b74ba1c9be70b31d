"""The room is a measuring instrument: here it is measured itself, in virtual time."""

from __future__ import annotations

import math
from contextlib import aclosing
from typing import Any

import anyio
import numpy as np
import pytest

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, Samples, level_dbfs, silence
from voiced.testing import clock, signals, sounds
from voiced.testing.conformance import check_microphone, check_speaker
from voiced.testing.room import (
    Room,
    RoomSettings,
    active_level_dbfs,
    audible_span,
    fell_at,
)
from voiced.testing.room.acoustics import Convolver, impulse_response
from voiced.testing.room.interpolation import RateChange

ROOMS = ("dry", "office", "living room")
QUIET = RoomSettings(noise_dbfs=-120)


@pytest.fixture(params=["asyncio", "trio"])
def run(request: pytest.FixtureRequest) -> Any:
    return lambda function, *args: clock.run(function, *args, backend=request.param)


def at_level(samples: Samples, dbfs: float) -> Samples:
    gain = 10 ** ((dbfs - active_level_dbfs(samples)) / 20)
    return np.rint(samples * gain).astype(np.int16)


REPLY = at_level(sounds.babble(3.0, seed=1), -20)
WIDE = signals.noise(2.0, seed=5, level_dbfs=-20)


def settings(**values: Any) -> RoomSettings:
    return RoomSettings(**{"noise_dbfs": -120, "room": "dry", **values})


async def listen(room: Room) -> tuple[Samples, Samples]:
    """What the microphone gave, and what ``played`` said with each frame."""
    near, far = [silence(0)], [silence(0)]
    async with aclosing(room.microphone.frames()) as frames:
        async for frame in frames:
            assert frame.start == FRAME_SAMPLES * (len(near) - 1)
            near.append(frame.samples)
            far.append(room.speaker.played(len(frame.samples)))
    return np.concatenate(near), np.concatenate(far)


async def play(room: Room, sound: Samples, rate_hz: int = RATE_HZ, at_s: float = 0.0) -> int:
    await anyio.sleep(at_s)
    playback = room.speaker.open()
    step = rate_hz // 50
    for start in range(0, len(sound), step):
        await playback.play(AudioFrame(sound[start : start + step], rate_hz, start))
    await playback.drain()
    return playback.stop()


def converse(room: Room, sound: Samples = REPLY, rate_hz: int = RATE_HZ) -> Any:
    """Play one sound after a tenth of a second; hear the room to its end."""

    async def main() -> tuple[Samples, Samples]:
        if math.isinf(room.ends_at_s):
            room.ends_at_s = len(sound) / rate_hz + 1.0
        async with anyio.create_task_group() as both:
            both.start_soon(play, room, sound, rate_hz, 0.1)
            return await listen(room)

    return clock.run(main)


def lag(reference: Samples, sound: Samples) -> int:
    """By how many samples the sound comes later."""
    size = 2 ** (len(reference) + len(sound)).bit_length()
    product = np.fft.rfft(sound, size) * np.conj(np.fft.rfft(reference, size))
    return int(np.argmax(np.abs(np.fft.irfft(product, size)[: len(sound)])))


# The protocols


def test_the_microphone_conforms(run: Any) -> None:
    run(check_microphone, Room().microphone)


def test_the_speaker_conforms(run: Any) -> None:
    run(check_speaker, Room().speaker)


def test_the_speaker_conforms_while_somebody_listens(run: Any) -> None:
    room = Room(ends_at_s=8.0)

    async def main() -> None:
        async with anyio.create_task_group() as both:
            both.start_soon(listen, room)
            await check_speaker(room.speaker)
            both.cancel_scope.cancel()

    run(main)
    assert room.far.any()


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 22_050, 24_000, 48_000])
def test_all_that_is_heard_leaves_the_speaker_at_its_own_pitch(rate_hz: int) -> None:
    at_s = np.arange(rate_hz) / rate_hz
    tone = (8000 * np.sin(2 * np.pi * 440 * at_s)).astype(np.int16)
    room = Room(settings())
    converse(room, tone, rate_hz)
    first, last = audible_span(room.far)
    assert last - first == pytest.approx(RATE_HZ, abs=100)
    assert first == pytest.approx(0.104 * RATE_HZ, abs=80)
    expected = 8000 * np.sin(2 * np.pi * 440 * np.arange(RATE_HZ) / RATE_HZ)
    start = 1664
    found = room.far[start + 100 : start + RATE_HZ - 100]
    assert np.abs(found - expected[100:-100]).max() < 40


def test_stop_cuts_at_the_sample_that_is_counted(run: Any) -> None:
    room = Room(settings(), ends_at_s=1.5)

    async def main() -> int:
        async with anyio.create_task_group() as both:
            both.start_soon(listen, room)
            await anyio.sleep(0.1)
            playback = room.speaker.open()
            for frame in signals.frames(WIDE)[:50]:
                await playback.play(frame)
            await anyio.sleep(0.0123)
            return playback.stop()

    heard = run(main)
    loud = np.nonzero(room.far)[0]
    assert np.array_equal(room.far[loud[0] : loud[-1] + 1], WIDE[:heard])
    assert np.count_nonzero(WIDE[:1]) == 1


def test_played_goes_in_step_with_the_frames(run: Any) -> None:
    room = Room(settings(delay_ms=0.0), ends_at_s=2.0)

    async def main() -> tuple[Samples, Samples]:
        async with anyio.create_task_group() as both:
            both.start_soon(play, room, WIDE[:RATE_HZ], RATE_HZ, 0.25)
            return await listen(room)

    near, far = run(main)
    assert far.any()
    assert np.array_equal(far, room.far)
    assert np.array_equal(near, room.heard)
    assert lag(far, near) == 0


def test_without_a_microphone_nothing_is_played_into_the_room() -> None:
    room = Room()
    assert not room.speaker.played(320).any()
    assert len(room.heard) == 0
    assert room.now_s == 0


def test_a_microphone_opened_again_goes_on_with_the_room(run: Any) -> None:
    room = Room(settings(), ends_at_s=3.0)

    async def main() -> int:
        starts, far = [], []
        async with anyio.create_task_group() as both:
            both.start_soon(play, room, WIDE, RATE_HZ, 0.1)
            for opening in range(2):
                async with aclosing(room.microphone.frames()) as frames:
                    async for frame in frames:
                        starts.append(frame.start)
                        far.append(room.speaker.played(320))
                        if opening == 0 and len(starts) == 20:
                            break
                if opening == 0:
                    await anyio.sleep(0.7)
        assert starts[:21] == [*range(0, 6400, 320), round(1.1 * RATE_HZ)]
        second = np.concatenate(far[20:])
        assert np.array_equal(second, room.far[starts[20] :])
        return starts[-1]

    assert run(main) == 3 * RATE_HZ - FRAME_SAMPLES


def test_the_source_ends_when_it_is_told_to(run: Any) -> None:
    room = Room(ends_at_s=1.0)

    async def main() -> float:
        await anyio.sleep(0.3)
        await listen(room)
        assert room.now_s == pytest.approx(1.0)
        return anyio.current_time()

    assert run(main) == pytest.approx(1.3)
    assert len(room.heard) == len(room.near) == len(room.far) == len(room.echo) == RATE_HZ


# The echo


@pytest.mark.parametrize("echo_db", [-30, -6, 0, 12])
@pytest.mark.parametrize("kind", ROOMS)
def test_the_echo_has_its_level(kind: Any, echo_db: float) -> None:
    room = Room(settings(room=kind, echo_db=echo_db, seed=3))
    converse(room)
    assert active_level_dbfs(room.echo) == pytest.approx(-26 + echo_db, abs=1.5)


@pytest.mark.parametrize("delay_ms", [0, 7.5, 60, 400])
@pytest.mark.parametrize("kind", ROOMS)
def test_the_echo_has_its_delay(kind: Any, delay_ms: float) -> None:
    room = Room(settings(room=kind, delay_ms=delay_ms), ends_at_s=3.0)
    converse(room, WIDE)
    assert lag(room.far, room.echo) == delay_ms * RATE_HZ / 1000
    assert room.delay_ms(1.0) == delay_ms


def test_a_headset_has_no_echo() -> None:
    room = Room(settings(echo_db=None))
    converse(room)
    assert room.far.any()
    assert not room.heard.any()


@pytest.mark.parametrize("drift_ppm", [-200, 200])
def test_drift_moves_the_delay(drift_ppm: float) -> None:
    room = Room(settings(drift_ppm=drift_ppm, delay_ms=50), ends_at_s=14.0)
    converse(room, signals.noise(13.5, seed=2, level_dbfs=-20))
    early, late = slice(RATE_HZ, 2 * RATE_HZ), slice(12 * RATE_HZ, 13 * RATE_HZ)
    moved = lag_within(room, late) - lag_within(room, early)
    assert moved == pytest.approx(11.0 * drift_ppm * 1e-6 * RATE_HZ, abs=1)
    assert room.delay_ms(10.0) == pytest.approx(50 + drift_ppm / 100)
    assert level_dbfs(room.echo[late]) == pytest.approx(-26, abs=0.3)


def lag_within(room: Room, part: slice) -> int:
    before = 2000
    far = room.far[part.start - before : part.stop - before]
    return before - RATE_HZ + lag_back(far, room.echo[part])


def lag_back(far: Samples, sound: Samples) -> int:
    likeness = np.fft.irfft(np.fft.rfft(sound) * np.conj(np.fft.rfft(far)), len(sound))
    at = int(np.argmax(np.abs(likeness)))
    return at + (RATE_HZ if at < RATE_HZ // 2 else 0)


def test_a_delay_jumps_in_mid_sentence() -> None:
    room = Room(settings(delay_ms=40, jumps=((1.0, 180.0),)), ends_at_s=2.0)
    converse(room, WIDE)
    jump = RATE_HZ
    assert (
        np.corrcoef(room.echo[jump - 8000 : jump], room.far[jump - 8640 : jump - 640])[0, 1] > 0.99
    )
    after = slice(jump, jump + 8000)
    assert np.corrcoef(room.echo[after], room.far[jump - 2880 : jump + 5120])[0, 1] > 0.99
    assert (room.delay_ms(0.999), room.delay_ms(1.0)) == (40, 180)


@pytest.mark.parametrize("kind", ROOMS)
def test_ducking_is_heard_in_the_room(kind: Any) -> None:
    room = Room(settings(room=kind, delay_ms=60), ends_at_s=4.0)

    async def main() -> float:
        async with anyio.create_task_group() as all_of_it:
            all_of_it.start_soon(listen, room)
            await anyio.sleep(0.1)
            playback = room.speaker.open()
            sound = signals.noise(3.0, seed=4, level_dbfs=-20)
            ducked_s = 0.0
            for count, frame in enumerate(signals.frames(sound)):
                if count == 75:
                    ducked_s = room.now_s
                    playback.duck(23.0)
                elif count == 110:
                    playback.resume()
                await playback.play(frame)
            await playback.drain()
            return ducked_s

    ducked_s = clock.run(main)
    fell_s = room.speaker_fell_s(ducked_s)
    assert fell_s is not None
    assert 0.0 < fell_s - ducked_s <= 0.03
    assert room.level_of_speaker(ducked_s) - room.level_of_speaker(ducked_s + 0.1) == pytest.approx(
        23, abs=1
    )
    at = round((fell_s + 0.06) * RATE_HZ)
    before, after = room.echo[at - 12000 : at - 1600], room.echo[at + 5000 : at + 9000]
    assert level_dbfs(before) - level_dbfs(after) == pytest.approx(23, abs=2)
    assert room.speaker_fell_s(0.5) == fell_s


def test_a_small_loudspeaker_adds_overtones() -> None:
    tone = signals.tone(1.0, hz=500.0, peak=0.5)
    linear, bent = Room(settings()), Room(settings(soft_clip_dbfs=-6))
    converse(linear, tone)
    converse(bent, tone)
    assert third_harmonic_db(linear) < -60
    assert -35 < third_harmonic_db(bent) < -15
    assert np.array_equal(linear.far, bent.far)


def third_harmonic_db(room: Room) -> float:
    spectrum = np.abs(np.fft.rfft(room.echo[6400:14400]))
    return float(20 * np.log10(spectrum[750] / spectrum[250]))


@pytest.mark.parametrize(("kind", "decay_s"), [("office", 0.3), ("living room", 0.6)])
def test_a_room_decays_as_its_kind_does(kind: Any, decay_s: float) -> None:
    response = impulse_response(kind, seed=2).astype(float)
    left = np.cumsum(np.square(response)[::-1])[::-1]
    fall_db = 10 * np.log10(left[1:] / left[1])
    at = [int(np.argmax(fall_db < limit)) for limit in (-5.0, -25.0)]
    assert 3 * (at[1] - at[0]) / RATE_HZ == pytest.approx(decay_s, rel=0.25)
    assert int(np.argmax(np.abs(response))) == 0
    assert not np.array_equal(response, impulse_response(kind, seed=3))


def test_the_convolution_in_blocks_is_the_convolution() -> None:
    response = impulse_response("office")
    sound = signals.noise(1.0).astype(np.float32) / 32768
    convolver = Convolver(response)
    blocks = [*sound.reshape(-1, FRAME_SAMPLES), *np.zeros((25, FRAME_SAMPLES), np.float32)]
    found = np.concatenate([convolver.next(block) for block in blocks])
    expected = np.convolve(sound, response)
    assert np.abs(found[: len(expected)] - expected).max() < 1e-5
    assert not found[len(expected) + 2 * FRAME_SAMPLES :].any()


def test_a_change_of_rate_does_not_depend_on_the_pieces() -> None:
    sound = signals.noise(0.5, seed=9)
    whole = RateChange(22_050)
    at_once = np.concatenate([whole.feed(sound), whole.flush()])
    pieces = RateChange(22_050)
    cut = [pieces.feed(piece) for piece in np.array_split(sound, 37)]
    assert np.array_equal(np.concatenate([*cut, pieces.flush()]), at_once)
    assert len(at_once) == pytest.approx(len(sound) * 16_000 / 22_050, abs=1)


# The people


def test_a_talker_is_heard_at_the_time_and_level_wanted(run: Any) -> None:
    room = Room(QUIET, ends_at_s=4.0)
    sound = signals.concat(silence(800), sounds.babble(1.5, seed=3), silence(1600))
    said = room.say(1.0, sound)
    run(listen, room)
    assert active_level_dbfs(room.heard) == pytest.approx(-26, abs=0.3)
    assert audible_span(room.heard) == pytest.approx((said.start, said.end), abs=160)
    assert said.starts_at_s == pytest.approx(1.05, abs=0.01)
    assert 2.3 < said.ends_at_s <= 2.56
    assert np.array_equal(room.heard, room.near)
    assert (said.who, room.said) == ("user", [said])


def test_other_people_are_louder_or_softer_than_the_talker() -> None:
    room = Room(QUIET, ends_at_s=4.0)
    room.say(2.0, sounds.babble(1.0, seed=1), db=-12.0, who="guest")
    room.say(0.5, sounds.cough(2), db=6.0)
    clock.run(listen, room)
    assert active_level_dbfs(room.heard[: 2 * RATE_HZ]) == pytest.approx(-20, abs=0.3)
    assert active_level_dbfs(room.heard[2 * RATE_HZ :]) == pytest.approx(-38, abs=0.3)


def test_sounds_add_up_and_a_television_goes_on(run: Any) -> None:
    both, user, television = (Room(QUIET, ends_at_s=6.0) for _ in range(3))
    for room in (both, television):
        room.say_endlessly((0.5, math.inf), sounds.television(2.0), db=-10.0)
    for room in (both, user):
        room.say(1.0, REPLY)
    for room in (both, user, television):
        run(listen, room)
    summed = user.heard.astype(int) + television.heard
    assert np.abs(both.heard - summed).max() <= 2
    part = television.heard[RATE_HZ // 2 :]
    assert np.abs(part[: 2 * RATE_HZ] - part[2 * RATE_HZ : 4 * RATE_HZ]).max() <= 1  # the noise
    assert not television.heard[: RATE_HZ // 2].any()


def test_a_sound_may_be_added_while_the_room_is_heard() -> None:
    room = Room(QUIET, ends_at_s=2.0)

    async def main() -> None:
        async with anyio.create_task_group() as both:
            both.start_soon(listen, room)
            await anyio.sleep(0.7)
            room.say(room.now_s + 0.02, sounds.mhm())
            with pytest.raises(ValueError, match=r"0\.500 s is over: the microphone"):
                room.say(0.5, sounds.mhm())
            room.say(1.5, silence(100))

    clock.run(main)
    assert audible_span(room.heard)[0] == pytest.approx(0.73 * RATE_HZ, abs=500)


def test_noise_and_hum_have_their_levels() -> None:
    noisy = Room(RoomSettings(noise_dbfs=-50), ends_at_s=2.0)
    humming = Room(settings(hum_dbfs=-40), ends_at_s=2.0)
    for room in (noisy, humming):
        clock.run(listen, room)
    assert level_dbfs(noisy.heard) == pytest.approx(-50, abs=0.3)
    assert level_dbfs(humming.heard) == pytest.approx(-40, abs=0.3)
    assert int(np.argmax(np.abs(np.fft.rfft(humming.heard)))) == 100  # 50 Hz


def test_a_microphone_clips_or_is_far_too_soft() -> None:
    clipping, dead = (
        Room(settings(gain_db=30, clip_dbfs=-3), ends_at_s=3.0),
        Room(settings(gain_db=-120), ends_at_s=3.0),
    )
    for room in (clipping, dead):
        room.say(0.5, REPLY)
        clock.run(listen, room)
    peak = round(32768 * 10 ** (-3 / 20))
    assert np.abs(clipping.heard.astype(int)).max() == pytest.approx(peak, abs=1)
    assert np.count_nonzero(np.abs(clipping.heard) >= peak - 1) > 1000
    assert not dead.heard.any()


def test_the_same_room_sounds_the_same_twice_and_another_one_does_not() -> None:
    def sound(seed: int) -> Samples:
        room = Room(RoomSettings(seed=seed, drift_ppm=50, soft_clip_dbfs=-3), ends_at_s=5.0)
        room.say(1.0, sounds.laugh(3))
        converse(room)
        return room.heard

    assert np.array_equal(sound(1), sound(1))
    assert not np.array_equal(sound(1), sound(2))


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_it_works_in_real_time_too(backend: str) -> None:
    room = Room(ends_at_s=0.1)
    near, far = anyio.run(listen, room, backend=backend)
    assert len(near) == len(far) == RATE_HZ // 10


@pytest.mark.parametrize(
    ("values", "clause"),
    [
        ({"delay_ms": 401}, "between 0 and 400 ms"),
        ({"jumps": ((1.0, -1.0),)}, "between 0 and 400 ms"),
        ({"echo_db": 13}, "between -30 and 12"),
        ({"drift_ppm": -201}, "beyond 200"),
        ({"jumps": ((2.0, 10.0), (1.0, 20.0))}, "not in order"),
    ],
)
def test_no_room_is_like_that(values: Any, clause: str) -> None:
    with pytest.raises(ValueError, match=clause):
        RoomSettings(**values)


# Measuring


def test_pauses_do_not_count_for_the_active_level() -> None:
    speech = signals.noise(1.0, level_dbfs=-30)
    paused = signals.concat(speech, silence(3 * RATE_HZ), speech)
    assert active_level_dbfs(paused) == pytest.approx(-30, abs=0.1)
    assert active_level_dbfs(silence(320)) == active_level_dbfs(silence(0)) == -120
    assert audible_span(silence(800)) == (0, 0)


def test_a_fall_is_found_where_it_lasts() -> None:
    loud, soft = signals.noise(1.0, level_dbfs=-20), signals.noise(1.0, level_dbfs=-45)
    pause = silence(RATE_HZ // 10)
    sound = signals.concat(loud, pause, loud, soft, loud)
    at = fell_at(sound, RATE_HZ // 2, 20.0, RATE_HZ * 3 // 10)
    assert at == pytest.approx(2.1 * RATE_HZ, abs=80)
    assert fell_at(sound, RATE_HZ // 2, 30.0, RATE_HZ * 3 // 10) is None
    assert fell_at(sound, len(sound), 20.0, 80) is None
