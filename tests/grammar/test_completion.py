from __future__ import annotations

from cases import every
from hypothesis import given
from hypothesis import strategies as st

from voiced.grammar import Completion, Grammar, ListPhrases
from voiced.testing.context import FakeContext
from voiced_intents import clock, talk

WHOLE = Completion(is_complete=True)
MAY_GO_ON = Completion(is_complete=True, can_go_on=True)
ANY_WORDS = Completion(is_complete=True, can_go_on=True, is_open=True)
BEGUN = Completion(is_prefix=True)
UNKNOWN = Completion()

FILES = ListPhrases(
    [
        "budget",
        "budget [twenty twenty six] [dot excel]",
        "budget draft",
        "shopping list [dot text]",
        "letter",
        "letter to",
        "letter to anna",
    ],
    is_open=True,
)
GRAMMAR = Grammar.from_templates(
    {
        "find": ["(find|show) [me] [the] {file}"],
        "delete": ["delete [the] {file}"],
        "rename": ["rename [the] {file} to {name}"],
        "create": ["create a folder {name}", "create a folder called {name}"],
        "timer": ["set a timer [for {minutes} minutes]"],
        "pause": ["pause [the music]"],
        "pause.all": ["pause everything"],
        "light": ["turn on the {room} light[s]"],
        "time": ["what is the [current] time"],
    },
    {
        "file": FILES,
        "name": ListPhrases([], is_open=True),
        "minutes": ListPhrases(["five", "twenty", "twenty five"]),
        "room": ListPhrases(["kitchen", "living room"]),
    },
)
BUILT_IN = Grammar.compile(
    [
        each
        for module in (clock, talk)
        for each in vars(module).values()
        if type(each).__name__ == "Intent"
    ],
    FakeContext(),
)


@every(
    ("text", "found"),
    [
        ("delete the shopping list", WHOLE),
        ("delete the budget", MAY_GO_ON),
        ("delete the budget draft", WHOLE),
        ("delete the", BEGUN),
        ("delete", BEGUN),
        ("delete the letter to", BEGUN),
        ("delete the letter to anna", WHOLE),
        ("find me the budget", MAY_GO_ON),
        ("rename the budget", BEGUN),
        ("rename the budget to", BEGUN),
        ("rename the budget to the", BEGUN),
        ("rename the budget to plan", ANY_WORDS),
        ("rename the budget to plan of", BEGUN),
        ("create a folder called", BEGUN),
        ("create a folder called old things", ANY_WORDS),
        ("set a timer", MAY_GO_ON),
        ("set a timer for", BEGUN),
        ("set a timer for five minutes", WHOLE),
        ("turn on the kitchen light", WHOLE),
        ("turn on the living", BEGUN),
        ("sing a song", UNKNOWN),
        ("delete the shopping list and sing", ANY_WORDS),
        ("", UNKNOWN),
        ("?!", UNKNOWN),
    ],
)
def test_where_a_text_may_end(text: str, found: Completion) -> None:
    assert GRAMMAR.completion(text) == found


@every(
    ("text", "found"),
    [
        ("what time is it", WHOLE),
        ("What time is it?", WHOLE),
        ("what time is", BEGUN),
        ("stop", WHOLE),
        ("stop talking", WHOLE),
        ("never mind", WHOLE),
        ("never", BEGUN),
        ("undo that", WHOLE),
        ("undo", MAY_GO_ON),
        ("undo the last", BEGUN),
        ("what day is it", WHOLE),
        ("what's the date", MAY_GO_ON),
        ("what can i say", MAY_GO_ON),
        ("what can i say about files", ANY_WORDS),
    ],
)
def test_the_built_in_orders(text: str, found: Completion) -> None:
    assert BUILT_IN.completion(text) == found


