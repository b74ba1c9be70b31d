"""Intents of real MCP servers over stdio and HTTP: honest ones, liars, floods, deaths."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import anyio
import pytest
from mcp_lab import PROGRAM, go, intent_of

from voiced.config import McpServerSettings
from voiced.engines.mcp_client import connect
from voiced.errors import IntentFailed, IntentTimeout, ToolServerError
from voiced.mcp import ListedTool
from voiced.mcp.servers import Died
from voiced.plugin import Integrity
from voiced.testing.context import FakeContext

pytestmark = pytest.mark.engine

READS = dict.fromkeys(("add", "say", "paint", "find", "env", "fail", "grow"), "read_private")
WORD = {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]}


def test_an_honest_server_is_started_when_first_needed_and_gone_at_the_end(lab):
    async def run():
        async with lab.pinned(lab.settings(effects=READS, env=("VOICED_TEST_TOKEN",))) as loaded:
            asked = len(lab.pids)
            assert loaded.servers[0].server.state == "not started"
            assert all(intent.returns is Integrity.EXTERNAL for intent in loaded.intents)
            context = FakeContext()
            reply = await intent_of(loaded, "add")(context, a=2, b=3)
            assert reply.text == "lab says: 5"
            assert reply.data["structured"] == {"result": 5}
            assert len(lab.pids) == asked + 1
            painted = await intent_of(loaded, "paint")(context, colour="red", tags=("a", "b"))
            assert painted.text == "lab says: red 1 True ['a', 'b']"
            found = await intent_of(loaded, "find")(context, name="bob")
            assert [field.value for field in found.fields] == ["bob@example.org", "u-17", "7"]
            with pytest.raises(IntentFailed, match="says that it failed"):
                await intent_of(loaded, "fail")(context, word="x")
            token = await intent_of(loaded, "env")(context, name="VOICED_TEST_TOKEN")
            other = await intent_of(loaded, "env")(context, name="VOICED_TEST_OTHER")
            assert (token.text, other.text) == ("lab says: 12", "lab says: (none)")
            assert len(lab.pids) == asked + 1

    os.environ |= {"VOICED_TEST_TOKEN": "12", "VOICED_TEST_OTHER": "13"}
    try:
        go(run)
    finally:
        del os.environ["VOICED_TEST_TOKEN"], os.environ["VOICED_TEST_OTHER"]
    assert lab.left() == []


def test_what_it_writes_on_stderr_is_not_ours(lab, capfd):
    async def run():
        async with lab.pinned(lab.settings(effects=READS)) as loaded:
            await intent_of(loaded, "say")(FakeContext(), word="x")

    go(run)
    assert capfd.readouterr() == ("", "")


def test_a_child_of_a_server_is_gone_too(lab):
    async def run():
        async with connect("lab", lab.settings("honest", "--child")) as connection:
            assert await connection.tools()

    go(run)
    assert len(lab.pids) == 2
    assert lab.left() == []


def test_a_reversible_change_is_in_the_journal_and_taken_back(lab):
    async def run():
        settings = lab.settings(effects={"turn_on": "reversible"}, undo={"turn_on": "turn_off"})
        async with lab.pinned(settings) as loaded:
            context = FakeContext()
            await intent_of(loaded, "turn_on")(context, lamp="desk")
            assert lab.folder.joinpath("desk.on").exists()
            assert [each.summary for each in context.made] == ["used turn on of lab"]
            assert await context.undo_with(*loaded.undoers) == "I had lab take that back."
            assert not lab.folder.joinpath("desk.on").exists()

    go(run)


def test_a_tool_that_changes_behind_our_back_is_not_used_and_named(lab):
    async def run():
        async with lab.pinned(lab.settings(effects=READS)) as loaded:
            context = FakeContext()
            await intent_of(loaded, "say")(context, word="x")
            await intent_of(loaded, "grow")(context)
            with anyio.fail_after(5):
                while "say" not in loaded.servers[0].server.changed:
                    await intent_of(loaded, "add")(context, a=1, b=1)
            with pytest.raises(IntentFailed, match="'say' is not what it was when you enabled it"):
                await intent_of(loaded, "say")(context, word="x")

    go(run)


def test_a_tool_that_differs_at_the_next_start_is_not_used(lab):
    async def run():
        pinned = [ListedTool("say", "An older text.", WORD), ListedTool("gone", "", WORD)]
        effects = {"say": "read_private", "gone": "read_private"}
        async with lab.pinned(lab.settings(effects=effects), pinned) as loaded:
            with pytest.raises(IntentFailed, match="'say' is not what it was"):
                await intent_of(loaded, "say")(FakeContext(), word="x")
            with pytest.raises(IntentFailed, match="'gone' is gone"):
                await intent_of(loaded, "gone")(FakeContext(), word="x")

    go(run)


LIES = {
    "many": "more than 200 tools",
    "endless-list": "does not end",
    "mute": "did not start in 2 s",
    "hang-list": "did not start in 2 s",
    "exit": "it stopped",
}


@pytest.mark.parametrize("how", LIES)
def test_a_server_that_cannot_be_begun_with_is_named(lab, how):
    async def run():
        start_s = 2.0 if how in ("mute", "hang-list") else 20.0
        settings = lab.settings(how, effects={"say": "read_private"}, start_s=start_s)
        async with lab.pinned(settings, [ListedTool("say", "", WORD)]) as loaded:
            with pytest.raises(IntentFailed):
                await intent_of(loaded, "say")(FakeContext(), word="x")
            state = loaded.servers[0].server.state
            with pytest.raises(IntentFailed, match="tried again in"):
                await intent_of(loaded, "say")(FakeContext(), word="x")
        assert LIES[how] in state

    go(run)


def test_a_program_that_is_not_there_is_named(lab):
    async def run():
        settings = McpServerSettings(command=("/nowhere/server",), effects={"say": "read_private"})
        async with lab.pinned(settings, [ListedTool("say", "", WORD)]) as loaded:
            with pytest.raises(IntentFailed, match="cannot be started: No such file"):
                await intent_of(loaded, "say")(FakeContext(), word="x")

    go(run)


@pytest.mark.parametrize(
    ("how", "kept"), [("twice", ["fine"]), ("alike", ["fine"]), ("schemas", ["fine"])]
)
def test_tools_that_make_no_sense_are_left_out_and_the_others_go_on(lab, how, kept):
    async def run():
        settings = lab.settings(how, default_effect="read_private")
        async with lab.pinned(settings) as loaded:
            assert [intent.name for intent in loaded.intents] == [
                f"mcp.lab.{name}" for name in kept
            ]
            assert len(loaded.notices) == len(loaded.servers[0].refused) > 0
            assert (await intent_of(loaded, "fine")(FakeContext(), word="x")).text == "lab says: ok"

    go(run)


BAD_CALLS = {
    "die": (Died, "it stopped"),
    "long": (IntentFailed, "more than 64 KiB"),
    "huge": (Died, "longer than 1024 KiB"),
    "flood": (Died, "longer than 1024 KiB"),
    "garbage": (Died, "no message of the protocol"),
    "notify": (Died, "floods us"),
    "hang": (IntentTimeout, "took over 1.5 s"),
}


@pytest.mark.parametrize("how", BAD_CALLS)
def test_what_goes_wrong_in_a_call_is_contained_and_named(lab, how):
    async def run():
        kind, why = BAD_CALLS[how]
        deadline_s = 1.5 if how == "hang" else 20.0
        settings = lab.settings(how, effects={"say": "destructive"}, deadline_s=deadline_s)
        async with lab.pinned(settings) as loaded:
            with pytest.raises(kind, match=why):
                await intent_of(loaded, "say")(FakeContext(), word="x")
        assert lab.left() == []

    go(run)


def test_control_characters_are_neither_said_nor_shown(lab):
    async def run():
        async with lab.pinned(lab.settings("control", default_effect="read_private")) as loaded:
            reply = await intent_of(loaded, "say")(FakeContext(), word="x")
            assert reply.text == "lab says: all [2Jis well indeed"
            assert reply.data["text"] == "all [2Jis well\nindeed"

    go(run)


def test_a_change_whose_end_nobody_saw_may_be_taken_back(lab):
    async def run():
        pinned = [ListedTool("say", "", WORD), ListedTool("unsay", "", WORD)]
        settings = lab.settings("die", effects={"say": "reversible"}, undo={"say": "unsay"})
        async with connect("lab", settings) as connection:
            listed = await connection.tools()
        async with lab.pinned(settings, [*listed, pinned[1]]) as loaded:
            context = FakeContext()
            with pytest.raises(Died):
                await intent_of(loaded, "say")(context, word="x")
            assert [each.is_done for each in context.made] == [True]

    go(run)


def test_a_server_that_was_killed_is_started_again_after_a_pause(lab):
    async def run():
        async with lab.pinned(lab.settings(effects=READS)) as loaded:
            add, context = intent_of(loaded, "add"), FakeContext()
            await add(context, a=1, b=1)
            os.kill(lab.pids[-1], signal.SIGKILL)
            server = loaded.servers[0].server
            with anyio.fail_after(5):
                while server.state == "running":  # noqa: ASYNC110
                    await anyio.sleep(0.01)
            began_s = anyio.current_time()
            with pytest.raises(IntentFailed, match="tried again in"):
                await add(context, a=1, b=1)
            while True:
                try:
                    assert (await add(context, a=1, b=2)).text == "lab says: 3"
                    break
                except IntentFailed:
                    await anyio.sleep(0.05)
            assert 0.9 <= anyio.current_time() - began_s < 10

    go(run)


def test_other_servers_and_the_caller_go_on_while_one_hangs(lab):
    async def run():
        settings = lab.settings("hang", effects={"say": "read_private"}, deadline_s=30.0)
        async with lab.pinned(settings) as loaded:
            with anyio.move_on_after(2.0) as scope:
                await intent_of(loaded, "say")(FakeContext(), word="x")
            assert scope.cancelled_caught
            began_s = anyio.current_time()
        assert anyio.current_time() - began_s < 5

    go(run)


@contextmanager
def http_server(folder: Path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, str(PROGRAM), "honest", "--state", str(folder), "--http", str(port)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as server:
        until_s = time.monotonic() + 20
        while time.monotonic() < until_s:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/mcp", server
        server.kill()


def test_a_server_behind_a_url(lab):
    async def run(url, server):
        settings = McpServerSettings(url=url, effects=READS, start_s=20.0)
        async with lab.pinned(settings) as loaded:
            context = FakeContext()
            assert (await intent_of(loaded, "add")(context, a=2, b=3)).text == "lab says: 5"
            await intent_of(loaded, "grow")(context)
            server.kill()
            server.wait()
            with pytest.raises(IntentFailed):
                await intent_of(loaded, "add")(context, a=2, b=3)
            with anyio.fail_after(5):
                while loaded.servers[0].server.state == "running":  # noqa: ASYNC110
                    await anyio.sleep(0.01)

    with http_server(lab.folder) as (url, server):
        go(run, url, server)


def test_a_url_where_nobody_is(lab):
    async def run():
        settings = McpServerSettings(url="http://127.0.0.1:9/mcp", start_s=5.0)
        with pytest.raises(ToolServerError):
            async with connect("lab", settings):
                pass

    with pytest.raises((ToolServerError, BaseExceptionGroup)):
        go(run)
