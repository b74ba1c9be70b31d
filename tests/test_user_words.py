"""What the user said himself: whole values only, and every doubt against them."""

from __future__ import annotations

from cases import every
from hypothesis import given, settings
from hypothesis import strategies as st

from voiced.trust.user_words import Held, UserWords, is_sharp, parts_of, same_value

SURELY, WEAKLY, NOT = Held.SURELY, Held.WEAKLY, Held.NOT


@every(
    ("said", "value", "held"),
    [
        # plain words
        ("delete the holiday photos", "holiday photos", SURELY),
        ("delete the Holiday Photos!", "holiday photos", SURELY),
        ("delete the holiday photos", "photos", SURELY),
        ("delete the holiday photos", "photo", NOT),
        ("delete the holiday photos", "holiday the photos", NOT),
        ("delete the holiday photos", "day", NOT),
        ("write to José", "jose", SURELY),
        ("write to jose", "José", SURELY),
        ("note that I am late", "I am late", SURELY),
        ("note that I am late", "I am late and broke", NOT),
        ("", "photos", NOT),
        ("delete the photos", "", NOT),
        ("delete the photos", "  ", NOT),
        ("delete the photos", "...", NOT),
        ("delete the photos", None, NOT),
        # words that stand in any sentence
        ("read me my mail", "me", WEAKLY),
        ("read me my mail", "my", WEAKLY),
        ("what is in it", "it", WEAKLY),
        ("put it up there and so on", "so on", WEAKLY),
        ("call me mo", "mo", WEAKLY),
        ("call me moe", "moe", SURELY),
        # numbers
        ("reply to three", 3, SURELY),
        ("reply to three", "3", SURELY),
        ("reply to three", "three", SURELY),
        ("reply to 3", 3.0, SURELY),
        ("reply to three", 30, NOT),
        ("reply to three", "thirty", NOT),
        ("reply to thirty", 3, NOT),
        ("pay thirty five", 30, NOT),
        ("pay thirty five", 5, NOT),
        ("pay thirty five", 35, SURELY),
        ("pay thirty-five dollars", "35", SURELY),
        ("pay one hundred and fifty", 100, NOT),
        ("pay one hundred and fifty", 150, SURELY),
        ("pay one hundred and fifty", 50, NOT),
        ("pay 98.70 to anna", 98.7, SURELY),
        ("pay 98.70 to anna", 98, NOT),
        ("pay 98.70 to anna", 70, NOT),
        ("pay $12 to anna", 12, SURELY),
        ("pay 1,200 to anna", 1200, SURELY),
        ("pay 1,200 to anna", 200, NOT),
        ("minus five degrees", 5, NOT),
        ("minus five degrees", -5, SURELY),
        ("pay 12345678901234567890", 12345678901234567891, NOT),
        ("pay 12345678901234567890", "12345678901234567890", SURELY),
        ("the code is zero zero seven", "007", SURELY),
        ("the code is seven", "007", NOT),
        ("delete it", True, NOT),
        ("what is true", True, SURELY),
        # a lone one, and places
        ("undo that one", 1, WEAKLY),
        ("which one is it", 1, WEAKLY),
        ("the second one please", 1, WEAKLY),
        ("one", 1, WEAKLY),
        ("take back one change", 1, SURELY),
        ("take back one of them", 1, WEAKLY),
        ("take back twenty one changes", 1, NOT),
        ("the third file", 3, WEAKLY),
        ("the twenty first file", 20, NOT),
        ("the twenty first file", 21, WEAKLY),
        ("take back the one change", 1, WEAKLY),
        ("take back that one change", 1, WEAKLY),
        ("take back just the second one change", 1, WEAKLY),
        # numbers in names
        ("open budget twenty twenty six", "budget twenty", NOT),
        ("open budget 2026", "budget 2026", SURELY),
        ("call room one hundred and five", "room one hundred", NOT),
        ("call room one hundred and", "room one hundred", SURELY),
        ("call room one hundred and more", "room one hundred", SURELY),
        ("read one hundred and five roses", "five roses", NOT),
        ("read some and five roses", "five roses", SURELY),
        ("and five roses", "five roses", SURELY),
        ("hundred and roses", "roses", SURELY),
        ("room one and two", "room one", SURELY),
        ("open chapter thirty first", "chapter thirty", NOT),
        ("open chapter thirty", "chapter thirty", SURELY),
        ("all twenty six letters", "six letters", NOT),
        ("plan b c", "plan b", NOT),
        ("plan b see", "plan b", SURELY),
        ("photos are here dot", "photos", SURELY),
        # addresses, spoken and written
        ("mail anna at example dot com", "anna@example.com", SURELY),
        ("mail anna@example.com please", "anna@example.com", SURELY),
        ("mail anna@example.com.", "anna@example.com", SURELY),
        ("mail (anna@example.com), now", "anna@example.com", SURELY),
        ("mail Anna@Example.com", "anna@example.com", SURELY),
        ("mail anna at example dot com", "bob@example.com", NOT),
        ("mail anna@example.com.au", "anna@example.com", NOT),
        ("mail anna at example dot com dot au", "anna@example.com", NOT),
        ("mail joanna@example.com", "anna@example.com", NOT),
        ("mail jo.anna@example.com", "anna@example.com", NOT),
        ("mail jo dot anna at example dot com", "anna@example.com", NOT),
        ("mail jo underscore anna at example dot com", "anna@example.com", NOT),
        ("mail anna at example dot com", "anna@ex\u00e4mple.com", NOT),
        ("mail anna at example dot com", "\u00e4nna@example.com", NOT),
        ("mail anna@ex\u00e4mple.com", "anna@ex\u00e4mple.com", SURELY),
        ("mail anna at example dot com", "anna@example.com,thief@evil.com", NOT),
        ("mail anna at example dot com", "anna-@example.com", NOT),
        ("mail anna at example dot com", "anna@example.com;", NOT),
        ("mail anna at example dot com", "an\u200bna@example.com", NOT),
        ("open example.com", "https://example.com", SURELY),
        ("open example.com", "https://example.com/", SURELY),
        ("open https://example.com/a?b=1", "https://example.com/a?b=1", SURELY),
        ("open https://example.com/a?b=1", "https://example.com/a", NOT),
        ("open https://example.com/a", "https://example.com", NOT),
        ("open https://example.com:8080", "https://example.com", NOT),
        ("open example dot com", "http://example.com", SURELY),
        ("open example.com", "https://example.com/steal?all=1", NOT),
        ("open example.com", "https://example.com@evil.com", NOT),
        ("open evil.example.com", "https://example.com", NOT),
        ("open example.com.evil.org", "https://example.com", NOT),
        ("mail bob at example dot com", "example.com", WEAKLY),
        ("mail bob@example.com", "example.com", WEAKLY),
        ("is it example.com? I think so", "example.com", SURELY),
        ("open example dot com at noon", "example.com", WEAKLY),
        ("at home open example dot com", "example.com", SURELY),
        ("open example dot com now at noon", "example.com", SURELY),
        ("example dot com at noon, or example dot com", "example.com", SURELY),
        ("mail \u00e4@ex.com. now", "\u00e4@ex.com", SURELY),
        ("mail \u00e4@ex.com.", "\u00e4@ex.com", SURELY),
        ("mail \u00e4@ex.com.x", "\u00e4@ex.com", NOT),
        ("mail x.\u00e4@ex.com", "\u00e4@ex.com", NOT),
        ("x.\u00e4@ex.com", "\u00e4@ex.com", NOT),
        ("x\u00e4@ex.com", "\u00e4@ex.com", NOT),
        (".\u00e4@ex.com", "\u00e4@ex.com", SURELY),
        ("\u00e4@ex.com", "\u00e4@ex.com", SURELY),
        ("\u00e4@ex.com_", "\u00e4@ex.com", NOT),
        ("mail . \u00e4@ex.com", "\u00e4@ex.com", SURELY),
        ("open https://", "https://", NOT),
        # names of files and paths
        ("open budget.pdf", "budget.pdf", SURELY),
        ("open budget dot p d f", "budget.pdf", SURELY),
        ("open budget dot p d f", "budget", NOT),
        ("open old_budget.pdf", "budget.pdf", NOT),
        ("open budget.pdf.exe", "budget.pdf", NOT),
        ("put it in documents", "../documents", NOT),
        ("put it in documents", "/documents", NOT),
        ("put it in ~/documents", "~/documents", SURELY),
        ("put it in taxes/2024", "taxes/2024", SURELY),
        ("put it in taxes/2024", "taxes", SURELY),
        ("spell x l s x", "x l", NOT),
        ("spell x l s x", "x l s x", SURELY),
        # what nobody sees
        ("call it gnp", "gn\u202ep", NOT),
        ("call it gnp", "gnp\x00", NOT),
        ("call it two\nlines", "two\nlines", SURELY),
    ],
)
def test_a_value_is_held_or_not(said: str, value: object, held: Held) -> None:
    assert UserWords(said).hold(value) is held


