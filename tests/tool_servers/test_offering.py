"""Other programs ask for intents: the policy holds, and only the user lets a change happen."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Annotated

import pytest
from mcp_lab import go

from voiced.conversation import Conversation
from voiced.dispatch import Dispatcher, Environment, Waits
from voiced.errors import IntentDenied
from voiced.journal import Journal
from voiced.mcp import RequestBook
from voiced.offering import Offer, adopt, carry_out
from voiced.plugin import TEXT, Effect, Reply, intent
from voiced.testing.script import inline


class Deeds:
    """Intents of every effect class; what was done."""

    def __init__(self) -> None:
        self.done: list[tuple[str, str]] = []

    def intents(self):
        return [self._intent(effect) for effect in Effect]

    def _intent(self, effect):
        @intent(f"deeds.{effect.name.lower()}", sentences=[], effect=effect, critical=["thing"])
        async def deed(context, thing: Annotated[str, TEXT]) -> Reply:
            """Do the deed. Really."""
            self.done.append((effect.name, thing))
            return Reply(f"{effect.name} {thing}", data={"thing": thing})

        return deed


READS = {"R0", "R1"}
NOISY = """
from voiced.plugin import Context, Effect, Reply, intent
print("noise when it is loaded")

@intent("noisy.hello", sentences=["hello there friend"], effect=Effect.R0)
async def hello(context: Context) -> Reply:
    'Greet.'
    print("noise when it is called")
    return Reply("Hello.")
