"""The example plugins of the documents: their own tests, and a life in a process of their own."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import anyio
import pytest

from voiced import asking
from voiced.cli.plugin_check import check_sentences, open_path, run_tests
from voiced.composition.brain import open_brain
from voiced.config import load
from voiced.registry import LoadedPlugins, load_plugins

DOCS = Path(__file__).parents[1] / "docs"
EXAMPLES = sorted(path.parent for path in (DOCS / "examples").glob("*/pyproject.toml"))
PANTRY = DOCS / "examples" / "voiced-pantry"


@pytest.fixture
def loaded(tmp_path, monkeypatch):
    for name in ("CACHE", "CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("VOICED_FILES__ROOTS", str(tmp_path))
    monkeypatch.setenv("VOICED_PANTRY__FILE", str(tmp_path / "list.txt"))
    return load(None, os.environ, lambda _: {"files", "pantry"})


def test_there_is_an_example():
    assert PANTRY in EXAMPLES


@pytest.mark.engine
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_its_sentences_are_understood_and_its_tests_pass(loaded, example):
    plugin = open_path(example, loaded)
    results = check_sentences(plugin, load_plugins(loaded.config.intents).plugins, loaded)
    assert [result.wrong for result in results if not result.ok] == []
    assert len(results) > len(plugin.intents)
    plugin.host.close()
    tests = run_tests(plugin, example)
    assert tests.ok is True, tests.report


@pytest.mark.engine
def test_the_pantry_lives_in_a_process_of_its_own(loaded, tmp_path):
    builtin = load_plugins(loaded.config.intents).plugins
    plugin = open_path(PANTRY, loaded)

    async def run():
        async with open_brain(loaded, plugins=LoadedPlugins((*builtin, plugin), ())) as brain:
            said = []
            for text in (
                "add flour to my pantry",
                "add bread to my pantry",
                "what's in my pantry",
                "take flower out of my pantry",
                "undo that",
                "what's in my pantry",
            ):
                said.append((await asking.ask(brain.thinker, text)).reply)
                if brain.dispatcher.is_stale:
                    await brain.dispatcher.refresh()
            return said

    assert anyio.run(run) == [
        "Flour is in your pantry.",
        "Bread is in your pantry.",
        "flour, bread.",
        "I took flour out of your pantry.",
        "Flour is back in your pantry.",
        "bread, flour.",
    ]
    assert "voiced_pantry" not in sys.modules
    assert (tmp_path / "list.txt").read_text() == "bread\nflour\n"


def test_the_guide_shows_what_is_in_the_example():
    guide = (DOCS / "plugins.md").read_text(encoding="utf-8")
    shown = re.findall(r"<!-- from: (\S+) -->\n```\w+\n(.*?)```", guide, re.S)
    assert len(shown) >= 3
    for name, text in shown:
        assert text in (PANTRY / name).read_text(encoding="utf-8")
