from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any

import home_orders as home
import pytest
from cases import every

from voiced.bench.sentences import mistakes
from voiced.errors import PluginError
from voiced.grammar import MIN_SCORE, Grammar, ListPhrases, Match
from voiced.plugin import Candidate, Context, Effect, Intent, Reply, SlotContext, intent
from voiced.stages import Hypothesis

FILES = ListPhrases(["budget dot xlsx", "tax report twenty twenty five", "shopping list"])
NAMES = ListPhrases(["summary"], is_open=True)
GRAMMAR = Grammar.from_templates(
    {
        "files.open": ["(open|show me) [the] [file] {file}"],
        "files.rename": ["rename [the] [file] {file} to {name}"],
        "files.create": ["(make|create) [a] [new] folder [called] {name}"],
        "files.delete": ["delete [the] [file] {file}"],
        "light.on": ["turn on the light[s]"],
        "light.off": ["turn off the light[s]"],
        "stop": ["stop"],
    },
    {"file": FILES, "name": NAMES},
)


def understood(text: str) -> tuple[str, dict[str, str]] | None:
    matches = GRAMMAR.match([(text, 1.0)])
    return (matches[0].intent, dict(matches[0].slots)) if matches else None


@every(
    ("text", "name", "slots"),
    [
        ("open the budget dot xlsx", "files.open", {"file": "budget dot xlsx"}),
        ("Open the file budget.xlsx.", "files.open", {"file": "budget.xlsx"}),
        ("show me Shopping List", "files.open", {"file": "Shopping List"}),
        (
            "rename budget.xlsx to Budget_2026.xlsx",
            "files.rename",
            {"file": "budget.xlsx", "name": "Budget_2026.xlsx"},
        ),
        (
            'rename tax report 2025 to "old taxes (1)"',
            "files.rename",
            {"file": "tax report 2025", "name": "old taxes (1)"},
        ),
        ("create a new folder called .config", "files.create", {"name": ".config"}),
        ("make folder \u00dcbersicht", "files.create", {"name": "\u00dcbersicht"}),
        ("turn on the lights!", "light.on", {}),
    ],
)
def test_orders_keep_the_words_as_they_were_typed(
    text: str, name: str, slots: dict[str, str]
) -> None:
    assert understood(text) == (name, slots)


@every(
    "text",
    [
        "could you please open the shopping list",
        "uh open the um shopping list please",
        "okay so i would like you to open the shopping list now thanks",
        "hey can you open the shoping list",
        "open me the shopping list",
        "open a shopping list",
    ],
)
def test_politeness_and_hesitation_do_no_harm(text: str) -> None:
    found = understood(text)
    assert found is not None
    assert found[0] == "files.open"
    assert found[1]["file"].lower() in ("shopping list", "shoping list")


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("open the bujet dot xlsx", "budget dot x l s x"),
        ("open the shoping lest", "shopping list"),
        ("delete the tacks report twenty twenty five", "tax report twenty twenty five"),
    ],
)
def test_a_closed_slot_gives_the_phrase_that_it_sounds_like(text: str, phrase: str) -> None:
    found = understood(text)
    assert found is not None
    assert found[1] == {"file": phrase}


@every(
    "text",
    [
        "",
        "...",
        "turn the light",
        "do not turn on the lights",
        "never delete the shopping list",
        "don't stop",
        "delete all",
        "delete",
        "open",
        "what is the capital of france",
        "the quick brown fox jumps over the lazy dog",
        "ask not what your country can do for you",
        "i saw the shopping list of my neighbour and had to laugh",
        "x " * 2000,
    ],
)
def test_what_is_no_order_is_refused(text: str) -> None:
    assert understood(text) is None


def test_on_is_never_taken_for_off() -> None:
    assert understood("turn on the light") == ("light.on", {})
    assert understood("turn off the light") == ("light.off", {})
    assert understood("turn of the light") is None


def test_word_by_word_is_one_and_beats_all_else() -> None:
    grammar = Grammar.from_templates(
        {"fuzzy": ["play {song}"], "exact": ["play the knight"]},
        {"song": ListPhrases(["the night"])},
    )
    exact, *rest = grammar.match([("play the knight", 1.0)])
    assert (exact.intent, exact.score) == ("exact", 1.0)
    assert all(match.score < 1.0 for match in rest)


