from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml
from cases import every
from hypothesis import given
from hypothesis import strategies as st

from voiced.unfinished import Ending, ending

CORPUS = yaml.safe_load(Path(__file__).with_name("endings.yaml").read_text(encoding="utf-8"))
RIGHT = {"unfinished": Ending.OPEN, "complete": Ending.CLOSED}
DESIGN, HELD_OUT = 0, 1


def lines(group: str, half: int) -> list[str]:
    return [text for texts in CORPUS[group].values() for text in texts[half::2]]


def share(group: str, half: int, found: Ending) -> float:
    texts = lines(group, half)
    return sum(ending(text) is found for text in texts) / len(texts)


def test_the_corpus_is_large_enough() -> None:
    assert all(len(lines(group, half)) >= 75 for group in CORPUS for half in (DESIGN, HELD_OUT))


def designed() -> Iterator[tuple[str, Ending]]:
    for group, right in RIGHT.items():
        yield from ((text, right) for text in lines(group, DESIGN))


@every(("text", "right"), list(designed()))
def test_what_it_was_designed_for(text: str, right: Ending) -> None:
    unless_known = Ending.UNKNOWN if text == "anna" else right
    assert ending(text) is unless_known


def test_a_beginning_that_was_held_out_is_rarely_taken_for_a_whole() -> None:
    assert share("unfinished", HELD_OUT, Ending.OPEN) >= 0.95
    assert share("unfinished", HELD_OUT, Ending.CLOSED) <= 0.03


def test_most_that_is_whole_and_was_held_out_ends_soon() -> None:
    assert share("complete", HELD_OUT, Ending.CLOSED) >= 0.95
    assert share("complete", HELD_OUT, Ending.OPEN) <= 0.02


@every("kind", CORPUS["unfinished"])
def test_a_full_stop_makes_nothing_whole(kind: str) -> None:
    texts = [text for text in CORPUS["unfinished"][kind] if text[-1].isalnum()]
    written = [f"{text[0].upper()}{text[1:]}." for text in texts]
    assert sum(ending(text) is Ending.OPEN for text in written) >= 0.95 * len(written)


@every(
    ("text", "found"),
    [
        ("", Ending.UNKNOWN),
        ("...", Ending.OPEN),
        ("turn on the lights,", Ending.OPEN),
        ("turn on the lights \N{EM DASH}", Ending.OPEN),
        ("I don\N{RIGHT SINGLE QUOTATION MARK}t know.", Ending.CLOSED),
        ("yes,", Ending.OPEN),
        ("where are you from", Ending.CLOSED),
        ("the man is from", Ending.OPEN),
        ("turn it on", Ending.CLOSED),
        ("turn on", Ending.OPEN),
        ("what time does the train leave", Ending.CLOSED),
        ("what time does the train", Ending.OPEN),
        ("if it rains i will stay at home", Ending.CLOSED),
        ("call five five five one two one two", Ending.CLOSED),
        ("i bought a new tv", Ending.CLOSED),
        ("i think so", Ending.CLOSED),
        ("it was good so", Ending.OPEN),
        ("the meeting is at nine am", Ending.CLOSED),
        ("please", Ending.UNKNOWN),
    ],
)
def test_single_cases(text: str, found: Ending) -> None:
    assert ending(text) is found


@given(st.text(max_size=60))
def test_no_text_is_refused(text: str) -> None:
    assert ending(text) in Ending
