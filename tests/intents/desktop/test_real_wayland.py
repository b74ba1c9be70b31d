"""Windows of a real Wayland compositor (Sway, without a screen) by voice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import desktops
import pytest
from desktops import Desktop

from voiced.errors import IntentFailed
from voiced_intents import desktop
from voiced_intents.desktop.edges import Edges, using
from voiced_intents.desktop.windows import Window

pytestmark = [pytest.mark.engine, pytest.mark.anyio]


@pytest.fixture(scope="module")
def sway() -> Iterator[Desktop]:
    lacking = desktops.missing(wayland=True)
    if lacking:
        pytest.skip(lacking)
    with desktops.wayland_desktop() as running:
        yield running


@contextmanager
def shown(sway: Desktop, title: str) -> Iterator[None]:
    """A window with this title, until the end of the body."""
    with desktops.running(["foot", "-T", title, "sleep", "600"], sway.environ):
        assert desktops.until(lambda: any(each.title == title for each in windows()))
        yield
    assert desktops.until(lambda: all(each.title != title for each in windows()))


def windows() -> list[Window]:
    with Edges().windows(edges_env[0]) as found:
        return list(found.list())


edges_env: list[dict[str, str]] = []


@pytest.fixture
def two(desk, sway) -> Iterator[None]:
    """Two windows beside the one that the desktop has, and the intents that reach them."""
    edges_env[:] = [dict(sway.environ)]
    with (
        using(replace(Edges(), env=edges_env[0])),
        shown(sway, "Letter to Anna"),
        shown(sway, "Holiday pictures"),
    ):
        assert desktops.until(lambda: front() == "Holiday pictures")
        yield


def front() -> str:
    return windows()[-1].title


async def test_they_are_listed_switched_and_back(desk, two) -> None:
    said = await desk.say(desktop.list_windows)
    assert said.startswith("Holiday pictures, ")
    assert "Letter to Anna" in said
    await desk.say(desktop.switch_window, window="letter to ana")  # by its sound
    assert desktops.until(lambda: front() == "Letter to Anna")
    await desk.undo()
    assert desktops.until(lambda: front() == "Holiday pictures")


async def test_one_fills_the_screen_and_shrinks(desk, two) -> None:
    assert await desk.say(desktop.maximise_window) == "Maximised."
    assert await desk.say(desktop.maximise_window) == "It is as large as it gets."
    await desk.undo()
    assert await desk.say(desktop.maximise_window) == "Maximised."
    await desk.undo()


async def test_what_it_cannot_do_is_said(desk, two) -> None:
    with pytest.raises(IntentFailed) as refused:
        await desk.say(desktop.minimise_window)
    assert refused.value.spoken == "This desktop has no minimised windows."


async def test_one_closes(desk, sway, two) -> None:
    with desktops.running(["foot", "-T", "Old notes", "sleep", "600"], sway.environ) as process:
        assert desktops.until(lambda: front() == "Old notes")
        await desk.say(desktop.close_window, window="old notes")
        assert desktops.until(lambda: process.poll() is not None)
    gone = Window(9, "Old notes", "vim")
    with pytest.raises(IntentFailed) as none:
        await desktop.switch_window(desk.context, window=gone)
    assert none.value.spoken == "That window is gone."


async def test_an_application_is_found_by_its_window(desk, two) -> None:
    desk.has_app("foot", Name="Terminal", Exec="false")
    assert await desk.say(desktop.switch_app, app="terminal") == "Terminal."
