"""Several requests in one sentence, and things that were named before."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

import pytest

from voiced.conversation import Conversation
from voiced.dispatch import Call, Dispatcher, Environment, Report
from voiced.errors import IntentFailed
from voiced.events import TurnId
from voiced.grammar import Match
from voiced.grammar.chains import clauses
from voiced.plugin import (
    TEXT,
    Candidate,
    Context,
    Effect,
    Entity,
    Integrity,
    Reply,
    SlotContext,
    intent,
)
from voiced.policy import Trust
from voiced.testing import clock
from voiced.testing.script import inline
from voiced.thinking.thinker import Thinker, Thought, Turn
from voiced.trace import Marks

DONE: list[str] = []


@dataclass(frozen=True)
class Hat:
    """A thing with a name."""

    name: str
    kind: str = "hat"

    @property
    def spoken(self) -> str:
        return self.name


class HatType:
    """The hats that there are; "top hat" may be one of two."""

    name = "hat"
    is_open = False
    json_schema: ClassVar[dict[str, Any]] = {"type": "string"}

    def phrases(self, context: SlotContext) -> tuple[str, ...]:
        return ("bowler", "fez", "cap", "beret", "it", "the other [one]", "the (first|second) one")

    def resolve(self, said: str, context: SlotContext) -> tuple[Candidate[Hat], ...]:
        if said == "cap":
            return (Candidate(Hat("red cap"), "red cap"), Candidate(Hat("blue cap"), "blue cap"))
        known = said in ("bowler", "fez", "beret")
        return (Candidate(Hat(said), said),) if known else ()

    def from_entity(self, entity: Entity) -> Hat | None:
        return entity if isinstance(entity, Hat) else None


HAT = HatType()


@intent("hats.find", sentences=["find [the] {hat}"], effect=Effect.R1)
async def find(context: Context, hat: Annotated[Hat, HAT]) -> Reply:
    """Find a hat."""
    return Reply(f"Found the {hat.name}.", (hat,))


@intent("hats.list", sentences=["list [the] hats"], effect=Effect.R1)
async def list_hats(context: Context) -> Reply:
    """List the hats."""
    return Reply("Fez and bowler.", (Hat("fez"), Hat("bowler")))


@intent("hats.dye", sentences=["dye [the] {hat} {text:colour}"], effect=Effect.W1)
async def dye(context: Context, hat: Annotated[Hat, HAT], colour: Annotated[str, TEXT]) -> Reply:
    """Dye a hat."""
    if colour == "clear":
        raise IntentFailed("no such dye", spoken="There is no such dye.")
    DONE.append(f"dye {hat.name} {colour}")
    return Reply(f"The {hat.name} is {colour}.", (Hat(f"{colour} {hat.name}"),))


@intent("hats.wear", sentences=["wear [the] {hat}"], effect=Effect.W1, returns=Integrity.CONFIG)
async def wear(context: Context, hat: Annotated[Hat, HAT]) -> Reply:
    """Wear a hat."""
    DONE.append(f"wear {hat.name}")
    return Reply("It suits you.")


@intent("hats.burn", sentences=["burn [the] {hat}"], effect=Effect.W2, critical=["hat"])
async def burn(context: Context, hat: Annotated[Hat, HAT]) -> Reply:
    """Burn a hat."""
    DONE.append(f"burn {hat.name}")
    return Reply("Burnt.")


@dataclass
class Shop:
    said: list[str] = field(default_factory=list)
    turns: int = 0

    def __post_init__(self) -> None:
        DONE.clear()
        environment = Environment(
            None,  # type: ignore[arg-type]  # these intents make no entries
            lambda: datetime(2026, 3, 3, tzinfo=UTC),
            lambda: 0.0,
            inline,
            {},
        )
        intents = [find, list_hats, dye, wear, burn]
        self.dispatcher = Dispatcher(intents, [], environment, Conversation())
        clock.run(self.dispatcher.refresh)
        self.thinker = Thinker(self.dispatcher, None)

    def ask(self, text: str) -> Thought:
        self.said = []
        self.turns += 1

        async def say(sentence: str) -> None:
            self.said.append(sentence)

        report = Report(TurnId(self.turns), lambda: 0, lambda _: None)
        turn = Turn(report, Marks(), say, self.dispatcher.run)
        return clock.run(self.thinker.think, [(text, 1.0)], turn)


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("find the fez and wear it", ("find the fez", "wear it")),
        ("find the fez, dye it red and wear it", ("find the fez", "dye it red", "wear it")),
        ("find the fez and then wear it", ("find the fez", "wear it")),
        ("find the fez then, wear it", ("find the fez", "wear it")),
        ("dye the fez red and wear it", ("dye the fez red", "wear it")),
        ("dye the fez red and white", ()),
        ("dye the fez red, white and blue", ()),
        ("find the fez", ()),
        ("find the fez and", ()),
        ("and wear it", ()),
        ("find the fez and sing a song", ()),
        ("and and and and and and and and and", ()),
        ("", ()),
    ],
)
def test_a_sentence_is_cut_only_where_every_clause_is_a_request(
    shop: Shop, text: str, wanted: tuple[str, ...]
) -> None:
    def best(clause: str):
        found = shop.dispatcher.match([(clause, 1.0)])
        return found[0] if found else None

    assert clauses(text, best) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "rename scan to invoice and put it in taxes",
            ("rename scan to invoice", "put it in taxes"),
        ),
        ("rename scan to invoice and put salt in taxes", ()),
        ("rename scan to invoice and lose it in taxes", ()),
    ],
)
def test_a_clause_about_it_may_fit_less_surely(text: str, wanted: tuple[str, ...]) -> None:
    scores = {
        "rename scan to invoice": 0.95,
        "put it in taxes": 0.76,
        "put salt in taxes": 0.76,
        "lose it in taxes": 0.7,
    }

    def best(clause: str) -> Match | None:
        return Match("box", {}, scores[clause], clause) if clause in scores else None

    assert clauses(text, best) == wanted


def test_a_chain_is_done_in_order_and_what_it_looked_up_is_not_told(shop: Shop) -> None:
    thought = shop.ask("find the fez, dye it red and wear it")
    assert thought.outcome == "completed"
    assert DONE == ["dye fez red", "wear red fez"]
    assert shop.said == ["The fez is red.", "It suits you."]


def test_the_first_failure_ends_a_chain(shop: Shop) -> None:
    thought = shop.ask("dye the fez clear and wear it")
    assert thought.outcome == "failed"
    assert DONE == []
    assert shop.said == ["There is no such dye."]


def test_a_question_in_a_chain_is_answered_and_the_chain_goes_on(shop: Shop) -> None:
    asked = shop.ask("find the cap and wear it")
    assert asked.question is not None
    assert DONE == []
    shop.ask("blue cap")
    assert DONE == ["wear blue cap"]


def test_a_risky_step_of_a_chain_asks_before_it(shop: Shop) -> None:
    asked = shop.ask("dye the fez red and burn it")
    assert DONE == ["dye fez red"]
    assert asked.question is not None
    shop.ask("no")
    assert DONE == ["dye fez red"]
    shop.ask("dye the bowler red and burn it")
    shop.ask("yes, burn it")
    assert DONE[-1] == "burn red bowler"


def test_the_same_for_the_other(shop: Shop) -> None:
    shop.ask("list the hats")
    shop.ask("dye the first one red")
    shop.ask("the same for the other one")
    assert DONE == ["dye fez red", "dye bowler red"]
    shop.ask("wear it")
    assert DONE[-1] == "wear red bowler"


def test_the_same_for_one_that_is_named(shop: Shop) -> None:
    shop.ask("dye the fez red")
    shop.ask("do the same with the beret")
    assert DONE == ["dye fez red", "dye beret red"]


@pytest.mark.parametrize("text", ["the same for the other", "the same for the moon"])
def test_the_same_of_nothing_does_nothing(shop: Shop, text: str) -> None:
    assert shop.ask(text).outcome == "not_understood"
    shop.ask("wear the fez")
    assert shop.ask(text).outcome in ("not_understood", "failed")
    assert DONE == ["wear fez"]


def test_it_is_what_the_last_reply_was_about(shop: Shop) -> None:
    shop.ask("list the hats")
    shop.ask("dye the second one blue")
    shop.ask("wear it")
    assert DONE == ["dye bowler blue", "wear blue bowler"]
    shop.ask("wear the first one")
    assert DONE[-1] == "wear fez"


def test_the_same_again_is_trusted_no_more_than_the_call_it_repeats(shop: Shop) -> None:
    shop.ask("list the hats")  # names that anybody may have given
    report = Report(TurnId(9), lambda: 0, lambda _: None)
    call = Call(dye, {"hat": "fez", "colour": "red"}, "model", Trust.TYPED_EXTERNAL)
    call = replace(call, values={"hat": Hat("fez"), "colour": "red"})
    clock.run(shop.dispatcher.run, call, report)
    asked = shop.ask("the same for the beret")
    assert asked.question is not None
    assert DONE == ["dye fez red"]


def test_what_a_dropped_take_did_is_not_done_again(shop: Shop) -> None:
    shop.ask("dye the fez red")
    memo = shop.dispatcher.remember()
    shop.ask("find the bowler")
    shop.dispatcher.restore(memo)
    shop.ask("the same for the beret")
    assert DONE == ["dye fez red", "dye beret red"]


def test_other_plugins_take_the_place_of_those_that_are_gone_and_of_no_others(shop: Shop) -> None:
    clock.run(shop.dispatcher.adopt, [burn], [], {"hats.dye", "hats.wear"})
    assert {each.name for each in shop.dispatcher.intents} == {
        "hats.burn",
        "hats.find",
        "hats.list",
    }
    assert shop.ask("wear the fez").outcome == "not_understood"
    assert shop.ask("find the fez").outcome == "completed"