def test_words_of_a_template_beat_an_open_slot() -> None:
    grammar = Grammar.from_templates(
        {"all": ["find {text}"], "place": ["find {text} in {folder}"], "new": ["find my keys"]},
        {
            "text": ListPhrases([], is_open=True),
            "folder": ListPhrases(["documents", "my music"]),
        },
    )
    assert grammar.match([("find my keys", 1.0)])[0].intent == "new"
    best = grammar.match([("find blue cats in my music", 1.0)])[0]
    assert (best.intent, dict(best.slots)) == ("place", {"text": "blue cats", "folder": "my music"})
    best = grammar.match([("find blue cats in the house", 1.0)])[0]
    assert (best.intent, dict(best.slots)) == ("all", {"text": "blue cats in the house"})


def test_a_missing_word_is_not_guessed() -> None:
    grammar = Grammar.from_templates(
        {"open": ["open the bedroom curtains"], "close": ["close the bedroom curtains"]}, {}
    )
    assert grammar.match([("the bedroom curtains", 1.0)]) == ()
    assert grammar.match([("open the curtains", 1.0)])[0].intent == "open"


def test_all_meanings_of_the_same_words_are_given() -> None:
    grammar = Grammar.from_templates(
        {"artist": ["play {artist}"], "song": ["play {song}"]},
        {"artist": ListPhrases(["genesis"]), "song": ListPhrases(["genesis"])},
    )
    matches = grammar.match([("play genesis", 1.0)])
    assert {match.intent for match in matches} == {"artist", "song"}
    assert len(grammar.match([("play genesis", 1.0)], limit=1)) == 1


def test_surer_readings_come_first_and_worse_ones_can_win() -> None:
    readings = [Hypothesis("stop", 0.9), Hypothesis("turn on the light", 0.8)]
    assert [match.intent for match in GRAMMAR.match(readings)] == ["stop", "light.on"]
    readings = [Hypothesis("burn off delight", 0.9), Hypothesis("turn off the light", 0.7)]
    best = GRAMMAR.match(readings)[0]
    assert (best.intent, best.text) == ("light.off", "turn off the light")


def test_words_that_were_written_together_or_apart() -> None:
    grammar = Grammar.from_templates({"x": ["open the notepad"]}, {})
    assert grammar.match([("open the note pad", 1.0)])[0].intent == "x"


def test_key_terms_are_the_rare_words_of_phrases() -> None:
    terms = GRAMMAR.key_terms
    assert "budget" not in terms  # open slots are told it anyway
    assert {"shopping", "tax"} <= set(terms)
    assert not {"the", "five", "dot", "open"} & set(terms)


@pytest.mark.parametrize(
    ("mistake", "floor", "most_wrong"),
    [
        (lambda text, _: text, 1.0, 0.0),
        (mistakes.inserted, 0.937, 0.01),
        (mistakes.misheard, 0.842, 0.01),
        (mistakes.dropped, 0.50, 0.10),
    ],
    ids=["exact", "inserted", "misheard", "dropped"],
)
def test_orders_with_a_mistake_are_understood(
    mistake: Callable[[str, random.Random], str], floor: float, most_wrong: float
) -> None:
    grammar, chance = home.grammar(), random.Random(3)
    right = wrong = 0
    sentences = home.sentences(grammar.graph, 222)
    for sentence in sentences:
        meant = grammar.match([(sentence, 1.0)])[0]
        found = grammar.match([(mistake(sentence, chance), 1.0)])[:1]
        right += any((m.intent, m.slots) == (meant.intent, meant.slots) for m in found)
        wrong += any((m.intent, m.slots) != (meant.intent, meant.slots) for m in found)
    assert right / len(sentences) >= floor
    assert wrong / len(sentences) <= most_wrong


