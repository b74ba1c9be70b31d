"""Forgetting by voice: asked first, answered with more than a yes, and then there is no trace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
import pytest
from cases import every

from voiced.conversation import Conversation
from voiced.dispatch import Dispatcher, Environment
from voiced.dispatch.calls import Call, Question, Report
from voiced.errors import IntentDenied
from voiced.events import Event, MemoryErased, Timing, TurnId
from voiced.journal import Journal
from voiced.memory.kept import Forget, Memory
from voiced.memory.taught import TaughtFile
from voiced.memory.turn_store import Limits, TurnStore
from voiced.plugin import Effect, Forgotten
from voiced.policy import Answer
from voiced.testing.script import inline
from voiced.timeline import Step, Timeline
from voiced_intents import memory
from voiced_intents.memory.forgetting import _told

NOW = datetime(2026, 3, 3, 19, 30, tzinfo=UTC)
INTENTS = [each for each in vars(memory).values() if type(each).__name__ == "Intent"]


@pytest.fixture
def kept(tmp_path):
    yield from filled(tmp_path)


def filled(tmp_path: Path) -> Iterator[Memory]:
    """A journal with a boat in it, kept turns, taught sentences and pauses."""
    times = iter([NOW - timedelta(hours=3), NOW - timedelta(minutes=5)])
    clock = lambda: next(times, NOW).timestamp()  # noqa: E731
    journal = Journal.open(tmp_path, transcripts=True, clock=clock)
    journal.say(1, "user", "the red zanzibar boat is mine")
    change = journal.begin("files.rename", 2, "renamed zanzibar to b", "files.move", {"a": "zan"})
    journal.done(change)
    taught = TaughtFile(tmp_path / "taught.yaml")
    taught.add("files.find", "sail the zanzibar to {wanted}")
    taught.add("files.find", "hunt {wanted}")
    (tmp_path / "pauses.json").write_text("[8000]")
    turns = TurnStore(tmp_path / "traces")
    turns.add(NOW, TURN, Limits(9, 9, 9))
    yield Memory(journal, turns, taught, tmp_path / "pauses.json")
    journal.close()


STEP = Step(0.0, "transcript_final", {"text": "where is the zanzibar"})
TURN = Timeline(3, "completed", 0.0, 1.0, 2.0, Timing(), (STEP,))


def bytes_below(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


class Talk:
    """A conversation with the intents of memory."""

    def __init__(self, kept: Memory) -> None:
        self.events: list[Event] = []
        environment = Environment(kept.journal, lambda: NOW, lambda: 0.0, inline, {}, memory=kept)
        self.dispatcher = Dispatcher(INTENTS, [], environment, Conversation())

    async def say(self, text: str) -> str:
        report = Report(TurnId(9), lambda: 0, self.events.append)
        found = await self.dispatcher.understand([(text, 1.0)], report)
        if isinstance(found, Question):
            return found.text
        assert isinstance(found, Call), found
        result = await self.dispatcher.run(found, report)
        return result.spoken


def talk(kept: Memory, *texts: str) -> tuple[list[str], Talk]:
    async def run() -> tuple[list[str], Talk]:
        there = Talk(kept)
        await there.dispatcher.refresh()
        return [await there.say(text) for text in texts], there

    return anyio.run(run)


def test_a_topic_is_forgotten_everywhere_once_it_is_confirmed(kept, tmp_path) -> None:
    said, there = talk(kept, "forget what I said about the zanzibar", "yes, forget the zanzibar")
    assert said[0].startswith("Forget everything that was said and done about something: the zan")
    assert said[1].startswith(
        "Forgotten: one thing that was said, one change, one recorded turn and one taught sentence."
    )
    assert "zanzibar" not in said[1]
    assert b"zanzibar" not in bytes_below(tmp_path)
    assert "hunt {wanted}" in (tmp_path / "taught.yaml").read_text()
    assert [type(event) for event in there.events].count(MemoryErased) == 1


def timers() -> tuple[Forget, Forget]:
    """What a plugin keeps: what erases, and what only counts."""
    ended = ["the zanzibar timer"]

    def count(words: str, since: datetime | None, until: datetime | None) -> int:
        return sum(words in each for each in ended)

    def forget(words: str, since: datetime | None, until: datetime | None) -> int:
        found = count(words, since, until)
        ended[:] = [each for each in ended if words not in each]
        return found

    return forget, count


@every("span", [
    {"words": "zanzibar"},
    {"words": "nobody"},
    {},
    {"since": NOW - timedelta(minutes=10)},
    {"until": NOW - timedelta(hours=1)},
    {"words": "zanzibar", "since": NOW - timedelta(minutes=10)},
])  # fmt: skip
def test_a_preview_tells_what_is_then_forgotten(span) -> None:
    with TemporaryDirectory() as folder:
        for filled_one in filled(Path(folder)):
            forget, count = timers()
            kept = replace(filled_one, elsewhere=(forget,), countable=(count,))
            before = kept.journal.last(99), kept.turns and kept.turns.turns()
            shown = kept.preview(**span)
            assert (kept.journal.last(99), kept.turns and kept.turns.turns()) == before
            done = kept.forget(**span)
            assert replace(done, proved=0) == shown


def test_a_bare_yes_forgets_nothing(kept, tmp_path) -> None:
    said, _ = talk(kept, "forget everything", "yes")
    assert "Say yes, and what I should do" in said[1]
    assert b"zanzibar" in bytes_below(tmp_path)


@pytest.mark.parametrize(
    "answer", ["yes, forget it", "forget it", "no, forget everything", "okay forget about it"]
)
def test_what_may_be_a_refusal_is_one(kept, tmp_path, answer: str) -> None:
    async def run() -> object:
        there = Talk(kept)
        await there.dispatcher.refresh()
        await there.say("forget everything")
        return await there.dispatcher.understand([(answer, 1.0)], Report(TurnId(9), int, print))

    assert anyio.run(run) is Answer.NO
    assert b"zanzibar" in bytes_below(tmp_path)


def test_everything_is_forgotten_and_what_is_the_users_own_is_named(kept, tmp_path) -> None:
    said, _ = talk(kept, "forget everything", "yes, forget everything")
    assert said[1].endswith("Your notes, lists and reminders stay.")
    assert b"zanzibar" not in bytes_below(tmp_path)
    assert not (tmp_path / "pauses.json").exists()
    assert kept.journal.last(9) == ()


def test_the_last_minutes_are_forgotten_and_what_was_before_stays(kept) -> None:
    said, _ = talk(kept, "forget the last ten minutes", "yes, forget the last ten minutes")
    assert said[1].startswith("Forgotten: one change and one recorded turn.")
    assert "can't be undone any more" in said[1]
    assert [record.as_row()["kind"] for record in kept.journal.last(9)] == ["said"]


def test_a_time_is_forgotten(kept) -> None:
    said, _ = talk(kept, "forget everything from yesterday", "yes, forget yesterday")
    assert said[1] == "There was nothing to forget."
    assert len(kept.journal.last(9)) == 2


def test_every_way_to_forget_is_destructive_and_tells_numbers_alone() -> None:
    ways = [each for each in INTENTS if each.name.startswith("memory.forget")]
    assert {each.effect for each in ways} == {Effect.W2}
    assert len(ways) == 4


@every(
    ("forgotten", "end"),
    [
        (Forgotten(said=1, kept=2), "I kept two changes that did not come to an end."),
        (Forgotten(said=2, silent=1), "without words, which I can't search."),
        (Forgotten(said=2, set_aside=1), "say forget everything to erase it."),
        (Forgotten(pauses=True), "Forgotten: how long your pauses are."),
    ],
)
def test_what_stays_is_told(forgotten: Forgotten, end: str) -> None:
    assert _told(forgotten).text.endswith(end)


def test_this_request_is_not_among_what_is_remembered(kept) -> None:
    kept.journal.say(9, "user", "what did I say about the zanzibar boat")
    kept.journal.begin("files.rename", 8, "began with zanzibar", "x.y", {})
    said, _ = talk(kept, "what did I say about the zanzibar")
    assert said == ["Today at half past four you said: the red zanzibar boat is mine."]
    said, _ = talk(kept, "what did you do today")
    assert "began with" not in said[0]


def test_what_was_done_in_a_turn_of_that_number_before_is_remembered(kept) -> None:
    kept.journal.done(kept.journal.begin("files.rename", 9, "renamed x to y", "x.y", {}))
    said, _ = talk(kept, "what did you do today")
    assert "I renamed x to y" in said[0]


def test_a_plugin_of_its_own_process_neither_reads_nor_erases() -> None:
    from voiced.plugin_host.child_context import HostAssistant

    there = HostAssistant(None)  # type: ignore[arg-type]  # nothing is asked across
    assert there.keeps_speech is False
    for call in (there.remembered, there.forget):
        with pytest.raises(IntentDenied):
            anyio.run(call)
