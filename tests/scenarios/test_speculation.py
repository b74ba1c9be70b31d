"""An answer is prepared in the first short silence, and let out only when the end is sure."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scenes import DONE, INTENTS, heard, of, outcomes, said

from voiced.errors import ReplyError
from voiced.events import (
    ConfirmationAsked,
    IntentMatched,
    IntentReturned,
    PlaybackStarted,
    ReplySentence,
    SpeechStarted,
    SpeechStopped,
    StageFailed,
    TranscriptPartial,
    TurnEnded,
)
from voiced.stages import ToolCall
from voiced.testing.fakes import FakeResponder, FakeSynthesizer, FakeTranscriber, Says
from voiced.testing.script import RULES, Script
from voiced_intents import talk

SONG = [Says(1.0, "sing a song")]
HESITATING = [Says(1.0, "sing a song"), Says(2.5, "about bread", 0.5)]
ENDPOINT_MS = RULES.end_silence / 16


def test_a_prepared_answer_is_heard_at_the_endpoint(scene):
    model = FakeResponder({"sing a song": [[0.3, "La la la."]]})
    (ended,) = of(scene(Script(SONG, responder=model)), TurnEnded)
    assert ended.timing_ms.endpoint == ENDPOINT_MS
    assert ended.timing_ms.first_audio == ENDPOINT_MS
    assert ended.timing_ms.first_token == RULES.pause / 16 + 50 + 300
    assert len(model.histories) == 1


def test_without_speculation_nothing_is_thought_before_the_endpoint(scene):
    model = FakeResponder({"sing a song": [[0.3, "La la la."]]})
    rules = replace(RULES, speculates=False)
    (ended,) = of(scene(Script(SONG, responder=model, rules=rules)), TurnEnded)
    assert ended.timing_ms.endpoint == ENDPOINT_MS
    assert ended.timing_ms.transcript == RULES.pause / 16 + 50
    assert ended.timing_ms.first_audio == ENDPOINT_MS + 300 + 50


def test_without_speculation_nothing_is_thought_of_what_goes_on(scene):
    model = FakeResponder({"sing a song about bread": [["All about bread."]]})
    rules = replace(RULES, speculates=False)
    events = scene(Script(HESITATING, responder=model, rules=rules))
    assert heard(events) == ["All about bread."]
    assert len(model.histories) == 1


def test_an_answer_that_is_not_ready_comes_as_soon_as_it_is(scene):
    user = [Says(1.0, "what time is it")]
    transcriber = FakeTranscriber(user, delay_s=0.4)
    (ended,) = of(scene(Script(user, intents=INTENTS, transcriber=transcriber)), TurnEnded)
    assert ended.timing_ms.first_audio == RULES.pause / 16 + 400 + 50


@pytest.mark.parametrize("first_token_s", [0.0, 0.1, 30.0])
def test_what_was_prepared_is_thrown_away_when_the_user_goes_on(scene, first_token_s):
    answers = {
        "sing a song": [[first_token_s, "La la la, this is it. ", 5.0, "More."]],
        "sing a song about bread": [["All about bread."]],
        "again please": [["I did."]],
    }
    model = FakeResponder(answers)
    user = [*HESITATING, Says(9.0, "again please")]
    events = scene(Script(user, responder=model))
    assert model.closed == 1
    assert said(events) == ["sing a song about bread", "again please"]
    assert heard(events) == ["All about bread.", "I did."]
    history = [message.content for message in model.histories[-1]][1:]
    assert history == ["sing a song about bread", "All about bread.", "again please"]
    sentences = [event.text for event in of(events, ReplySentence)]
    assert sentences == ["All about bread.", "I did."]
    assert len(of(events, SpeechStarted)) == len(of(events, SpeechStopped)) == 2
    assert len(of(events, PlaybackStarted)) == 2


def test_partials_are_told_once_however_often_the_user_pauses(scene):
    model = FakeResponder({})
    events = scene(Script(HESITATING, responder=model))
    assert [event.text for event in of(events, TranscriptPartial)] == [
        "sing",
        "sing a",
        "sing a song",
        "sing a song about",
        "sing a song about bread",
    ]


def test_a_failure_in_a_pause_is_no_failure_if_the_user_goes_on(scene):
    model = FakeResponder({"sing a song": [[ReplyError("gone")]]})
    events = scene(Script(HESITATING, responder=model))
    assert not of(events, StageFailed)
    assert outcomes(events) == ["completed"]


def test_what_only_reads_may_run_in_a_pause_but_is_told_once(scene):
    user = [Says(1.0, "what time is it"), Says(2.15, "what time is it", 0.5)]
    rules = replace(RULES, early_end=RULES.end_silence, complete_end=RULES.end_silence)
    events = scene(Script(user, intents=INTENTS, rules=rules))
    assert DONE == ["time"]  # in the pause; what was said in all is no request
    assert not of(events, IntentMatched)
    assert not of(events, IntentReturned)


def test_an_effect_waits_for_the_sure_end(scene):
    events = scene(Script([Says(1.0, "note milk")], intents=INTENTS))
    (returned,) = of(events, IntentReturned)
    assert returned.at == round(2.0 * 16000) + RULES.end_silence
    assert DONE == ["note milk"]


def test_an_effect_is_not_begun_in_a_pause(scene):
    user = [Says(1.0, "note milk"), Says(2.6, "and bread", 0.5)]
    events = scene(Script(user, intents=INTENTS))
    assert DONE == ["note milk and bread"]
    assert len(of(events, IntentMatched)) == len(of(events, IntentReturned)) == 1


def test_a_tool_of_the_model_is_not_used_in_a_pause(scene):
    call = ToolCall("1", "notes.add", {"text": "milk"})
    model = FakeResponder(
        {
            "remember the milk": [[call], ["I did."]],
            "remember the milk and bread": [["You did not want that."]],
        }
    )
    user = [Says(1.0, "remember the milk"), Says(2.6, "and bread", 0.5)]
    events = scene(Script(user, intents=INTENTS, responder=model))
    assert DONE == []
    assert not of(events, IntentMatched)
    assert heard(events) == ["You did not want that."]
    alone = FakeResponder({"remember the milk": [[call], ["I did."]]})
    events = scene(Script([Says(1.0, "remember the milk")], intents=INTENTS, responder=alone))
    assert DONE == ["note milk"]
    assert of(events, IntentReturned)[0].at >= of(events, SpeechStopped)[0].at + RULES.end_silence


QUESTION = Says(1.0, "burn the letters")


def test_a_confirmation_is_not_carried_out_before_the_end_is_sure(scene):
    user = [QUESTION, Says(8.0, "yes burn the letters"), Says(9.15, "tomorrow", 0.5)]
    rules = replace(RULES, early_end=RULES.end_silence, complete_end=RULES.end_silence)
    events = scene(Script(user, intents=INTENTS, rules=rules))
    assert DONE == []
    assert not of(events, IntentReturned)


@pytest.mark.parametrize(
    ("first", "then", "done", "questions"),
    [
        ("yes", "burn the letters", ["burn"], 1),
        ("hm", "yes burn the letters", ["burn"], 1),
        ("sing a song", "yes burn the letters", [], 2),
        ("no", "yes burn the letters", [], 1),
    ],
)
def test_a_pending_question_is_answered_by_the_whole_answer(scene, first, then, done, questions):
    user = [QUESTION, Says(8.0, first, 0.4), Says(8.55, then)]
    rules = replace(RULES, early_end=RULES.end_silence, complete_end=RULES.end_silence)
    events = scene(Script(user, intents=INTENTS, rules=rules))
    assert said(events)[1] == f"{first} {then}"
    assert done == DONE
    assert len(of(events, ConfirmationAsked)) == questions


def test_what_was_said_last_is_not_what_was_thrown_away(scene):
    model = FakeResponder({"tell me a joke": [["A horse walks in."]], "please": [["That."]]})
    user = [Says(1.0, "tell me a joke"), Says(6.0, "please", 0.6), Says(7.0, "say that again")]
    events = scene(Script(user, intents=[talk.repeat], responder=model))
    assert said(events)[-1] == "please say that again"
    assert len(model.histories) == 2
    assert heard(events) == ["A horse walks in."] * 2


def test_a_synthesizer_may_be_slow_without_being_heard(scene):
    model = FakeResponder({"sing a song": [["La la la."]]})
    synthesizer = FakeSynthesizer(delay_s=0.5)
    (ended,) = of(scene(Script(SONG, responder=model, synthesizer=synthesizer)), TurnEnded)
    assert ended.timing_ms.first_audio == ENDPOINT_MS
