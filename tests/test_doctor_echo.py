from __future__ import annotations

import numpy as np
import pytest

from voiced.audio import RATE_HZ, Samples, silence
from voiced.config import AudioSettings
from voiced.doctor.echo import (
    EchoFigures,
    EchoReport,
    Recording,
    analyse,
    measure,
    probe_sound,
    record,
)
from voiced.engines.echo_choice import EchoChoice
from voiced.errors import DeviceError, ModelMissing
from voiced.testing import clock, sounds
from voiced.testing.fakes import FakeEchoCanceller, FakeMicrophone
from voiced.testing.room import Room, RoomSettings

ROOM = RoomSettings(delay_ms=80, echo_db=0.0)


async def measured(settings: RoomSettings, *, with_canceller: bool = False) -> EchoFigures:
    room = Room(settings)
    canceller = FakeEchoCanceller() if with_canceller else None
    return analyse(await record(room.microphone, room.speaker, canceller))


@pytest.mark.parametrize(
    ("kind", "delay_ms"), [("dry", 20), ("office", 80), ("dry", 300), ("office", 300)]
)
def test_the_delay_is_found(kind: str, delay_ms: int) -> None:
    figures = clock.run(measured, RoomSettings(delay_ms=delay_ms, room=kind))  # type: ignore[arg-type]
    assert figures.delay_ms == pytest.approx(delay_ms, abs=6)
    assert figures.noise_dbfs == pytest.approx(-65, abs=2)
    assert figures.erle_db is None
    assert not figures.is_clipped
    assert figures.verdict == "there is an echo, and no canceller to take it away"


@pytest.mark.parametrize("echo_db", [-20.0, 0.0, 6.0])
def test_the_level_is_found(echo_db: float) -> None:
    figures = clock.run(measured, RoomSettings(delay_ms=80, echo_db=echo_db))
    assert figures.echo_db == pytest.approx(-6 + echo_db, abs=2.5)


def test_a_headset_has_no_echo() -> None:
    figures = clock.run(measured, RoomSettings(echo_db=None))
    assert (figures.delay_ms, figures.echo_db, figures.erle_db) == (None, None, None)
    assert "headset" in figures.verdict


def test_a_microphone_of_zeros_is_no_echo() -> None:
    figures = analyse(Recording(sounds.babble(3.0), silence(48_000), None, 16_000))
    assert figures.delay_ms is None
    assert figures.noise_dbfs == -120


def made(delay: int, left_db: float, gain: float = 0.5) -> Recording:
    far = np.concatenate([silence(RATE_HZ), sounds.babble(5.0)])
    near = np.concatenate([silence(delay), far])[: len(far)] * gain
    cleaned = near * 10 ** (left_db / 20)
    return Recording(far, int16(near), int16(cleaned), RATE_HZ)


def int16(sound: np.ndarray) -> Samples:
    return np.clip(np.rint(sound), -32768, 32767).astype(np.int16)


def test_what_the_canceller_takes_away() -> None:
    figures = analyse(made(800, -25.0))
    assert figures.delay_ms == 50.0
    assert figures.erle_db == pytest.approx(25, abs=0.5)
    assert figures.echo_db == pytest.approx(-6, abs=0.2)
    assert figures.verdict == "the echo is cancelled well"


@pytest.mark.parametrize(
    ("recording", "words"),
    [
        (made(800, -3.0), "leaves much"),
        (made(16, -25.0), "too early"),
        (made(800, -25.0, gain=40.0), "too loud"),
    ],
)
def test_the_verdict_names_the_mend(recording: Recording, words: str) -> None:
    assert words in analyse(recording).verdict


HEARD = EchoChoice(cancels=True, reason="it is heard in the room")


class MissingCanceller(FakeEchoCanceller):
    async def prepare(self) -> None:
        raise ModelMissing("it is not installed", stage="echo canceller")


class BrokenMicrophone(FakeMicrophone):
    """One that cannot be opened."""

    def __init__(self) -> None:
        super().__init__([], 1.0)

    async def prepare(self) -> None:
        raise DeviceError("there is no microphone")


