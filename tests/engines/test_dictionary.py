from __future__ import annotations

from pathlib import Path

import pytest

from voiced.engines.dictionary import Dictionary


@pytest.fixture
def dictionary(tmp_path: Path) -> Dictionary:
    path = tmp_path / "some.dict"
    path.write_bytes(
        b"zoo Z UW\nread R EH D\nread(2) R IY D\n\nb\xc3\xa9b\xc3\xa9\tB EY B EY\na AH"
    )
    return Dictionary(path)


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("zoo", "Z UW"),
        ("read", "R EH D"),
        ("read(2)", "R IY D"),
        ("b\u00e9b\u00e9", "B EY B EY"),
        ("a", "AH"),
    ],
)
def test_words_in_any_order_are_found(dictionary: Dictionary, word: str, phones: str) -> None:
    assert dictionary(word) == phones


@pytest.mark.parametrize("word", ["", "rea", "reads", "Z", "read(3)", "zoo Z"])
def test_what_is_no_word_of_it_is_not_found(dictionary: Dictionary, word: str) -> None:
    assert dictionary(word) is None


def test_every_way_to_say_a_word_is_known(dictionary: Dictionary) -> None:
    assert dictionary.ways("read") == ["R EH D", "R IY D"]
    assert dictionary.ways("nothing") == []


def test_words_with_the_same_checksum_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "some.dict"
    path.write_text("plumless P\nbuckeroo B\n")  # the best known pair
    assert (Dictionary(path)("plumless"), Dictionary(path)("buckeroo")) == ("P", "B")


def test_an_empty_one_has_no_words(tmp_path: Path) -> None:
    path = tmp_path / "some.dict"
    path.write_bytes(b"")
    assert Dictionary(path)("a") is None