@every(
    ("text", "found"),
    [
        ("uh could you please delete the um shopping list", WHOLE),
        ("delete the shopping list please", WHOLE),
        ("delete the shopping list for me thank you very much", WHOLE),
        ("could you", BEGUN),
        ("uh um please", UNKNOWN),
        ("rename the budget to thank you", ANY_WORDS),
    ],
)
def test_politeness_and_hesitation_are_free(text: str, found: Completion) -> None:
    assert GRAMMAR.completion(text) == found


@every("text", ["okay thank you", "um thank you please", "okay please thank you"])
def test_nothing_but_politeness_is_no_request(text: str) -> None:
    assert GRAMMAR.completion(text) == UNKNOWN


def test_who_hesitates_at_the_end_is_about_to_go_on() -> None:
    assert GRAMMAR.completion("delete the shopping list um") == MAY_GO_ON
    assert GRAMMAR.completion("delete the um") == BEGUN


def test_a_tail_counts_only_if_it_changes_what_is_meant() -> None:
    assert GRAMMAR.completion("pause the music") == WHOLE
    assert GRAMMAR.completion("pause") == MAY_GO_ON  # "pause everything" is another intent
    assert GRAMMAR.completion("delete the budget twenty twenty six") == WHOLE  # dot excel


def test_a_known_name_is_whole_beside_a_sentence_that_would_have_to_go_on() -> None:
    grammar = Grammar.from_templates(
        {"delete": ["delete [the] {file}"], "unmark": ["delete [the] {name} bookmark"]},
        {"file": FILES, "name": ListPhrases([], is_open=True)},
    )
    assert grammar.completion("delete the shopping list") == WHOLE
    assert grammar.completion("delete the holiday photos") == ANY_WORDS
    assert grammar.completion("delete the holiday photos bookmark") == WHOLE


def test_names_that_are_not_known_may_go_on() -> None:
    assert GRAMMAR.completion("delete the holiday photos") == ANY_WORDS
    assert GRAMMAR.completion("delete the holiday photos from") == BEGUN
    assert GRAMMAR.completion("delete it") == WHOLE
    assert GRAMMAR.completion("rename it to") == BEGUN


@every(
    ("text", "found"),
    [
        ("turn on kitchen light", WHOLE),
        ("turn on that the kitchen light", WHOLE),
        ("turn on the kitchin light", WHOLE),
        ("turn on the kitchin", BEGUN),
        ("what is time", WHOLE),
        ("turn off the kitchen light", UNKNOWN),
        ("set a timer for fifty minutes", UNKNOWN),
        ("kitchen light", UNKNOWN),
    ],
)
def test_a_word_may_be_lost_or_changed_unless_it_decides(text: str, found: Completion) -> None:
    assert GRAMMAR.completion(text) == found


WORDS = (
    "delete the budget draft rename to plan um please set a timer for five twenty minutes pause"
    " everything kitchen light turn on what is time could you for me it of"
)


@given(st.lists(st.sampled_from(WORDS.split()), max_size=9))
def test_a_whole_sentence_is_understood_and_only_it_may_go_on(words: list[str]) -> None:
    text = " ".join(words)
    found = GRAMMAR.completion(text)
    assert not (found.is_complete and found.is_prefix)
    assert found.is_complete or not found.can_go_on
    if found.is_complete:
        assert GRAMMAR.match([(text, 1.0)])


@given(st.text(max_size=40))
def test_no_text_is_refused(text: str) -> None:
    GRAMMAR.completion(text)


def test_a_very_long_text_is_dictation() -> None:
    assert GRAMMAR.completion("rename the budget to " + "very " * 50 + "long") == UNKNOWN


def test_a_slot_that_begins_a_template_and_takes_anything_tells_nothing() -> None:
    anyone = ListPhrases([], is_open=True)
    templates = {"stop": ["stop that"], "name": ["{person} is in this picture"]}
    grammar = Grammar.from_templates(templates, {"person": anyone})
    assert grammar.completion("stop that") == WHOLE
    assert grammar.completion("my sister") == UNKNOWN
    assert grammar.completion("my sister is in") == BEGUN
    assert grammar.completion("my sister is in this picture") == WHOLE
