"""Events as lines of JSON and lines for the eye; the latency of a turn's steps."""

from __future__ import annotations

import io
import json

import pytest
from cases import every

from voiced.events import (
    AudioDropped,
    Ducked,
    IntentMatched,
    IntentReturned,
    PushToTalk,
    ReplySentence,
    Timing,
    TranscriptFinal,
    TurnEnded,
    TurnId,
)
from voiced.trace import EventLog, Marks, event_type, render, to_json, to_row

TURN = TurnId(3)
MATCHED = IntentMatched(
    16000, TURN, "files.move", (("source", "it"), ("folder", "my stuff")), "spoken", "reversible"
)
ENDED = TurnEnded(40000, TURN, "completed", "Größe", Timing(endpoint=600.0, total=1234.5))


@pytest.mark.parametrize(
    ("event", "row"),
    [
        (AudioDropped(32000, 640), {"at_s": 2.0, "type": "audio_dropped", "samples": 640}),
        (
            MATCHED,
            {
                "at_s": 1.0,
                "type": "intent_matched",
                "turn": 3,
                "intent": "files.move",
                "slots": {"source": "it", "folder": "my stuff"},
                "origin": "spoken",
                "effect": "reversible",
            },
        ),
        (
            ENDED,
            {
                "at_s": 2.5,
                "type": "turn_ended",
                "turn": 3,
                "outcome": "completed",
                "heard": "Größe",
                "timing_ms": {
                    "endpoint": 600.0,
                    "transcript": None,
                    "first_token": None,
                    "first_audio": None,
                    "total": 1234.5,
                },
            },
        ),
        (PushToTalk(1, True), {"at_s": 0.0, "type": "push_to_talk", "is_down": True}),
    ],
)
def test_an_event_is_a_flat_row_of_json(event, row) -> None:
    assert to_row(event) == row
    assert list(to_row(event))[:2] == ["at_s", "type"]
    assert json.loads(to_json(event)) == row
    assert "\n" not in to_json(event)


def test_text_stays_readable_and_quotes_and_line_ends_are_escaped() -> None:
    line = to_json(ReplySentence(0, TURN, 'Ü "quoted"\n👍'))
    assert "Ü" in line
    assert json.loads(line)["text"] == 'Ü "quoted"\n👍'


def test_a_name_that_is_not_utf8_does_not_stop_the_log(tmp_path) -> None:
    event = ReplySentence(0, TURN, "moved \udcff.txt")
    with (tmp_path / "events.jsonl").open("w", encoding="utf-8") as file:
        EventLog(file).write(event)
    line = (tmp_path / "events.jsonl").read_text(encoding="utf-8")
    assert json.loads(line)["text"] == event.text
    assert render(event).encode("utf-8")


@every(
    ("event", "line"),
    [
        (AudioDropped(32000, 640), "   2.000  audio_dropped  samples=640"),
        (
            MATCHED,
            '   1.000  intent_matched  turn=3 intent="files.move" '
            'slots={source="it" folder="my stuff"} origin="spoken" effect="reversible"',
        ),
        (
            ENDED,
            '   2.500  turn_ended  turn=3 outcome="completed" heard="Größe" '
            "timing_ms={endpoint=600 total=1234}",
        ),
        (
            IntentReturned(0, TURN, "a.b", "failed", None),
            '   0.000  intent_returned  turn=3 intent="a.b" outcome="failed" undo_id=null',
        ),
        (
            TranscriptFinal(0, TURN, "hm", 0.0712),
            '   0.000  transcript_final  turn=3 text="hm" confidence=0.0712',
        ),
        (Ducked(8, TURN, -12.0), "   0.001  ducked  turn=3 db=-12"),
        (PushToTalk(0, False), "   0.000  push_to_talk  is_down=false"),
    ],
)
def test_an_event_is_one_line_for_the_eye(event, line) -> None:
    assert render(event) == line


def test_the_type_is_the_snake_case_name() -> None:
    assert event_type(ENDED) == "turn_ended"


def test_the_log_flushes_every_line() -> None:
    class File(io.StringIO):
        flushed = 0

        def flush(self) -> None:
            self.flushed = len(self.getvalue())

    file = File()
    log = EventLog(file)
    for _ in range(2):
        log.write(AudioDropped(0, 1))
        assert file.flushed == len(file.getvalue())
    assert file.getvalue().count("\n") == 2


def test_marks_count_from_the_true_end_of_speech_and_keep_the_first_time() -> None:
    marks = Marks()
    marks.set("first_audio", 99)
    assert marks.timing() == Timing()
    marks.begin(16000)
    marks.set("endpoint", 16000 + 9600)
    marks.set("endpoint", 16000 + 99999)
    marks.set("total", 48000)
    timing = marks.timing()
    assert (timing.endpoint, timing.total) == (600.0, 2000.0)
    assert timing.transcript is None
