"""What counts while voiced runs: what is taught, and a built-in plugin that comes back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import anyio
import pytest
from control_lab import until

from voiced.composition.brain import Brain, open_brain
from voiced.config import load, taught_file
from voiced.memory.taught import TaughtFile
from voiced.registry import disable, enable, plugin_names
from voiced.steering.plugin_watch import PluginWatch

pytestmark = pytest.mark.anyio

OTHERS = (
    """browser desktop files look mail memory notes photos search talk timers writing""".split()
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CACHE", "CONFIG", "STATE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    folder = tmp_path / "config" / "voiced"
    folder.mkdir(parents=True)
    (folder / "voiced.toml").write_text(f"[intents]\ndisabled = {OTHERS}\n")


class Watch(PluginWatch):
    """One that tells when it knows how it was."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.looked = anyio.Event()

    async def _signature(self) -> tuple[object, ...]:
        found = await super()._signature()
        self.looked.set()
        return found


def understood(brain: Brain, words: str) -> bool:
    return bool(brain.dispatcher.match([(words, 1.0)]))


async def test_it_counts_at_once() -> None:
    loaded = load(None, os.environ, plugin_names)
    choice = loaded.config.intents
    told: list[str] = []
    with anyio.fail_after(20):
        async with open_brain(loaded, hears=False) as brain, anyio.create_task_group() as tasks:
            watch = Watch(loaded, brain.plugins, brain.dispatcher, told.append)
            tasks.start_soon(watch.run, 0.01)
            await watch.looked.wait()
            TaughtFile(taught_file(choice)).add("clock.time", "tell me the hour")
            await until(lambda: understood(brain, "tell me the hour"))
            disable("clock", choice)
            await until(lambda: not understood(brain, "what time is it"))
            enable("clock", choice, [])
            await until(lambda: understood(brain, "what time is it"))
            assert understood(brain, "tell me the hour")
            tasks.cancel_scope.cancel()
    assert told == []
