"""What goes on with what was told: the sentence means it where a thing of that kind is "it"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

import pytest

from voiced.conversation import Conversation
from voiced.dispatch import Dispatcher, Environment, Report
from voiced.dispatch.calls import Call
from voiced.events import TurnId
from voiced.plugin import Candidate, Context, Effect, Entity, InvalidSlots, Reply, intent
from voiced.testing import clock
from voiced.testing.script import inline


@dataclass(frozen=True, slots=True)
class Thing:
    kind: str
    spoken: str = "a thing"


@dataclass(frozen=True, slots=True)
class _Of:
    """Things of a kind; of letters, any words that hold that word are some."""

    name: str
    is_open: ClassVar[bool] = True
    is_certain: bool = False
    json_schema: ClassVar[dict[str, Any]] = {"type": "string"}

    def phrases(self, _: object) -> tuple[str, ...]:
        return () if self.is_certain else ("the chart",)

    def fits(self, said: str) -> bool:
        return said == "it" or not self.is_certain or self.name in said

    def resolve(self, said: str, _: object) -> list[Candidate[Thing]]:
        return [Candidate(Thing(self.name, said), said)] if self.name in said else []

    def from_entity(self, entity: Entity) -> Entity | None:
        return entity if entity.kind == self.name else None


FILE, LETTER = _Of("file"), _Of("letter", is_certain=True)


@intent("file.burn", sentences=["burn {file}"], effect=Effect.R0)
async def burn_file(context: Context, file: Annotated[Thing, FILE]) -> Reply:
    """Burn a file."""
    return Reply("")


@intent("letter.burn", sentences=["burn {letter}"], effect=Effect.R0)
async def burn_letter(context: Context, letter: Annotated[Thing, LETTER]) -> Reply:
    """Burn a letter."""
    return Reply("")


@intent("letter.next", sentences=["[the] next [one]"], effect=Effect.R0, follows="letter")
async def next_letter(context: Context) -> Reply:
    """Take the next letter."""
    return Reply("")


@intent("page.on", sentences=["read on"], effect=Effect.R0)
async def page_on(context: Context) -> Reply:
    """Go on with the page."""
    return Reply("")


@intent("letter.on", sentences=["read on"], effect=Effect.R0, follows="letter")
async def letter_on(context: Context) -> Reply:
    """Go on with the letter."""
    return Reply("")


@pytest.fixture(scope="module")
def talk() -> Dispatcher:
    environment = Environment(
        None,  # type: ignore[arg-type]  # nothing is changed here
        lambda: datetime(2026, 3, 3, tzinfo=UTC),
        lambda: 0.0,
        inline,
        {},
    )
    intents = [burn_file, burn_letter, next_letter, page_on, letter_on]
    made = Dispatcher(intents, [], environment, Conversation())
    clock.run(made.refresh)
    return made


def meant(talk: Dispatcher, said: str, *things: str) -> str:
    talk.clear()
    talk.conversation.name([Thing(each) for each in things])
    report = Report(TurnId(1), lambda: 0, lambda _: None)
    found = clock.run(talk.understand, [(said, 1.0)], report)
    return found.intent.name if isinstance(found, Call) else ""


def test_what_goes_on_with_a_kind_of_thing_means_nothing_else(talk: Dispatcher) -> None:
    assert meant(talk, "next", "letter", "file") == "letter.next"
    assert meant(talk, "next", "file", "letter") == ""
    assert meant(talk, "next") == ""
    assert meant(talk, "read on", "letter") == "letter.on"
    assert meant(talk, "read on", "file") == "page.on"


def test_it_is_what_was_named_whatever_the_sentence_was_made_for(talk: Dispatcher) -> None:
    assert meant(talk, "burn it", "letter") == "letter.burn"
    assert meant(talk, "burn it", "file") == "file.burn"
    with pytest.raises(InvalidSlots):
        meant(talk, "burn it")


def test_many_words_that_are_surely_such_a_thing_are_understood(talk: Dispatcher) -> None:
    long = "burn the letter that my aunt in the north sent to us last winter with the photos of it"
    assert meant(talk, long) == "letter.burn"
    assert meant(talk, "burn the file") == "file.burn"
