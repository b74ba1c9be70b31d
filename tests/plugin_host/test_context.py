"""What an intent may do in a process of its own: the same as in ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import anyio
import pytest

from voiced.announcements import Announcement
from voiced.errors import ConfigError, IntentDenied, IntentFailed, InvalidSlots, JournalError
from voiced.plugin import DURATION, DateSpan, Effect, Field, FileEntity, Integrity, Reply, intent
from voiced.testing.context import FakeAssistant, FakeContext

pytestmark = pytest.mark.engine  # processes of their own

NOW = datetime(2026, 3, 3, 19, 30, tzinfo=UTC)


def intent_text(body, effect="R1", parameters=""):
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    slots = f"{{{parameters.partition(':')[0]}}}" if parameters else ""
    return (
        f'@intent("odd.act", sentences=["act {slots}"], effect=Effect.{effect},'
        f' examples=["act now"])\nasync def act(context{", " if parameters else ""}{parameters}):\n'
        f"    '''Act for me.'''\n{lines}\n"
    )


def test_definitions_are_those_of_the_plugin(hosted):
    plugin = hosted(
        intent_text("return Reply('x')", "W2", "length: Annotated[timedelta, DURATION]")
        + "@undoes('odd.back')\nasync def back(context, data): return 'back'\n"
    )
    act = plugin.intents["odd.act"]
    assert act.description == "Act for me."
    assert act.sentences == ("act {length}",)
    assert act.effect is Effect.W2
    assert act.examples == ("act now",)
    assert act.slots["length"].type is DURATION
    assert act.parameters()["properties"]["length"] == dict(DURATION.json_schema)
    assert [each.operation for each in plugin.undoers] == ["odd.back"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("timedelta, DURATION", timedelta(minutes=3)),
        ("str, TEXT", "Oat \u201cMilk\u201d"),
        ("DateSpan, DATE_SPAN", DateSpan(NOW, NOW + timedelta(days=1))),
        ("int, NUMBER", 7),
        ("FileEntity, TEXT", FileEntity(Path("/a/b"), "pdf", 1, None, NOW)),
    ],
)
def test_slot_values_arrive_as_they_are(hosted, kind, value):
    plugin = hosted(intent_text("return Reply(repr(what))", parameters=f"what: Annotated[{kind}]"))

    async def run():
        assert (await plugin.call("odd.act", what=value)).text == repr(value)

    anyio.run(run)


def test_time_and_worker(hosted):
    body = (
        "where = await context.in_worker(lambda: __import__('threading').current_thread().name)\n"
        "return Reply(f'{context.now:%Y %H %M} {where != \"MainThread\"}')"
    )
    plugin = hosted(intent_text(body))

    async def run():
        assert (await plugin.call("odd.act", FakeContext(now=NOW))).text == "2026 19 30 True"

    anyio.run(run)


SETTINGS = """
from pydantic import BaseModel, ConfigDict, Field
class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    greeting: str = "Hello"
    count: int = Field(3, ge=1)
    file: Path = Path("~/x")
"""


def test_settings_are_checked_and_kept_for_the_next_process(hosted):
    plugin = hosted(SETTINGS + intent_text("return Reply(context.settings(Settings).greeting)"))
    host = plugin.host
    assert dict(host.configure({}, "voiced.toml").values)["count"] == "3"
    report = host.configure({"greeting": "Hi"}, "voiced.toml")
    assert dict(report.values)["greeting"] == '"Hi"'
    assert report.paths == (Path("~/x"),)
    for section, reason in [({"count": 0}, "odd.count"), ({"greting": "x"}, "odd.greeting")]:
        with pytest.raises(ConfigError, match=reason):
            host.configure(section, "voiced.toml")
    host.close()

    async def run():
        assert (await plugin.call("odd.act")).text == "Hi"

    anyio.run(run)
    assert plugin.failures == []


def test_a_change_is_in_the_journal_before_it_is_made(hosted, tmp_path):
    file = tmp_path / "made"
    body = (
        "async with context.change(Undo('odd.back', {'n': 3, 'w': ['a']}), 'made  it'):\n"
        f"    await context.in_worker(Path({str(file)!r}).touch)\nreturn Reply('Done.')"
    )
    undoer = (
        "@undoes('odd.back')\nasync def back(context, data):\n"
        f"    Path({str(file)!r}).unlink()\n    return str(data)\n"
    )
    plugin = hosted(intent_text(body, "W1") + undoer)
    context = FakeContext()

    async def run():
        await plugin.call("odd.act", context)
        (change,) = context.made
        assert (change.summary, change.is_done) == ("made it", True)
        assert file.exists()
        assert await context.undo_with(*plugin.undoers) == "{'n': 3, 'w': ['a']}"
        assert not file.exists()

    anyio.run(run)


def test_a_change_that_fails_is_not_done(hosted):
    body = (
        "async with context.change(Undo('odd.back', {}), 'made it'):\n"
        "    raise IntentFailed('no', spoken='It would not.')"
    )
    undoer = "@undoes('odd.back')\nasync def back(context, data): return ''\n"
    plugin = hosted(intent_text(body, "W1") + undoer)
    context = FakeContext()

    async def run():
        with pytest.raises(IntentFailed) as caught:
            await plugin.call("odd.act", context)
        assert caught.value.spoken == "It would not."
        assert [change.is_done for change in context.made] == [False]

    anyio.run(run)
    assert plugin.failures == []


class FullDisk(FakeContext):
    def change(self, undo, summary):
        raise JournalError("the disk is full")


def test_a_journal_that_cannot_be_written_stops_the_change(hosted, tmp_path):
    file = tmp_path / "made"
    body = (
        "async with context.change(Undo('odd.back', {}), 'made it'):\n"
        f"    Path({str(file)!r}).touch()"
    )
    undoer = "@undoes('odd.back')\nasync def back(context, data): return ''\n"
    plugin = hosted(intent_text(body, "W1") + undoer)

    async def run():
        with pytest.raises(JournalError, match="the disk is full"):
            await plugin.call("odd.act", FullDisk())

    anyio.run(run)
    assert not file.exists()


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        ("IntentFailed('m', spoken='s', mend='x')", IntentFailed),
        ("IntentDenied('m', spoken='s', mend='x')", IntentDenied),
        ("InvalidSlots('m', spoken='s', mend='x')", InvalidSlots),
    ],
)
def test_refusals_arrive_as_they_are(hosted, raised, kind):
    plugin = hosted(intent_text(f"raise {raised}"))

    async def run():
        with pytest.raises(kind) as caught:
            await plugin.call("odd.act")
        error = caught.value
        assert (error.message, error.spoken, error.mend, error.intent) == ("m", "s", "x", "odd.act")

    anyio.run(run)
    assert plugin.failures == []


@intent("home.light", sentences=["light for {duration}"], effect=Effect.W1, examples=["light"])
async def light(context, duration: Annotated[timedelta, DURATION]) -> Reply:
    """Make light."""
    return Reply("")


def test_the_assistant_is_there(hosted):
    body = """
