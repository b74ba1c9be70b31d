from hypothesis import given
from hypothesis import strategies as st

from voiced.engines.respelling import SourceWord, respell


def test_words_are_respelled_whole_and_whatever_their_case() -> None:
    text = respell("SQL, mysql and (sql).", {"sql": "sequel"})
    assert text.spoken == "sequel, mysql and (sequel)."


def test_words_lead_back_to_the_sentence() -> None:
    text = respell("My  GIF file.", {"gif": "jay eye eff"})
    assert text.words == (SourceWord("My", 0), SourceWord("GIF", 4), SourceWord("file.", 8))
    assert text.word_at(text.spoken.index("eye")) == 1
    assert text.word_at(text.spoken.index("file")) == 2


def test_control_characters_and_half_surrogates_become_spaces() -> None:
    text = respell("one\x00two\ud800three", {})
    assert text.spoken == "one two three"
    assert [word.start for word in text.words] == [0, 4, 8]


@given(st.text())
def test_every_word_is_where_it_says(sentence: str) -> None:
    text = respell(sentence, {})
    for word, start in zip(text.words, text.starts, strict=True):
        assert sentence[word.start : word.start + len(word.text)] == word.text
        assert text.spoken[start : start + len(word.text)] == word.text
        assert text.word_at(start) == text.word_at(start + len(word.text) - 1)
