"""From a daemon's control socket to what pages are told."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import pytest
from control_lab import Lab, laboratory, until

from voiced.control.client import forget
from voiced.controls import Asked
from voiced.errors import ControlError
from voiced.events import (
    ConfirmationAsked,
    MemoryErased,
    ModeChanged,
    ReplySentence,
    Timing,
    TranscriptPartial,
    TurnEnded,
    TurnId,
)
from voiced.web import live as live_module
from voiced.web.daemon import Daemon
from voiced.web.live import Live
from voiced.workers import in_worker

pytestmark = pytest.mark.anyio
ONE = TurnId(1)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_RETRY_S", "_LOOKED_AT_S"):
        monkeypatch.setattr(live_module, name, 0.01)


@dataclass
class Message:
    kind: str
    data: Any
    id: str = ""


@dataclass
class Reader:
    """A page: what it was told, message by message."""

    stream: AsyncGenerator[bytes]
    waiting: list[Message] = field(default_factory=list)
    seen: str = ""

    async def next(self, kind: str = "patch") -> Any:
        while True:
            while not self.waiting:
                self.waiting.extend(_messages(await anext(self.stream)))
            message = self.waiting.pop(0)
            self.seen = message.id or self.seen
            if message.kind == kind:
                return message.data

    async def until_state(self, **wanted: Any) -> None:
        found: dict[str, Any] = {}
        while not wanted.items() <= found.items():
            found |= (await self.next()).get("state", {})


def _messages(data: bytes) -> list[Message]:
    told = []
    for block in data.decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if line[:1] != ":")
        if "event" in fields:
            data_of = json.loads(fields["data"])
            told.append(Message(fields["event"], data_of, fields.get("id", "")))
    return told


def said(live: Live) -> str:
    return live.scene.turns[0].said if live.scene.turns else ""


@asynccontextmanager
async def reading(live: Live, seen: str = "") -> AsyncIterator[Reader]:
    async with aclosing(live.follow(seen)) as stream:
        yield Reader(stream)


@asynccontextmanager
async def watched(folder: Path) -> AsyncIterator[tuple[Lab, Live]]:
    """A daemon, and what watches it."""
    live = Live(Daemon(folder / "voiced"))
    async with laboratory(folder) as lab, anyio.create_task_group() as tasks:
        tasks.start_soon(live.run)
        await until(lambda: live.scene.state["link"] == "here")
        yield lab, live
        tasks.cancel_scope.cancel()


async def test_a_page_is_told_how_it_is_and_then_what_happens(tmp_path) -> None:
    async with watched(tmp_path) as (lab, live), reading(live) as reader:
        assert (await reader.next("scene"))["state"]["mode"] == "listening"
        lab.feed.hear(TranscriptPartial(0, ONE, "what"))
        patch = await reader.next()
        assert (patch["type"], patch["turn"]["said"]) == ("transcript_partial", "what")


async def test_none_of_thousands_is_missed_by_several_pages(tmp_path) -> None:
    wanted = [str(number) for number in range(3000)]
    async with watched(tmp_path) as (lab, live), reading(live) as one, reading(live) as other:
        for page in (one, other):
            await page.next("scene")

        async def read(page: Reader, found: list[str]) -> None:
            while len(found) < len(wanted):
                patch = await page.next()
                found += [patch["turn"]["said"]] if patch["type"] == "transcript_partial" else []

        found: tuple[list[str], list[str]] = [], []
        async with anyio.create_task_group() as tasks:
            for page, kept in zip((one, other), found, strict=True):
                tasks.start_soon(read, page, kept)
            for count, text in enumerate(wanted, start=1):
                lab.feed.hear(TranscriptPartial(0, ONE, text))
                if count % 100 == 0:
                    await until(lambda: said(live) == text)  # noqa: B023 - at once
        assert found == (wanted, wanted)


async def test_who_comes_back_is_told_what_he_missed(tmp_path) -> None:
    async with watched(tmp_path) as (lab, live):
        async with reading(live) as reader:
            await reader.next("scene")
            lab.feed.hear(TranscriptPartial(0, ONE, "a"))
            await reader.next()
            seen = reader.seen
        for text in ("ab", "abc"):
            lab.feed.hear(TranscriptPartial(0, ONE, text))
        await until(lambda: said(live) == "abc")
        async with reading(live, seen) as reader:
            assert (await reader.next())["turn"]["said"] == "ab"
            assert (await reader.next())["turn"]["said"] == "abc"


@pytest.mark.parametrize("seen", ["", "x", "other.7", "{name}.999", "{name}.-1", "{name}.x"])
async def test_whose_place_is_not_known_is_told_everything(tmp_path, seen) -> None:
    live = Live(Daemon(tmp_path / "voiced"))
    async with reading(live, seen.format(name=live._name)) as reader:
        assert (await reader.next("scene"))["state"]["link"] == "waiting"


async def test_who_was_away_for_too_long_is_told_everything(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(live_module, "_KEPT", 5)
    async with watched(tmp_path) as (lab, live), reading(live) as reader:
        await reader.next("scene")
        seen = reader.seen
        for number in range(20):
            lab.feed.hear(TranscriptPartial(0, ONE, str(number)))
        await until(lambda: said(live) == "19")
        assert (await reader.next("scene"))["turns"][0]["said"] == "19"
        async with reading(live, seen) as again:
            assert (await again.next("scene"))["turns"][0]["said"] == "19"


async def test_a_daemon_goes_and_another_comes(tmp_path) -> None:
    live = Live(Daemon(tmp_path / "voiced"))
    async with anyio.create_task_group() as tasks:
        with anyio.fail_after(10):
            tasks.start_soon(live.run)
            async with reading(live) as reader:
                for _ in range(2):
                    async with laboratory(tmp_path):
                        await reader.until_state(link="here")
                    await reader.until_state(link="gone")
        tasks.cancel_scope.cancel()


async def test_the_question_that_waits_is_shown_until_it_is_void(tmp_path) -> None:
    async with watched(tmp_path) as (lab, live), reading(live) as reader:
        lab.keyboard.asked = Asked("q7", "Shall I?")
        lab.feed.hear(ConfirmationAsked(0, ONE, "q7", "Shall I?"))
        while (patch := await reader.next()).get("question") is None:
            pass
        assert patch["question"]["text"] == "Shall I?"
        lab.keyboard.asked = None
        while "question" not in (patch := await reader.next()):
            pass
        assert patch["question"] is None


async def test_what_was_forgotten_is_shown_nowhere_any_more(tmp_path) -> None:
    async with watched(tmp_path) as (lab, live), reading(live) as reader:
        await reader.next("scene")
        seen = reader.seen
        for number in (1, 2):
            lab.feed.hear(TranscriptPartial(0, TurnId(number), "my secret"))
        lab.feed.hear(MemoryErased(0, TurnId(2)))
        scene = await reader.next("scene")
        assert [turn["number"] for turn in scene["turns"]] == [2]
        assert "secret" not in json.dumps(scene)
        for place in (seen, ""):
            async with reading(live, place) as again:
                assert "secret" not in json.dumps(await again.next("scene"))


async def test_what_was_forgotten_elsewhere_leaves_no_turn_that_is_over(tmp_path) -> None:
    async with watched(tmp_path) as (lab, live), reading(live) as reader:
        await reader.next("scene")
        lab.feed.hear(TranscriptPartial(0, ONE, "my secret"))
        lab.feed.hear(ReplySentence(0, ONE, "Your secret is kept."))
        lab.feed.hear(TurnEnded(0, ONE, "completed", "Your secret is kept.", Timing()))
        lab.feed.hear(MemoryErased(0, ONE))
        assert (await reader.next("scene"))["turns"] == []
        lab.feed.hear(TranscriptPartial(0, TurnId(2), "my secret"))
        lab.feed.hear(ReplySentence(0, TurnId(2), "Your secret is kept."))
        lab.feed.hear(MemoryErased(0, TurnId(2)))
        scene = await reader.next("scene")
        assert [turn["number"] for turn in scene["turns"]] == [2]
        assert "secret" not in json.dumps(scene)


async def test_what_is_forgotten_while_no_daemon_runs_is_shown_no_more(tmp_path) -> None:
    live = Live(Daemon(tmp_path / "voiced"))
    async with anyio.create_task_group() as tasks:
        with anyio.fail_after(10):
            tasks.start_soon(live.run)
            async with laboratory(tmp_path) as lab:
                await until(lambda: live.scene.state["link"] == "here")
                lab.feed.hear(TranscriptPartial(0, ONE, "my secret"))
                await until(lambda: said(live) == "my secret")
            await until(lambda: live.scene.state["link"] == "gone")
            assert said(live) == "my secret"
            assert await in_worker(forget, tmp_path / "voiced") == ""
            await until(lambda: not live.scene.turns)
        tasks.cancel_scope.cancel()


async def test_how_it_is_follows_the_events(tmp_path) -> None:
    async with watched(tmp_path) as (lab, live), reading(live) as reader:
        event = ModeChanged(0, "muted")
        lab.board.hear(event)
        lab.feed.hear(event)
        await reader.until_state(mode="muted")
        await reader.until_state(hears="nothing: it is muted (voiced unmute)")


async def test_a_key_is_let_go_with_its_page(tmp_path) -> None:
    async with watched(tmp_path) as (lab, live):
        async with reading(live) as reader:
            stream = (await reader.next("hello"))["stream"]
            await live.press(stream)
            await live.release("other")
            assert lab.controls.asked == ["press"]
        assert lab.controls.asked == ["press", "release"]
        with pytest.raises(ControlError):
            await live.press(stream)


async def test_only_the_latest_level_is_told_and_only_when_it_is_another(tmp_path) -> None:
    async with watched(tmp_path) as (_, live), reading(live) as reader:
        for level in (-30.2, -41.4, -41.3):
            live.take({"level_dbfs": level})
        assert await reader.next("level") == -41
        live.take({"level_dbfs": -42.4})
        live.take({"level_dbfs": -120.0})
        assert await reader.next("level") == -60


async def test_pages_are_let_go_when_the_program_ends(tmp_path) -> None:
    live = Live(Daemon(tmp_path / "voiced"))
    async with reading(live) as reader:
        await reader.next("scene")
        live.end()
        with pytest.raises(StopAsyncIteration):
            await reader.next()
