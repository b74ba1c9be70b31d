"""The door for intent authors: what a definition becomes, and what is refused."""

from __future__ import annotations

import inspect
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Annotated, get_args

import pytest
from cases import every

import voiced.plugin
from voiced.plugin import (
    DURATION,
    NUMBER,
    TEXT,
    Context,
    Effect,
    FieldKind,
    Integrity,
    IntentFailed,
    PluginError,
    Reply,
    Undo,
    intent,
    undoes,
)
from voiced.testing.context import FakeAssistant, FakeContext

GUIDE = Path(__file__).parents[1] / "docs" / "plugins.md"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@intent(
    "timer.start",
    sentences=["(set|start) a timer for {duration} [called {name}]"],
    effect=Effect.W1,
    critical=["duration"],
    examples=["set a timer for ten minutes"],
    deadline_s=2.0,
)
async def start(
    context: Context,
    duration: Annotated[timedelta, DURATION],
    name: Annotated[str | None, TEXT] = None,
) -> Reply:
    """Start a timer that rings
    once.

    More about it that the model need not know.
    """
    async with context.change(Undo("timer.stop", {"name": name}), "started a timer"):
        pass
    return Reply(f"Started {name or 'it'} for {duration}.")


@undoes("timer.stop")
async def stop(context, data) -> str:
    return f"Stopped {data['name']}."


def test_all_is_sorted_and_there() -> None:
    names = voiced.plugin.__all__
    constants = sorted(name for name in names if name.isupper())
    classes = sorted(name for name in names if name[0].isupper() and not name.isupper())
    functions = sorted(name for name in names if name[0].islower())
    assert names == constants + classes + functions
    for name in names:
        assert hasattr(voiced.plugin, name)


def test_a_definition_becomes_an_intent() -> None:
    assert start.name == "timer.start"
    assert start.description == "Start a timer that rings once."
    assert start.critical == ("duration",)
    assert start.deadline_s == 2.0
    assert [(slot.name, slot.required) for slot in start.slots.values()] == [
        ("duration", True),
        ("name", False),
    ]
    assert start.slots["duration"].type is DURATION