@pytest.mark.parametrize(
    ("mistake", "floor", "most_wrong"),
    [(mistakes.replaced, 0.477, 0.03), (mistakes.twice_wrong, 0.635, 0.02)],
    ids=["replaced", "twice wrong"],
)
def test_orders_are_guessed_where_a_word_is_lost(
    mistake: Callable[[str, random.Random], str], floor: float, most_wrong: float
) -> None:
    grammar, chance = home.grammar(), random.Random(3)
    right = wrong = 0
    sentences = [each for seed in (1, 2, 3) for each in home.sentences(grammar.graph, 222, seed)]
    for sentence in sentences:
        meant = grammar.match([(sentence, 1.0)])[0]
        said = mistake(sentence, chance)
        guessed: Sequence[Match] = ()
        found: Sequence[Match] = grammar.match([(said, 1.0)])[:1]
        if not found:
            found = guessed = grammar.guesses(said)
        is_one = len(found) == 1
        is_right = is_one and (found[0].intent, found[0].slots) == (meant.intent, meant.slots)
        right += is_right
        wrong += len(guessed) == 1 and not is_right
    assert right / len(sentences) >= floor
    assert wrong / len(sentences) <= most_wrong


@pytest.mark.parametrize(
    ("text", "guesses"),
    [
        ("bake the music in the office", {"music.stop"}),
        ("lower bathroom lice", {"blind.close"}),
        ("send bank home", {"vacuum"}),
        ("the bedroom curtains", {"blind.open", "blind.close"}),
        ("far front door", {"door.lock", "door.unlock"}),
        ("tell tall in garden", {"heat.ask"}),
        ("make line warmer", set()),
        ("do not lock the front pour", set()),
        ("never the music in the office", set()),
        ("turn off the television", set()),
        ("make the attic", set()),
        ("music", set()),
        ("the quick brown fox jumps over the lazy dog", set()),
        ("x " * 2000, set()),
        ("", set()),
    ],
)
def test_what_is_guessed_with_a_word_lost(text: str, guesses: set[str]) -> None:
    grammar = home.grammar()
    assert grammar.match([(text, 1.0)]) == ()
    assert {match.intent for match in grammar.guesses(text)} == guesses


def test_a_long_sentence_is_matched_in_milliseconds() -> None:
    grammar = home.grammar()
    text = "could you please turn the lights in the kitten on a little bit now"
    grammar.match([(text, 1.0)])
    began_s = time.process_time()
    for _ in range(20):
        grammar.match([(text, 1.0)])
    assert (time.process_time() - began_s) / 20 < 0.03


def test_what_is_longer_than_any_order_is_none_at_once() -> None:
    began_s = time.process_time()
    assert GRAMMAR.match([("open the budget " * 5000, 1.0)]) == ()
    assert time.process_time() - began_s < 1.0


@every(
    ("template", "reason"),
    [
        ("open {nothing}", "no list {nothing}"),
        ("open (the", "open \\(the"),
        ("open <what>", "no rule <what>"),
        ("<loop>", "refers to itself"),
        ("(a;b;c;d;e;f;g)", "too many"),
    ],
)
def test_a_wrong_template_is_named(template: str, reason: str) -> None:
    with pytest.raises(PluginError, match=reason) as caught:
        Grammar.from_templates({"files.open": [template]}, {}, {"loop": "a <loop>"})
    assert "files.open" in caught.value.message
    assert caught.value.plugin == "files.open"


def test_a_phrase_cannot_hold_a_list() -> None:
    with pytest.raises(PluginError, match="cannot refer"):
        Grammar.from_templates({"x": ["a {b}"]}, {"b": ListPhrases(["c {b}"])})


def test_a_template_that_matches_nothing_said_is_refused() -> None:
    with pytest.raises(PluginError, match="without a word"):
        Grammar.from_templates({"x": ["[please]"]}, {})


@dataclass(frozen=True)
class Fruit:
    """A slot type of a plugin."""

    name: str = "fruit"
    is_open: bool = False
    json_schema: Mapping[str, Any] = ()  # type: ignore[assignment]
    breaks: bool = False

    def phrases(self, context: SlotContext) -> Sequence[str]:
        if self.breaks:
            raise OSError("the market is closed")
        return [f"apple[s] of {context.now.year}", "pear[s]"]

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[str]]:
        return [Candidate(said, said)]


class Now:
    now = datetime(2026, 5, 1, tzinfo=UTC)

    def settings(self, kind: type[Any]) -> Any:
        return kind()