a = context.assistant
a.deliver(louder_db=3)
told = await a.changes(2)
undone = await a.undo(1)
it = a.intents()[0]
try:
    await it(context)
    raise AssertionError
except IntentDenied:
    pass
e = a.entities
return Reply("|".join([a.last_reply, a.last_heard, a.unfinished_reply, *told, *undone, it.name,
    it.effect.name, *it.slots, e[0].spoken, str(e[1].path)]))
"""
    plugin = hosted(intent_text(body, "W1"))
    home = FakeAssistant([light], last_reply="said", changes=["first", "second"])
    home.last_heard, home.unfinished_reply = "heard", "cut"
    file = FileEntity(Path("/f"), "pdf", 1, None, NOW)

    class Lamp:
        kind, spoken = "lamp", "the lamp"

    home.entities = (Lamp(), file)

    async def run():
        reply = await plugin.call("odd.act", FakeContext(assistant=home))
        assert reply.text == (
            "said|heard|cut|second|first|second|home.light|W1|duration|the lamp|/f"
        )

    anyio.run(run)
    assert home.delivery == [{"louder_db": 3}]
    assert home.undone == ["second"]


LABELLED = """
def by_name(values):
    if values["to"] == "boom": raise ValueError
    if values["to"] == "slow": time.sleep(9)
    return Effect.O2 if values["to"] == "stranger" else Effect.O1

@intent("odd.send", sentences=["send it to {to}"], effect=Effect.O1, returns=Integrity.USER,
        effect_of=by_name)
async def send(context, to: Annotated[str, TEXT]):
    fields = (Field("address", "a@b.example"), Field("number", "3"))
    return Reply(f"{context.assistant.stop_sending()}", fields=fields, is_repeat=True)

@intent("odd.note", sentences=["note it"], effect=Effect.R1, returns=Integrity.CONTACT)
async def note(context):
    return Reply("", fields=(Field("sentence", "x"),))
"""


def test_how_far_it_is_trusted_and_what_a_call_would_do(hosted):
    plugin = hosted(LABELLED)
    send, note = plugin.intents["odd.send"], plugin.intents["odd.note"]
    assert (send.returns, note.returns) == (Integrity.CONFIG, Integrity.CONTACT)
    assert note.effect_of is None
    assert send.effect_with({"to": "anna"}) is Effect.O1
    assert send.effect_with({"to": "stranger"}) is Effect.O2
    for wrong in ("boom", "slow"):
        assert send.effect_with({"to": wrong}) is Effect.X
    home = FakeAssistant()
    home.outbox = 2

    async def run():
        reply = await plugin.call("odd.send", FakeContext(assistant=home), to="anna")
        assert reply.text == "2"
        assert reply.fields == (Field("address", "a@b.example"), Field("number", "3"))
        assert reply.is_repeat
        with pytest.raises(IntentFailed):
            await plugin.call("odd.note")

    anyio.run(run)


THINGS = """
from dataclasses import dataclass
@dataclass(frozen=True)
class Cup:
    spoken: str
    kind: str = "cup"

