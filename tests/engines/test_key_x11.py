"""Push-to-talk by a key of a real X server."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager, contextmanager

import anyio
import pytest

from voiced.activation.keys import KeyAct
from voiced.activation.shortcut import Shortcut
from voiced.engines.key_x11 import X11Keys
from voiced.errors import EngineError

pytestmark = [pytest.mark.engine, pytest.mark.anyio]

F9 = Shortcut((), "F9")
SPACE = Shortcut(("ctrl", "alt"), "space")


@contextmanager
def x_server() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    if shutil.which("Xvfb") is None or shutil.which("xdotool") is None:
        pytest.skip("not installed: Xvfb, xdotool; run tests/install_system_packages.sh")
    numbered, number = os.pipe()
    command = ["Xvfb", "-displayfd", str(number), "-nolisten", "tcp", "-noreset"]
    with subprocess.Popen(
        command, pass_fds=[number], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        os.close(number)
        with os.fdopen(numbered) as stream:
            yield f":{stream.readline().strip()}", server
        server.terminate()


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    with x_server() as (name, _):
        yield name


async def xdotool(display: str, *words: str) -> None:
    await anyio.run_process(["xdotool", *words], env={**os.environ, "DISPLAY": display})


@asynccontextmanager
async def pressed(display: str, keys: Mapping[Shortcut, KeyAct]) -> AsyncGenerator[list[str]]:
    """What the keys did so far; they are ours when this begins."""
    seen: list[str] = []

    async def listen() -> None:
        async with aclosing(X11Keys(keys, display).acts()) as acts:
            async for act in acts:
                seen.append(act)  # noqa: PERF401 - it is looked at meanwhile

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(listen)
        with anyio.fail_after(10):
            while not seen:  # the first presses may come before the key is ours
                await xdotool(display, "key", "F9")
                await anyio.sleep(0.05)
        await settled(seen)
        yield seen
        tasks.cancel_scope.cancel()


async def settled(seen: list[str]) -> None:
    """Wait until a release that may be a repetition is known to be none."""
    with anyio.fail_after(10):
        while seen[-1] == "press":  # noqa: ASYNC110 - a list tells nobody
            await anyio.sleep(0.01)
    seen.clear()


async def until(seen: list[str], wanted: list[str]) -> None:
    with anyio.move_on_after(10):
        while seen != wanted:  # noqa: ASYNC110 - a list tells nobody
            await anyio.sleep(0.01)
    assert seen == wanted


async def test_a_key_that_is_held_is_pressed_once_however_it_repeats_itself(display: str) -> None:
    async with pressed(display, {F9: "press"}) as seen:
        await xdotool(display, "keydown", "F9")
        await anyio.sleep(1.0)  # the server repeats it after 0.5 s, 25 times a second
        assert seen == ["press"]
        await xdotool(display, "keyup", "F9")
        await until(seen, ["press", "release"])


async def test_a_combination_is_one_key_with_num_lock_too(display: str) -> None:
    async with pressed(display, {F9: "stop", SPACE: "press"}) as seen:
        await xdotool(display, "keydown", "ctrl", "keydown", "alt", "key", "space")
        await xdotool(display, "keyup", "alt", "keyup", "ctrl")
        await until(seen, ["press", "release"])
        await xdotool(display, "key", "space")  # alone it is anybody's
        await xdotool(display, "key", "Num_Lock")
        await xdotool(display, "key", "ctrl+alt+space")
        await xdotool(display, "key", "Num_Lock")
        await until(seen, ["press", "release"] * 2)


async def test_a_key_that_toggles_has_no_release(display: str) -> None:
    async with pressed(display, {F9: "toggle"}) as seen:
        await xdotool(display, "key", "F9")
        await xdotool(display, "key", "F9")
        await until(seen, ["toggle", "toggle"])


async def test_a_key_that_another_program_has_is_told(display: str) -> None:
    async with pressed(display, {F9: "press"}):
        with pytest.raises(EngineError, match="another program has the key F9"):
            await anext(X11Keys({F9: "press"}, display).acts())


async def test_a_key_that_there_is_not_is_told(display: str) -> None:
    with pytest.raises(EngineError, match="no key 'Ngonk'"):
        await anext(X11Keys({Shortcut((), "Ngonk"): "press"}, display).acts())


async def test_no_server_is_told() -> None:
    with pytest.raises(EngineError, match="there is no X server"):
        await anext(X11Keys({F9: "press"}, "nowhere").acts())


async def test_a_server_that_dies_is_told() -> None:
    with x_server() as (name, server):
        acts = X11Keys({F9: "press"}, name).acts()
        async with aclosing(acts), anyio.create_task_group() as tasks:
            tasks.start_soon(anyio.to_thread.run_sync, _kill_later, server)
            with pytest.raises(EngineError, match="the X server is gone"):
                await anext(acts)


def _kill_later(server: subprocess.Popen[bytes]) -> None:
    time.sleep(0.3)
    server.kill()
