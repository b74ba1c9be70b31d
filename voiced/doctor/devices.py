"""Microphone and loudspeaker: does PortAudio list the configured ones. None is opened."""

from __future__ import annotations

from voiced.config import AudioSettings
from voiced.doctor.checks import Check
from voiced.engines import portaudio
from voiced.errors import EngineError

__all__ = ["check_devices"]


def check_devices(settings: AudioSettings) -> tuple[Check, Check]:
    """A check for each; neither is needed to work on files."""
    return (
        _check("microphone", "input", settings.microphone),
        _check("loudspeaker", "output", settings.speaker),
    )


def _check(what: str, direction: portaudio.Direction, name: str) -> Check:
    try:
        device = portaudio.find(portaudio.load(direction), direction, name)
    except EngineError as error:
        return Check(what, ok=False, found=error.message, mend=error.mend)
    return Check(what, ok=True, found=f"{device.name}, {device.rate_hz} Hz")
