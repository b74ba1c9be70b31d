"""Which engines are recommended for which machine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from setting_up_fakes import DESKTOP, FAST

from voiced.setting_up.advice import recogniser_for, voice_for
from voiced.setting_up.boards import board_of
from voiced.setting_up.machine import Machine, cores_of, display_of, look, memory_mb_of
from voiced.setting_up.speed import Speed, expected_s, gflops

ALL = frozenset({"faster_whisper", "piper"})
PI_5 = Machine(4, 8000, "aarch64", "Raspberry Pi 5 Model B Rev 1.0")
PI_4 = Machine(4, 4000, "aarch64", "Raspberry Pi 4 Model B Rev 1.4")
PI_3 = Machine(4, 900, "aarch64", "Raspberry Pi 3 Model B Plus Rev 1.3")


@pytest.mark.parametrize(
    ("machine", "speed", "choice", "why"),
    [
        (DESKTOP, FAST, "faster-whisper small.en", "0.6 s for an order"),
        (DESKTOP, Speed(100.0), "faster-whisper base.en", "small.en does not fit: about 2.3 s"),
        (DESKTOP, Speed(40.0), "faster-whisper tiny.en", "base.en does not fit: about 2.2 s"),
        (DESKTOP, Speed(10.0), "pocketsphinx", "about 3.5 s for an order is too slow"),
        (replace(DESKTOP, memory_mb=1900), FAST, "faster-whisper base.en", "there are 1900"),
        (replace(DESKTOP, memory_mb=500), FAST, "pocketsphinx", "there are 500"),
        (PI_5, Speed(80.0), "faster-whisper base.en", "a Pi 5 has four cores"),
        (PI_5, Speed(40.0), "faster-whisper tiny.en", "about 2.2 s"),
        (replace(PI_5, memory_mb=1000), Speed(80.0), "faster-whisper tiny.en", "1200 MB"),
        (PI_4, FAST, "faster-whisper tiny.en", "a Pi 4 has four slow cores"),
        (PI_4, Speed(20.0), "pocketsphinx", "too slow"),
        (PI_3, FAST, "pocketsphinx", "little memory"),
    ],
)
def test_the_recogniser(machine: Machine, speed: Speed, choice: str, why: str) -> None:
    found = recogniser_for(machine, speed, ALL)
    assert found.choice == choice
    assert why in found.reason
    assert found.keys["engine"] == choice.split(maxsplit=1)[0]


def test_a_measured_whisper_goes_before_what_is_reckoned() -> None:
    speed = Speed(1000.0, whisper_s=0.7, whisper_model="tiny.en")
    assert expected_s("base.en", speed) == pytest.approx(0.7 * 90 / 35)
    assert recogniser_for(DESKTOP, speed, ALL).choice == "faster-whisper tiny.en"


def test_a_pi_keeps_a_core_for_the_sound() -> None:
    assert recogniser_for(PI_5, Speed(80.0), ALL).keys["threads"] == 3
    two = replace(PI_5, cores=2)
    assert recogniser_for(two, Speed(80.0), ALL).keys["threads"] == 2
    assert "threads" not in recogniser_for(DESKTOP, FAST, ALL).keys


def test_what_is_not_installed_is_named() -> None:
    assert recogniser_for(DESKTOP, FAST, ()).package == "'voiced[whisper]'"
    assert voice_for(DESKTOP, FAST, ()).package == "'voiced[piper]'"
    assert recogniser_for(DESKTOP, FAST, ALL).package == ""


@pytest.mark.parametrize(
    ("machine", "speed", "voice"),
    [
        (DESKTOP, FAST, "joe"),
        (DESKTOP, Speed(10.0), "default"),
        (replace(DESKTOP, memory_mb=600), FAST, "default"),
        (PI_5, Speed(80.0), "joe"),
        (PI_4, FAST, "default"),
    ],
)
def test_the_voice(machine: Machine, speed: Speed, voice: str) -> None:
    assert voice_for(machine, speed, ALL).choice == voice


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("Raspberry Pi 5 Model B Rev 1.0", "Raspberry Pi 5"),
        ("Raspberry Pi 500 Rev 1.0", "Raspberry Pi 5"),
        ("Raspberry Pi Compute Module 5 Rev 1.0", "Raspberry Pi 5"),
        ("Raspberry Pi 4 Model B Rev 1.4", "Raspberry Pi 4"),
        ("Raspberry Pi 400 Rev 1.0", "Raspberry Pi 4"),
        ("Raspberry Pi 3 Model B Plus Rev 1.3", "an older Raspberry Pi"),
        ("Raspberry Pi Zero 2 W Rev 1.0", "an older Raspberry Pi"),
        ("Raspberry Pi Model B Rev 2", "an older Raspberry Pi"),
    ],
)
def test_boards_by_what_the_firmware_says(model: str, name: str) -> None:
    board = board_of(model)
    assert board is not None
    assert board.name == name


@pytest.mark.parametrize("model", ["", "Pine64 RockPro64 v2.1", "My Raspberry Pi 5 clone"])
def test_another_board_is_no_pi(model: str) -> None:
    assert board_of(model) is None


def machine_files(root: Path, **files: str) -> Path:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_DOT_", ".").replace("_DASH_", "-")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_the_machine_is_read_from_the_kernel(tmp_path: Path) -> None:
    root = machine_files(
        tmp_path,
        proc__meminfo="MemTotal:        8000000 kB\nMemFree: 1 kB\n",
        proc__device_DASH_tree__model="Raspberry Pi 5 Model B Rev 1.0\0",
        run__user__7__systemd__private="",
    )
    env = {"XDG_RUNTIME_DIR": "/run/user/7", "WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}
    found = look(env, "PipeWire", root)
    assert found.board == "Raspberry Pi 5 Model B Rev 1.0"
    assert found.memory_mb == 7812
    assert found.has_user_manager
    assert (found.display, found.sound) == ("Wayland", "PipeWire")
    assert found.cores >= 1
    assert any("Raspberry Pi 5" in line for line in found.as_lines())


def test_limits_of_a_container_count(tmp_path: Path) -> None:
    root = machine_files(
        tmp_path,
        proc__meminfo="MemTotal: 8192000 kB\n",
        sys__fs__cgroup__memory_DOT_max="1073741824\n",
        sys__fs__cgroup__cpu_DOT_max="150000 100000\n",
    )
    assert cores_of(root, 8) == 1
    assert memory_mb_of(root, -1) == 1024
    assert memory_mb_of(root, 512) == 512


def test_without_limits_and_files(tmp_path: Path) -> None:
    assert cores_of(machine_files(tmp_path, sys__fs__cgroup__cpu_DOT_max="max 100000"), 4) == 4
    assert memory_mb_of(tmp_path, -1) == 0
    assert look({}, root=tmp_path).has_user_manager is False


@pytest.mark.parametrize(
    ("env", "display"),
    [({}, "none"), ({"DISPLAY": ":0"}, "X11"), ({"XDG_SESSION_TYPE": "wayland"}, "Wayland")],
)
def test_the_desktop(env: dict[str, str], display: str) -> None:
    assert display_of(env) == display


def test_arithmetic_is_what_was_done_in_the_time() -> None:
    times = iter([5.0, 11.0])
    assert gflops(lambda: next(times)) == pytest.approx(12 * 2 * 1024**3 / 6 / 1e9)
