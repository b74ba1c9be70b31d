from __future__ import annotations

import pytest

from voiced.control.status import Known, StatusBoard
from voiced.events import (
    BargeIn,
    ConfirmationAsked,
    Ducked,
    IntentMatched,
    IntentReturned,
    ModeChanged,
    PlaybackStarted,
    ReplySentence,
    SpeechStarted,
    StageFailed,
    Timing,
    TranscriptFinal,
    TranscriptPartial,
    TurnEnded,
    TurnId,
    TurnStarted,
)
from voiced.trace import to_row
from voiced.web.scene import Scene

ONE = TurnId(1)


@pytest.fixture
def scene():
    found = Scene()
    found.begin(StatusBoard(Known("1", 1)).status().as_row())
    return found


def tell(scene, *events):
    """What each of them changed."""
    return [scene.hear(to_row(event)) for event in events]


def test_a_turn_is_shown_as_it_comes(scene):
    tell(scene, SpeechStarted(0), TurnStarted(0, ONE), TranscriptPartial(0, ONE, "what"))
    assert scene.state["is_speech"]
    assert (scene.turns[0].said, scene.turns[0].is_final) == ("what", False)
    tell(
        scene,
        TranscriptFinal(0, ONE, "what time is it", 0.9),
        IntentMatched(0, ONE, "clock.time", (("zone", "Oslo"),), "spoken", "R0"),
        ReplySentence(0, ONE, "It is late."),
        IntentReturned(0, ONE, "clock.time", "completed", None),
    )
    [turn] = scene.turns
    [did] = turn.did
    assert (turn.said, turn.is_final) == ("what time is it", True)
    assert (did.intent, did.slots, did.outcome) == ("clock.time", [["zone", "Oslo"]], "completed")
    assert [sentence.text for sentence in turn.sentences] == ["It is late."]


def test_each_event_says_what_it_changed_and_nothing_else(scene):
    [patch] = tell(scene, ModeChanged(0, "muted"))
    assert patch == {"state": {"mode": "muted"}}
    assert tell(scene, ModeChanged(0, "muted")) == [{}]
    [patch] = tell(scene, TranscriptPartial(0, ONE, "wh"))
    assert patch["turn"]["said"] == "wh"
    assert "state" not in patch


def test_the_words_that_were_heard(scene):
    tell(scene, ReplySentence(0, ONE, "It is late."), ReplySentence(0, ONE, "Go to bed."))
    scene.hear_reply(1, "It is late. Go")
    assert [sentence.heard for sentence in scene.turns[0].sentences] == [3, 1]
    tell(scene, TurnEnded(0, ONE, "completed", "It is late. Go to bed.", Timing(total=7.0)))
    assert [sentence.heard for sentence in scene.turns[0].sentences] == [3, 3]
    assert scene.turns[0].timing_ms == {"total": 7.0}


def test_the_end_of_a_turn_of_which_nothing_was_seen_shows_none(scene):
    tell(scene, TurnEnded(0, ONE, "completed", "It is late.", Timing(total=7.0)))
    assert scene.turns == []


def test_an_interruption(scene):
    tell(scene, PlaybackStarted(0, ONE), Ducked(0, ONE, -12.0))
    assert scene.state["is_speaking"]
    assert scene.state["is_ducked"]
    tell(scene, BargeIn(0, ONE, "stop word"))
    assert not scene.state["is_speaking"]
    assert not scene.state["is_ducked"]
    assert scene.turns[0].marks == [["ducked", ""], ["interrupted", "stop word"]]


def test_a_daemon_that_goes_leaves_nothing_that_looks_alive(scene):
    tell(scene, SpeechStarted(0), PlaybackStarted(0, ONE), TurnStarted(0, ONE))
    scene.ask({"id": "q"})
    patch = scene.lose("gone", "")
    assert patch["state"] == {"link": "gone", "is_speech": False, "is_speaking": False}
    assert patch["question"] is None


def test_the_next_daemon_counts_its_turns_anew(scene):
    tell(scene, TurnStarted(0, ONE))
    scene.lose("gone", "")
    scene.begin(StatusBoard(Known("1", 2)).status().as_row())
    tell(scene, TurnStarted(0, ONE))
    first, second = scene.turns
    assert first.key != second.key
    assert first.outcome == "interrupted"


def test_what_failed_is_shown_until_it_speaks_again(scene):
    tell(scene, StageFailed(0, "synthesizer", "x", "no voice", retryable=True))
    assert scene.state["trouble"] == "synthesizer: no voice"
    tell(scene, PlaybackStarted(0, ONE))
    assert not scene.state["trouble"]


def test_an_event_that_was_longer_than_a_frame_tells_nothing(scene):
    assert scene.hear({"at_s": 0.0, "type": "transcript_final", "is_cut": True}) == {}


def test_it_does_not_grow_for_ever(scene):
    for number in range(35):
        tell(scene, TurnStarted(0, TurnId(number)), *[Ducked(0, TurnId(number), -1.0)] * 25)
    assert len(scene.turns) == 30
    assert len(scene.turns[-1].marks) == 20


def test_a_question_is_no_part_of_a_turn(scene):
    assert tell(scene, ConfirmationAsked(0, ONE, "q", "Shall I?")) == [{}]
    assert scene.ask({"id": "q"}) == {"question": {"id": "q"}}
    assert scene.ask({"id": "q"}) == {}
