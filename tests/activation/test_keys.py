"""Keys of devices and desktops, without either."""

from __future__ import annotations

import os
import struct
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import anyio
import pytest
from control_lab import FakeControls

from voiced.activation.keys import KeyAct, attend
from voiced.activation.shortcut import Shortcut, shortcut
from voiced.composition import engines as composition
from voiced.config import Config
from voiced.config.activation import ActivationSettings
from voiced.engines.key_device import ButtonDevice
from voiced.engines.key_portal import PortalKeys
from voiced.engines.key_x11 import X11Keys
from voiced.errors import ConfigError, EngineError
from voiced.testing import clock


class Keys:
    """Gives what it is told, one list each time that it is asked."""

    def __init__(self, *times: Sequence[KeyAct | EngineError]) -> None:
        self.times = list(times)

    async def acts(self) -> AsyncGenerator[KeyAct]:
        for act in self.times.pop(0):
            await anyio.sleep(0.1)
            if isinstance(act, EngineError):
                raise act
            yield act


def attended(keys: Keys) -> tuple[list[str], list[str]]:
    handles, told = FakeControls(), list[str]()
    clock.run(attend, keys, handles, told.append)
    return handles.asked, told


def test_keys_do_what_they_are_for():
    asked, told = attended(Keys(["press", "release", "toggle", "stop", "mute", "mute"]))
    assert asked == ["press", "release", "toggle", "stop", "mute", "unmute"]
    assert told == []


def test_keys_that_go_away_are_released_and_come_back_and_are_told_once():
    gone = EngineError("keys: gone", stage="key", retryable=True)
    asked, told = attended(Keys(["press", gone], [gone], [gone], ["press"]))
    assert asked == ["press", "release", "release", "release", "press"]
    assert told == ["keys: gone"]


def test_keys_that_were_refused_are_not_asked_for_again():
    asked, told = attended(Keys([EngineError("keys: no", stage="key")]))
    assert asked == ["release"]
    assert told == ["keys: no"]


@pytest.mark.parametrize(
    ("text", "read", "trigger"),
    [
        ("F9", Shortcut((), "F9"), "F9"),
        ("ctrl+alt+space", Shortcut(("ctrl", "alt"), "space"), "CTRL+ALT+space"),
        ("Super + Shift + A", Shortcut(("super", "shift"), "a"), "LOGO+SHIFT+a"),
        ("XF86AudioMicMute", Shortcut((), "XF86AudioMicMute"), "XF86AudioMicMute"),
    ],
)
def test_shortcuts_are_read(text, read, trigger):
    assert shortcut(text, "key") == read
    assert read.trigger == trigger


@pytest.mark.parametrize("text", ["ctrl+", "+", "hyper+F9", "F9+ctrl", "ctrl alt space", "é"])
def test_what_is_no_shortcut_is_told_with_its_place(text):
    with pytest.raises(ConfigError, match=r"activation\.mute_key"):
        shortcut(text, "mute_key")


@pytest.mark.parametrize(
    ("environ", "by", "kind"),
    [
        ({"DISPLAY": ":0"}, "auto", X11Keys),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, "auto", PortalKeys),
        ({}, "auto", PortalKeys),
        ({"DISPLAY": ":0"}, "portal", PortalKeys),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "x11", X11Keys),
    ],
)
def test_the_desktop_says_who_gives_the_keys(environ, by, kind):
    config = Config(activation=ActivationSettings(key="F9", keys_by=by, button="Pedal"))
    keys, button = composition.key_sources(config, environ)
    assert isinstance(keys, kind)
    assert isinstance(button, ButtonDevice)


def test_without_keys_in_the_settings_there_are_none():
    assert composition.key_sources(Config(), {"DISPLAY": ":0"}) == []


# A device of its own

DOWN, UP, REPEAT = 1, 0, 2
KEY, SYNC = 1, 0


def event(kind: int, code: int, value: int) -> bytes:
    return struct.pack("llHHi", 1, 2, kind, code, value)


@pytest.fixture
def device(tmp_path: Path) -> Path:
    path = tmp_path / "event3"
    os.mkfifo(path)
    return path


async def read(button: ButtonDevice, device: Path, data: bytes) -> list[str]:
    """What the button does with these events, until it is gone."""
    acts: list[str] = []

    async def listen() -> None:
        try:
            async for act in button.acts():
                acts.append(act)  # noqa: PERF401 - it ends with an error
        except EngineError as error:
            acts.append(error.message.partition(": ")[2])

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(listen)
        writer = -1
        with anyio.fail_after(5):
            while writer < 0:
                try:
                    writer = os.open(device, os.O_WRONLY | os.O_NONBLOCK)
                except OSError:  # nobody reads yet
                    await anyio.sleep(0.001)
        os.write(writer, data)
        os.close(writer)
    return acts


HELD = [
    event(KEY, 88, DOWN),
    event(SYNC, 0, 0),
    *[event(KEY, 88, REPEAT)] * 5,
    event(KEY, 88, UP),
]


@pytest.mark.parametrize(
    ("code", "toggles", "acts"),
    [
        (0, False, ["press", "release", "it is gone"]),
        (88, False, ["press", "release", "it is gone"]),
        (87, False, ["it is gone"]),
        (0, True, ["toggle", "it is gone"]),
    ],
)
def test_a_button_is_pressed_and_released(device, code, toggles, acts):
    button = ButtonDevice(str(device), code, toggles=toggles)
    assert anyio.run(read, button, device, b"".join(HELD)) == acts


def test_half_an_event_is_none(device):
    acts = anyio.run(read, ButtonDevice(str(device)), device, HELD[0] + HELD[1][:10])
    assert acts == ["press", "it is gone"]


def test_a_plain_file_is_no_button(tmp_path):
    (tmp_path / "notes.txt").write_text("press")

    async def first() -> None:
        await anext(ButtonDevice(str(tmp_path / "notes.txt")).acts())

    with pytest.raises(EngineError, match="is no input device") as caught:
        anyio.run(first)
    assert caught.value.mend


def test_a_button_is_found_by_its_name(tmp_path):
    (tmp_path / "event7" / "device").mkdir(parents=True)
    (tmp_path / "event7" / "device" / "name").write_text("Foot Pedal\n")

    async def first(name: str) -> None:
        await anext(ButtonDevice(name, names=tmp_path).acts())

    with pytest.raises(EngineError, match=r"/dev/input/event7 cannot be opened"):
        anyio.run(first, "foot pedal")
    with pytest.raises(EngineError, match="there are 'Foot Pedal'"):
        anyio.run(first, "Knob")
