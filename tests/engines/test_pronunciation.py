from __future__ import annotations

import pytest

from voiced.engines.pronunciation import pronunciations

KNOWN = {"note": "N OW T", "pad": "P AE D", "book": "B UH K", "marks": "M AA R K S"}


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("notepad", "N OW T P AE D"),
        ("bookmarks", "B UH K M AA R K S"),
        ("bakit", "B AE K IH T"),
        ("zorm", "Z AO R M"),
    ],
)
def test_words_get_the_phones_they_are_said_with(word: str, phones: str) -> None:
    assert pronunciations(word, KNOWN.get)[0] == phones


def test_a_broad_vowel_is_another_way_to_say_it() -> None:
    assert pronunciations("bak", KNOWN.get) == ("B AE K", "B AA K")


def test_what_has_no_letters_has_no_pronunciation() -> None:
    assert pronunciations("-", KNOWN.get) == ()
