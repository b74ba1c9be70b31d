"""What is spoken of a model's text, and where it is cut, however its deltas come."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from voiced.sentences import SentenceCutter, speakable


def cut(*deltas: str) -> list[str]:
    cutter = SentenceCutter()
    sentences = [sentence for delta in deltas for sentence in cutter.feed(delta)]
    return sentences + cutter.finish()


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("plain words", "plain words"),
        ("  two\n lines ", "two lines"),
        ("**bold** and *thin* and _under_", "bold and thin and under"),
        ("***both***, `code`, ~~gone~~.", "both, code, gone."),
        ("# A title", "A title"),
        ("> quoted", "quoted"),
        ("- one\n- two\n* three", "one two three"),
        ("see [the page](https://a.b/c)", "see the page"),
        ("see https://a.b/c_d?e=f.", "see a link."),
        ("(at http://a.b), too", "(at a link), too"),
        ("five is 5*3=15", "five is 5*3=15"),
        ("2 * 3 ** 4", "2 * 3 ** 4"),
        ("open my_budget_2026.xlsx", "open my_budget_2026.xlsx"),
        ("minus -5 degrees", "minus -5 degrees"),
        ("so:\n```python\nprint(1)\n```\nthat", "so: (code) that"),
        ("so: ```never closed", "so: (code)"),
        ("well 🙂👍🏽 done", "well done"),
        ("Grüß Gott, 你好", "Grüß Gott, 你好"),
        ("", ""),
    ],
)
def test_what_is_only_for_the_eye_is_not_spoken(text: str, spoken: str) -> None:
    assert speakable(text) == spoken


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It is 3.5 degrees now. Dress warmly.", ["It is 3.5 degrees now.", "Dress warmly."]),
        (
            "I have asked your doctor, Dr. Smith, today. He is in.",
            ["I have asked your doctor,", "Dr. Smith, today.", "He is in."],
        ),
        (
            "Version 2.0 is here now. It is 3.11 too.",
            ["Version 2.0 is here now.", "It is 3.11 too."],
        ),
        ("Yes. No.", ["Yes. No."]),
        ("Is it late? Yes! It is late.", ["Is it late?", "Yes!", "It is late."]),
        (
            "This sentence is rather long, so its first clause is spoken, and the rest. Then this.",
            [
                "This sentence is rather long,",
                "so its first clause is spoken, and the rest.",
                "Then this.",
            ],
        ),
        ("Well, that is short enough", ["Well, that is short enough"]),
        (
            "Here is what you wanted: 1,000 euros. Fine.",
            ["Here is what you wanted:", "1,000 euros.", "Fine."],
        ),
        (
            "Here it is, as you wished:\n```\na = 1. B\n```\nDone. Bye.",
            ["Here it is, as you wished:", "(code)", "Done.", "Bye."],
        ),
        ("🙂", []),
        ("... !!!", []),
        ("", []),
        ("  \n ", []),
    ],
)
def test_text_is_cut_at_sentences_and_the_beginning_at_a_clause(
    text: str, sentences: list[str]
) -> None:
    assert cut(text) == sentences


def test_the_first_clause_comes_before_the_sentence_is_complete() -> None:
    cutter = SentenceCutter()
    assert cutter.feed("This sentence is rather long, and") == ["This sentence is rather long,"]
    assert cutter.feed(" it goes on. ") == []
    assert cutter.feed("Next") == ["and it goes on."]
    assert cutter.finish() == ["Next"]


def test_a_cutter_begins_anew_after_its_end() -> None:
    cutter = SentenceCutter()
    for _ in range(2):
        assert cutter.feed("A first sentence that ends here. ") == [
            "A first sentence that ends here."
        ]
        assert cutter.feed("And then `a``") == []
        assert cutter.finish() == ["And then a"]


def test_a_text_without_any_end_is_not_held_back_for_ever() -> None:
    cutter = SentenceCutter()
    assert cutter.feed("word " * 100) == []
    assert cutter.feed("again. Then") == ["word " * 100 + "again."]


WORDS = st.sampled_from(
    [
        *"Yes. no, Dr. Smith said 3.5 e.g. **bold** `code` ``` https://a.b/c? (so) - # 🙂".split(),
        *"wonderful! … evening; U.S. 1. 你好。".split(),
        *("", " \n", "\n", "\n\n", "word" * 30),
    ]
)
TEXTS = st.lists(WORDS, max_size=40).map(" ".join)


@given(TEXTS, st.lists(st.integers(1, 40), min_size=1, max_size=8))
@example("word " * 85 + "and so, on. Then.", [1])
@settings(max_examples=120, deadline=None)
def test_the_sentences_are_the_same_however_the_text_comes(text: str, sizes: list[int]) -> None:
    deltas, start = [], 0
    while start < len(text):
        size = sizes[len(deltas) % len(sizes)]
        deltas.append(text[start : start + size])
        start += size
    assert cut(*deltas) == cut(text)


@given(TEXTS)
@settings(max_examples=60, deadline=None)
def test_every_word_outside_of_code_is_spoken(text: str) -> None:
    spoken = " ".join(cut(text))
    outside = " ".join(text.split("```")[::2])
    for word in ("evening", "Smith", "wonderful", "bold"):
        assert spoken.count(word) == outside.count(word)
