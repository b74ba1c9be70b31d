"""A request's way through the model: rounds, a repair, reads at once, a stable prefix, figures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Annotated, Any

import anyio
import pytest

from voiced.config import ResponderSettings
from voiced.conversation import Conversation
from voiced.dispatch import Call, Dispatcher, Environment, Report, Result
from voiced.engines.openai_chat import OpenAIResponder
from voiced.events import Event, IntentReturned, ModelReplied, RequestMissed, TurnId
from voiced.plugin import NUMBER, TEXT, Context, Effect, Entity, Integrity, Reply, intent
from voiced.stages import Message, Responder, ToolCall, Usage
from voiced.testing import clock
from voiced.testing.fakes import FakeResponder, Step
from voiced.testing.script import inline
from voiced.testing.servers import ScriptedChatServer
from voiced.thinking.thinker import Thinker, Thought, Turn
from voiced.trace import Marks

DONE: list[str] = []


@dataclass(frozen=True)
class Thing:
    """Something that can be named."""

    spoken: str
    kind: str = "thing"


@intent("notes.add", sentences=["note {text}"], effect=Effect.W1, returns=Integrity.CONFIG)
async def add(context: Context, text: Annotated[str, TEXT]) -> Reply:
    """Write a note."""
    DONE.append(f"add {text}")
    return Reply(f"Noted {text}.")


@intent("notes.count", sentences=["count to {n}"], effect=Effect.R0, returns=Integrity.CONFIG)
async def count(
    context: Context, n: Annotated[int, NUMBER], word: Annotated[str | None, TEXT] = None
) -> Reply:
    """Count."""
    DONE.append(f"count {n}")
    return Reply(f"I counted to {n}.")


@intent("slow.read", sentences=["read {text} slowly"], effect=Effect.R1)
async def slow(context: Context, text: Annotated[str, TEXT]) -> Reply:
    """Read something, which takes a second, or two for what is long."""
    DONE.append(f"begin {text}")
    await anyio.sleep(2.0 if text == "long" else 1.0)
    DONE.append(f"end {text}")
    things: tuple[Entity, ...] = (Thing(f"{text} one"), Thing(f"{text} two"))
    return Reply(f"I read the {text}.", things)


@intent("admin.reset", sentences=["reset everything"])
async def reset(context: Context) -> Reply:
    """Reset everything."""
    return Reply("Reset.")


async def at_once(works: Sequence[Any]) -> None:
    async with anyio.create_task_group() as tasks:
        for work in works:
            tasks.start_soon(work)


@dataclass
class Desk:
    """A thinker with a model, and all that was said and told."""

    model: Responder
    said: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    today: str = ""
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
        self.dispatcher = Dispatcher([slow, reset, count, add], [], environment, Conversation())
        self.thinker = Thinker(self.dispatcher, self.model, today=lambda: self.today)

    async def think(self, text: str, heard: str | None = None) -> Thought:
        """One turn, of which the user heard all, or that."""
        await self.dispatcher.refresh()
        self.turns += 1
        report = Report(TurnId(self.turns), lambda: 0, self.events.append)

        async def say(sentence: str) -> None:
            self.said.append(sentence)

        async def perform(call: Call, report: Report) -> Result:
            return await self.dispatcher.run(call, report)

        turn = Turn(report, Marks(), say, perform, together=at_once)
        try:
            thought = await self.thinker.think([(text, 1.0)], turn)
        except BaseException:
            self.dispatcher.conversation.add(text, heard or "")
            raise
        self.dispatcher.conversation.add(text, thought.reply if heard is None else heard)
        return thought

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def results(self) -> list[dict[str, Any]]:
        """What the model was told of its calls, in its last request."""
        assert isinstance(self.model, FakeResponder)
        sent = self.model.histories[-1]
        return [json.loads(message.content) for message in sent if message.role == "tool"]


def desk(**answers: list[list[Step]]) -> Desk:
    return Desk(FakeResponder({key.replace("_", " "): value for key, value in answers.items()}))


def call(name: str, number: int = 1, **arguments: object) -> ToolCall:
    return ToolCall(f"call-{number}", name, arguments)


def requests(one: Desk) -> int:
    assert isinstance(one.model, FakeResponder)
    return len(one.model.histories)


# Rounds


def test_a_first_round_that_only_plans_is_not_counted_but_a_second_one_is() -> None:
    plan = call("plan", steps=[])
    rounds: list[list[Step]] = [[call("notes.count", n=n)] for n in range(1, 9)]
    one = desk(go=[[plan], *rounds], plan=[[plan]] * 9)
    clock.run(one.think, "go")
    assert DONE == ["count 1", "count 2", "count 3"]
    assert requests(one) == 4
    clock.run(one.think, "plan")
    assert requests(one) == 4 + 4  # a model that plans for ever comes to an end


# The one repair


@pytest.mark.parametrize(
    "wrong",
    [
        call("notes.add", text=["milk"]),
        call("notes.fly"),
        ToolCall("x", "notes.add", {}, "the arguments are not valid JSON"),
    ],
)
def test_a_mistake_is_told_once_and_the_second_one_ends_it(wrong: ToolCall) -> None:
    one = desk(remember=[[wrong], [wrong], [call("notes.add", text="milk")]])
    thought = clock.run(one.think, "remember")
    assert (thought.outcome, requests(one), DONE) == ("failed", 2, [])
    assert thought.error is not None
    assert one.said == [thought.error.spoken]


def test_what_was_right_in_the_round_of_a_mistake_is_done_once() -> None:
    right, wrong = call("notes.add", 1, text="milk"), call("notes.add", 2)
    one = desk(remember=[[right, wrong], [call("notes.add", 3, text="eggs")], ["Noted both."]])
    thought = clock.run(one.think, "remember")
    assert (thought.outcome, DONE) == ("completed", ["add milk", "add eggs"])


@pytest.mark.parametrize("n", ["three", "3", 3])
def test_a_word_for_a_number_is_no_mistake(n: object) -> None:
    one = desk(go=[[call("notes.count", n=n)], ["Done."]])
    clock.run(one.think, "go")
    assert DONE == ["count 3"]


def test_null_and_nothing_are_the_same_for_what_is_optional() -> None:
    both = [call("notes.count", 1, n=1, word=None), call("notes.count", 2, n=2)]
    one = desk(go=[both, ["Done."]])
    clock.run(one.think, "go")
    assert DONE == ["count 1", "count 2"]


# Reads at once


def test_reads_of_one_round_run_together_and_are_told_in_order() -> None:
    reads = [call("slow.read", 1, text="long"), call("slow.read", 2, text="short")]
    one = desk(go=[reads, [""]])

    async def run() -> float:
        began_s = anyio.current_time()
        await one.think("go")
        return anyio.current_time() - began_s

    assert clock.run(run) == pytest.approx(2.0)
    assert DONE == ["begin long", "begin short", "end short", "end long"]
    assert one.said == ["I read the long.", "I read the short."]
    assert [event.intent for event in one.of(IntentReturned)] == ["slow.read"] * 2
    assert [result["result"] for result in one.results] == ["done; the user hears it"] * 2
    it = one.dispatcher.conversation.referent("it")
    assert it is not None
    assert it.spoken == "short one"  # the last of them, whichever ended last


def test_what_changes_something_waits_for_the_reads_before_it_and_the_next_for_it() -> None:
    mixed = [
        call("slow.read", 1, text="long"),
        call("notes.count", 2, n=1),
        call("notes.add", 3, text="a b"),
        call("notes.count", 4, n=2),
    ]
    planned = call("plan", 0, steps=[{"intent": "notes.add", "arguments": {"text": "a b"}}])
    one = desk(look_and_add_a_b=[[planned, *mixed], [""]])
    clock.run(one.think, "look and add a b")
    assert DONE == ["begin long", "count 1", "end long", "add a b", "count 2"]


def test_a_barge_in_ends_all_reads_and_leaves_a_whole_history() -> None:
    reads = [call("slow.read", 1, text="long"), call("slow.read", 2, text="short")]
    one = desk(go=[["Let me look. ", *reads], [""]], next=[["Yes."]])

    async def interrupted() -> None:
        with anyio.move_on_after(0.5):
            await one.think("go", heard="Let me")
        await one.think("next")

    clock.run(interrupted)
    assert DONE == ["begin long", "begin short"]
    assert isinstance(one.model, FakeResponder)
    sent = one.model.histories[-1]
    assert [message.role for message in sent] == [
        "system", "user", "assistant", "tool", "tool", "assistant", "user",
    ]  # fmt: skip
    assert [message.content for message in sent if message.role == "assistant"] == ["", "Let me"]
    assert all("not done" in message.content for message in sent if message.role == "tool")


# The prefix


def test_all_that_was_sent_is_sent_again_and_only_appended_to() -> None:
    steps = [[call("notes.add", 1, text="milk")], [call("notes.count", 2, n=2)], ["It is noted."]]
    two = [["Counting. ", call("notes.count", 1, n=3)], ["It was three."]]
    one = desk(remember=steps, count=two, thanks=[["You are welcome."]])
    one.today = "(Today is Tuesday.)"

    async def evening() -> None:
        for text in ("remember", "note eggs", "count", "thanks"):
            await one.think(text)
        one.today = "(Today is Wednesday.)"
        await one.think("thanks")

    clock.run(evening)
    assert isinstance(one.model, FakeResponder)
    histories = one.model.histories
    assert len(histories) == 7
    for before, after in pairwise(histories):
        assert after[: len(before)] == before
    assert all(tools is one.model.tools[0] for tools in one.model.tools)
    names = [tool.name for tool in one.model.tools[0]]
    assert names == ["plan", "notes.add", "notes.count", "slow.read"]
    days = [message.content for message in histories[-1] if "Today" in message.content]
    assert days == ["(Today is Tuesday.)\nremember", "(Today is Wednesday.)\nthanks"]
    assert "Today" not in histories[-1][0].content


@pytest.mark.engine
def test_requests_are_the_same_bytes_as_far_as_the_one_before_went() -> None:
    """As a template puts them: system, tools, messages."""
    replies: list[Any] = [
        ["Let me see. ", call("notes.add", 1, text="Büro 👋")],
        "It is noted.",
        [call("notes.count", 2, n=2)],
        [call("notes.count", 3, n="x")],
        "It was two.",
        "You are welcome.",
    ]

    async def evening() -> list[bytes]:
        async with ScriptedChatServer(replies) as server:
            model = OpenAIResponder(ResponderSettings(url=server.url, model="m"))
            one = Desk(model, today="(Today is Tuesday.)")
            for text in ("remember", "count", "thanks"):
                await one.think(text)
            await model.aclose()
            return [request.body for request in server.requests if "chat" in request.path]

    bodies = anyio.run(evening)
    assert len(bodies) == 6
    for before, after in pairwise(bodies):
        one, other = json.loads(before), json.loads(after)
        assert json.dumps(one["tools"]) == json.dumps(other["tools"])
        end = json.dumps(one["messages"], ensure_ascii=False).encode().removesuffix(b"]")
        assert json.dumps(other["messages"], ensure_ascii=False).encode().startswith(end)
        # messages come last in the body, so the bytes themselves are a prefix, too
        assert before.endswith(b"}]}")
        assert after.startswith(before.removesuffix(b"]}"))


def test_a_long_conversation_loses_its_beginning_only_now_and_then() -> None:
    one = desk(hello=[["Hi."]])

    async def chat() -> None:
        for _ in range(60):
            await one.think("hello")

    clock.run(chat)
    assert isinstance(one.model, FakeResponder)
    histories = one.model.histories
    lost = sum(after[: len(before)] != before for before, after in pairwise(histories))
    assert lost == 4
    assert max(map(len, histories)) == 1 + 2 * 20 + 1


def test_what_was_said_with_a_call_is_not_in_the_history_twice() -> None:
    one = desk(count=[["Counting. ", call("notes.count", 1, n=3)], ["It was three."]])
    clock.run(one.think, "count")
    clock.run(one.think, "else")
    assert isinstance(one.model, FakeResponder)
    said = [m.content for m in one.model.histories[-1] if m.role == "assistant"]
    assert said == ["Counting. ", "It was three."]


def test_a_model_that_is_asked_late_gets_the_turns_before_it() -> None:
    one = desk(thanks=[["You are welcome."]])
    clock.run(one.think, "note eggs")
    clock.run(one.think, "thanks")
    assert isinstance(one.model, FakeResponder)
    assert one.model.histories[-1][1:] == (
        Message("user", "note eggs"),
        Message("assistant", "Noted eggs."),
        Message("user", "thanks"),
    )


# Figures and misses


def test_the_tokens_that_a_server_counts_are_told_request_by_request() -> None:
    one = desk(count=[[call("notes.count", 1, n=3)], ["It was three."]], thanks=[["Yes."]])
    assert isinstance(one.model, FakeResponder)
    one.model.usages = [Usage(100, 0, 5), Usage(120, 90, 4)]
    clock.run(one.think, "count")
    clock.run(one.think, "thanks")  # this one is not counted
    told = [(e.prompt_tokens, e.cached_tokens, e.completion_tokens) for e in one.of(ModelReplied)]
    assert told == [(100, 0, 5), (120, 90, 4)]


def test_what_no_template_fits_is_told_with_what_the_model_took_it_for() -> None:
    one = desk(count=[[call("notes.count", 1, n=3)], ["It was three."]])
    for text in ("count", "sing", "note eggs", "stop", "mhm"):
        clock.run(one.think, text)
    assert [(e.turn, e.text, e.intent) for e in one.of(RequestMissed)] == [
        (1, "count", "notes.count"),
        (2, "sing", ""),
    ]
