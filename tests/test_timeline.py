"""Events to a timeline; a timeline to lanes, reasons, a picture and a comparison."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Sequence
from typing import Any, get_args
from xml.dom import minidom

import pytest
from cases import every
from hypothesis import given
from hypothesis import strategies as st
from turn_events import SECRETS, a_turn, an_interrupted_turn, at

from voiced.events import (
    AudioDropped,
    BargeIn,
    ConfirmationAsked,
    DeviceFound,
    DeviceLost,
    Ducked,
    EndReason,
    Event,
    IntentMatched,
    IntentReturned,
    ModelReplied,
    OverlapIgnored,
    OverlapReason,
    PlaybackResumed,
    PlaybackStarted,
    ReplySentence,
    RequestMissed,
    SpeechStarted,
    SpeechStopped,
    StageFailed,
    Timing,
    TranscriptFinal,
    TranscriptPartial,
    TurnEnded,
    TurnId,
    TurnReopened,
    TurnStarted,
)
from voiced.timeline import Step, Timeline, TimelineBuilder
from voiced.timeline.builder import PLAIN, WORDS
from voiced.timeline.comparison import compare
from voiced.timeline.lanes import Lane, lanes
from voiced.timeline.picture import picture
from voiced.timeline.reasons import ENDINGS, OVERLAPS, reasons
from voiced.timeline.scale import duration, scale_of

TURN = TurnId(7)


def built(events: Iterable[Event], *, words: bool = False) -> list[Timeline]:
    builder = TimelineBuilder(words=words)
    return [timeline for event in events if (timeline := builder.hear(event)) is not None]


def only(events: Iterable[Event], *, words: bool = False) -> Timeline:
    (timeline,) = built(events, words=words)
    return timeline


# From events


def test_the_steps_of_a_turn_are_told_from_the_true_end_of_speech() -> None:
    timeline = only(a_turn(TURN))
    steps = {step.type: timeline.ms(step.at_s) for step in timeline.steps}
    assert (timeline.turn, timeline.outcome) == (7, "completed")
    assert timeline.speech_end_s == 2.0
    assert steps["speech_started"] == -1000
    assert steps["transcript_final"] == 120
    assert steps["playback_started"] == 220
    assert steps["turn_ended"] == 3000
    assert timeline.endpoint_s == 2.2
    assert timeline.timing_ms == Timing(200, 120, 130, 220, 3000)


def test_reasons_and_names_are_kept_and_words_are_not() -> None:
    timeline = only(a_turn(TURN))
    facts = {step.type: step.facts for step in timeline.steps}
    assert facts["speech_stopped"] == {"reason": "complete"}
    assert facts["intent_matched"] == {
        "intent": "files.delete",
        "origin": "spoken",
        "effect": "reversible",
    }
    assert facts["transcript_final"] == {"confidence": 0.9, "letters": 17}
    text = json.dumps(timeline.as_row())
    assert not any(secret in text for secret in SECRETS)


def test_words_are_kept_where_that_is_allowed() -> None:
    text = json.dumps(only(a_turn(TURN), words=True).as_row())
    assert all(secret in text for secret in SECRETS)


def test_every_field_of_every_event_is_known_to_hold_words_or_not() -> None:
    fields = {field.name for kind in get_args(Event) for field in dataclasses.fields(kind)}
    others = {"at", "turn", "timing_ms", "device", "mode", "word", "is_down"}
    assert fields <= PLAIN | WORDS | others
    assert not PLAIN & WORDS


def test_a_row_is_json_and_comes_back() -> None:
    for words in (False, True):
        for timeline in built([*a_turn(TURN), *an_interrupted_turn(TurnId(8))], words=words):
            row = json.loads(json.dumps(timeline.as_row()))
            assert Timeline.of_row(row) == timeline


@every(
    "damage",
    [
        {"outcome": "so so"},
        {"outcome": None},
        {"steps": None},
        {"steps": [{"at_s": "x"}]},
        {"timing_ms": {"unknown": 1}},
        {"letters": {}},
        {"began_s": []},
        {"began_s": float("nan")},
        {"ended_s": 1e300},
        {"turn": "7"},
        {"timing_ms": {"endpoint": "abc"}},
        {"timing_ms": {"endpoint": True}},
        {"steps": [{"at_s": 1, "type": "ducked", "db": "loud"}]},
        {"steps": [{"at_s": 1, "type": "audio_dropped", "samples": None}]},
        {"steps": [{"at_s": 1, "type": "intent_matched", "slots": "x"}]},
    ],
)
def test_a_damaged_row_is_a_value_error(damage) -> None:
    row = only(a_turn(TURN)).as_row()
    with pytest.raises(ValueError, match=r".+"):
        Timeline.of_row({**row, **damage})
    with pytest.raises(ValueError, match="not a timeline"):
        Timeline.of_row({})


def test_who_interrupts_is_told_from_the_first_sample_of_the_speech() -> None:
    first, second = built(an_interrupted_turn(TURN))
    assert [step.at_s for step in first.of("overlap_started")] == [5.0]
    assert [step.facts["reason"] for step in first.of("barge_in")] == ["words"]
    assert (first.reply_letters, first.heard_letters) == (30, 20)
    assert first.heard_share == pytest.approx(20 / 30)
    assert (second.turn, second.began_s, second.speech_end_s) == (8, 5.0, 6.0)
    assert not list(second.of("barge_in"))


def test_the_speech_may_be_told_before_the_barge_in() -> None:
    events = an_interrupted_turn(TURN)
    barge_in = next(i for i, event in enumerate(events) if isinstance(event, BargeIn))
    events[barge_in], events[barge_in + 1] = events[barge_in + 1], events[barge_in]
    first, _ = built(events)
    assert [step.at_s for step in first.of("overlap_started")] == [5.0]


def test_a_turn_that_listens_again_begins_a_round() -> None:
    timeline = only(
        [
            SpeechStarted(at(1.0)),
            TurnStarted(at(1.1), TURN),
            SpeechStopped(at(2.0), "silence"),
            TranscriptFinal(at(2.1), TURN, "delete", 0.9),
            ReplySentence(at(2.2), TURN, "What shall I delete?"),
            TurnReopened(at(2.7), TURN),
            SpeechStarted(at(2.6)),
            SpeechStopped(at(3.0), "complete"),
            TranscriptFinal(at(3.1), TURN, "delete that", 0.9),
            ReplySentence(at(3.2), TURN, "Done."),
            TurnEnded(at(4.0), TURN, "completed", "Done.", Timing(200, 100, 200, None, 1000)),
        ]
    )
    assert [round_[0].type for round_ in timeline.rounds()] == ["speech_started", "turn_reopened"]
    assert timeline.speech_end_s == 3.0
    assert (timeline.reply_letters, timeline.heard_letters) == (5, 5)
    final = timeline.first("transcript_final")
    assert final is not None
    assert final.at_s == 3.1
    assert [bar.is_void for bar in lane(timeline, "you speak").bars] == [True, False]
    assert any("listened again" in reason.text for reason in reasons(timeline))


def test_the_speech_of_a_reopened_turn_may_be_told_first() -> None:
    events = [
        SpeechStarted(at(1.0)),
        TurnStarted(at(1.1), TURN),
        SpeechStopped(at(2.0)),
        SpeechStarted(at(2.6)),
        TurnReopened(at(2.7), TURN),
        SpeechStopped(at(3.0)),
        TurnEnded(at(4.0), TURN, "not_understood", "", Timing()),
    ]
    timeline = only(events)
    assert [step.type for step in timeline.rounds()[1]] == [
        "turn_reopened",
        "speech_started",
        "speech_stopped",
        "turn_ended",
    ]


def test_a_filler_is_no_part_of_the_reply() -> None:
    timeline = only(
        [
            TurnStarted(0, TURN),
            ReplySentence(at(1), TURN, "One moment."),
            ReplySentence(at(2), TURN, "It is late."),
            TurnEnded(at(3), TURN, "completed", "It is late.", Timing()),
        ]
    )
    assert (timeline.reply_letters, timeline.heard_letters) == (11, 11)


def test_a_filler_inside_of_the_reply_is_no_part_of_it_either() -> None:
    timeline = only(
        [
            TurnStarted(0, TURN),
            ReplySentence(at(1), TURN, "Let me look."),
            ReplySentence(at(12), TURN, "I've been at it for 12 seconds."),
            ReplySentence(at(15), TURN, "It is late."),
            TurnEnded(at(16), TURN, "completed", "Let me look. It is late.", Timing()),
        ]
    )
    assert (timeline.reply_letters, timeline.heard_letters) == (24, 24)


def test_a_turn_without_speech_counts_from_its_beginning() -> None:
    timeline = only([TurnStarted(at(5), TURN), TurnEnded(at(6), TURN, "failed", "", Timing())])
    assert timeline.speech_end_s is None
    assert timeline.ms(6.0) == 1000
    assert timeline.endpoint_s is None
    assert timeline.heard_share is None


def test_what_comes_after_the_end_or_before_a_turn_is_left_out() -> None:
    events: list[Event] = [
        SpeechStopped(5),
        StageFailed(6, "microphone", "device_error", "gone", True),
        TurnReopened(7, TurnId(3)),
        BargeIn(8, TurnId(3)),
        TurnEnded(9, TurnId(3), "failed", "", Timing()),
        *a_turn(TURN),
        IntentReturned(at(9), TURN, "files.delete", "completed", "1"),
        OverlapIgnored(at(9), TURN),
    ]
    assert built(events) == built(a_turn(TURN))


def test_failures_belong_to_the_turn_that_began_last() -> None:
    failure = StageFailed(at(5.1), "synthesizer", "synthesis_error", "no voice", False)
    events = an_interrupted_turn(TURN)
    barge_in = next(i for i, event in enumerate(events) if isinstance(event, BargeIn))
    events.insert(barge_in + 2, failure)  # the one that interrupts is told, but not begun
    first, second = built(events)
    assert [step.facts["code"] for step in first.of("stage_failed")] == ["synthesis_error"]
    assert not list(second.of("stage_failed"))


def test_a_turn_that_goes_on_for_ever_stays_small() -> None:
    partials = [TranscriptPartial(at(2 + n / 100), TURN, "and") for n in range(2000)]
    timeline = only([*a_turn(TURN)[:2], *partials, *a_turn(TURN)[2:]])
    assert len(timeline.steps) == 500
    assert timeline.steps[-1].type == "turn_ended"


turns = st.sampled_from([TurnId(1), TurnId(2), TurnId(3)])
events_of_any_kind = st.one_of(
    st.builds(SpeechStarted, st.integers(0, 10**6)),
    st.builds(SpeechStopped, st.integers(0, 10**6), st.sampled_from(get_args(EndReason))),
    st.builds(TurnStarted, st.integers(0, 10**6), turns),
    st.builds(TurnReopened, st.integers(0, 10**6), turns),
    st.builds(TranscriptPartial, st.integers(0, 10**6), turns, st.just("so")),
    st.builds(TranscriptFinal, st.integers(0, 10**6), turns, st.just("so"), st.just(0.5)),
    st.builds(ReplySentence, st.integers(0, 10**6), turns, st.just("Yes.")),
    st.builds(PlaybackStarted, st.integers(0, 10**6), turns),
    st.builds(Ducked, st.integers(0, 10**6), turns, st.just(24.0)),
    st.builds(PlaybackResumed, st.integers(0, 10**6), turns),
    st.builds(
        OverlapIgnored, st.integers(0, 10**6), turns, st.sampled_from(get_args(OverlapReason))
    ),
    st.builds(BargeIn, st.integers(0, 10**6), turns, st.sampled_from(get_args(OverlapReason))),
    st.builds(AudioDropped, st.integers(0, 10**6), st.just(320)),
    st.builds(
        TurnEnded,
        st.integers(0, 10**6),
        turns,
        st.sampled_from(["completed", "interrupted"]),
        st.sampled_from(["", "Yes."]),
        st.builds(Timing, *[st.none() | st.floats(-5000, 5000) for _ in range(5)]),
    ),
)


@given(st.lists(events_of_any_kind, max_size=40))
def test_any_events_in_any_order_make_timelines_that_can_be_drawn(events: list[Event]) -> None:
    for timeline in built(events):
        assert Timeline.of_row(json.loads(json.dumps(timeline.as_row()))) == timeline
        minidom.parseString(picture(timeline, "a turn"))
        assert reasons(timeline)[-1].text
        for drawn in lanes(timeline):
            assert all(bar.end_s >= bar.start_s for bar in drawn.bars)


# Lanes


def lane(timeline: Timeline, name: str) -> Lane:
    return next(each for each in lanes(timeline) if each.name == name)


def test_each_lane_says_how_long_it_took_and_when_it_ended() -> None:
    timeline = only(a_turn(TURN))
    figures = {each.name: (each.took_ms, each.at_ms) for each in lanes(timeline)}
    assert figures == {
        "you speak": (1000, 0),
        "endpoint": (200, 200),
        "transcript": (120, 120),
        "thinking": (10, 130),
        "synthesis": (90, 220),
        "playback": (2780, 3000),
        "ducked": (None, None),
    }
    labels = {each.name: [bar.label for bar in each.bars] for each in lanes(timeline)}
    assert labels["endpoint"] == ["complete"]
    assert labels["thinking"] == ["files.delete"]
    assert labels["synthesis"] == ["held"]
    assert labels["playback"] == ["100% heard"]


def test_the_voice_over_a_reply_has_its_bars() -> None:
    timeline, _ = built(an_interrupted_turn(TURN))
    overlap = lane(timeline, "you speak").bars[-1]
    assert (overlap.kind, overlap.label) == ("overlap", "words")
    assert (overlap.start_s, overlap.end_s) == (5.0, 5.2)
    first, second = lane(timeline, "ducked").bars
    assert (first.label, round(first.end_s - first.start_s, 3)) == ("backchannel", 0.4)
    assert second.label == "words"
    assert lane(timeline, "playback").bars[0].label == "stopped, 67% heard"


def test_failures_are_marks_in_the_lane_of_their_stage() -> None:
    failure = StageFailed(at(2.1), "transcriber", "transcription_error", "no sound", True)
    timeline = only([*a_turn(TURN)[:4], failure, AudioDropped(at(2.1), 640), *a_turn(TURN)[4:]])
    assert [mark.kind for mark in lane(timeline, "transcript").marks] == ["hearing", "failure"]
    assert [mark.kind for mark in lane(timeline, "you speak").marks] == ["failure"]


# The scale


def test_the_wait_for_the_answer_is_drawn_wide() -> None:
    timeline = only(a_turn(TURN))
    scale = scale_of(timeline)
    wait = scale.share(2.22) - scale.share(2.0)
    assert wait > 1.9 * 0.22 / 4.0
    assert (scale.share(-9), scale.share(timeline.began_s)) == (0, 0)
    assert (scale.share(timeline.ended_s), scale.share(99)) == (1, 1)
    labels = [tick.label for tick in scale.ticks(6)]
    assert "0" in labels
    assert labels[0] == "-1.00 s"
    assert labels[-1] == "3.00 s"
    assert len(scale.breaks) == 2


def test_a_short_turn_is_drawn_as_it_is() -> None:
    timeline = only([TurnStarted(at(5), TURN), TurnEnded(at(5.1), TURN, "failed", "", Timing())])
    scale = scale_of(timeline)
    assert scale.breaks == ()
    assert scale.share(5.05) == pytest.approx(0.5)


@every(
    ("ms", "text"),
    [(0, "0 ms"), (-380.2, "-380 ms"), (1250, "1.25 s"), (-2500, "-2.50 s"), (12345, "12.3 s")],
)
def test_a_duration_for_the_eye(ms, text) -> None:
    assert duration(ms) == text


# Reasons


def said(events: Sequence[Event]) -> list[str]:
    return [reason.text for reason in reasons(built(events)[0])]


def test_the_trace_says_why_it_decided_as_it_did() -> None:
    assert said(a_turn(TURN)) == [
        "files.delete was matched, from the user's words (reversible).",
        "The answer was known before the end was sure, and held until then.",
        "The utterance ended early: a command that was complete and could not go on"
        " (200 ms of silence).",
        "The turn ended, completed; 21 of 21 letters of the reply were heard (100%).",
    ]
    assert said(an_interrupted_turn(TURN))[-5:] == [
        "Sound over the reply did not interrupt it: only a backchannel.",
        "The reply was as loud as before again.",
        "The reply got 24 dB quieter: the user might have begun to speak.",
        "The reply was stopped: words that were not the reply's own.",
        "The turn ended, interrupted; 20 of 30 letters of the reply were heard (67%).",
    ]


def test_every_reason_has_its_words() -> None:
    assert set(ENDINGS) == set(get_args(EndReason))
    assert set(OVERLAPS) == set(get_args(OverlapReason))


def test_what_went_wrong_is_told() -> None:
    texts = said(
        [
            SpeechStarted(0),
            TurnStarted(at(1), TURN),
            AudioDropped(at(1), 640),
            DeviceLost(at(1), "microphone"),
            DeviceFound(at(1.5), "microphone"),
            SpeechStopped(at(2), "source"),
            TranscriptFinal(at(2.1), TURN, "", 0.0),
            StageFailed(at(2.2), "responder", "reply_timeout", "nothing came for 20 s", True),
            TurnEnded(at(3), TURN, "not_understood", "", Timing(endpoint=0.0)),
        ]
    )
    assert texts == [
        "Sound of the microphone was lost: 40 ms.",
        "The microphone was lost.",
        "The microphone worked again.",
        "The utterance ended with the source: no more sound came.",
        "No words were recognised, so there was nothing to answer.",
        "The responder failed (reply_timeout): nothing came for 20 s.",
        "The turn ended, not understood; there was no reply.",
    ]


def waited(reason: EndReason, timing: Timing, partial_s: float = 0.5) -> str:
    events = [
        SpeechStarted(0),
        TurnStarted(at(0.1), TURN),
        TranscriptPartial(at(partial_s), TURN, "what"),
        SpeechStopped(at(1), reason),
        TranscriptFinal(at(1 + (timing.transcript or 0) / 1000), TURN, "what time is it", 0.9),
        TurnEnded(at(3), TURN, "completed", "", timing),
    ]
    return next(text for text in said(events) if text.startswith("The utterance ended"))


def test_who_waited_for_the_transcript_is_told_so() -> None:
    late = waited("complete", Timing(1741.0, 1741.0))
    assert late == (
        "The utterance ended only when its transcript came, after 1741 ms of silence:"
        " a command that was complete and could not go on."
    )
    assert waited("silence", Timing(840.0, 840.0)).endswith("came, after 840 ms of silence.")
    partial = waited("complete", Timing(300.0, 900.0), partial_s=1.3)
    assert "only when its transcript came, after 300 ms" in partial
    assert "early" in waited("complete", Timing(200.0, 120.0))
    assert "cut off" in waited("limit", Timing(840.0, 840.0))


def test_a_question_and_a_failure_of_an_intent_are_told() -> None:
    asked = [
        TurnStarted(0, TURN),
        TranscriptFinal(10, TURN, "burn it", 0.9),
        IntentMatched(at(1), TURN, "a.b", (), "model", "destructive"),
        ConfirmationAsked(at(1), TURN, "id", "Burn it?"),
        TurnEnded(at(2), TURN, "completed", "", Timing()),
    ]
    assert "a.b was matched, from the language model (destructive)." in said(asked)
    assert "It asked first: nothing was done yet." in said(asked)
    answered = [
        TurnStarted(0, TURN),
        TranscriptFinal(10, TURN, "yes", 0.9),
        IntentReturned(at(1), TURN, "a.b", "failed", None),
        TurnEnded(at(2), TURN, "failed", "", Timing()),
    ]
    assert said(answered)[0] == "a.b failed."
    assert said([*answered[:2], answered[3]])[0] == "No intent was matched."


# The picture


def test_the_picture_is_whole_svg_and_holds_what_the_lanes_hold() -> None:
    timeline, _ = built(an_interrupted_turn(TURN))
    document = minidom.parseString(picture(timeline, "Turn <7> & more\x1b", "then"))
    (svg,) = document.getElementsByTagName("svg")
    texts = [_text(node) for node in document.getElementsByTagName("text")]
    assert {"Turn <7> & more\\x1b", "then", "you speak", "ducked", "backchannel"} <= set(texts)
    assert all(reason.text in texts for reason in reasons(timeline))
    height = float(svg.getAttribute("height"))
    places = [float(node.getAttribute("y")) for node in document.getElementsByTagName("text")]
    assert max(places) < height
    assert all(float(node.getAttribute("width")) > 0 for node in svg.getElementsByTagName("rect"))


def _text(node: Any) -> str:
    return "".join(child.data for child in node.childNodes)


def test_a_turn_of_years_has_few_ticks() -> None:
    timeline = dataclasses.replace(only(a_turn(TURN)), ended_s=1e9, timing_ms=Timing())
    assert len(scale_of(timeline).ticks(8)) <= 11


# Side by side


def test_two_timelines_are_compared_figure_by_figure() -> None:
    before = only(a_turn(TURN))
    after = dataclasses.replace(
        before,
        timing_ms=dataclasses.replace(before.timing_ms, endpoint=400.0, first_token=None),
        steps=(*before.steps, Step(2.5, "barge_in", {"reason": "speech"})),
    )
    rows = {row.name: (row.before, row.after, row.difference) for row in compare(before, after)}
    assert rows["end of speech known"] == ("200 ms", "400 ms", "+200 ms")
    assert rows["first sentence"] == ("130 ms", "", "changed")
    assert rows["stopped by"] == ("", "speech", "changed")
    assert rows["intent"] == ("files.delete", "files.delete", "")
    assert rows["heard"] == ("100%", "100%", "")


def test_a_turn_that_is_none_any_more_has_no_figures() -> None:
    assert {row.after for row in compare(only(a_turn(TURN)), None)} == {""}


def test_what_the_model_read_and_knew_is_told() -> None:
    *events, ended = a_turn(TURN)
    counted = [
        ModelReplied(at(3.9), TURN, 100, 75, 5),
        ModelReplied(at(3.9), TURN, 100, None, 5),
        RequestMissed(at(3.9), TURN, SECRETS[0], "files.move"),
        RequestMissed(at(3.9), TURN, SECRETS[0], ""),
    ]
    timeline = only([*events, *counted, ended])
    told = [reason.text for reason in reasons(timeline)]
    assert (
        "The language model's server read 100 tokens, 75 known already (75%), and wrote 5." in told
    )
    assert "The language model's server read 100 tokens, and wrote 5." in told
    assert "No template fits; the language model took it for files.move." in told
    assert SECRETS[0] not in json.dumps(timeline.as_row())