class Things:
    name = "thing"
    is_open = False
    json_schema = {"type": "string"}
    def phrases(self, context): return ["blue cup", f"cup of {context.now:%Y}"]
    def resolve(self, said, context):
        return [Candidate(Cup(said), said, 0.9), Candidate(Cup("other"), "other", 0.2)]
    def from_entity(self, entity):
        if isinstance(entity, FileEntity): return Cup(entity.path.name)
        return entity if isinstance(entity, Cup) else None
THING = Things()

@intent("odd.take", sentences=["take the {thing} away"], effect=Effect.R1)
async def take(context, thing: Annotated[Cup, THING]):
    assert type(thing) is Cup
    file = FileEntity(Path("/f"), "pdf", 1, None, context.now)
    return Reply(thing.spoken, entities=(thing, file))
"""


def test_values_of_a_type_of_its_own_go_and_come_back(hosted):
    plugin = hosted(THINGS)
    kind = plugin.slot("odd.take", "thing")
    context = FakeContext(now=NOW)
    assert kind.phrases(context) == ["blue cup", "cup of 2026"]
    best, other = kind.resolve("red cup", context)
    assert (best.spoken, best.score, other.score) == ("red cup", 0.9, 0.2)

    async def run():
        reply = await plugin.call("odd.take", context, thing=best.value)
        assert reply.text == "red cup"
        cup, file = reply.entities
        assert (cup.kind, cup.spoken) == ("cup", "red cup")
        assert file.path == Path("/f")
        again = await plugin.call("odd.take", context, thing=kind.from_entity(cup))
        assert again.text == "red cup"
        of_file = await plugin.call("odd.take", context, thing=kind.from_entity(file))
        assert of_file.text == "f"

    anyio.run(run)


def test_a_thing_of_another_plugin_fits_none_of_its_types(hosted):
    kind = hosted(THINGS).slot("odd.take", "thing")
    other = hosted(THINGS, name="even")

    async def run():
        (found, _) = other.slot("odd.take", "thing").resolve("x", FakeContext())
        reply = await other.call("odd.take", thing=found.value)
        assert kind.from_entity(reply.entities[0]) is None

    anyio.run(run)


def test_calls_run_side_by_side(hosted):
    plugin = hosted(intent_text("await asyncio.sleep(0.3)\nreturn Reply('x')") + THINGS)

    async def run():
        began_s = anyio.current_time()
        async with anyio.create_task_group() as tasks:
            for _ in range(5):
                tasks.start_soon(plugin.call, "odd.act")
        assert anyio.current_time() - began_s < 1.4

    anyio.run(run)


def test_a_text_is_read_and_rewritten_for_it(hosted):
    plugin = hosted(
        intent_text(
            "found = await context.ask_about('a mail', 'What?', {'type': 'object', 'properties':"
            " {'about': {'type': 'string'}}})\n"
            "new = await context.rewrite('old words', 'Make it new.', may_break=True)\n"
            "told = [found.reveal()['about'], new.reveal(), new.label.integrity.name]\n"
            "return Reply(' '.join(told))"
        )
    )
    context = FakeContext(answers=[{"about": "Cats."}, {"text": "new\nwords"}])

    async def run():
        return (await plugin.call("odd.act", context)).text

    assert anyio.run(run) == "Cats. new\nwords EXTERNAL"
    assert context.asked == [("a mail", "What?"), ("old words", "Make it new.")]


@pytest.mark.parametrize(
    "use",
    [
        "context.desk",
        "context.assistant.take_speech('odd.act')",
        "context.assistant.allow_pictures()",
        "await context.ask_about_picture(b'', 'What?', {})",
    ],
)
def test_the_desk_and_the_microphone_are_not_for_it(hosted, use):
    plugin = hosted(intent_text(f"{use}\nreturn Reply('had it')"))

    async def run():
        with pytest.raises((IntentDenied, IntentFailed)):
            await plugin.call("odd.act")


def test_what_is_said_unasked_crosses(hosted):
    plugin = hosted(
        intent_text("return Reply('x')")
        + "@announces('odd.news', returns=Integrity.USER, deadline_s=3)\n"
        + "async def news(context, told):\n"
        + "    later = context.now + timedelta(seconds=9)\n"
        + "    return News((Announcement('a', f'told {dict(told)}', True),), later)\n"
    )
    (announcer,) = plugin.announcers
    assert (announcer.name, announcer.returns) == ("odd.news", Integrity.CONFIG)

    async def run():
        context = FakeContext(now=NOW)
        news = await announcer.function(context, {"a": "answered"})
        assert news.announcements == (Announcement("a", "told {'a': 'answered'}", rings=True),)
        assert news.again_at is not None
        assert 9 <= (news.again_at - NOW).total_seconds() < 12

    anyio.run(run)


@pytest.mark.parametrize("said", ["None", "5", "News((1,))", "News((), 'later')"])
def test_what_is_no_news_is_refused(hosted, said):
    plugin = hosted(
        intent_text("return Reply('x')")
        + f"@announces('odd.news')\nasync def news(context, told):\n    return {said}\n"
    )

    async def run():
        with pytest.raises(IntentFailed):
            await plugin.announcers[0].function(FakeContext(), {})

    anyio.run(run)