def eat(sentences: Sequence[str], fruit: Fruit) -> Intent:
    async def eat(context: Context, what: str) -> Reply:
        """Eat."""
        return Reply(what)

    eat.__annotations__["what"] = Annotated[str, fruit]
    return intent("fruit.eat", sentences=sentences, effect=Effect.W1)(eat)


@pytest.mark.parametrize("reference", ["what", "fruit:what"])
def test_intents_are_compiled_with_the_phrases_of_their_types(reference: str) -> None:
    grammar = Grammar.compile([eat([f"eat [the] {{{reference}}}"], Fruit())], Now())
    match = grammar.match([("eat the apples of 2026", 1.0)])[0]
    assert (match.intent, dict(match.slots)) == ("fruit.eat", {"what": "apples of 2026"})


def test_the_same_templates_take_what_phrases_there_are_now() -> None:
    class Later(Now):
        now = datetime(2027, 5, 1, tzinfo=UTC)

    def matches(made: Intent, when: SlotContext, text: str) -> bool:
        return bool(Grammar.compile([made], when).match([(text, 1.0)]))

    sentences, this_year = ["eat [the] {what}"], "eat the apples of 2026"
    made = eat(sentences, Fruit())
    assert matches(made, Now(), this_year)
    assert matches(made, Later(), "eat the apples of 2027")
    assert not matches(made, Later(), this_year)
    assert not matches(eat(sentences, Fruit(name="nuts")), Later(), this_year)
    with pytest.raises(PluginError, match="the market is closed"):
        matches(eat(sentences, Fruit(breaks=True)), Now(), this_year)
    taught = replace(made, taught=("devour {what}",))
    assert matches(taught, Now(), "devour the apples of 2026")
    assert not matches(made, Now(), "devour the apples of 2026")


@pytest.mark.parametrize(
    ("sentence", "fruit", "reason"),
    [
        ("eat {who}", Fruit(), "not a parameter \\(what\\)"),
        ("eat {veg:what}", Fruit(), "is of type fruit, not veg"),
        ("eat {what}", Fruit(breaks=True), "the market is closed"),
    ],
)
def test_what_is_wrong_with_an_intent_is_named(sentence: str, fruit: Fruit, reason: str) -> None:
    with pytest.raises(PluginError, match=reason) as caught:
        Grammar.compile([eat([sentence], fruit)], Now())
    assert caught.value.plugin == "fruit.eat"


def test_scores_are_shares_above_the_least() -> None:
    for text in ("open shopping list", "opan the shoping list", "rename shopping list to x y"):
        for match in GRAMMAR.match([(text, 1.0)]):
            assert MIN_SCORE <= match.score <= 1.0


def test_what_changes_something_must_fit_better() -> None:
    async def act(context: Context) -> Reply:
        return Reply("")

    def matches(effect: Effect, text: str) -> bool:
        made = intent("x.act", sentences=["water garden plants"], effect=effect)(act)
        return bool(Grammar.compile([made], Now()).match([(text, 1.0)]))

    for effect in (Effect.R1, Effect.W1):
        assert matches(effect, "water the garden plants")
    assert matches(Effect.R1, "water plants")
    assert not matches(Effect.W1, "water plants")


@every(
    ("text", "intent_name"),
    [
        ("do not stop", None),
        ("i have to note that i disagree", None),
        ("note that i disagree", "note"),
        ("rename budget draft", None),
        ("rename budget to draft", "rename"),
        ("visit the window", None),
    ],
)
def test_open_slots_do_not_make_orders_of_anything(text: str, intent_name: str | None) -> None:
    grammar = Grammar.from_templates(
        {"stop": ["stop"], "note": ["note [that] {text}"], "rename": ["rename {file} to {text}"]},
        {"text": ListPhrases([], is_open=True), "file": ListPhrases(["budget"])},
    )
    found = grammar.match([(text, 1.0)])
    assert (found[0].intent if found else None) == intent_name


@pytest.mark.parametrize(
    ("text", "file"),
    [
        ("open the bud jet dot xlsx", "budget dot x l s x"),
        ("open the shop in list", "shopping list"),
        ("opened the shopping list", "shopping list"),
        ("open our shopping list", "shopping list"),
    ],
)
def test_words_in_two_other_forms_and_little_ones(text: str, file: str) -> None:
    assert understood(text) == ("files.open", {"file": file})
