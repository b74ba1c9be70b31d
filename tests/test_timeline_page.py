"""A turn for a page: its moments, what was decided in it, and the drawing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from xml.dom import minidom

from turn_events import a_turn, an_interrupted_turn, at

from voiced.events import (
    CallJudged,
    ConfirmationAsked,
    Event,
    IntentMatched,
    IntentReturned,
    ModelReplied,
    Timing,
    TurnEnded,
    TurnId,
    TurnReopened,
)
from voiced.timeline import Timeline, TimelineBuilder
from voiced.timeline.decisions import decisions
from voiced.timeline.moments import moments
from voiced.timeline.picture import drawing
from voiced.timeline.reasons import reasons

TURN = TurnId(7)
START, *_, END = a_turn(TURN)
MATCHED = IntentMatched(at(2.1), TURN, "mail.send", (), "model", "outward_known")


def built(events: Iterable[Event]) -> Timeline:
    builder = TimelineBuilder(words=True)
    return next(found for each in events if (found := builder.hear(each)) is not None)


# Moments


def test_the_moments_of_a_command() -> None:
    found = {each.name: (each.ms, each.what) for each in moments(built(a_turn(TURN)))}
    assert found["end of speech"] == (0.0, "")
    assert found["end of speech known"][0] == 200.0
    assert found["end of speech known"][1].startswith("early: a command that was complete")
    assert found["transcript"] == (120.0, "17 letters")
    assert found["intent matched"] == (125.0, "files.delete")
    assert found["first clause"] == (130.0, "21 letters")
    assert found["first sound"] == (220.0, "")
    assert found["interrupted"] == (None, "")
    assert found["heard until"] == (3000.0, "21 of 21 letters (100%)")
    assert "language model done" not in found


def test_the_moments_of_a_reply_that_was_stopped() -> None:
    found = {each.name: (each.ms, each.what) for each in moments(built(an_interrupted_turn(TURN)))}
    assert found["interrupted"] == (3200.0, "words that were not the reply's own")
    assert found["heard until"] == (3200.0, "20 of 30 letters (67%)")
    assert found["intent matched"] == (None, "")


def test_the_model_is_a_moment_where_it_was_asked() -> None:
    asked = ModelReplied(at(3.0), TURN, 100, 75, 5)
    *events, ended = a_turn(TURN)
    found = {each.name: each.what for each in moments(built([*events, asked, ended]))}
    assert found["language model done"] == "read 100 tokens, 75 of them known already; wrote 5"


def test_a_turn_without_anything_has_no_times() -> None:
    empty = replace(built(a_turn(TURN)), speech_end_s=None, timing_ms=Timing(), steps=())
    assert {each.ms for each in moments(empty)} == {None}


# Decisions


def judged(trust: str, verdict: str, intent: str = "mail.send") -> CallJudged:
    return CallJudged(at(2.1), TURN, intent, "outward_new", trust, verdict)


def test_a_call_is_told_with_what_the_policy_said_and_what_came_of_it() -> None:
    returned = IntentReturned(at(4), TURN, "mail.send", "completed", "17")
    (found,) = decisions(built([START, MATCHED, judged("user_said", "do"), returned, END]))
    assert found.proposed_by == "the language model"
    assert (found.effect, found.meaning) == ("outward new", "goes out to somebody new")
    assert found.trust.startswith("text from outside is in the conversation, but the user said")
    assert found.verdict == "it was done without a question"
    assert (found.came_to, found.undo_id) == ("done", "17")


def test_a_question_and_a_refusal() -> None:
    asked = ConfirmationAsked(at(3), TURN, "x", "Send it?")
    other = replace(MATCHED, intent="files.wipe")
    events = [START, MATCHED, judged("clean", "confirm"), asked]
    events += [other, judged("free_text", "deny", "files.wipe"), END]
    first, second = decisions(built(events))
    assert first.came_to == "asked you first"
    assert second.verdict == "it was refused"
    assert second.came_to == "not done in this turn"


def test_the_same_intent_twice_is_two_calls() -> None:
    returned = IntentReturned(at(4), TURN, "mail.send", "completed", "17")
    failed = IntentReturned(at(4), TURN, "mail.send", "failed", None)
    call = [MATCHED, judged("clean", "do")]
    first, second = decisions(built([START, *call, returned, *call, failed, END]))
    assert (first.came_to, second.came_to) == ("done", "failed")


def test_a_yes_in_a_later_turn() -> None:
    returned = IntentReturned(at(4), TURN, "mail.send", "completed", None)
    (found,) = decisions(built([START, returned, END]))
    assert (found.proposed_by, found.came_to, found.effect) == ("your yes", "done", "")


def test_an_older_record_tells_less() -> None:
    (found,) = decisions(built(a_turn(TURN)))
    assert (found.verdict, found.effect, found.undo_id) == ("", "reversible", "42")


def test_what_a_turn_threw_away_is_no_decision() -> None:
    reopened = TurnReopened(at(2.3), TURN)
    assert decisions(built([START, MATCHED, reopened, END])) == ()


def test_only_what_is_out_of_the_ordinary_is_a_reason() -> None:
    plain = [each.text for each in reasons(built([START, MATCHED, judged("clean", "do"), END]))]
    assert not any("policy" in each for each in plain)
    told = [
        each.text for each in reasons(built([START, MATCHED, judged("free_text", "deny"), END]))
    ]
    assert "The policy on mail.send: it was refused; what matters is wording from outside." in told


# The drawing


def test_the_drawing_is_for_a_page_that_colours_it() -> None:
    svg = drawing(built(an_interrupted_turn(TURN)), "A turn <7>")
    document = minidom.parseString(svg)
    assert "<style" not in svg
    assert "style=" not in svg
    assert "fill=" not in svg
    classes = {node.getAttribute("class") for node in document.getElementsByTagName("rect")}
    assert {"speech", "overlap", "playing", "soft"} <= classes
    _, top, _, height = map(float, document.documentElement.getAttribute("viewBox").split())
    for name in ("y", "y1", "y2"):
        for node in document.getElementsByTagName("*"):
            if node.hasAttribute(name):
                assert top <= float(node.getAttribute(name)) <= top + height
    assert isinstance(END, TurnEnded)