"""


@asynccontextmanager
async def offering(folder, names=("deeds.*",)):
    deeds = Deeds()
    journal = Journal.open(folder / "journal")
    try:
        now = lambda: 0.0  # noqa: E731
        environment = Environment(journal, now, now, inline, {}, hears=False)
        waits = Waits(outbox_s=0.0)
        dispatcher = Dispatcher(deeds.intents(), [], environment, Conversation(), waits)
        book = RequestBook(folder / "requests")
        yield deeds, dispatcher, Offer(dispatcher, names, book, inline), book
    finally:
        journal.close()


def test_without_leave_only_what_is_public_is_offered(tmp_path):
    async def run():
        async with offering(tmp_path, ()) as (deeds, _, offer, book):
            assert [tool.name for tool in offer.tools()] == ["deeds-r0"]
            for effect in Effect:
                await offer.call(f"deeds-{effect.name.lower()}", {"thing": "x"}, "agent")
            assert deeds.done == [("R0", "x")]
            assert book.waiting() == ()

    go(run)


@pytest.mark.parametrize("effect", [effect.name for effect in Effect])
def test_what_reads_is_done_and_all_else_waits_for_the_user(tmp_path, effect):
    async def run():
        async with offering(tmp_path) as (deeds, dispatcher, offer, book):
            came = await offer.call(f"deeds-{effect.lower()}", {"thing": "x"}, "agent")
            assert came.is_error == (effect not in READS)
            assert deeds.done == ([(effect, "x")] if effect in READS else [])
            waits = [each.intent for each in book.waiting()]
            assert waits == ([] if effect in READS | {"X"} else [f"deeds.{effect.lower()}"])
            assert not dispatcher.conversation.is_tainted
            assert dispatcher.conversation.exchanges == ()

    go(run)


@pytest.mark.parametrize("effect", ["W1", "W2", "O1", "O2"])
def test_what_the_user_confirms_is_done_once_and_told_once(tmp_path, effect):
    async def run():
        async with offering(tmp_path) as (deeds, dispatcher, offer, book):
            name = f"deeds-{effect.lower()}"
            asked = await offer.call(name, {"thing": "the blue one"}, "agent")
            (waiting,) = book.waiting()
            assert f"voiced mcp confirm {waiting.id}" in asked.text
            assert (await offer.call(name, {"thing": "the blue one"}, "agent")).text == asked.text
            taken = book.take(waiting.id)
            question = await adopt(dispatcher, taken)
            assert deeds.done == []
            assert "the blue one" in question[1].text
            await carry_out(question, taken, book)
            assert deeds.done == [(effect, "the blue one")]
            told = await offer.call(name, {"thing": "the blue one"}, "agent")
            assert (told.text, told.is_error) == (f"{effect} the blue one", False)
            again = await offer.call(name, {"thing": "the blue one"}, "agent")
            assert again.is_error
            assert deeds.done == [(effect, "the blue one")]

    go(run)


@pytest.mark.parametrize("effect", ["R1", "X"])
def test_no_request_is_made_into_what_the_policy_never_asks_about(tmp_path, effect):
    async def run():
        async with offering(tmp_path) as (deeds, dispatcher, _, book):
            request = book.ask("agent", f"deeds.{effect.lower()}", {"thing": "x"})
            with pytest.raises(IntentDenied):
                await adopt(dispatcher, request)
            assert deeds.done == []

    go(run)


def test_arguments_that_are_too_long_or_wrong_are_named(tmp_path):
    async def run():
        async with offering(tmp_path) as (deeds, _, offer, book):
            long = await offer.call("deeds-r0", {"thing": "x" * 20_000}, "agent")
            assert "longer than 16 KiB" in long.text
            wrong = await offer.call("deeds-r0", {"thin": "x"}, "agent")
            assert "has no slot 'thin'" in wrong.text
            assert (await offer.call("nothing", {}, "agent")).is_error
            assert deeds.done == []
            assert book.waiting() == ()

    go(run)


@asynccontextmanager
async def program(home: Path, **more: str):
    """A client session of the mcp library, with ``voiced mcp`` as its server."""
    from mcp import ClientSession, StdioServerParameters
    from mcp.client.stdio import stdio_client

    command = StdioServerParameters(
        command=sys.executable, args=["-m", "voiced.cli", "mcp"], env=environment(home) | more
    )
    with (home / "stderr").open("w", encoding="utf-8") as errors:
        async with AsyncExitStack() as stack:
            streams = await stack.enter_async_context(stdio_client(command, errors))
            session = await stack.enter_async_context(ClientSession(*streams))
            await session.initialize()
            yield session


def environment(home: Path) -> dict[str, str]:
    folders = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "STATE", "DATA")}
    return {**folders, "VOICED_FILES__ROOTS": str(home / "documents"), "PATH": os.environ["PATH"]}


@pytest.mark.engine
def test_a_client_of_voiced_mcp_reads_and_cannot_change(tmp_path):
    documents = tmp_path / "documents"
    documents.mkdir()
    documents.joinpath("invoice.pdf").write_text("x")
    changes = {"VOICED_MCP__OFFER": "files.*"}

    async def run():
        async with program(tmp_path, **changes) as session:
            tools = {tool.name: tool for tool in (await session.list_tools()).tools}
            assert {"clock-time", "files-find", "files-trash"} <= tools.keys()
            assert tools["files-find"].annotations.read_only_hint
            time = await session.call_tool("clock-time", {})
            assert time.content[0].text.startswith("It's")
            slot = next(iter(tools["files-trash"].input_schema["properties"]))
            asked = await session.call_tool("files-trash", {slot: "invoice.pdf"})
            assert asked.is_error
            assert documents.joinpath("invoice.pdf").exists()
            confirmed = confirm(tmp_path, asked.content[0].text, changes)
            assert confirmed.returncode == 0
            assert not documents.joinpath("invoice.pdf").exists()
            told = await session.call_tool("files-trash", {slot: "invoice.pdf"})
            assert not told.is_error

    go(run)
    assert "Traceback" not in tmp_path.joinpath("stderr").read_text()


@pytest.mark.engine
def test_a_client_of_voiced_mcp_is_offered_only_what_is_public(tmp_path):
    tmp_path.joinpath("documents").mkdir()
    plugins = tmp_path / "config" / "voiced" / "intents"
    plugins.mkdir(parents=True)
    plugins.joinpath("noisy.py").write_text(NOISY)

    async def run():
        async with program(tmp_path) as session:
            tools = [tool.name for tool in (await session.list_tools()).tools]
            assert "clock-time" in tools
            assert "talk-repeat" not in tools
            heard = await session.call_tool("noisy-hello", {})
            assert heard.content[0].text == "Hello."
            assert not any(name.startswith("files-") for name in tools)
            assert (await session.call_tool("files-trash", {"file": "x"})).is_error

    go(run)


def confirm(home: Path, asked: str, more: dict[str, str]):
    """Say yes at a terminal."""
    name = re.search(r"confirm (\w+)", asked)[1]
    command = [sys.executable, "-m", "voiced.cli", "mcp", "confirm", name]
    ours, theirs = pty.openpty()
    try:
        os.write(ours, b"yes\n")
        return subprocess.run(
            command, stdin=theirs, env=environment(home) | more, timeout=50, check=False
        )
    finally:
        os.close(ours)
        os.close(theirs)


@pytest.mark.engine
def test_a_program_cannot_confirm_what_it_asked_for(tmp_path):
    command = [sys.executable, "-m", "voiced.cli", "mcp", "confirm", "1234"]
    ran = subprocess.run(
        command,
        input=b"yes\n",
        env=environment(tmp_path),
        capture_output=True,
        timeout=50,
        check=False,
    )
    assert ran.returncode == 2
    assert b"only at a terminal" in ran.stderr
