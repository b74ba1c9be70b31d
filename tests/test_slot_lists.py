"""Several values in a row, things with names, and addresses."""

from __future__ import annotations

from typing import Annotated

import pytest
from cases import every

from voiced.dispatch.resolve import words_of_arguments
from voiced.errors import InvalidSlots
from voiced.grammar import Grammar, ListPhrases
from voiced.plugin import Context, Effect, Intent, Reply, intent
from voiced.slots import ADDRESS, NUMBER, TEXT, choice, list_of, named
from voiced.spoken import parse_number, parse_ordinal, written_address
from voiced.testing.context import FakeContext

HERE = FakeContext()
FRUIT = list_of(choice("fruit", {"apple": "A", "pear": "P", "passion fruit": "F"}))
PEOPLE = ["Anna Schmidt", "Hannah Weber", "John Miller", "Joan Miller", "Xavier Nguyen"]
CONTACT = named("contact", lambda _: PEOPLE)


@every(
    ("said", "values"),
    [
        ("milk, eggs and bread", ("milk", "eggs", "bread")),
        ("milk and eggs and bread", ("milk", "eggs", "bread")),
        ("milk, eggs, and bread", ("milk", "eggs", "bread")),
        ("Milk", ("Milk",)),
        ("brandy", ("brandy",)),
        ("sand and gravel", ("sand", "gravel")),
        ('["salt and pepper", "oil"]', ("salt and pepper", "oil")),
    ],
)
def test_text_in_a_row(said: str, values: tuple[str, ...]) -> None:
    assert [each.value for each in list_of(TEXT).resolve(said, HERE)] == [values]


@pytest.mark.parametrize(
    ("said", "values"),
    [
        ("apple pear and passion fruit", ("A", "P", "F")),
        ("passion fruit apple", ("F", "A")),
        ("apple and pair", ("A", "P")),
        ('["pear"]', ("P",)),
    ],
)
def test_known_things_need_nothing_between(said: str, values: tuple[str, ...]) -> None:
    assert [each.value for each in FRUIT.resolve(said, HERE)] == [values]


@every("said", ["", "apple and house", "[1, 2", ", and", "[]", "[" * 5000])
def test_no_list(said: str) -> None:
    assert list(FRUIT.resolve(said, HERE)) == []


def test_more_than_twenty_are_refused() -> None:
    assert list(list_of(TEXT).resolve(", ".join("abcdefghijklmnopqrstu"), HERE)) == []


def test_an_item_that_may_be_two_things_is_asked_about() -> None:
    found = list_of(CONTACT).resolve("anna and miller", HERE)
    assert [each.value for each in found] == [
        ("Anna Schmidt", "John Miller"),
        ("Anna Schmidt", "Joan Miller"),
    ]
    assert found[0].spoken == "Anna Schmidt and John Miller"
    assert found[0].score == found[1].score


def test_rows_are_phrases_of_the_grammar() -> None:
    phrases = ListPhrases(FRUIT.phrases(HERE))
    grammar = Grammar.from_templates({"buy": ["buy {fruits}"]}, {"fruits": phrases})
    (match,) = grammar.match([("buy apple pear and passion fruit", 1.0)], limit=1)
    assert match.slots == {"fruits": "apple pear and passion fruit"}
    assert FRUIT.name == "fruits"
    assert FRUIT.json_schema["items"]["enum"] == ["apple", "pear", "passion fruit"]


@every(
    ("said", "names"),
    [
        ("Anna Schmidt", ["Anna Schmidt"]),
        ("anna", ["Anna Schmidt"]),
        ("ana", ["Anna Schmidt"]),
        ("zavier", ["Xavier Nguyen"]),
        ("miller", ["John Miller", "Joan Miller"]),
        ("john", ["John Miller"]),
        ("peter", []),
        ("", []),
    ],
)
def test_names_by_sound_and_by_part(said: str, names: list[str]) -> None:
    found = CONTACT.resolve(said, HERE)
    near = [each.value for each in found if found[0].score - each.score < 0.06]
    assert near == names


