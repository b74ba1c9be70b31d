"""Confirmation that injected text cannot answer: content, manner, time, and exactly that call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

import pytest
from cases import every
from desk import BOXES, DONE, Box, Desk, burn, label, shut

from voiced.dispatch import Call, Question
from voiced.dispatch.calls import Choice
from voiced.dispatch.questions import (
    ask_choice,
    ask_yes,
    posting,
    read_choice,
    read_yes,
    sounds_like_yes,
)
from voiced.errors import IntentDenied
from voiced.events import ConfirmationAsked
from voiced.journal import Journal
from voiced.plugin import TEXT, Candidate, Context, Effect, Reply, intent
from voiced.policy import Answer, Manner, Verdict

SPOKEN = Manner(after_reply_s=1.0, length_s=1.5)


@pytest.fixture
def desk(tmp_path):
    DONE.clear()
    journal = Journal.open(tmp_path)
    yield Desk(journal)
    journal.close()


def about(box: str, verdict: Verdict = Verdict.CONFIRM, made: Any = burn) -> Question:
    call = Call(made, {"box": box}, values={"box": Box(box)}, labels={"box": box})
    return ask_yes(call, verdict, "q")


# The questions


def test_the_call_is_read_back_from_what_it_resolved_to() -> None:
    call = Call(
        label,
        {"box": "it", "text": "old"},
        values={"box": BOXES[0], "text": "old"},
        labels={"box": "blue budget", "text": "old"},
    )
    question = ask_yes(call, Verdict.READ_BACK, "q")
    assert question.text == "Label a box: blue budget, old. Shall I?"
    assert (question.id, question.verdict, question.call) == ("q", Verdict.READ_BACK, call)
    assert question.digest == call.digest
    assert ask_yes(replace(call, labels={}), Verdict.READ_BACK, "q").text == "Label a box. Shall I?"
    confirm = ask_yes(call, Verdict.CONFIRM, "q").text
    assert confirm.endswith("Shall I? Say yes, and what I should do.")


def test_what_waits_in_the_outbox_is_read_back() -> None:
    call = Call(burn, {}, labels={"box": "hat box"})
    said = "Burn a box to ashes: hat box, in ten seconds. Say stop to keep it back."
    assert posting(call, 10.0) == said
    assert posting(call, 9.6) == said
    bare = posting(replace(call, labels={}), 3.0)
    assert bare == "Burn a box to ashes, in three seconds. Say stop to keep it back."


# The hash of exactly what would be done


@every(
    "change",
    [
        {"intent": shut},
        {"words": {"box": "hat"}},
        {"values": {"box": BOXES[0]}},
        {"values": {}},
        {"labels": {"box": "hat"}},
        {"labels": {}},
    ],
)
def test_any_change_of_the_call_changes_its_hash(change: dict[str, Any]) -> None:
    call = Call(burn, {"box": "hat box"}, values={"box": BOXES[2]}, labels={"box": "hat box"})
    assert replace(call).digest == call.digest
    assert replace(call, **change).digest != call.digest


def test_the_order_of_slots_is_not_part_of_the_hash() -> None:
    values = {"box": BOXES[0], "text": "old"}
    words = {"box": "it", "text": "old"}
    turned = Call(
        label,
        dict(reversed(words.items())),
        values=dict(reversed(values.items())),
        labels=dict(reversed(words.items())),
    )
    assert Call(label, words, values=values, labels=words).digest == turned.digest


def test_a_call_that_was_changed_since_is_not_made(desk) -> None:
    question = desk.say("burn hat box")
    other = replace(question.call, values={"box": BOXES[0]})
    waiting = desk.dispatcher._settling.remember()
    desk.dispatcher._settling.restore(replace(waiting, question=replace(question, call=other)))
    with pytest.raises(IntentDenied):
        desk.say("yes, burn the hat box")
    with pytest.raises(IntentDenied):
        desk.dispatcher.confirm(replace(question, call=other))
    assert DONE == []


def test_a_value_that_changes_by_itself_voids_the_question(desk) -> None:
    @intent("box.tag", sentences=["tag {text}"], effect=Effect.W2)
    async def tag(context: Context, text: Annotated[str, TEXT]) -> Reply:
        """Tag something."""
        return Reply("")

    tags = ["a"]
    question = ask_yes(Call(tag, {}, values={"text": tags}), Verdict.CONFIRM, "q")
    tags.append("b")
    with pytest.raises(IntentDenied):
        desk.dispatcher.confirm(question)


# Content


@every(
    ("answer", "meaning"),
    [
        ("yes", Answer.OTHER),
        ("Yes.", Answer.OTHER),
        ("Okay.", Answer.OTHER),
        ("thank you", Answer.OTHER),
        ("yes please do it", Answer.OTHER),
        ("yes, burn it", Answer.YES),
        ("yes, the hat box", Answer.YES),
        ("sure, burn the hat box to ashes", Answer.YES),
        ("yes, delete it", Answer.OTHER),
        ("burn it", Answer.OTHER),
        ("no, don't burn it", Answer.NO),
        ("yes, no", Answer.NO),
    ],
)
def test_a_content_bound_yes_names_the_deed_or_the_thing(answer: str, meaning: Answer) -> None:
    assert read_yes(about("hat box"), answer) is meaning


@pytest.mark.parametrize("verdict", [Verdict.READ_BACK, Verdict.CONFIRM])
def test_a_plain_yes_is_enough_where_nothing_is_destroyed(verdict: Verdict) -> None:
    assert (read_yes(about("hat box", verdict), "yes") is Answer.YES) is (
        verdict is Verdict.READ_BACK
    )


@every("name", ["yes", "okay thank you", "it", "Yes.", "sure please"])
@every("answer", ["yes", "okay", "yes please", "okay, thank you", "yes it is"])
def test_a_thing_that_is_called_yes_does_not_make_a_yes_of_one(name: str, answer: str) -> None:
    assert read_yes(about(name), answer) is not Answer.YES


@pytest.mark.parametrize(
    ("answer", "is_one"), [("yes", True), ("okay", True), ("no", False), ("what", False)]
)
def test_what_sounds_like_a_yes(answer: str, is_one: bool) -> None:
    assert sounds_like_yes(answer) is is_one


# Which one?


def which(*names: str) -> Question:
    candidates = tuple(Candidate(Box(name), name) for name in names)
    return ask_choice(Call(shut, {"box": "box"}), Choice("box", candidates), "q")


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["a", "b"], "Which one: a, or b?"),
        (["a", "b", "c"], "Which one: a, b, or c?"),
        (["a", "b", "c", "d"], "Which one: a, b, c, or one of 1 more?"),
        (["a", "b", "c", "d", "e"], "Which one: a, b, c, or one of 2 more?"),
    ],
)
def test_three_are_named(names: Sequence[str], text: str) -> None:
    assert which(*names).text == text


@every(
    ("answer", "chosen"),
    [
        ("the first one", "red hat"),
        ("first file please", "red hat"),
        ("the last", "blue hat"),
        ("number two", "blue hat"),
        ("second to last", "red hat"),
        ("red hat", "red hat"),
        ("the blue hat please", "blue hat"),
        ("number three", None),
        ("the third", None),
        ("number zero", None),
        ("hat", None),
        ("yes", None),
        ("okay", None),
        ("thank you", None),
        ("", None),
        ("elephants", None),
    ],
)
def test_a_choice_is_read_by_place_or_by_name(answer: str, chosen: str | None) -> None:
    picked = read_choice(which("red hat", "blue hat"), answer)
    if chosen is None:
        assert picked is Answer.OTHER
    else:
        assert isinstance(picked, Call)
        assert (picked.values["box"].spoken, picked.labels["box"]) == (chosen, chosen)


@pytest.mark.parametrize("answer", ["no", "never mind", "neither, stop"])
def test_a_choice_can_be_refused(answer: str) -> None:
    assert read_choice(which("no", "never mind"), answer) is Answer.NO


@pytest.mark.parametrize("answer", ["yes", "Yes.", "okay", "sure, thank you"])
def test_a_thing_that_is_called_yes_is_not_chosen_by_a_yes(answer: str) -> None:
    assert read_choice(which("yes", "okay"), answer) is Answer.OTHER


@pytest.mark.parametrize(
    ("answer", "chosen"),
    [
        ("the one from wikipedia", "heat pumps by wikipedia dot org"),
        ("wikipedea", "heat pumps by wikipedia dot org"),  # nearly as it sounds
        ("the gardening one please", "weeds by gardening dot com"),
        ("heat pumps", None),  # two hold these words
        ("heat pumps from wikipedia", "heat pumps by wikipedia dot org"),
        ("gardening from wikipedia", None),  # none holds both
        ("the one", None),
        ("the file", None),
        ("the other", None),
        ("elephants", None),
    ],
)
def test_one_may_be_told_by_the_words_that_it_alone_holds(answer: str, chosen: str | None) -> None:
    offered = (
        *("heat pumps by wikipedia dot org", "heat pumps by the shop dot com"),
        "weeds by gardening dot com",
    )
    picked = read_choice(which(*offered), answer)
    if chosen is None:
        assert picked is Answer.OTHER
    else:
        assert isinstance(picked, Call)
        assert picked.labels["box"] == chosen


def test_a_question_that_offers_nothing_is_not_answered_by_a_choice() -> None:
    assert read_choice(about("hat box"), "the first one") is Answer.OTHER


def test_one_candidate_alone_is_chosen_by_its_name_only() -> None:
    only = which("red hat", "blue hat")
    assert only.choice is not None
    single = replace(only, choice=Choice("box", only.choice.candidates[:1]))
    assert isinstance(read_choice(single, "red hat"), Call)
    assert read_choice(single, "elephants") is Answer.OTHER


# Manner


@pytest.mark.parametrize(
    ("manner", "is_heard"),
    [
        (SPOKEN, True),
        (Manner(0.29, 1.5), False),
        (Manner(-2.0, 1.5), False),
        (Manner(0.3, 0.3), True),
        (Manner(0.3, 0.29), False),
        (Manner(0.3, 4.0), True),
        (Manner(0.3, 4.1), False),
    ],
)
def test_a_yes_that_may_be_an_echo_is_asked_again(desk, manner, is_heard) -> None:
    question = desk.say("burn hat box")
    answered = desk.say("yes, burn the hat box", manner=manner)
    if is_heard:
        assert answered is question.call
    else:
        assert (answered.id, answered.failures, answered.verdict) == (
            question.id,
            1,
            Verdict.CONFIRM,
        )
        assert desk.say("yes, burn the hat box", manner=SPOKEN) is question.call


def test_a_plain_yes_must_be_heard_well_too(desk) -> None:
    question = desk.ask()
    again = desk.say("yes", manner=Manner(0.1, 0.5))
    assert (again.id, again.verdict) == (question.id, Verdict.READ_BACK)
    assert desk.say("yes", manner=SPOKEN) is question.call


def test_a_no_counts_however_it_is_said(desk) -> None:
    desk.say("burn hat box")
    assert desk.say("no", manner=Manner(-1.0, 0.1)) is Answer.NO


def test_after_two_failures_only_the_screen_will_do(desk) -> None:
    question = desk.say("burn hat box")
    assert desk.say("yes").verdict is Verdict.CONFIRM
    last = desk.say("yes, burn the hat box", manner=Manner(0.0, 1.0))
    assert (last.verdict, last.failures) == (Verdict.SCREEN, 2)
    assert desk.say("yes, burn the hat box") is not question.call
    assert desk.dispatcher.confirm(last) is question.call
    assert len(desk.of(ConfirmationAsked)) == 3


def test_a_bare_yes_and_a_wrong_answer_are_counted_apart(desk) -> None:
    question = desk.say("burn hat box")
    assert desk.say("hm what").is_repeated
    again = desk.say("yes")
    assert (again.failures, again.is_repeated) == (1, True)
    assert desk.say("yes, burn it") is question.call


# Time


@pytest.mark.parametrize(("after_s", "is_answered"), [(8.0, True), (8.01, False)])
def test_after_eight_seconds_it_is_a_no(desk, after_s, is_answered) -> None:
    question = desk.say("burn hat box")
    desk.now_s += after_s
    answered = desk.say("yes, burn the hat box", manner=SPOKEN)
    assert (answered is question.call) is is_answered


def test_a_question_that_is_asked_again_has_its_time_again(desk) -> None:
    question = desk.say("burn hat box")
    desk.now_s += 7.0
    desk.say("yes")
    desk.now_s += 7.0
    assert desk.say("yes, burn it") is question.call


def test_a_question_is_answered_once(desk) -> None:
    question = desk.say("burn hat box")
    assert desk.say("yes, burn it") is question.call
    assert desk.say("yes, burn it") is not question.call


def test_one_question_is_pending_at_a_time(desk) -> None:
    first = desk.say("burn hat box")
    second = desk.say("burn red budget")
    assert first.id != second.id
    assert desk.say("yes, burn it") is second.call


def test_a_choice_keeps_what_was_asked_first(desk) -> None:
    desk.taint()
    question = desk.say("shut budget")
    assert question.choice is not None
    picked = desk.say("the first one")
    assert picked.values == {"box": BOXES[0]}
    assert picked.trust.name == "USER_SAID"


def test_candidates_of_a_choice_are_those_that_are_close() -> None:
    close = Candidate(BOXES[0], "blue budget", 1.0), Candidate(BOXES[1], "red budget", 0.95)
    question = ask_choice(Call(shut, {}), Choice("box", close), "q")
    assert question.text == "Which one: blue budget, or red budget?"
    assert question.verdict is None
    assert (question.failures, question.is_repeated, question.digest) == (0, False, "")
