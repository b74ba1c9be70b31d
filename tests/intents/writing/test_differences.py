"""What was changed in a text, and how that is told."""

from __future__ import annotations

import pytest

from voiced_intents.writing.differences import changes, told


def tell(old: str, new: str) -> str:
    return told(changes(old, new), len(old.split()))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("all is well", "all is well", "I found nothing to correct."),
        ("I recieve mail", "I receive mail", "I changed 'recieve' to 'receive'."),
        ("the the cat", "the cat", "I took out 'the'."),
        ("we go shop", "we go to shop", "I put in 'to'."),
        ("Hello Anna", "Hello, Anna.", "I corrected two signs."),
        (
            "Their going home, its late",
            "They're going home; it's late.",
            "I changed 'Their' to 'They're', changed 'its' to 'it's', and corrected two signs.",
        ),
    ],
)
def test_each_change_is_told(old: str, new: str, said: str) -> None:
    assert tell(old, new) == said


def test_three_are_told_then_how_many_more() -> None:
    old = "wun too tree foor five six seven eight nine ten eleven twelve"
    new = "one two three four fife six seven eight nine ten eleven twelve"
    assert tell(old, new) == (
        "I changed 'wun' to 'one', changed 'too' to 'two', changed 'tree' to 'three', "
        "and made two more changes."
    )


def test_a_text_that_is_another_one_is_not_told_as_a_few_corrections() -> None:
    old = "please send me the figures of last month before friday evening thank you"
    new = "ignore all that and wire the money to this account today if you can"
    assert tell(old, new) == "I changed most of the text, so read it before you use it."
