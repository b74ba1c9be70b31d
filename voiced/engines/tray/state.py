"""What the tray shows: the events of a session to one of six states. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from voiced.events import (
    DeviceFound,
    DeviceLost,
    DeviceNoted,
    Event,
    ModeChanged,
    PlaybackStarted,
    PushToTalk,
    SpeechStarted,
    SpeechStopped,
    TurnEnded,
)

__all__ = ["SENTENCES", "StateReader", "TrayState"]

TrayState: TypeAlias = Literal["listening", "hearing", "speaking", "muted", "asleep", "deaf"]

SENTENCES: Mapping[TrayState, str] = {
    "listening": "Listening: what you say is for it",
    "hearing": "Hearing you",
    "speaking": "Speaking",
    "muted": "Muted: the microphone is closed",
    "asleep": "Asleep: it waits for its word or a key",
    "deaf": "Deaf: the microphone gives no sound",
}
"""Each state in words."""


class StateReader:
    """Reads the events of a session."""

    def __init__(self) -> None:
        self._mode = "listening"
        self._is_deaf = self._is_off = False
        self._is_heard = self._is_speaking = False
        self.is_key_down = False

    def read(self, event: Event) -> None:
        """Take an event."""
        match event:
            case ModeChanged(_, mode):
                self._mode = mode
                self._is_heard = self._is_heard and mode == "listening"
            case DeviceLost(_, "microphone"):
                self._is_deaf = True
            case DeviceFound(_, "microphone"):
                self._is_deaf = self._is_off = False
            case DeviceNoted(_, "microphone", "muted" | "unmuted"):
                self._is_off = event.note == "muted"
            case _:
                self._read_speech(event)

    def _read_speech(self, event: Event) -> None:
        match event:
            case SpeechStarted():
                self._is_heard = True
            case SpeechStopped():
                self._is_heard = False
            case PlaybackStarted():
                self._is_speaking = True
            case TurnEnded():
                self._is_speaking = False
            case PushToTalk():
                self.is_key_down = event.is_down
            case _:
                pass

    @property
    def is_muted(self) -> bool:
        """Whether its own microphone is closed."""
        return self._mode == "muted"

    @property
    def state(self) -> TrayState:
        """How it is now."""
        if self.is_muted:
            return "muted"
        if self._is_deaf or self._is_off:
            return "deaf"
        if self._is_heard or self.is_key_down:
            return "hearing"
        if self._is_speaking:
            return "speaking"
        return "asleep" if self._mode == "asleep" else "listening"