def test_names_are_found_among_thousands() -> None:
    crowd = named("contact", lambda _: [*(f"Person {n} Somebody" for n in range(3000)), *PEOPLE])
    assert crowd.resolve("zavier nguyen", HERE)[0].value == "Xavier Nguyen"
    assert "anna" in CONTACT.phrases(HERE)


def test_names_with_signs_are_phrases_that_mean_themselves() -> None:
    tabs = named("tab", lambda _: ["{GitHub} (pull|requests)", "a <b> [c]", "\x1b[31m"])
    phrases = ListPhrases(tabs.phrases(HERE))
    grammar = Grammar.from_templates({"x": ["close {tab}"]}, {"tab": phrases})
    assert grammar.match([("close github pull requests", 1.0)])


@every(
    ("said", "address"),
    [
        ("github dot com", "github.com"),
        ("the website github dot com", "github.com"),
        ("anna dot schmidt at example dot org", "anna.schmidt@example.org"),
        ("w w w dot example dot org slash docs", "www.example.org/docs"),
        ("my underscore name at mail dash server dot net", "my_name@mail-server.net"),
        ("route sixty six dot com", "route66.com"),
        ("localhost colon eight thousand", "localhost:8000"),
        ("https colon slash slash example dot com", "https://example.com"),
        ("https://Example.org/A?b=1", "https://Example.org/A?b=1"),
        ("the window", None),
        ("my notes dot txt", None),
        ("thesis final version two dot doc x", None),
        ("a dot", None),
        ("x" * 5000, None),
    ],
)
def test_addresses(said: str, address: str | None) -> None:
    assert written_address(said) == address
    assert [each.value for each in ADDRESS.resolve(said, HERE)] == ([address] if address else [])


def test_a_slot_type_may_refuse_words_before_they_are_matched() -> None:
    assert ADDRESS.fits("github dot com")
    assert not ADDRESS.fits("the second tab")


@every(
    ("said", "value"),
    [
        ("two and a half", 2.5), ("half a dozen", 6), ("point five", 0.5), ("a couple of", 2),
        ("one point five million", 1_500_000), ("twelve hundred", 1200), ("three quarters", 0.75),
        ("a hundred and five", 105), ("and a half", None), ("banana and a half", None),
    ],
)  # fmt: skip
def test_numbers(said: str, value: float | None) -> None:
    assert parse_number(said) == value
    assert [each.value for each in NUMBER.resolve(said, HERE)] == ([] if value is None else [value])


@every(
    ("said", "value"),
    [
        ("third to last", -3), ("last but one", -2), ("the last but two", -3),
        ("third from the end", -3), ("penultimate", -2), ("hundredth", 100), ("the top one", 1),
        ("one hundred and first", 101), ("the 121st", 121), ("two thousandth", 2000),
        ("last but banana", None), ("third to first", None),
    ],
)  # fmt: skip
def test_ordinals(said: str, value: int | None) -> None:
    assert parse_ordinal(said) == value


def buying() -> Intent:
    @intent("list.buy", sentences=["buy {items}"], effect=Effect.W1)
    async def buy(
        context: Context,
        items: Annotated[tuple[str, ...], list_of(TEXT)],
        shop: Annotated[str | None, TEXT] = None,
    ) -> Reply:
        """Buy things."""
        return Reply(" ".join(items))

    return buy


def test_a_model_sends_an_array() -> None:
    words = words_of_arguments(buying(), {"items": ["salt and pepper", "Öl"], "shop": None})
    assert words == {"items": '["salt and pepper", "Öl"]'}
    (found,) = buying().slots["items"].type.resolve(words["items"], HERE)
    assert found.value == ("salt and pepper", "Öl")
    assert buying().parameters()["properties"]["items"]["type"] == "array"
    with pytest.raises(InvalidSlots):
        words_of_arguments(buying(), {"items": ["a"], "shop": ["b"]})
