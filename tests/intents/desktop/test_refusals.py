"""What the desktop does not allow is said in one sentence, whatever was asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import ModuleType
from typing import Any

import desktops
import pytest

from voiced.engines.desk import desk as real_desk
from voiced.engines.desk_programs import Programs
from voiced.errors import IntentFailed
from voiced.plugin import Intent
from voiced.testing.context import FakeAssistant
from voiced_intents import desktop, look, writing
from voiced_intents.desktop.edges import Edges, using
from voiced_intents.desktop.windows import Window

pytestmark = pytest.mark.anyio

SLOTS: Mapping[str, Any] = {
    "window": Window(9, "Letter", "writer"),
    "level": 50,
    "step": 1,
    "source": "",
    "text": "hello",
    "manner": "friendlier",
    "language": "German",
}
NOWHERE = {"PATH": "/nowhere", "XDG_RUNTIME_DIR": "/nowhere"}
SITUATIONS = {
    "no display": {},
    "an X server that is gone": {"DISPLAY": ":4711"},
    "a Wayland compositor that is gone": {"WAYLAND_DISPLAY": "wayland-77"},
    "GNOME without the extension": {
        "WAYLAND_DISPLAY": "wayland-77",
        "XDG_CURRENT_DESKTOP": "GNOME",
    },
}
NO_DESKTOP_NEEDED = {
    "apps.open",  # it starts programs, which find out themselves
    "look.allow",
    "look.picture",
    "writing.stop",
    "writing.type",
}


def intents_of(*plugins: ModuleType) -> list[Intent]:
    named = {
        each.name: each
        for plugin in plugins
        for each in vars(plugin).values()
        if isinstance(each, Intent)
    }
    return [named[name] for name in sorted(named.keys() - NO_DESKTOP_NEEDED)]


ALL = intents_of(desktop, writing, look)


@pytest.fixture
def nothing_there(desk, monkeypatch, tmp_path) -> Any:
    """A machine without buses, sound or programs; the display is what the test says."""
    for kind in ("SESSION", "SYSTEM"):
        monkeypatch.setenv(f"DBUS_{kind}_BUS_ADDRESS", "unix:path=/nowhere/bus")
    monkeypatch.setenv("PULSE_SERVER", "unix:/nowhere/pulse")
    desk.has_app("writer")
    desk.context.assistant = FakeAssistant(last_reply="It's noon.")
    return desk


@pytest.fixture(params=SITUATIONS.values(), ids=SITUATIONS.keys())
def lacking(request, nothing_there, tmp_path) -> Iterator[Any]:
    env = NOWHERE | request.param
    nothing_there.context.desk = real_desk(Programs(env))
    with using(replace(Edges(), env=env, backlights=tmp_path / "none")):
        yield nothing_there


async def refusal(desk: Any, intent: Intent) -> IntentFailed:
    slots = {name: SLOTS[name] for name, slot in intent.slots.items() if name in SLOTS}
    if "app" in intent.slots:
        slots["app"] = desk.value(intent, "app", "writer")
    with pytest.raises(IntentFailed) as refused:
        await intent(desk.context, **slots)
    return refused.value


def is_one_sentence(words: str) -> bool:
    return words.endswith(".") and words[0].isupper() and len(words) <= 120


@pytest.mark.parametrize("intent", ALL, ids=lambda each: each.name)
async def test_it_is_said(lacking, intent) -> None:
    refused = await refusal(lacking, intent)
    assert is_one_sentence(refused.spoken), refused.spoken
    assert refused.spoken != IntentFailed.default_spoken
    assert refused.mend or refused.spoken.endswith("Use its own buttons."), refused.message
    assert lacking.context.made == []


@pytest.mark.engine
async def test_an_x_server_without_a_window_manager_says_what_it_lacks(nothing_there) -> None:
    missing = desktops.missing(wayland=False)
    if missing:
        pytest.skip(missing)
    windows = [each for each in ALL if each.name.startswith(("windows.", "apps."))]
    with desktops.x_desktop() as running, using(replace(Edges(), env=dict(running.environ))):
        for intent in windows:
            refused = await refusal(nothing_there, intent)
            assert "window manager" in refused.spoken + refused.mend, intent.name
