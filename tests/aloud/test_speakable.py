"""What is said of a text: marks and addresses, and that saying it twice changes nothing."""

from __future__ import annotations

import re

from cases import every
from hypothesis import example, given, settings
from hypothesis import strategies as st

from voiced.aloud import BlockReader, speakable


@every(
    ("text", "spoken"),
    [
        ("plain words", "plain words"),
        ("  two\n lines ", "two lines"),
        ("**bold** and *thin* and _under_", "bold and thin and under"),
        ("***both***, `code`, ~~gone~~.", "both, code, gone."),
        (r"\*not bold\*", "not bold"),
        ("# A title", "A title"),
        ("# A title #\nText", "A title. Text"),
        ("A title\n=====\nText", "A title. Text"),
        ("---\nafter a rule", "after a rule"),
        ("> quoted\n> text", "quoted text"),
        (">quoted", "quoted"),
        ("- one\n- two\n* three", "one. two. three"),
        ("1. Milk.\n2) Eggs", "one, Milk. two, Eggs"),
        ("- [ ] open\n- [x] done", "open. done"),
        ("see [the page](https://a.b/c)", "see the page"),
        ("see [the page][1].\n\n[1]: https://a.b/c", "see the page."),
        ("![a cat](cat.png) and ![](b.png)", "a cat and a picture"),
        ("so[^1] it is[2].\n\n[^1]: A note.", "so it is. A note."),
        ("so:\n```python\nprint(1)\n```\nthat", "so: (code). that"),
        ("so: ```never closed", "so: (code)"),
        ("<b>bold</b>, <a href='x'>a link</a><br/>next", "bold, a link next"),
        ("fish &amp; chips &lt; 5", "fish and chips less than five"),
        ("x<y and y>z", "x<y and y>z"),
        ("<!-- a note -->seen", "seen"),
        ("well 🙂👍🏽 done 🇩🇪", "well done"),
        ("Grüß Gott, 你好", "Grüß Gott, 你好"),
        ("a formula $x^2$", "a formula x squared"),
        ("", ""),
    ],
)
def test_what_is_only_for_the_eye_is_not_spoken(text: str, spoken: str) -> None:
    assert speakable(text) == spoken


TWO_COLUMNS = "| Name | Age |\n|---|---|\n| Bob | 3 |\n| Ann | 4 |\nDone."
THREE_COLUMNS = "| City | High | Low |\n|---|:-:|---|\n| Oslo | 3 | -2 |\n"


@every(
    ("text", "spoken"),
    [
        (TWO_COLUMNS, "Name, Age. Bob: three. Ann: four. Done."),
        (THREE_COLUMNS, "City, High, Low. Oslo: High three, Low minus two"),
        ("| a | b |\n| c | d |", "a, b. c, d"),
        ("| a |  |\n|---|---|\n| c | |", "a. c"),
        ("either a | b", "either a, b"),
    ],
)
def test_a_table_is_told_row_by_row(text: str, spoken: str) -> None:
    assert speakable(text) == spoken


@every(
    ("text", "spoken"),
    [
        ("github.com", "github dot com"),
        ("(see www.example.co.uk).", "(see example dot co dot UK)."),
        ("see https://a.de/c_d?e=f.", "see a link to a dot D E."),
        ("https://github.com/foo/bar", "github dot com slash foo slash bar"),
        ("https://github.com/foo/bar/blob/x.md?y=1#L3", "a link to github dot com"),
        ("<https://my-site.io>", "my dash site dot I O"),
        ("http://localhost:8080", "localhost port eight zero eight zero"),
        ("at http://10.0.0.1/", "at one zero dot zero dot zero dot one"),
        ("mail jane.doe_1@example.com!", "mail jane dot doe underscore one at example dot com!"),
        ("open my_budget_2026.xlsx", "open my_budget_2026.xlsx"),
        ("rename Budget_2026-final(2).xlsx.", "rename Budget_2026-final(2).xlsx."),
        ("(notes.txt), 'a.pdf'", "(notes.txt), 'a.pdf'"),
        ("/etc/passwd", "slash etc slash passwd"),
        ("~/Documents", "home slash Documents"),
        ("#VoiceFirst by @bob", "hashtag Voice First by at bob"),
        ("and.In the end", "and.In the end"),
    ],
)
def test_addresses_are_spoken_and_files_keep_their_names(text: str, spoken: str) -> None:
    assert speakable(text) == spoken


MARKS = [
    *"** * _ ` ``` # - 1. > | [ ] ( ) <b> </b> &amp; & $ \u20ac % : . , \u2013 / = + < >".split(),
    *"! ? … \u2192 🙂 ½ ² ' \" @ \\ |--| http://a.com/b github.com a@b.com notes.txt 3 14".split(),
    *"1,234 3.5 19:30 °C km th pm s k m 00 07 May e.g. Dr. vs. etc. XIV Louis (code)".split(),
    *"word house Evening T v Z x ~ ^ 2026".split(),
]
MARKED = st.lists(st.sampled_from([*MARKS, " ", " ", "\n", "\n\n", "- ", "# "]), max_size=25)


@given(MARKED.map("".join) | st.text(max_size=60))
@example("**- - ")
@example("\u00b7<0")
@settings(max_examples=200, deadline=None)
def test_saying_it_again_changes_nothing(text: str) -> None:
    spoken = speakable(text)
    assert speakable(spoken) == spoken
    assert spoken == " ".join(spoken.split())


PROSE = st.lists(
    st.sampled_from(
        [
            *"evening, Smith wonderful! **bold** (so) - # 🙂 > | 3.5 1/2 & `tree` 7pm @".split(),
            *("\n", "\n\n", "", *["river"] * 3),
        ]
    ),
    max_size=40,
).map(" ".join)


@given(PROSE)
@settings(max_examples=100, deadline=None)
def test_no_word_is_lost(text: str) -> None:
    spoken = speakable(text)
    for word in ("evening", "Smith", "wonderful", "bold", "tree", "river"):
        assert len(re.findall(rf"\b{word}\b", spoken)) == text.count(word)


@given(MARKED.map("".join), st.integers(1, 12))
@settings(max_examples=100, deadline=None)
def test_blocks_are_the_same_however_the_text_comes(text: str, size: int) -> None:
    reader = BlockReader()
    whole = reader.feed(text) + reader.finish()
    parts = [reader.feed(text[index : index + size]) for index in range(0, len(text), size)]
    assert "".join(parts) + reader.finish() == whole


def test_what_cannot_be_a_mark_any_more_is_not_held_back() -> None:
    reader = BlockReader()
    assert reader.feed("Sure") == ""
    assert reader.feed(", I ") == "Sure, I "
    assert reader.feed("can") == "can"
    assert reader.feed("\n| a") == "\n"
    assert reader.finish() == "\n\na\n\n"
