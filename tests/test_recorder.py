"""The flight recorder: turns of a session to the disk, and never in the session's way."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from turn_events import SECRETS, a_turn, an_interrupted_turn, at

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame
from voiced.config import Config, trace_folder
from voiced.errors import AudioFormatError
from voiced.events import Event, MemoryErased, ModeChanged, TurnId, TurnReopened, WakeWordHeard
from voiced.memory.recorder import FlightRecorder
from voiced.memory.turn_store import KeptTurn, TurnStore
from voiced.memory.wakes import Wake, WakeFile
from voiced.testing import clock

NOW = datetime(2026, 3, 3, 19, 30, tzinfo=UTC)
TURN = TurnId(7)


class Sounds:
    """Writes the shape of the sound instead of the sound."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.written: list[np.ndarray] = []

    def __call__(self, path: Path, sound: np.ndarray) -> None:
        if self.error is not None:
            raise self.error
        self.written.append(sound)
        path.write_text(str(sound.shape))


def config(folder: Path, *, transcripts: bool = False, **trace) -> Config:
    journal = {"folder": folder, "transcripts": transcripts}
    return Config.model_validate({"journal": journal, "trace": trace})


def frame_at(start: int) -> AudioFrame:
    return AudioFrame(np.full(FRAME_SAMPLES, 5, np.int16), RATE_HZ, start)


async def play(recorder: FlightRecorder, events: list[Event], until_s: float) -> None:
    """Events and frames as a session tells them, and the end of the session."""
    left = list(events)
    for start in range(0, round(until_s * RATE_HZ), FRAME_SAMPLES):
        frame = frame_at(start)
        recorder.hear(frame, np.zeros(FRAME_SAMPLES, np.int16))
        while left and left[0].at <= frame.end:
            recorder(left.pop(0))
    for event in left:
        recorder(event)
    await recorder.aclose()


def keep(settings: Config, sounds: Sounds, events: list[Event], until_s: float = 8) -> None:
    async def session() -> None:
        await play(FlightRecorder(settings, sounds, lambda: NOW), events, until_s)

    clock.run(session)


def kept(settings: Config) -> tuple[KeptTurn, ...]:
    return TurnStore(trace_folder(settings.journal)).turns()


def test_turns_are_kept_without_sound_and_words(tmp_path) -> None:
    settings = config(tmp_path)
    sounds = Sounds()
    keep(settings, sounds, [*a_turn(TURN), *an_interrupted_turn(TurnId(8))])
    turns = kept(settings)
    assert [(turn.number, turn.timeline.turn) for turn in turns] == [(1, 7), (2, 8), (3, 9)]
    assert {turn.at for turn in turns} == {NOW}
    assert [turn.sound for turn in turns] == [None] * 3
    text = (tmp_path / "traces" / "turns.jsonl").read_text()
    assert not any(secret in text for secret in SECRETS)
    assert not sounds.written


def test_words_are_kept_where_transcripts_are(tmp_path) -> None:
    settings = config(tmp_path, transcripts=True)
    keep(settings, Sounds(), a_turn(TURN))
    assert SECRETS[0] in kept(settings)[0].words()


@pytest.mark.parametrize("sound", [True, False])
def test_of_a_turn_in_which_something_is_forgotten_nothing_is_kept(tmp_path, sound) -> None:
    settings = config(tmp_path, transcripts=True, sound=sound)
    sounds = Sounds()
    forgets = a_turn(TURN)
    forgets.insert(-2, MemoryErased(at(2.21), TURN))
    keep(settings, sounds, forgets)
    assert kept(settings) == ()
    assert not sounds.written
    keep(settings, sounds, a_turn(TurnId(8)))
    assert len(kept(settings)) == 1


def test_what_waits_for_its_sound_to_end_is_forgotten_with_the_rest(tmp_path) -> None:
    settings = config(tmp_path, transcripts=True, sound=True)
    events = [*a_turn(TURN), MemoryErased(at(5.2), TurnId(8))]
    keep(settings, Sounds(), events)
    assert kept(settings) == ()


def test_the_sound_of_a_turn_is_kept_from_before_it_until_after_it(tmp_path) -> None:
    settings = config(tmp_path, sound=True)
    sounds = Sounds()
    keep(settings, sounds, a_turn(TURN))
    (turn,) = kept(settings)
    assert turn.sound is not None
    assert (turn.sound.start_s, turn.sound.seconds) == (0.0, 6.0)
    (sound,) = sounds.written
    assert sound.shape == (6 * RATE_HZ, 2)
    assert set(np.unique(sound[:, 0])) == {5}
    assert not sound[:, 1].any()


