"""What of the sound counts as speech: against the room's noise, and against our own voice."""

from __future__ import annotations

import pytest
from cases import every
from hypothesis import given
from hypothesis import strategies as st

from voiced.turns import Sound
from voiced.turns.hearing import Ear

FRAME = 320


def heard(ear: Ear, sound: Sound, frames: int = 1) -> tuple[bool, bool]:
    """Whether the last of these frames is speech, and clearly so."""
    said = (False, False)
    for _ in range(frames):
        said = ear.hear(sound, FRAME)
    return said


def in_a_room(noise_dbfs: float, seconds: int = 20) -> Ear:
    ear = Ear()
    heard(ear, Sound(0.0, noise_dbfs), seconds * 50)
    return ear


@pytest.mark.parametrize(
    ("probability", "is_speech"), [(0.0, False), (0.4, False), (0.5, True), (1.0, True)]
)
def test_the_detector_has_to_be_sure_before_speech(probability, is_speech):
    assert heard(in_a_room(-60), Sound(probability, -30)) == (is_speech, is_speech)


def test_less_is_enough_after_speech_but_it_is_not_clear():
    ear = in_a_room(-60)
    heard(ear, Sound(1.0, -30))
    assert heard(ear, Sound(0.4, -30)) == (True, False)
    assert heard(ear, Sound(0.3, -30)) == (False, False)
    assert heard(ear, Sound(0.4, -30)) == (False, False)


@every(
    ("above_db", "said"),
    [(3, (False, False)), (5, (True, False)), (7, (True, False)), (9, (True, True))],
)
@every("noise_dbfs", [-60, -45, -30])
def test_speech_is_louder_than_the_noise_of_the_room(noise_dbfs, above_db, said):
    assert heard(in_a_room(noise_dbfs), Sound(1.0, noise_dbfs + above_db)) == said


@pytest.mark.parametrize(("above_db", "is_clear"), [(-6, False), (0, False), (5, False), (7, True)])
def test_only_what_is_louder_than_our_own_voice_is_clearly_the_users(above_db, is_clear):
    sound = Sound(1.0, -30, expected_dbfs=-30 - above_db)
    assert heard(in_a_room(-60), sound)[1] is is_clear


def test_the_room_gets_quiet_at_once_and_loud_slowly():
    ear = in_a_room(-30)
    heard(ear, Sound(0.0, -60), 6)
    assert heard(ear, Sound(1.0, -45)) == (True, True)
    ear = in_a_room(-60)
    assert heard(ear, Sound(1.0, -40), 3 * 50) == (True, True)
    assert heard(ear, Sound(1.0, -40), 5 * 50) == (False, False)


def test_speech_with_gaps_does_not_count_as_the_rooms_noise_however_long_it_lasts():
    ear = in_a_room(-60)
    for _ in range(600):
        heard(ear, Sound(1.0, -30), 15)
        heard(ear, Sound(0.1, -58), 5)
    assert heard(ear, Sound(1.0, -30)) == (True, True)


def test_a_microphone_of_zeros_hears_nothing_and_is_not_deaf_afterwards():
    ear = in_a_room(-120, seconds=60)
    assert heard(ear, Sound(1.0, -120)) == (False, False)
    assert heard(ear, Sound(1.0, -64)) == (True, False)
    assert heard(ear, Sound(1.0, -40)) == (True, True)


def test_a_very_soft_microphone_is_heard_above_its_own_noise():
    assert heard(in_a_room(-80), Sound(1.0, -58)) == (True, True)


def test_a_reset_forgets_the_speech_but_not_the_room():
    ear = in_a_room(-30)
    heard(ear, Sound(1.0, -20))
    ear.reset()
    assert heard(ear, Sound(0.4, -20)) == (False, False)
    assert heard(ear, Sound(1.0, -28)) == (False, False)


@given(
    st.lists(
        st.builds(Sound, st.floats(0, 1), st.floats(-120, 0), st.floats(-120, 0), st.booleans()),
        max_size=60,
    )
)
def test_what_is_clearly_speech_is_speech(sounds):
    ear = Ear()
    for sound in sounds:
        is_speech, is_clear = ear.hear(sound, FRAME)
        assert is_speech or not is_clear


def test_the_first_tenth_of_a_second_tells_how_loud_the_room_is():
    ear = Ear()
    assert heard(ear, Sound(1.0, -41), 5) == (False, False)
    assert heard(ear, Sound(1.0, -41), 50) == (False, False)
    assert heard(ear, Sound(1.0, -26)) == (True, True)


def test_speech_from_the_first_sample_on_is_heard_all_the_same():
    ear = Ear()
    assert heard(ear, Sound(1.0, -26), 10) == (True, True)


def test_the_room_is_as_loud_as_it_was_whatever_a_canceller_takes_out_under_a_reply():
    ear = in_a_room(-36)
    heard(ear, Sound(0.0, -59, expected_dbfs=-30), 100)
    assert heard(ear, Sound(1.0, -36)) == (False, False)
