"""Where a model's text is cut, however its deltas come."""

from __future__ import annotations

import re

from cases import every
from hypothesis import example, given, settings
from hypothesis import strategies as st

from voiced.aloud import speakable
from voiced.speech.sentences import SentenceCutter


def cut(*deltas: str) -> list[str]:
    cutter = SentenceCutter()
    sentences = [sentence for delta in deltas for sentence in cutter.feed(delta)]
    return sentences + cutter.finish()


@every(
    ("text", "sentences"),
    [
        ("It is late now. Dress warmly.", ["It is late now.", "Dress warmly."]),
        ("Yes. No.", ["Yes.", "No."]),
        ("Is it late? Yes! It is late.", ["Is it late?", "Yes!", "It is late."]),
        ("Sure, I can do that, and more.", ["Sure,", "I can do that,", "and more."]),
        ("Of course, here.", ["Of course,", "here."]),
        ("**Sure**, here.", ["Sure,", "here."]),
        ("Berlin, Germany is nice.", ["Berlin, Germany is nice."]),
        (
            "This sentence is rather long, so its first clause is spoken, and the rest. Then this.",
            [
                "This sentence is rather long,",
                "so its first clause is spoken, and the rest.",
                "Then this.",
            ],
        ),
        (
            "The shop around the corner is open but the other one is closed, too.",
            ["The shop around the corner is open", "but the other one is closed, too."],
        ),
        (
            "The weather in Berlin tomorrow will be mostly sunny with a light breeze.",
            ["The weather in Berlin tomorrow will be mostly sunny", "with a light breeze."],
        ),
        (
            "Here it is, as you wished:\n```\na = 1. B\n```\nDone. Bye.",
            ["Here it is,", "as you wished:", "(code)", "Done.", "Bye."],
        ),
        ("# A title\nText here.", ["A title", "Text here."]),
        ("- one\n- two\n- three", ["one", "two", "three"]),
        ("你好。今天天气很好。是的。", ["你好。", "今天天气很好。", "是的。"]),
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


@every(
    ("text", "first"),
    [
        ("You have 3,500 files, two of them new.", "You have three thousand five hundred files,"),
        ("It is 3.5 now. So.", "It is three point five now."),
        ("I asked your doctor Dr. Smith, today.", "I asked your doctor Doctor Smith,"),
        ("Take one, e.g. this one. So.", "Take one, for example this one."),
        ("On March 3, 2026, we met. So.", "On March third, twenty twenty six,"),
        ("On March 3, we met. So.", "On March third,"),
        ("See https://a.com/b,c?d=e, it is good.", "See a link to a dot com,"),
        ('See "The Man, the Sea, and Ann" for me.', None),
        (
            'I read "The Man and the Sea, Part Two" for you.',
            'I read "The Man and the Sea, Part Two"',
        ),
        ("(This, that, and so on) it is, then.", "(This, that, and so on) it is,"),
        ("Take [this one, or that](http://a.com), now.", "Take this one, or that,"),
        ("It went on from 3 to 5 and nothing happened.", None),
        ("Ask Mr. J. R. Miller and his wife Ann.", "Ask Mister J. R. Miller"),
        ("It goes through a very long and winding road.", "It goes through a very long"),
    ],
)
def test_the_first_cut_is_never_inside_what_belongs_together(text: str, first: str | None) -> None:
    assert cut(text)[0] == (speakable(text) if first is None else first)


@every(
    ("deltas", "needed"),
    [
        (["Sure", ",", " "], 3),
        (["Well,", " I", " see"], 2),
        (["It is late now.", " D"], 2),
        (["It is so very late now", " because", " "], 3),
        (["This one is long,", " 2"], 2),
    ],
)
def test_the_first_clause_comes_as_soon_as_it_is_sure(deltas: list[str], needed: int) -> None:
    cutter = SentenceCutter()
    came = [len(cutter.feed(delta)) for delta in deltas]
    assert came.index(1) + 1 == needed


def test_after_the_opening_whole_sentences_follow() -> None:
    cutter = SentenceCutter()
    assert cutter.feed("This sentence is rather long, and") == ["This sentence is rather long,"]
    assert cutter.feed(" it goes on, and on. ") == []
    assert cutter.feed("Next") == ["and it goes on, and on."]
    assert cutter.finish() == ["Next"]


def test_a_cutter_begins_anew_after_its_end() -> None:
    cutter = SentenceCutter()
    for _ in range(2):
        assert cutter.feed("A first sentence. And") == ["A first sentence."]
        assert cutter.feed(" then `a``") == []
        assert cutter.finish() == ["And then a"]


def test_a_text_without_any_end_is_not_held_back_for_ever() -> None:
    assert cut("word " * 100)[0] == " ".join(["word"] * 12)
    assert cut("Word " * 100)[0] == " ".join(["Word"] * 20)
    assert cut('"' + "word, " * 100)[0].count("word") < 30


WORDS = st.sampled_from(
    [
        *"Yes. no, Dr. Smith said 3.5 e.g. **bold** `code` ``` https://a.b/c? (so) - # 🙂".split(),
        *'wonderful! … evening; U.S. 1. 你好。 and but with "the end" March 3, 2026 | > 7'.split(),
        *("", " \n", "\n", "\n\n", "- ", "word" * 30, *["river"] * 4),
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
def test_every_word_outside_of_code_is_spoken_once_and_in_order(text: str) -> None:
    spoken = " ".join(cut(text))
    outside = " ".join(text.split("```")[::2])
    words = r"evening|Smith|wonderful|bold|river"
    assert re.findall(words, spoken) == re.findall(words, outside)
