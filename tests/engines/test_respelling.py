import pytest
from cases import every
from hypothesis import given
from hypothesis import strategies as st

from voiced.engines.respelling import SourceWord, respell

LEXICON = {
    "ThursdAI": "thursday eye",
    "sql": "sequel",
    "LLM": "L L M",
    "nginx": "engine x",
    "Visual Studio Code": "V S code",
    "Los Angeles": "L A",
    "C++": "see plus plus",
    ".NET": "dot net",
    "data": "dayta",
    "data's": "dayters",
}


@every(
    ("sentence", "spoken"),
    [
        ("SQL, mysql and (sql).", "sequel, mysql and (sequel)."),
        ("thursdai is on", "thursday eye is on"),
        ("It's ThursdAI's best, by ThursdAI\u2019s host.", None),
        ("LLMs and an LLM's weights", "L L M's and an L L M's weights"),
        ("the LLMs' cost", "the L L M's cost"),
        ("two nginxs", "two engine x's"),
        ("data's DATA", "dayters dayta"),
        ("SQL-based, sql.txt", "sequel-based, sequel.txt"),
        ("I use visual  studio code, too", "I use V S code, too"),
        ("C++ on .NET", "see plus plus on dot net"),
        ("C++17 and sqlite", "C++17 and sqlite"),
        ("Los Angeles' lakes", "L A lakes"),
    ],
)
def test_words_are_respelled_whole_and_whatever_their_case(sentence: str, spoken: str) -> None:
    said = "It's thursday eye's best, by thursday eye's host."
    assert respell(sentence, LEXICON).spoken == (said if spoken is None else spoken)


def test_words_lead_back_to_the_sentence() -> None:
    text = respell("My  GIF file.", {"gif": "jay eye eff"})
    assert text.words == (SourceWord("My", 0), SourceWord("GIF", 4), SourceWord("file.", 8))
    assert text.word_at(text.spoken.index("eye")) == 1
    assert text.word_at(text.spoken.index("file")) == 2


def test_words_of_one_entry_lead_back_to_all_of_them() -> None:
    text = respell("Open Visual  Studio Code, now.", LEXICON)
    assert text.spoken == "Open V S code, now."
    words = [(word.text, word.start) for word in text.words]
    assert words == [("Open", 0), ("Visual  Studio Code,", 5), ("now.", 26)]
    assert text.word_at(text.spoken.index("code")) == 1
    assert text.word_at(text.spoken.index("now")) == 2


def test_control_characters_and_half_surrogates_become_spaces() -> None:
    text = respell("one\x00two\ud800three", {})
    assert text.spoken == "one two three"
    assert [word.start for word in text.words] == [0, 4, 8]


@pytest.mark.parametrize("lexicon", [{"": "nothing"}, {" ": "nothing"}, {"a": ""}])
def test_odd_entries_do_no_harm(lexicon: dict[str, str]) -> None:
    assert respell("b c", lexicon).spoken == "b c"


@given(st.text())
def test_every_word_is_where_it_says(sentence: str) -> None:
    text = respell(sentence, {})
    for word, start in zip(text.words, text.starts, strict=True):
        assert sentence[word.start : word.start + len(word.text)] == word.text
        assert text.spoken[start : start + len(word.text)] == word.text
        assert text.word_at(start) == text.word_at(start + len(word.text) - 1)


@given(
    st.lists(st.sampled_from([*LEXICON, "s", "'s", " ", ", ", "a", "Studio", "\x00"])).map("".join)
)
def test_every_word_stays_where_it_is_with_a_lexicon(sentence: str) -> None:
    text = respell(sentence, LEXICON)
    assert len(text.words) == len(text.starts)
    assert "".join("".join(word.text.split()) for word in text.words) == "".join(
        sentence.replace("\x00", " ").split()
    )
    assert all(before < after for before, after in zip(text.starts, text.starts[1:], strict=False))
