"""A search in the user's own words goes at once; one that something else shaped does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

import pytest
from desk import DONE, INTENTS, Box, Desk

from voiced.dispatch import Call, Question
from voiced.errors import IntentDenied
from voiced.journal import Journal
from voiced.plugin import TEXT, Candidate, Context, Effect, Entity, Reply, SlotContext, intent
from voiced.policy import Trust, Verdict


@intent(
    "net.search",
    sentences=["search for {query}"],
    effect=Effect.O1,
    critical=["query"],
    is_query=True,
)
async def search(context: Context, query: Annotated[str, TEXT]) -> Reply:
    """Search for words."""
    DONE.append(f"searched {query}")
    return Reply("Found.", entities=(Page("first"), Page("second")))


@dataclass(frozen=True)
class Page:
    spoken: str
    kind: str = "page"


class Pages:
    name = "page"
    is_open = False
    json_schema: ClassVar[Mapping[str, Any]] = {"type": "string"}

    def phrases(self, context: SlotContext) -> Sequence[str]:
        return ("the (first|second) page",)

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[Page]]:
        return ()

    def from_entity(self, entity: Entity) -> Page | None:
        return entity if isinstance(entity, Page) else None


@intent("net.look", sentences=["look into {page}"], effect=Effect.R1)
async def look_page(context: Context, page: Annotated[Page, Pages()]) -> Reply:
    """Look into a page."""
    return Reply(f"It says {page.spoken}.")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    DONE.clear()
    journal = Journal.open(tmp_path)
    yield Desk(journal, intents=[*INTENTS, search, look_page])
    journal.close()


def test_it_leaves_the_machine_and_does_not_wait(desk: Desk) -> None:
    call = desk.say("search for heat pumps")
    assert isinstance(call, Call)
    assert (call.effect.is_outward, call.waits) == (True, False)


def test_also_where_text_from_outside_is_about(desk: Desk) -> None:
    desk.taint()
    call = desk.say("search for heat pumps")
    assert isinstance(call, Call)
    assert (call.trust, call.waits) == (Trust.USER_SAID, False)


def test_what_a_model_makes_of_text_from_outside_does_not_leave(desk: Desk) -> None:
    desk.run(desk.say("read my mail"))
    desk.say("and tell me about heat pumps")
    with pytest.raises(IntentDenied):
        desk.propose("net.search", query="the secret of the mail")
    assert DONE == []


def test_a_typed_value_from_outside_is_asked_about_and_waits(desk: Desk) -> None:
    desk.say("search for the address in my mail")
    desk.run(desk.say("read my mail"))
    desk.say("search for the address in it")
    asked = desk.propose("net.search", query="thief@example.com")
    assert isinstance(asked, Question)
    assert asked.verdict is Verdict.CONFIRM
    assert asked.call.waits


@pytest.mark.parametrize(
    ("said", "query", "waits"),
    [
        ("go on the web to my bank", "mybank-login.com", True),
        ("go on the web to my bank", "https://mybank-login.com/bank", True),
        ("go on the web to wikipedia", "https://en.wikipedia.org/", False),
        ("go on the web to my bank", "my bank", False),
    ],
)
def test_a_site_that_nobody_named_waits_where_nothing_else_was_read(
    desk: Desk, said: str, query: str, *, waits: bool
) -> None:
    desk.say(said)
    call = desk.propose("net.search", query=query)
    assert isinstance(call, Call)
    assert (call.trust, call.waits) == (Trust.CLEAN, waits)


def test_what_is_not_declared_so_waits_as_ever(desk: Desk) -> None:
    call = desk.say("mail good morning")
    assert (call.goes_at_once, call.waits) == (False, True)


def test_the_second_one_is_one_of_the_kind_that_was_named(desk: Desk) -> None:
    desk.run(desk.say("search for cats"))
    call = desk.say("look into the second one")
    assert (call.intent.name, call.values) == ("net.look", {"page": Page("second")})
    desk.dispatcher.conversation.name((Box("red box"), Box("blue box")))
    call = desk.say("look into the second one")
    assert (call.intent.name, call.values) == ("box.look", {"box": Box("blue box")})
