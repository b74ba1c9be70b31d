"""Microphone and loudspeaker: are the configured ones there. None is opened."""

from __future__ import annotations

import anyio

from voiced.composition.engines import uses_pulse
from voiced.config import Config
from voiced.doctor.checks import Check
from voiced.engines import portaudio, pulse
from voiced.errors import EngineError
from voiced.sound_notes import Kind

__all__ = ["check_devices"]


_DIRECTIONS: tuple[tuple[str, Kind, portaudio.Direction], ...] = (
    ("microphone", "microphone", "input"),
    ("loudspeaker", "speaker", "output"),
)


def check_devices(config: Config) -> tuple[Check, ...]:
    """A check for each; neither is needed to work on files."""
    names = {"microphone": config.audio.microphone, "speaker": config.audio.speaker}
    if uses_pulse(config):
        return tuple(_on_server(what, kind, names[kind]) for what, kind, _ in _DIRECTIONS)
    return tuple(_check(what, way, names[kind]) for what, kind, way in _DIRECTIONS)


def _on_server(what: str, kind: Kind, name: str) -> Check:
    async def ask() -> pulse.Device:
        connection = pulse.Connection(pulse.library(kind), kind, 0)
        await connection.open()
        try:
            return pulse.pick(await connection.listed(), kind, name)
        finally:
            await connection.aclose()

    try:
        device = anyio.run(ask)
    except EngineError as error:
        return Check(what, ok=False, found=error.message, mend=error.mend)
    found = f"{device.description or device.name}, {device.rate_hz} Hz"
    if device.is_muted:
        mend = f"pactl set-{'source' if kind == 'microphone' else 'sink'}-mute {device.name} 0"
        return Check(what, ok=False, found=f"{found}: muted", mend=mend)
    return Check(what, ok=True, found=found)


def _check(what: str, direction: portaudio.Direction, name: str) -> Check:
    try:
        device = portaudio.find(portaudio.load(direction), direction, name)
    except EngineError as error:
        return Check(what, ok=False, found=error.message, mend=error.mend)
    return Check(what, ok=True, found=f"{device.name}, {device.rate_hz} Hz")
