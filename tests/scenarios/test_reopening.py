"""The user goes on right after the end was decided: the same turn, unless something was done."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scenes import DONE, INTENTS, Wordless, at_s, heard, of, outcomes, said

from voiced.events import (
    BargeIn,
    IntentReturned,
    PlaybackStarted,
    SpeechStarted,
    SpeechStopped,
    TurnEnded,
    TurnReopened,
    TurnStarted,
)
from voiced.loop.session import Habits
from voiced.stages import ToolCall
from voiced.testing.fakes import FakeResponder, FakeTranscriber, Says
from voiced.testing.script import RULES, Script
from voiced.turns import PauseMemory
from voiced_intents import talk

ANSWERS = {
    "what time is it and how late in new york": [["It is late there."]],
    "next": [["What is next?"]],
}


def corrected(after_s: float, text: str = "and how late in new york", **more) -> Script:
    """A command that ends 200 ms after 2.0 s, and more words so long after its end."""
    user = [Says(1.0, "what time is it"), Says(2.2 + after_s, text, 0.5)]
    responder = FakeResponder(ANSWERS)
    return Script(user, intents=INTENTS, responder=responder, **more)


def slowly(script: Script) -> Script:
    """The same, but its transcripts take half a second: nothing is heard of the answer for long."""
    transcriber = FakeTranscriber(script.user, delay_s=0.6)
    return Script(script.user, 12.0, script.intents, responder=script.responder,
                  transcriber=transcriber)  # fmt: skip


@pytest.mark.parametrize("after_s", [0.04, 0.2, 0.5, 0.68])
def test_a_correction_belongs_to_the_same_turn(scene, after_s):
    events = scene(corrected(after_s))
    (reopened,) = of(events, TurnReopened)
    assert reopened.turn == 1
    assert said(events)[-1] == "what time is it and how late in new york"
    assert heard(events) == ["It is late there."]
    assert outcomes(events) == ["completed"]
    assert not of(events, BargeIn)
    assert len(of(events, TurnStarted)) == 1
    assert len(of(events, SpeechStarted)) == len(of(events, SpeechStopped)) == 2


def test_while_nothing_is_heard_of_the_answer_it_reopens_before_any_word_is_read(scene):
    script = corrected(0.2)
    events = scene(slowly(script))
    (reopened,) = of(events, TurnReopened)
    assert at_s(reopened) == pytest.approx(2.5)
    assert said(events) == ["what time is it and how late in new york"]
    assert len(of(events, PlaybackStarted)) == 1


def test_while_the_answer_is_heard_it_reopens_with_the_first_word(scene):
    events = scene(corrected(0.2))
    (reopened,) = of(events, TurnReopened)
    assert at_s(reopened) == pytest.approx(2.52)
    assert [type(event) for event in events[-20:]].count(TurnEnded) == 1
    assert len(of(events, PlaybackStarted)) == 2


def test_what_was_said_to_the_first_half_is_not_in_the_history(scene):
    script = corrected(0.2)
    more = [*script.user, Says(8.0, "next")]
    scene(Script(more, intents=INTENTS, responder=script.responder))
    history = [message.content for message in script.responder.histories[-1]][1:]
    assert history == ["what time is it and how late in new york", "It is late there.", "next"]


def test_speech_after_the_window_is_an_interruption(scene):
    events = scene(corrected(0.9))
    assert not of(events, TurnReopened)
    assert [event.reason for event in of(events, BargeIn)] == ["words"]
    assert said(events) == ["what time is it", "and how late in new york"]
    assert outcomes(events) == ["interrupted", "completed"]


def test_a_stop_right_after_the_end_is_an_interruption(scene):
    user = [Says(1.0, "what time is it"), Says(2.4, "stop", 0.4)]
    events = scene(Script(user, intents=[*INTENTS, talk.stop]))
    assert not of(events, TurnReopened)
    assert [event.reason for event in of(events, BargeIn)] == ["stop word"]
    assert said(events) == ["what time is it", "stop"]


def test_a_backchannel_right_after_the_end_does_not_reopen_what_is_heard(scene):
    events = scene(corrected(0.2, "mhm"))
    assert not of(events, TurnReopened)
    assert not of(events, BargeIn)
    assert outcomes(events) == ["completed"]


def test_an_effect_is_never_taken_back_by_reopening(scene):
    user = [Says(1.0, "make a box"), Says(2.5, "what time is it")]
    events = scene(Script(user, intents=INTENTS))
    assert not of(events, TurnReopened)
    assert said(events) == ["make a box", "what time is it"]
    assert DONE == ["box", "time"]
    assert len([e for e in of(events, IntentReturned) if e.intent == "box.make"]) == 1


def test_a_turn_may_be_reopened_again(scene):
    user = [
        Says(1.0, "what time is it"),
        Says(2.4, "and how", 0.4),
        Says(3.2, "late in new york", 0.4),
    ]
    script = Script(user, intents=INTENTS, responder=FakeResponder(ANSWERS))
    events = scene(script)
    assert said(events)[-1] == "what time is it and how late in new york"
    assert outcomes(events) == ["completed"]
    assert of(events, TurnEnded)[0].turn == 1


def test_a_turn_that_was_reopened_is_cut_when_it_is_too_long(scene):
    user = [Says(1.0 + 1.3 * number, "what time is it") for number in range(10)]
    rules = replace(RULES, max_utterance=6 * 16000)
    events = scene(Script(user, intents=INTENTS, rules=rules, responder=FakeResponder({})))
    first = min(at_s(event) for event in of(events, SpeechStarted))
    (cut, *_) = [event for event in of(events, SpeechStopped) if event.reason == "limit"]
    assert at_s(cut) - first == pytest.approx(6.0, abs=0.02)
    assert max(len(text.split()) for text in said(events)) <= 6 * 4  # of ten, and a pre-roll


def test_without_a_window_nothing_is_reopened(scene):
    events = scene(corrected(0.2, rules=replace(RULES, reopen=0)))
    assert not of(events, TurnReopened)
    assert len(of(events, TurnStarted)) == 2


def test_the_silence_before_the_correction_is_learned(scene):
    memory = PauseMemory()
    scene(corrected(0.2, habits=Habits(pauses=memory)))
    assert memory.pauses == (round(0.4 * 16000),)


@pytest.mark.parametrize(
    ("acts_at_s", "kind", "done"), [(3.865, BargeIn, ["note milk"]), (3.9, TurnReopened, [])]
)
def test_what_is_done_in_the_last_moment_cannot_be_reopened(scene, acts_at_s, kind, done):
    call = ToolCall("1", "notes.add", {"text": "milk"})
    answers = {"remember the milk": [["Let me see. Now ", acts_at_s - 2.17, call], ["I did."]]}
    user = [Says(1.0, "remember the milk"), Says(3.3, "and some bread", 0.4)]
    events = scene(
        Script(
            user,
            intents=INTENTS,
            responder=FakeResponder(answers),
            transcriber=Wordless(user),
        )
    )
    assert len(of(events, kind)) == 1
    assert len(of(events, TurnReopened)) + len(of(events, BargeIn)) == 1
    assert done == DONE
