from __future__ import annotations

import pytest
from cases import every

from voiced.engines.second_opinion import Segment, confidence

WORDS = [
    Segment("<sil>", 0, 10, -50),
    Segment("lock", 10, 50, -400),
    Segment("door", 50, 90, -400),
]
PHONES = [Segment("SIL", 0, 10, -40), Segment("L", 10, 50, -400), Segment("D", 50, 90, -400)]


def test_words_that_fit_like_phones_were_spoken() -> None:
    assert confidence(WORDS, PHONES) > 0.99


@every("worse", [10, 20, 30, 40, 60])
def test_the_worse_they_fit_the_less_sure_it_is(worse: int) -> None:
    def fitting(loss: int) -> float:
        words = [Segment(w.label, w.start, w.end, w.score - 40 * loss) for w in WORDS]
        return confidence(words, PHONES)

    assert fitting(worse) < fitting(worse - 10)


def test_a_few_words_in_much_speech_were_not_spoken() -> None:
    long = [*PHONES, Segment("AA", 90, 300, -2000)]
    assert confidence(WORDS, long) == 0.0


def test_a_word_of_two_seconds_was_not_spoken() -> None:
    drawn = [Segment("stop", 0, 200, -1000)]
    assert confidence(drawn, [Segment("S", 0, 200, -1000)]) == 0.0


@pytest.mark.parametrize(("letter", "is_credible"), [("q", False), ("u(2)", False), ("a", True)])
def test_a_letter_of_60_ms_was_not_spelled(letter: str, is_credible: bool) -> None:
    words = [*WORDS[:2], Segment(letter, 50, 56, -60), Segment("door", 56, 90, -340)]
    assert (confidence(words, PHONES) > 0.5) == is_credible


@pytest.mark.parametrize(
    "words", [[], [Segment("<sil>", 0, 90, -1)], [Segment("[NOISE]", 0, 9, -1)]]
)
def test_no_words_no_confidence(words: list[Segment]) -> None:
    assert confidence(words, PHONES) == 0.0


def test_no_phones_no_confidence() -> None:
    assert confidence(WORDS, []) == 0.0


def test_steps_of_the_grammar_without_a_word_are_no_evidence() -> None:
    ill_fitting = [Segment(w.label, w.start, w.end, w.score - 40 * 45) for w in WORDS]
    step = Segment("(NULL)", 49, 50, 0.0)
    assert step.is_filler
    assert confidence([*ill_fitting, step, step, step], PHONES) == confidence(ill_fitting, PHONES)


def fitting_worse(loss: int, words: list[Segment] = WORDS) -> list[Segment]:
    return [Segment(word.label, word.start, word.end, word.score - 40 * loss) for word in words]


def test_what_won_against_loose_words_is_believed_more_readily() -> None:
    words = fitting_worse(36)
    assert confidence(words, PHONES) < 0.5 < confidence(words, PHONES, is_rivalled=True)
    few = [*PHONES, Segment("AA", 90, 115, -250)]
    assert confidence(words, few, is_rivalled=True) == 0.0


@every("label", ["~door", "~door(2)"])
def test_a_reading_with_loose_words_is_believed_less(label: str) -> None:
    words = fitting_worse(32, [*WORDS[:2], Segment(label, 50, 90, -400)])
    assert words[-1].is_loose
    assert confidence(words, PHONES, is_rivalled=True) < 0.5 < confidence(words, PHONES)