@every(
    ("now", "before", "value", "held"),
    [
        ("delete it", ["find the holiday photos"], "holiday photos", SURELY),
        ("delete those", ["hello", "find the holiday photos"], "holiday photos", SURELY),
        ("thanks", ["find the holiday photos"], "holiday photos", WEAKLY),
        ("delete the draft", ["find the holiday photos"], "holiday photos", WEAKLY),
        ("delete it", ["hello"], "holiday photos", NOT),
        ("delete it", ["find", "holiday photos"], "find holiday", NOT),
        ("delete it", ["read me my mail"], "me", NOT),
        ("tell me about it", ["read me my mail"], "me", WEAKLY),
        ("pay it", ["is it thirty"], 30, SURELY),
        ("pay", ["is it thirty"], 30, WEAKLY),
    ],
)
def test_what_was_said_before_counts_where_the_user_points_back(
    now: str, before: list[str], value: object, held: Held
) -> None:
    assert UserWords(now, tuple(before)).hold(value) is held


@every(
    ("value", "held"),
    [
        (["anna", "bob"], SURELY),
        (("anna", "bob"), SURELY),
        (["anna", "me"], WEAKLY),
        (["anna", "thief"], NOT),
        ([], NOT),
        ([["anna"], "bob"], SURELY),
    ],
)
def test_of_several_values_the_least_sure_one_counts(value: object, held: Held) -> None:
    assert UserWords("send it from me to anna and bob").hold(value) is held