def test_the_sound_of_who_interrupts_is_kept_by_itself(tmp_path) -> None:
    settings = config(tmp_path, sound=True)
    keep(settings, Sounds(), an_interrupted_turn(TURN))
    first, second = (turn.sound for turn in kept(settings))
    assert first is not None
    assert second is not None
    assert (first.start_s, round(first.start_s + first.seconds, 2)) == (0.0, 6.22)
    assert (second.start_s, round(second.start_s + second.seconds, 2)) == (3.0, 7.3)


def test_a_turn_that_listens_again_has_one_sound(tmp_path) -> None:
    settings = config(tmp_path, sound=True)
    events = a_turn(TURN)
    events[4:4] = [TurnReopened(at(2.1), TURN), type(events[0])(at(2.05))]
    keep(settings, Sounds(), events)
    assert [turn.sound and turn.sound.seconds for turn in kept(settings)] == [6.0]


def test_the_end_of_the_session_keeps_what_is_over(tmp_path) -> None:
    settings = config(tmp_path, sound=True)
    keep(settings, Sounds(), a_turn(TURN), until_s=5.0)
    (turn,) = kept(settings)
    assert turn.sound is not None
    assert turn.sound.seconds == 5.0


def test_nothing_is_kept_where_nothing_is_wanted_and_what_was_kept_stays(tmp_path) -> None:
    settings = config(tmp_path, sound=True)
    keep(settings, Sounds(), a_turn(TURN))
    assert len(kept(settings)) == 1
    nothing = config(tmp_path, sound=True, keep_turns=0)
    keep(nothing, Sounds(), a_turn(TURN))
    (turn,) = kept(settings)
    assert turn.sound is not None
    keep(settings, Sounds(), a_turn(TURN))
    assert [turn.number for turn in kept(settings)] == [1, 2]


def test_what_is_too_old_goes_also_where_nothing_is_kept_any_more(tmp_path) -> None:
    settings = config(tmp_path)
    keep(settings, Sounds(), a_turn(TURN))

    async def later() -> None:
        nothing = config(tmp_path, keep_turns=0)
        recorder = FlightRecorder(nothing, Sounds(), lambda: NOW + timedelta(days=31))
        await recorder.aclose()

    clock.run(later)
    assert kept(settings) == ()


@pytest.mark.parametrize("sound", [True, False])
def test_a_failure_that_nobody_thought_of_is_told_once_by_its_type(
    tmp_path, caplog, monkeypatch, sound
) -> None:
    def broken(*_args) -> None:
        raise KeyError(SECRETS[0])

    monkeypatch.setattr(TurnStore, "add", broken)
    settings = config(tmp_path, sound=sound)
    keep(settings, Sounds(), [*a_turn(TURN), *an_interrupted_turn(TurnId(8))])
    assert caplog.text.count("KeyError") == 1
    assert SECRETS[0] not in caplog.text


def test_a_sound_that_cannot_be_kept_costs_the_sound_only_and_is_told_once(
    tmp_path, caplog
) -> None:
    settings = config(tmp_path, sound=True)
    full = AudioFormatError(file="1.flac", reason="cannot be written: the disk is full")
    keep(settings, Sounds(full), [*a_turn(TURN), *an_interrupted_turn(TurnId(8))])
    assert [turn.sound for turn in kept(settings)] == [None] * 3
    assert caplog.text.count("the disk is full") == 1
    assert not any(secret in caplog.text for secret in SECRETS)


def test_a_folder_that_cannot_be_written_does_not_end_the_conversation(tmp_path, caplog) -> None:
    (tmp_path / "traces").write_text("a file is in the way")
    settings = config(tmp_path)
    with caplog.at_level(logging.ERROR):
        keep(settings, Sounds(), [*a_turn(TURN), *an_interrupted_turn(TurnId(8))])
    assert len(caplog.records) == 1
    assert "not all turns can be kept" in caplog.text


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_both_loops_wait_for_the_disk(tmp_path, backend) -> None:
    settings = config(tmp_path)

    async def session() -> None:
        recorder = FlightRecorder(settings, Sounds(), lambda: NOW)
        for event in a_turn(TURN):
            recorder(event)
        await recorder.aclose()

    clock.run(session, backend=backend)
    assert len(kept(settings)) == 1


def test_wakes_are_kept_unless_nothing_is(tmp_path) -> None:
    events: list[Event] = [WakeWordHeard(at(0.5), "hey"), ModeChanged(at(9.0), "asleep")]
    for folder, turns in ((tmp_path / "on", 5), (tmp_path / "off", 0)):
        settings = config(folder, keep_turns=turns)
        keep(settings, Sounds(), events)
        wakes = WakeFile(trace_folder(settings.journal)).wakes()
        assert wakes == ((Wake(NOW, is_false=True),) if turns else ())
