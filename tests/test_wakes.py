"""Wake words: which of them were false, and the file that keeps when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cases import every

from voiced.errors import VoicedError
from voiced.events import (
    BargeIn,
    Event,
    ModeChanged,
    PushToTalk,
    SpeechStarted,
    TranscriptFinal,
    TurnId,
    WakeWordHeard,
)
from voiced.memory.wakes import Wake, WakeCounter, WakeFile

NOW = datetime(2026, 3, 3, 19, 30, tzinfo=UTC)
TURN = TurnId(1)
WAKE = WakeWordHeard(1, "hey")
AWAKE, ASLEEP = ModeChanged(1, "listening"), ModeChanged(9, "asleep")


def told(events: Sequence[Event]) -> list[bool]:
    found: list[bool] = []
    counter = WakeCounter(found.append)
    for event in events:
        counter.hear(event)
    return found


@every("events, is_false", [
    ([WAKE, AWAKE, ASLEEP], [True]),
    ([WAKE, AWAKE, SpeechStarted(2), ASLEEP], [True]),
    ([WAKE, AWAKE, TranscriptFinal(5, TURN, " ", 0.1), ASLEEP], [True]),
    ([WAKE, AWAKE, TranscriptFinal(5, TURN, "what time is it", 0.9), ASLEEP], [False]),
    ([WAKE, BargeIn(2, TURN, "stop word"), ASLEEP], [False]),
    ([WAKE, WAKE, AWAKE, ASLEEP, ASLEEP], [True]),
    ([WAKE, ASLEEP, WAKE, TranscriptFinal(5, TURN, "stop", 0.9)], [True, False]),
    ([WAKE, PushToTalk(2, is_down=True), ASLEEP], []),
    ([WAKE, ModeChanged(2, "muted"), ASLEEP], []),
    ([TranscriptFinal(5, TURN, "typed", 1.0), ASLEEP], []),
])  # fmt: skip
def test_a_wake_word_is_false_if_nothing_is_said(events, is_false) -> None:
    assert told(events) == is_false


@pytest.fixture
def file(tmp_path: Path) -> WakeFile:
    return WakeFile(tmp_path / "traces")


def test_nothing_is_made_by_looking(file: WakeFile) -> None:
    assert file.wakes() == ()
    file.erase()
    assert not file.path.parent.exists()


def test_wakes_are_kept_for_their_days(file: WakeFile) -> None:
    wakes = [Wake(NOW + timedelta(days=day), day % 2 == 0) for day in range(5)]
    for wake in wakes:
        file.add(wake, keep_days=2)
    assert file.wakes() == tuple(wakes[2:])
    assert file.path.stat().st_mode & 0o777 == 0o600


def test_a_span_is_erased(file: WakeFile) -> None:
    wakes = [Wake(NOW + timedelta(hours=hour), is_false=False) for hour in range(4)]
    for wake in wakes:
        file.add(wake, keep_days=9)
    file.erase(wakes[1].at, wakes[3].at)
    assert file.wakes() == (wakes[0], wakes[3])
    file.erase()
    assert file.wakes() == ()


def test_damaged_lines_are_left_out(file: WakeFile) -> None:
    file.add(Wake(NOW, is_false=True), 9)
    with file.path.open("ab") as stream:
        stream.write(b'{"at": 5}\n\xff\n[]\n')
    assert file.wakes() == (Wake(NOW, is_false=True),)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "wakes.jsonl").mkdir()
    with pytest.raises(VoicedError, match="cannot be read"):
        WakeFile(tmp_path).wakes()
