"""How a voice becomes louder, slower or a whisper."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cases import every
from hypothesis import given
from hypothesis import strategies as st

from voiced.conversation import Delivery
from voiced.speech.delivery import delivered, wished
from voiced.stages import Voice

PIPER = Voice("joe", "piper", "joe", speed=1.2, volume_db=-3.0)
ESPEAK = Voice("default", "espeak", "en-us")


def test_as_usual_nothing_changes() -> None:
    assert delivered(PIPER, Delivery()) == PIPER


def test_louder_and_slower_come_on_top_of_the_voices_own_way() -> None:
    voice = delivered(PIPER, Delivery(6.0, 0.5))
    assert (voice.volume_db, voice.speed) == (3.0, 0.6)
    assert replace(voice, volume_db=-3.0, speed=1.2) == PIPER


@every(
    ("model", "speaker", "whispers"),
    [
        ("en-us", "", ("en-us", "whisper")),
        ("en-us+f3", "", ("en-us", "whisperf")),
        ("en-us", "f2", ("en-us", "whisperf")),
        ("en-gb+m1", "", ("en-gb", "whisper")),
        ("", "", ("", "whisper")),
    ],
)
def test_espeak_whispers_with_a_variant(
    model: str, speaker: str, whispers: tuple[str, str]
) -> None:
    voice = delivered(replace(ESPEAK, model=model, speaker=speaker), Delivery(is_whisper=True))
    assert (voice.model, voice.speaker) == whispers
    assert voice.volume_db < 0


def test_other_voices_whisper_softly_and_slowly() -> None:
    voice = delivered(PIPER, Delivery(is_whisper=True))
    assert voice.volume_db < PIPER.volume_db
    assert voice.speed < PIPER.speed


def test_wishes_add_up() -> None:
    delivery = wished(wished(Delivery(), louder_db=4.0, speed=0.8), louder_db=4.0, speed=0.8)
    assert delivery.louder_db == 8.0
    assert delivery.speed == pytest.approx(0.64)
    assert wished(delivery, whisper=True).is_whisper
    assert wished(wished(delivery, whisper=True)).is_whisper
    assert not wished(wished(delivery, whisper=True), whisper=False).is_whisper


@given(st.lists(st.tuples(st.floats(-30, 30), st.floats(0.1, 5)), max_size=8))
def test_wishes_have_limits(wishes: list[tuple[float, float]]) -> None:
    delivery = Delivery()
    for louder_db, speed in wishes:
        delivery = wished(delivery, louder_db=louder_db, speed=speed)
        assert -18 <= delivery.louder_db <= 12
        assert 0.6 <= delivery.speed <= 2
