"""The volume of the machine, by the sound server (PulseAudio or PipeWire). Blocking."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from .refusals import failed

__all__ = ["Level", "Sound", "open_sound"]

_NO_SERVER = "I can't reach the sound server, so I can't change the volume."


@dataclass(frozen=True, slots=True)
class Level:
    """How loud it is, in percent, and whether it is muted."""

    percent: int
    is_muted: bool


class Sound(Protocol):
    """The loudspeakers that are in use."""

    def level(self) -> Level:
        """How loud it is now."""
        ...

    def set(self, level: Level) -> None:
        """Make it so loud."""
        ...


class _Pulse:
    def __init__(self, pulse: Any, sink: Any) -> None:
        self._pulse = pulse
        self._sink = sink

    def level(self) -> Level:
        return Level(round(100 * self._sink.volume.value_flat), bool(self._sink.mute))

    def set(self, level: Level) -> None:
        self._pulse.volume_set_all_chans(self._sink, level.percent / 100)
        self._pulse.mute(self._sink, level.is_muted)
        self._sink = self._pulse.sink_info(self._sink.index)


@contextmanager
def open_sound() -> Generator[Sound]:
    """The sound server, until the end of the body.

    Raises:
        IntentFailed: There is none, or its library is not installed.
    """
    mend = "sudo apt install libpulse0, and start PipeWire or PulseAudio"
    try:
        import pulsectl  # noqa: PLC0415 - loads libpulse
    except (ImportError, OSError) as error:
        raise failed(f"no libpulse: {error}", _NO_SERVER, mend) from error
    try:
        with pulsectl.Pulse("voiced-volume", connect=False) as pulse:
            pulse.connect(autospawn=False, timeout=2)
            name = pulse.server_info().default_sink_name
            yield _Pulse(pulse, pulse.get_sink_by_name(name))
    except pulsectl.PulseError as error:
        raise failed(f"sound server: {type(error).__name__}", _NO_SERVER, mend) from error