async def reported(setting: str, choice: EchoChoice = HEARD, *, is_missing: bool = False):
    room = Room(ROOM)
    canceller = MissingCanceller() if is_missing else FakeEchoCanceller()
    settings = AudioSettings.model_validate({"echo": setting})
    return await measure((room.microphone, room.speaker, canceller), settings, choice)


def test_the_report_says_what_is_done_and_why() -> None:
    report = clock.run(reported, "auto")
    document = report.as_document()
    assert document["cancels"]
    assert document["auto"] == {"cancels": True, "reason": "it is heard in the room"}
    assert document["delay_ms"] == pytest.approx(80, abs=6)
    rows = dict(report.as_rows())
    assert rows["delay of the echo"].endswith(" ms")
    assert rows['echo = "auto"'] == "cancelled in this process"


def test_nobody_is_asked_for_quiet_before_the_devices_are_open() -> None:
    asked: list[bool] = []

    async def without_a_microphone() -> None:
        room = Room(ROOM)
        microphone = BrokenMicrophone()
        await measure(
            (microphone, room.speaker, FakeEchoCanceller()),
            AudioSettings(),
            HEARD,
            lambda: asked.append(True),
        )

    with pytest.raises(DeviceError):
        clock.run(without_a_microphone)
    assert not asked

    async def with_one() -> None:
        room = Room(ROOM)
        stages = (room.microphone, room.speaker, FakeEchoCanceller())
        await measure(stages, AudioSettings(), HEARD, lambda: asked.append(True))

    clock.run(with_one)
    assert asked == [True]


@pytest.mark.parametrize(
    ("setting", "cancels", "is_done"),
    [("auto", False, False), ("webrtc", False, True), ("off", True, False)],
)
def test_the_setting_has_the_last_word(setting: str, cancels: bool, is_done: bool) -> None:
    report = clock.run(reported, setting, EchoChoice(cancels, "so"))
    assert report.cancels is is_done


def test_without_the_library_the_echo_is_still_measured() -> None:
    async def without():
        return await reported("auto", is_missing=True)

    report = clock.run(without)
    assert report.figures.erle_db is None
    assert report.figures.delay_ms is not None
    assert dict(report.as_rows())["softer by the canceller"] == "-"


def report_of(noise_dbfs: float, left_dbfs: float | None, **audio: object) -> EchoReport:
    figures = EchoFigures(noise_dbfs, -25.0, 60.0, -6.0, 20.0, left_dbfs, is_clipped=False)
    return EchoReport(figures, AudioSettings.model_validate(audio), HEARD)


def test_the_margin_of_a_barge_in_is_what_keeps_a_reply_from_interrupting_itself() -> None:
    assert report_of(-70, -62.0).margin_db == pytest.approx(12.0)
    assert report_of(-70, -62.0, echo="off").margin_db == pytest.approx(-25.0)
    nothing = EchoFigures(-70, None, None, None, None, None, is_clipped=False)
    assert EchoReport(nothing, AudioSettings(), HEARD).margin_db is None


def test_what_would_fit_better_is_told() -> None:
    assert report_of(-70, -62.0).fitting == {}
    assert report_of(-48, -62.0).fitting == {"min_level_dbfs": -38.0}
    assert report_of(-20, -62.0).fitting == {"min_level_dbfs": -35.0}, "speech is never that loud"
    assert report_of(-70, -62.0, echo="off").fitting == {"echo": "webrtc"}
    rows = dict(report_of(-48, -62.0).as_rows())
    assert rows["would fit better"].startswith("min_level_dbfs = -38.0")


def test_a_sentence_is_said_as_long_as_the_babble_would_be() -> None:
    sentence = sounds.babble(1.3)
    assert len(probe_sound(sentence)) == len(probe_sound())
    assert np.array_equal(probe_sound(sentence)[-100:], np.resize(sentence, 80_000)[-100:])
