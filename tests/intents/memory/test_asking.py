"""What was said and done before, asked for by topic, by time, and for when it was last."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import anyio
import pytest
from cases import every

from voiced.plugin import DateSpan, Remembered, Reply
from voiced.testing.context import FakeContext
from voiced_intents import memory
from voiced_intents.memory.keeping import HOW_TO_KEEP
from voiced_intents.memory.words import telling_words

NOW = datetime(2026, 3, 3, 19, 30, tzinfo=UTC)
YESTERDAY = DateSpan(
    NOW.replace(hour=0, minute=0) - timedelta(days=1), NOW.replace(hour=0, minute=0)
)
TODAY = DateSpan(YESTERDAY.end, YESTERDAY.end + timedelta(days=1))


def user(hours_ago: float, text: str) -> Remembered:
    return Remembered(NOW - timedelta(hours=hours_ago), "user", text)


def change(hours_ago: float, text: str, name: str = "files.rename", **more) -> Remembered:
    return Remembered(NOW - timedelta(hours=hours_ago), "change", text, name, **more)


RECORDS = [
    user(0.1, "what did I say about the boat"),
    change(1, "renamed a to b"),
    user(2, "find the budget"),
    change(3, "set a timer", "timers.start"),
    change(3.5, "set another timer", "timers.start"),
    change(4, "moved c", "files.move", is_undone=True),
    user(24, "the boat needs paint"),
    Remembered(NOW - timedelta(hours=24), "assistant", "Boats need paint each year."),
    user(72, "is the boat insured?"),
]


def context(records=RECORDS, *, keeps: bool = True, **more) -> FakeContext:
    made = FakeContext(now=NOW, **more)
    made.assistant.memory = list(records)
    made.assistant.keeps_speech = keeps
    return made


def told(intent, where: FakeContext | None = None, **slots) -> str:
    reply: Reply = anyio.run(lambda: intent(where or context(), **slots))
    return reply.text


def test_what_was_said_about_something_yesterday() -> None:
    found = told(memory.said, topic="the boat", when=YESTERDAY)
    assert found == "Yesterday at half past seven you said: the boat needs paint."


def test_earlier_questions_of_this_kind_answer_nothing_and_the_newest_is_first() -> None:
    found = told(memory.said, topic="the boats")
    assert found.startswith("Yesterday at half past seven you said: the boat needs paint.")
    assert "On Saturday at half past seven you said: is the boat insured?" in found
    assert "what did I say" not in found


def test_three_are_told_and_how_many_more() -> None:
    many = [user(hours, f"boat number {hours}") for hours in range(1, 7)]
    found = told(memory.said, context(many), topic="boat")
    assert found.count("you said") == 3
    assert found.endswith("And three times more.")


def test_what_was_answered() -> None:
    assert "I said: Boats need paint each year." in told(memory.told, topic="paint")


def test_who_does_not_keep_what_is_said_is_told_how_and_hears_what_was_done() -> None:
    done = [change(1, "renamed boat to ship")]
    found = told(memory.said, context(done, keeps=False), topic="the boat")
    assert found.startswith(HOW_TO_KEEP)
    assert found.endswith("Today at half past six I renamed boat to ship.")
    assert told(memory.last_time, context([], keeps=False), topic="boat") == HOW_TO_KEEP


def test_nothing_is_made_up() -> None:
    assert told(memory.said, topic="cats") == "I don't remember that you said something about cats."
    assert told(memory.told, when=TODAY) == "I don't remember that I said anything then."
    assert told(memory.what_was_done, topic="cats") == "I did nothing with cats that I remember."
    assert "ever spoke of cats" in told(memory.last_time, topic="cats")


def test_what_was_done() -> None:
    found = told(memory.what_was_done, when=TODAY)
    assert found.startswith("Today at half past six I renamed a to b. Today at half past four")
    assert found.endswith("And one time more.")
    assert "which was undone" in told(memory.what_was_done, topic="moved")


def test_when_it_was_last() -> None:
    found = told(memory.last_time, topic="the boat")
    assert found == "Yesterday at half past seven you said: the boat needs paint."


def test_a_day_is_summed_up_by_counts_and_one_change_of_each_kind_first() -> None:
    found = told(memory.sum_up)
    assert found.startswith(
        "Today you asked two things, I made three changes and took back one change."
    )
    assert found.endswith("I renamed a to b, set a timer and set another timer.")
    assert told(memory.what_happened, when=YESTERDAY) == "Yesterday you asked one thing."


def test_a_model_sums_up_apart_and_is_named() -> None:
    where = context(answers=[{"summary": "You found the budget. http://evil.example"}])
    found = told(memory.sum_up, where)
    assert "The journal says: You found the budget." in found
    assert "evil" not in found
    [(text, _)] = where.asked
    assert text.splitlines()[0].endswith("it: moved c")
    assert memory.sum_up.returns.name == "EXTERNAL"


def test_an_empty_day() -> None:
    assert told(memory.sum_up, context([])) == "I did nothing today that I remember."
    assert HOW_TO_KEEP in told(memory.sum_up, context([], keeps=False))
    week = DateSpan(YESTERDAY.start - timedelta(days=7), YESTERDAY.end)
    assert "in that time" in told(memory.what_happened, context([]), when=week)


@pytest.mark.parametrize("keeps", [True, False])
def test_whether_it_is_kept_is_told(keeps) -> None:
    said = told(memory.transcripts, context(keeps=keeps))
    assert (said == HOW_TO_KEEP) is not keeps


@every(
    ("topic", "words"),
    [("the boat", "boat"), ("my boats", "boat"), ("the", "the"), ("gas", "gas")],
)
def test_the_words_that_tell(topic: str, words: str) -> None:
    assert telling_words(topic, loosely=True) == words
    assert telling_words("my boats") == "boats"
