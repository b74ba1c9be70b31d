"""Windows: found by their titles, moved, closed, and what a desktop does not allow."""

from __future__ import annotations

import pytest

from voiced.errors import IntentFailed
from voiced.plugin import Effect
from voiced_intents import desktop
from voiced_intents.desktop.displays import open_windows
from voiced_intents.desktop.slots import WINDOW
from voiced_intents.desktop.windows import Window

pytestmark = pytest.mark.anyio

LETTER = Window(1, "Letter to Anna - Writer", "libreoffice-writer")
BROWSER = Window(2, "GitHub - Firefox", "firefox")
SHELL = Window(3, "", "xterm")


@pytest.fixture
def windows(desk):
    desk.windows.windows = [LETTER, BROWSER, SHELL]
    return desk.windows


@pytest.mark.parametrize(
    ("said", "window"),
    [("letter to anna", 1), ("git hub", 2), ("fire fox", 2), ("xterm", 3)],
)
async def test_they_are_found_by_title_and_program(desk, windows, said, window) -> None:
    assert WINDOW.resolve(said, desk.context)[0].value.id == window


async def test_switching_and_back(desk, windows) -> None:
    assert await desk.say(desktop.switch_window, window="letter") == "Letter to Anna - Writer."
    assert windows.active() == 1
    assert await desk.undo() == "The window is as before."
    assert windows.active() == 3


async def test_minimising(desk, windows) -> None:
    assert await desk.say(desktop.minimise_window) == "Minimised."
    assert windows.active() == 2
    await desk.undo()
    assert windows.active() == 3


async def test_maximising(desk, windows) -> None:
    assert await desk.say(desktop.maximise_window, window="firefox") == "Maximised."
    assert windows.maximised == {2}
    assert await desk.say(desktop.maximise_window, window="firefox") == "It is as large as it gets."
    await desk.undo()
    assert windows.maximised == set()


async def test_closing_cannot_be_undone_and_is_asked_about(desk, windows) -> None:
    assert desktop.close_window.effect is Effect.W2
    await desk.say(desktop.close_window, window="firefox")
    assert [window.id for window in windows.windows] == [1, 3]
    assert desk.context.made == []


async def test_a_window_that_went(desk, windows) -> None:
    window = desk.value(desktop.switch_window, "window", "letter")
    await desk.say(desktop.minimise_window)
    windows.windows.clear()
    with pytest.raises(IntentFailed) as gone:
        await desktop.switch_window(desk.context, window=window)
    assert gone.value.spoken == "That window is gone."
    with pytest.raises(IntentFailed):
        await desk.say(desktop.minimise_window)


async def test_listing(desk, windows) -> None:
    assert await desk.say(desktop.list_windows) == (
        "xterm, GitHub - Firefox, Letter to Anna - Writer."
    )
    windows.windows += [Window(4, "a\nb", "x"), Window(5, "c", "x")]
    assert await desk.say(desktop.list_windows) == "c, a b, xterm, and 2 more."
    windows.windows.clear()
    assert await desk.say(desktop.list_windows) == "No window is open."


@pytest.mark.parametrize(
    ("env", "spoken", "mend"),
    [
        ({"WAYLAND_DISPLAY": "wayland-0"}, "Under Wayland", "X11 session"),
        ({"XDG_SESSION_TYPE": "wayland"}, "Under Wayland", "X11 session"),
        ({}, "I see no screen", "DISPLAY"),
        ({"DISPLAY": ":4711"}, "I see no screen", "DISPLAY"),
    ],
)
async def test_what_the_desktop_does_not_allow_is_said(env, spoken, mend) -> None:
    with pytest.raises(IntentFailed) as refused, open_windows(env):
        pass
    assert refused.value.spoken.startswith(spoken)
    assert mend in refused.value.mend


async def test_without_a_screen_there_are_no_names(desk) -> None:
    del desk.env["DISPLAY"]
    assert list(WINDOW.phrases(desk.context)) == []
    found = WINDOW.resolve("the letter", desk.context)[0].value
    with pytest.raises(IntentFailed) as unseen:
        await desktop.switch_window(desk.context, window=found)
    assert unseen.value.spoken == "no screen"


async def test_looking_at_windows_is_turned_off(desk, windows) -> None:
    desk.context = type(desk.context)(settings=desktop.Settings(use_windows=False))
    assert list(WINDOW.phrases(desk.context)) == []
    with pytest.raises(IntentFailed) as off:
        await desk.say(desktop.switch_window, window="letter")
    assert "turned off" in off.value.spoken
    assert windows.active() == 3
