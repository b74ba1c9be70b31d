"""Plugins that are edited while voiced runs, through the real dispatcher and journal."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest

from voiced import asking
from voiced.composition.brain import open_brain
from voiced.config import load
from voiced.registry import plugin_names
from voiced.registry import record as plugin_record
from voiced.steering.plugin_watch import PluginWatch

pytestmark = pytest.mark.engine  # processes of their own

PLUGIN = """
from pathlib import Path
from typing import Annotated
from pydantic import BaseModel
from voiced.plugin import *

class Settings(BaseModel):
    file: Path

@intent(
    "note.keep",
    sentences=["stash a thought of {{text:what}}"],
    effect=Effect.W1,
    critical=["what"],
)
async def keep(context, what: Annotated[str, TEXT]):
    "Keep a note."
    file = context.settings(Settings).file
    async with context.change(Undo("note.keep", {{}}), f"kept {{what}}"):
        await context.in_worker(file.write_text, what)
    return Reply("{reply}")

@undoes("note.keep")
async def undo_keep(context, data):
    context.settings(Settings).file.unlink()
    return "It is gone."
"""


class Home:
    def __init__(self, tmp_path, monkeypatch):
        for name in ("CACHE", "CONFIG", "STATE", "DATA"):
            monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
        monkeypatch.setenv("VOICED_FILES__ROOTS", str(tmp_path))
        monkeypatch.setenv("VOICED_NOTE__FILE", str(tmp_path / "note"))
        self.note = tmp_path / "note"
        self.folder = tmp_path / "config" / "voiced" / "intents"
        self.folder.mkdir(parents=True)
        self.told: list[str] = []

    def write(self, text: str) -> Path:
        path = self.folder / "note.py"
        path.write_text(text)
        return path

    @asynccontextmanager
    async def running(self):
        loaded = load(None, os.environ, lambda choice: plugin_names(choice) | {"note"})
        async with open_brain(loaded, hears=False) as brain:
            watch = PluginWatch(loaded, brain.plugins, brain.dispatcher, self.told.append)
            yield brain, watch
            watch.plugins.close()


@pytest.fixture
def home(tmp_path, monkeypatch):
    return Home(tmp_path, monkeypatch)


async def said(brain, text):
    return await asking.ask(brain.thinker, text)


def test_an_intent_of_a_stranger_is_like_any_other(home):
    home.write(PLUGIN.format(reply="Kept."))

    async def run():
        async with home.running() as (brain, _):
            answer = await said(brain, "please stash a thought of Oat Milk")
            assert (answer.reply, answer.outcome) == ("Kept.", "completed")
            assert home.note.read_text() == "Oat Milk"
            assert answer.undo_id is not None
            assert brain.journal.change(answer.undo_id).summary == "kept Oat Milk"
            assert (await said(brain, "undo that")).reply == "It is gone."
            assert not home.note.exists()
            keep = next(i for i in brain.dispatcher.intents if i.name == "note.keep")
            assert keep.parameters()["properties"]["what"]["type"] == "string"

    anyio.run(run)


def test_an_edit_is_taken_up_and_a_broken_one_is_told(home):
    home.write(PLUGIN.format(reply="Kept."))

    async def run():
        async with home.running() as (brain, watch):
            assert (await said(brain, "stash a thought of tea")).reply == "Kept."
            home.write(
                PLUGIN.format(reply="Noted.").replace("stash a thought", "(stash|drop) a thought")
            )
            await watch.look()
            assert (await said(brain, "drop a thought of tea")).reply == "Noted."
            path = home.write(PLUGIN.format(reply="Broken.") + "\nx = (\n")
            await watch.look()
            await watch.look()
            (sentence,) = home.told
            assert str(path) in sentence
            assert "the version before stays in force" in sentence
            assert (await said(brain, "drop a thought of tea")).reply == "Noted."
            path.unlink()
            await watch.look()
            assert (await said(brain, "stash a thought of tea")).outcome == "not_understood"

    anyio.run(run)


def test_it_looks_by_itself_when_the_file_is_whole(home):
    async def run():
        async with home.running() as (brain, watch), anyio.create_task_group() as tasks:
            tasks.start_soon(watch.run, 0.02)
            await anyio.sleep(0.1)
            assert (await said(brain, "stash a thought of tea")).outcome == "not_understood"
            home.write(PLUGIN.format(reply="Kept."))
            with anyio.fail_after(20):
                while (await said(brain, "stash a thought of tea")).reply != "Kept.":  # noqa: ASYNC110
                    await anyio.sleep(0.05)
            tasks.cancel_scope.cancel()
        assert [plugin.host.pid for plugin in watch.plugins.plugins if plugin.host] == [None]

    anyio.run(run)


def test_a_plugin_that_is_switched_off_or_disabled_leaves(home):
    home.write(PLUGIN.format(reply="Kept."))

    async def run():
        async with home.running() as (brain, watch):
            plugin_record.update(lambda before: before.without("note"))
            await watch.look()
            assert (await said(brain, "stash a thought of tea")).outcome == "not_understood"
            plugin_record.update(lambda before: before.enabled("note", None))
            await watch.look()
            assert (await said(brain, "stash a thought of tea")).reply == "Kept."

    anyio.run(run)


def test_phrases_that_cannot_be_had_leave_the_rest_alone(home):
    broken = """
class Bad:
    name, is_open, json_schema = "bad", False, {{"type": "string"}}
    def phrases(self, context): return ["(broken"]
    def resolve(self, said, context): return []

@intent("note.bad", sentences=["bad {{bad}}"], effect=Effect.R0)
async def bad(context, bad: Annotated[str, Bad()]):
    return Reply("")
"""
    home.write((PLUGIN + broken).format(reply="Kept."))

    async def run():
        async with home.running() as (brain, _):
            assert (await said(brain, "stash a thought of tea")).reply == "Kept."
            assert (await said(brain, "what time is it")).outcome == "completed"

    anyio.run(run)


def test_a_crash_in_the_middle_of_a_change_can_be_undone(home):
    text = PLUGIN.format(reply="Kept.")
    home.write(
        text.replace("file.write_text, what)", "file.write_text, what); __import__('os')._exit(1)")
    )

    async def run():
        async with home.running() as (brain, _):
            answer = await said(brain, "stash a thought of tea")
            assert answer.outcome == "failed"
            assert home.note.exists()
            assert (await said(brain, "undo that")).reply == "It is gone."
            assert not home.note.exists()

    anyio.run(run)


def test_a_record_of_a_plugin_that_fails_is_kept_for_all(home):
    home.write(
        PLUGIN.format(reply="Kept.").replace("    file = context", "    1 / 0\n    file = context")
    )

    async def run():
        async with home.running() as (brain, watch):
            replies = [(await said(brain, "stash a thought of tea")).reply for _ in range(3)]
            assert replies[0] == "That skill failed."
            assert "switched it off" in replies[2]
            await watch.look()
            assert (await said(brain, "stash a thought of tea")).outcome == "not_understood"

    anyio.run(run)
    assert plugin_record.read().stopped["note"].what == "raised ZeroDivisionError"
