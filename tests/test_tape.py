"""The tape holds ten seconds, and a turn's sound from before its speech, without copying."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame
from voiced.sound.tape import Recording, Take, Tape


def frames(from_s: float, to_s: float) -> Iterator[AudioFrame]:
    """Frames whose samples are the number of the frame."""
    for start in range(round(from_s * RATE_HZ), round(to_s * RATE_HZ), FRAME_SAMPLES):
        yield AudioFrame(np.full(FRAME_SAMPLES, start // FRAME_SAMPLES, np.int16), RATE_HZ, start)


def play(tape: Tape, from_s: float, to_s: float) -> None:
    for frame in frames(from_s, to_s):
        tape.hear(frame, -frame.samples)


def recorded(take: Take) -> Recording:
    recording = take.recording()
    assert recording is not None
    return recording


def test_a_take_begins_two_seconds_before_the_speech() -> None:
    tape = Tape()
    play(tape, 0, 30)
    take = tape.begin(round(29.5 * RATE_HZ))
    play(tape, 30, 32)
    recording = recorded(take)
    assert recording.start == round(27.5 * RATE_HZ)
    assert len(recording.near) == 4.5 * RATE_HZ
    expected = np.repeat(np.arange(1375, 1600), FRAME_SAMPLES)
    assert np.array_equal(recording.near, expected)
    assert np.array_equal(recording.far, -expected)


def test_a_take_that_ended_records_no_more() -> None:
    tape = Tape()
    play(tape, 0, 1)
    take, other = tape.begin(0), tape.begin(0)
    play(tape, 1, 2)
    tape.end(take)
    tape.end(take)
    play(tape, 2, 3)
    assert len(recorded(take).near) == 2 * RATE_HZ
    assert len(recorded(other).near) == 3 * RATE_HZ


def test_a_take_is_at_most_two_minutes_and_the_ring_ten_seconds() -> None:
    tape = Tape()
    take = tape.begin(0)
    play(tape, 0, 130)
    assert len(recorded(take).near) == 120 * RATE_HZ
    late = tape.begin(0)
    assert recorded(late).start == 120 * RATE_HZ


def test_where_sound_was_lost_there_is_silence() -> None:
    tape = Tape()
    take = tape.begin(0)
    play(tape, 0.0, 0.1)
    play(tape, 0.2, 0.3)
    near = recorded(take).near
    assert len(near) == round(0.3 * RATE_HZ)
    assert not near[round(0.1 * RATE_HZ) : round(0.2 * RATE_HZ)].any()
    assert near[round(0.2 * RATE_HZ)] == 10


def test_a_far_signal_of_another_length_does_no_harm() -> None:
    tape = Tape()
    take = tape.begin(0)
    for frame, samples in zip(frames(0, 0.06), (0, 100, 1000), strict=True):
        tape.hear(frame, np.ones(samples, np.int16))
    assert recorded(take).far.sum() == 100 + FRAME_SAMPLES


def test_without_sound_there_is_no_recording() -> None:
    assert Tape().begin(0).recording() is None


def test_a_frame_is_held_and_not_copied() -> None:
    tape = Tape()
    take = tape.begin(0)
    (frame,) = frames(0, 0.02)
    tape.hear(frame, frame.samples)
    frame.samples[:] = 7
    assert recorded(take).near[0] == 7