@given(st.text(max_size=40), st.text(max_size=12))
@settings(max_examples=150, deadline=None)
def test_any_text_can_be_looked_for(said: str, value: str) -> None:
    assert UserWords(said).hold(value) in Held


@given(st.integers(0, 10**6), st.integers(0, 10**6))
@settings(max_examples=150, deadline=None)
def test_a_number_is_held_only_where_it_was_said(said: int, wanted: int) -> None:
    held = UserWords(f"please pay {said} dollars").hold(wanted)
    assert (held is SURELY) is (said == wanted)
    assert (held is NOT) is (said != wanted)


@every(
    ("one", "other", "is_same"),
    [
        ("Holiday Photos", "holiday photos", True),
        ("holiday photos!", "holiday photos", True),
        ("holiday", "holiday photos", False),
        ("30", "thirty", True),
        (30, "30", True),
        (30, 30.0, True),
        (30, "three", False),
        ("007", "7", False),
        ("007", "007", True),
        ("anna@example.com", "Anna@example.com", True),
        ("anna@example.com", "\u00e4nna@example.com", False),
        ("anna@example.com", "anna example com", False),
        ("a/b.txt", "A/B.txt", False),
        ("budget.pdf", "budget dot p d f", False),
        ("a/b@c.txt", "A/b@c.txt", False),
        (" a/b.txt", "a/b.txt ", True),
        ("Jos\u00e9", "jose", True),
        ("jose", "jo\u200bse", False),
        ("jose", "jose\u200b", False),
        ("!", "?", False),
        ("", "", True),
        ("", "!", False),
        (["a", 1], ["A", "one"], True),
        (["a", 1], ("a", 1), True),
        (["a"], ["a", "b"], False),
        (["a", "b"], ["a"], False),
        (["a"], "a", False),
        ("a", ["a"], False),
        ([], [], True),
        ([], "", False),
        (True, 1, False),
        (None, "None", True),
    ],
)
def test_two_values_are_the_same(one: object, other: object, is_same: bool) -> None:
    assert same_value(one, other) is is_same
    assert same_value(other, one) is is_same


def test_the_order_of_being_held() -> None:
    assert [each.name for each in sorted(Held)] == ["NOT", "WEAKLY", "SURELY"]


@every(
    ("value", "is_one"),
    [
        ("anna@example.com", True), ("a/b", True), ("a\\b", True), ("c:", True), ("a.b", True),
        ("photos", False), ("Hello. Bye.", False), ("...", False),
    ],
)  # fmt: skip
def test_what_counts_to_the_letter(value: str, is_one: bool) -> None:
    assert is_sharp(value) is is_one


def test_the_parts_of_a_list() -> None:
    assert parts_of(["a"]) == ["a"]
    assert parts_of(("a",)) == ("a",)
    assert parts_of("a") is None