def test_its_schema_is_strict() -> None:
    schema = start.parameters()
    assert schema["required"] == ["duration", "name"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["duration"]["type"] == "string"
    assert {"type": "null"} in schema["properties"]["name"]["anyOf"]


@pytest.mark.anyio
async def test_it_can_be_called_and_taken_back() -> None:
    context = FakeContext()
    reply = await start(context, duration=timedelta(minutes=5), name="tea")
    assert reply.text == "Started tea for 0:05:00."
    (change,) = context.made
    assert change.is_done
    assert change.summary == "started a timer"
    assert await context.undo_with(stop) == "Stopped tea."
    assert context.made == []


@pytest.mark.anyio
async def test_a_change_that_raises_is_not_done_and_cannot_be_undone() -> None:
    context = FakeContext()
    with pytest.raises(OSError, match="full"):
        async with context.change(Undo("timer.stop", {}), "started"):
            raise OSError("full")
    assert [change.is_done for change in context.made] == [False]
    with pytest.raises(IntentFailed):
        await context.undo_with(stop)


def test_effect_left_out_is_admin() -> None:
    @intent("x.y", sentences=["do it"])
    async def act(context: Context) -> Reply:
        return Reply("")

    assert act.effect is Effect.X
    assert act.description == "x.y"


@pytest.mark.parametrize(
    ("effect", "only_reads"), [(Effect.R0, True), (Effect.R1, True), (Effect.W1, False)]
)
def test_effects_that_only_read(effect: Effect, only_reads: bool) -> None:
    assert effect.only_reads is only_reads


@pytest.mark.parametrize("template", ["open (the {file}", "open {file", "open [it"])
def test_a_broken_template_is_named(template: str) -> None:
    with pytest.raises(PluginError, match=r"x\.y: template") as caught:
        intent("x.y", sentences=[template])(start.function)
    assert template in str(caught.value)
    assert "docs/plugins.md" in caught.value.mend


def test_a_parameter_without_a_slot_type_is_named() -> None:
    async def act(context: Context, count: int) -> Reply:
        return Reply(str(count))

    with pytest.raises(PluginError, match=r"parameter 'count' of x\.y has no slot type"):
        intent("x.y", sentences=["do {count}"])(act)


def test_a_critical_slot_that_is_no_parameter_is_named() -> None:
    async def act(context: Context, count: Annotated[int, NUMBER]) -> Reply:
        return Reply(str(count))

    with pytest.raises(PluginError, match="critical slots"):
        intent("x.y", sentences=["do {count}"], critical=["amount"])(act)


@pytest.mark.anyio
async def test_the_fake_context_does_what_a_context_promises() -> None:
    assistant = FakeAssistant([start], last_reply="Hi.", changes=["one", "two"])
    context = FakeContext(settings=timedelta(1), assistant=assistant)
    assert context.now.tzinfo is not None
    assert context.settings(timedelta) == timedelta(1)
    with pytest.raises(TypeError, match="settings of timedelta, not of int"):
        context.settings(int)
    assert FakeContext().settings(int) == 0
    assert await context.in_worker(divmod, 7, 2) == (3, 1)
    assert await context.assistant.changes(1) == ["two"]
    assert await context.assistant.undo(5) == ["two", "one"]
    assert assistant.undone == ["two", "one"]
    context.assistant.deliver(speed=0.5, whisper=False)
    context.assistant.deliver(reset=True)
    assert assistant.delivery == [{"speed": 0.5, "whisper": False}, {"reset": True}]


def test_the_guide_names_every_slot_type_effect_and_error() -> None:
    guide = GUIDE.read_text()
    constants = [name for name in voiced.plugin.__all__ if name.isupper()]
    assert all(f"`{name}`" in guide for name in constants)
    assert all(f"`{effect.name}`" in guide for effect in Effect)
    for name in ("IntentFailed", "IntentDenied", "InvalidSlots", "choice", "Undo"):
        assert name in guide
    assert all(
        f"Integrity.{each.name}" in guide for each in Integrity if each is not Integrity.USER
    )
    assert all(f"`{kind}`" in guide for kind in get_args(FieldKind))
    assert all(f"`{each.name}`" in guide for each in fields(Reply) if each.name != "text")
    for parameter in inspect.signature(intent).parameters.values():
        assert parameter.name in guide


def _of(effect: Effect, raised: object) -> Effect:
    async def act(context: Context) -> Reply:
        return Reply("")

    def effect_of(values: object) -> Effect:
        if isinstance(raised, BaseException):
            raise raised
        return raised

    made = intent("x.y", sentences=["do it"], effect=effect, effect_of=effect_of)(act)
    return made.effect_with({})


@every("declared", Effect)
@every("raised", Effect)
def test_a_call_is_never_less_dangerous_than_declared(declared: Effect, raised: Effect) -> None:
    from voiced.policy import Trust, Verdict, decide

    order = list(Verdict)
    effect = _of(declared, raised)
    for trust in Trust:
        strictness = order.index(decide(effect, trust))
        assert strictness >= order.index(decide(declared, trust))
        assert strictness >= order.index(decide(raised, trust))
    assert effect.is_outward or not (declared.is_outward or raised.is_outward) or effect is Effect.X
    assert effect.only_reads == (declared.only_reads and raised.only_reads)


@pytest.mark.parametrize("raised", [KeyError("to"), SystemExit(), None, "read_public"])
def test_a_call_of_which_nobody_knows_what_it_does_counts_as_admin(raised: object, caplog) -> None:
    assert _of(Effect.R0, raised) is Effect.X
    assert "x.y: effect_of raised" in caplog.text


def test_an_effect_that_is_not_declared_is_admin_and_a_reply_is_from_outside() -> None:
    async def act(context: Context) -> Reply:
        return Reply("")

    made = intent("x.y", sentences=["do it"])(act)
    assert (made.effect, made.effect_with({}), made.returns) == (
        Effect.X,
        Effect.X,
        Integrity.EXTERNAL,
    )
