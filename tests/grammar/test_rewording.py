from __future__ import annotations

from cases import every

from voiced.grammar import Grammar, ListPhrases
from voiced.grammar.rewording import wordings
from voiced.grammar.spelling import unspelled

GRAMMAR = Grammar.from_templates(
    {
        "open": ["open [the] {file} [file]"],
        "rename": ["(rename|call) it [to] {name}"],
        "delete": ["delete [the] {file}"],
        "timer": ["set a timer for {minutes} minutes"],
        "mail": ["email {person} [about {subject}]"],
        "note": ["take a note [that] {text}"],
        "stop": ["never mind", "stop"],
        "spell": ["spell {text}"],
    },
    {
        "file": ListPhrases(["first", "second", "third", "budget", "holiday photos"]),
        "name": ListPhrases([], is_open=True),
        "minutes": ListPhrases(["five", "ten", "fifteen"]),
        "person": ListPhrases(["anna", "tobias"]),
        "subject": ListPhrases([], is_open=True),
        "text": ListPhrases([], is_open=True),
    },
)


def understood(text: str) -> tuple[str, dict[str, str]] | None:
    matches = GRAMMAR.match([(text, 1.0)])
    return (matches[0].intent, dict(matches[0].slots)) if matches else None


@every(
    ("text", "intent", "slots"),
    [
        ("open the first, no, the second file", "open", {"file": "second"}),
        ("open the first no the second file", "open", {"file": "second"}),
        ("open the first, no, the second one", "open", {"file": "second"}),
        ("open the first no the second no the third file", "open", {"file": "third"}),
        ("open the first, no wait, delete the budget", "delete", {"file": "budget"}),
        ("call it red, I mean blue", "rename", {"name": "blue"}),
        ("call it red apples, no, green apples", "rename", {"name": "green apples"}),
        ("rename it to Old, sorry, to New Plan", "rename", {"name": "New Plan"}),
        ("set a timer for five, no, ten minutes", "timer", {"minutes": "ten"}),
        ("set a timer for five minutes no ten minutes", "timer", {"minutes": "ten"}),
        ("email tobias i mean anna", "mail", {"person": "anna"}),
        (
            "email tobias, I mean anna, about the party",
            "mail",
            {"person": "anna", "subject": "the party"},
        ),
        ("open the budget, no, never mind", "stop", {}),
        ("email a n n a", "mail", {"person": "anna"}),
        ("email A-N-N-A about lunch", "mail", {"person": "anna", "subject": "lunch"}),
        ("open the budget for me please", "open", {"file": "budget"}),
    ],
)
def test_the_last_word_counts(text: str, intent: str, slots: dict[str, str]) -> None:
    assert understood(text) == (intent, slots)


@every(
    "text",
    [
        "delete the budget, no, don't",
        "delete the budget no don't do that",
        "delete the budget no",
        "delete the budget, no wait",
        "delete the budget no do not",
        "delete the budget, sorry",
    ],
)
def test_what_was_taken_back_is_not_done(text: str) -> None:
    assert understood(text) is None


@every(
    ("text", "slots"),
    [
        ("take a note that there is no sugar left", {"text": "there is no sugar left"}),
        ("take a note I mean business", {"text": "I mean business"}),
        ("take a note that we rather stay", {"text": "we rather stay"}),
        ("spell sorry", {"text": "sorry"}),
        ("spell actually", {"text": "actually"}),
    ],
)
def test_words_of_a_dictation_correct_nothing(text: str, slots: dict[str, str]) -> None:
    found = understood(text)
    assert found is not None
    assert found[1] == slots


def test_wordings_are_few_and_the_likeliest_first() -> None:
    many = wordings("a b c d e f g h, no, i j k, no, l m n, no, o p q, no, r s t")
    assert len(many) <= 32
    assert [each.cost for each in many] == sorted(each.cost for each in many)
    assert [each.text for each in wordings("open it")] == ["open it"]


@every(
    ("text", "plain"),
    [
        ("call a n n a", "call anna"),
        ("call A. N. N. A.", "call anna."),
        ("it is b as in bravo o b", "it is bob"),
        ("call alpha november november alpha now", "call anna now"),
        ("write double t e d", "write tted"),
        ("a tango lesson", "a tango lesson"),
        ("i like a dog", "i like a dog"),
    ],
)
def test_letters_become_words(text: str, plain: str) -> None:
    assert unspelled(text) == plain
