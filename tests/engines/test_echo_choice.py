from __future__ import annotations

import stat
from pathlib import Path

import pytest
from sound_server import SoundServer

from voiced.engines.echo_choice import Listing, choose, chosen_for, listing

pytestmark = pytest.mark.anyio


def sink(name: str = "alsa.stereo", *, port: str = "", kind: str = "", **properties: str) -> dict:
    ports = [{"name": "other", "type": "Headphones"}]
    ports += [{"name": port, "type": kind, "description": ""}] if port else []
    return {
        "name": name,
        "description": f"The {name}",
        "driver": "module-alsa-card.c",
        "ports": ports,
        "active_port": port or None,
        "properties": {key.replace("__", "."): value for key, value in properties.items()},
    }


SPEAKERS = sink(port="analog-output-speaker", kind="Speaker", device__form_factor="internal")
CANCELLED = {"name": "ec", "driver": "module-echo-cancel.c", "properties": {}}
PIPEWIRE = {
    "name": "source",
    "driver": "PipeWire",
    "properties": {"node.group": "echo-cancel-812-31"},
}


def found(speaker: dict, microphone: dict | None = None) -> Listing:
    source = microphone or {"name": "mic", "driver": "module-alsa-card.c"}
    other = sink("other", device__form_factor="headset")
    return Listing([other, speaker], [source], speaker["name"], source["name"])


@pytest.mark.parametrize(
    "speaker",
    [
        sink(port="analog-output-headphones", kind="Headphones"),
        sink(port="[Out] Headset", kind=""),
        sink("bluez_output.aa", port="headset-output", kind="Headset", device__bus="bluetooth"),
        sink("usb", device__form_factor="headphone"),
        sink("bluez_output.bb", device__form_factor="headset"),
    ],
    ids=lambda speaker: str(speaker["active_port"] or speaker["properties"]),
)
def test_what_goes_into_ears_needs_no_canceller(speaker: dict) -> None:
    choice = choose(found(speaker), "default", "default")
    assert not choice.cancels
    assert choice.reason.startswith("the sound goes into ears: ")


@pytest.mark.parametrize(
    "speaker",
    [
        SPEAKERS,
        sink("bluez_output.cc", device__form_factor="speaker", device__bus="bluetooth"),
        sink("car", device__form_factor="hands-free"),
        sink("nothing known"),
    ],
    ids=lambda speaker: speaker["name"],
)
def test_loudspeakers_need_one(speaker: dict) -> None:
    assert choose(found(speaker), "default", "default").cancels


@pytest.mark.parametrize("source", [CANCELLED, PIPEWIRE], ids=["PulseAudio", "PipeWire"])
def test_a_server_that_cancels_is_left_to_it(source: dict) -> None:
    own = {"name": "echo-cancel-sink", "driver": "", "properties": {}}
    choice = choose(found(own, source), "default", "default")
    assert not choice.cancels
    assert choice.reason == f"the sound server cancels it: {source['name']}"


def test_a_server_that_does_not_hear_us_cannot_cancel_us() -> None:
    choice = choose(found(SPEAKERS, CANCELLED), "default", "default")
    assert choice.cancels
    assert "we play to another" in choice.reason


def test_devices_are_found_by_name_and_by_description() -> None:
    listed = found(SPEAKERS)
    assert not choose(listed, "other", "mic").cancels
    assert not choose(listed, "The Other", "mic").cancels
    unknown = choose(listed, "hw:0,3", "mic")
    assert unknown.cancels
    assert "'hw:0,3'" in unknown.reason


def test_no_answer_means_yes() -> None:
    assert choose(None, "default", "default").cancels
    assert choose(Listing([], []), "default", "default").cancels


@pytest.mark.parametrize(
    "entry", [{}, {"name": 3, "ports": None, "properties": None}, {"name": "x", "ports": ["y"]}]
)
def test_strange_listings_do_no_harm(entry: dict) -> None:
    assert choose(Listing([entry], [entry], "x", "x"), "default", "default").cancels


def program(folder: Path, text: str) -> str:
    path = folder / "pactl"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


async def test_a_program_that_is_missing_or_broken_answers_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await listing("no-such-program") is None
    assert await listing(program(tmp_path, "echo no JSON")) is None
    assert await listing(program(tmp_path, "exit 1")) is None
    assert await listing(program(tmp_path, "echo [1]")) is None
    # long enough to be started: asyncio leaves pipes open if it is stopped in the middle of that
    monkeypatch.setattr("voiced.engines.echo_choice._ANSWER_S", 0.5)
    assert await listing(program(tmp_path, "exec sleep 5")) is None


@pytest.mark.device
async def test_a_real_server_is_asked(
    sound_server: SoundServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in sound_server.environment.items():
        monkeypatch.setenv(name, value)
    choice = await chosen_for("default", "default")
    assert choice.cancels
    assert choice.reason == "speaker is heard in the room"
    sound_server.control(
        "load-module",
        "module-echo-cancel",
        "source_name=quiet",
        "sink_name=quiet_sink",
        "source_master=microphone",
        "sink_master=speaker",
        "aec_method=webrtc",
        'aec_args="analog_gain_control=0 digital_gain_control=0"',
    )
    assert not (await chosen_for("quiet_sink", "quiet")).cancels
    assert (await chosen_for("speaker", "quiet")).cancels
