"""What is said of the sound devices, and when: once for each cause in a minute. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping

from voiced.errors import DeviceCause
from voiced.events import DeviceFound, DeviceLost, DeviceNoted, Event
from voiced.sound_notes import Note

__all__ = ["ONLY_SHOWN", "SoundTeller"]

_AGAIN_S = 60.0

_DEAF: Mapping[DeviceCause, tuple[float, str]] = {
    "gone": (0.3, "I can't hear you: the microphone is gone."),
    "silent": (1.5, "I can't hear you: the microphone gives no sound."),
    "server": (3.0, "I can't hear you: the sound server does not run."),
    "unknown": (1.5, "I can't hear you: I have lost the microphone."),
}
"""After how many seconds it is said. A server that is started anew is back by then; a stream is
silent for half a second before it counts as lost."""

_BACK: Mapping[DeviceCause, str] = {
    "server": "The sound server was gone for a moment. I can hear you again.",
}
_BACK_USUALLY = "I can hear you again."
_MUTE: Mapping[DeviceCause, str] = {
    "gone": "I can't speak: the loudspeaker is gone.",
    "silent": "I can't speak: the loudspeaker takes no sound.",
    "server": "I can't speak: the sound server does not run.",
    "unknown": "I can't speak: I have lost the loudspeaker.",
}

_ZEROS = "Your microphone gives not even noise: is it switched off at itself?"
_NOTES: Mapping[Note, tuple[float, str]] = {
    "muted": (0.5, "Your microphone is muted."),
    "only zeros": (0.0, _ZEROS),
    "too loud": (0.0, "You come in too loud: turn the microphone down a little."),
    "too quiet": (0.0, "I hear you only softly: turn the microphone up, or come nearer."),
}
ONLY_SHOWN = frozenset({_ZEROS})
"""What is not said aloud: it may be meant so."""

_USES_S = 1.0
_USES = {
    "microphone": "I listen on another microphone now.",
    "speaker": "I speak on another loudspeaker now.",
}
_USES_BOTH = "I use another microphone and loudspeaker now."


class SoundTeller:
    """Takes the events of the devices; gives what is due to be told."""

    def __init__(self) -> None:
        self._lost: dict[str, tuple[DeviceCause, float]] = {}
        self._settled: set[str] = set()
        self._told_deaf: DeviceCause | None = None
        self._notes: dict[Note, float] = {}
        self._uses: dict[str, float] = {}
        self._told_s: dict[str, float] = {}
        self._back: list[str] = []

    @property
    def can_speak(self) -> bool:
        """Whether the loudspeaker works, as far as is known."""
        return "speaker" not in self._lost

    @property
    def is_deaf(self) -> bool:
        """Whether the microphone is lost."""
        return "microphone" in self._lost

    def take(self, event: Event, now_s: float) -> None:
        """Take an event."""
        match event:
            case DeviceLost(_, device, cause):
                _, since_s = self._lost.get(device, (cause, now_s))
                self._lost[device] = (cause, since_s)
            case DeviceFound(_, device):
                self._find(device)
            case DeviceNoted(_, device, "uses"):
                self._uses[device] = now_s
            case DeviceNoted(_, _, "unmuted"):
                self._notes.pop("muted", None)
                self._notes.pop("only zeros", None)
            case DeviceNoted():
                self._notes[event.note] = now_s
            case _:
                pass

    def _find(self, device: str) -> None:
        self._lost.pop(device, None)
        self._settled.discard(device)
        if device == "microphone" and self._told_deaf is not None:
            self._back.append(_BACK.get(self._told_deaf, _BACK_USUALLY))
            self._told_deaf = None

    def due(self, now_s: float) -> tuple[str, ...]:
        """The sentences that it is time for."""
        back, self._back = self._back, []
        return (*back, *self._losses(now_s), *self._noted(now_s), *self._used(now_s))

    def _losses(self, now_s: float) -> list[str]:
        told: list[str] = []
        for device, (cause, since_s) in self._lost.items():
            wait_s, sentence = _DEAF.get(cause, _DEAF["unknown"])
            if device in self._settled or now_s - since_s < wait_s:
                continue
            self._settled.add(device)
            if device == "speaker":
                if self.is_deaf and cause != "gone":  # it is the server: that is told once
                    continue
                sentence = _MUTE.get(cause, _MUTE["unknown"])
            if self._may_tell(f"{device} {cause}", now_s):
                told.append(sentence)
                if device == "microphone":
                    self._told_deaf = cause
        return told

    def _noted(self, now_s: float) -> list[str]:
        told: list[str] = []
        for note, at_s in list(self._notes.items()):
            wait_s, sentence = _NOTES[note]
            if now_s - at_s >= wait_s:
                del self._notes[note]
                if self._may_tell(note, now_s):
                    told.append(sentence)
        return told

    def _used(self, now_s: float) -> list[str]:
        if not self._uses or now_s - max(self._uses.values()) < _USES_S:
            return []
        devices, self._uses = list(self._uses), {}
        if not self._may_tell("uses", now_s):
            return []
        return [_USES_BOTH if len(devices) > 1 else _USES[devices[0]]]

    def _may_tell(self, cause: str, now_s: float) -> bool:
        if now_s - self._told_s.get(cause, -math.inf) < _AGAIN_S:
            return False
        self._told_s[cause] = now_s
        return True
