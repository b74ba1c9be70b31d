"""Misses as a list, and how they come into the journal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from voiced.errors import JournalError
from voiced.events import RequestMissed, SpeechStarted, TurnId
from voiced.journal import Journal, Missed
from voiced.memory.misses import counted, keeper

NOW = datetime(2026, 3, 3, tzinfo=UTC)


def missed(text: str, minutes: int, intent: str = "") -> Missed:
    return Missed(NOW + timedelta(minutes=minutes), 1, text, intent)


def test_the_same_words_are_one_miss_and_the_most_frequent_comes_first() -> None:
    found = counted(
        [
            missed("Sing!", 0),
            missed("pop it away", 1),
            missed("Pop it away.", 2, "files.trash"),
            missed("", 3),
            missed("dance", 4),
            missed("pop it away", 5),
        ]
    )
    assert [(miss.text, miss.count, miss.intent) for miss in found] == [
        ("pop it away", 3, "files.trash"),
        ("dance", 1, ""),
        ("Sing!", 1, ""),
    ]
    assert found[0].last == NOW + timedelta(minutes=5)


def test_events_are_written_down_and_a_broken_journal_stops_nothing(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path, transcripts=True)
    keep = keeper(journal)
    keep(SpeechStarted(0))
    keep(RequestMissed(0, TurnId(3), "pop it away", "files.trash"))
    assert [(each.turn, each.text) for each in journal.misses()] == [(3, "pop it away")]
    journal.close()

    class Full:
        def miss(self, turn: int, text: str, intent: str) -> None:
            raise JournalError("the disk is full")

    keeper(Full())(RequestMissed(0, TurnId(3), "x", ""))  # type: ignore[arg-type]
