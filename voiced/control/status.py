"""How the assistant is, for `voiced status`, by reading the events. Nobody's words are in it."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from voiced.controls import Mode
from voiced.events import (
    AudioDropped,
    DeviceFound,
    DeviceLost,
    DeviceNoted,
    EngineChanged,
    Event,
    ModeChanged,
    ModelReplied,
    PlaybackStarted,
    PushToTalk,
    SpeechStarted,
    SpeechStopped,
    StageFailed,
    Timing,
    TranscriptFinal,
    TurnEnded,
)

__all__ = [
    "DeviceStatus",
    "EngineStatus",
    "Known",
    "LastTurn",
    "ProgramStatus",
    "Status",
    "StatusBoard",
]

_PROOFS: Mapping[type, str] = {
    TranscriptFinal: "transcriber",
    ModelReplied: "responder",
    PlaybackStarted: "synthesizer",
}
"""What shows that a stage works again."""


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """What does a stage's work, and how well.

    ``level`` 0 is the engine that was chosen, each one further down is simpler, as ``reason`` says
    (the code of an error). ``trouble`` is its last error if nothing worked since, or empty.
    """

    stage: str
    name: str
    level: int = 0
    reason: str = ""
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """A sound device, and whether it is there; ``note`` is what it told last, or empty.

    ``name`` is its own where it told that, else the one of the configuration.
    """

    device: str
    name: str
    is_there: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class ProgramStatus:
    """A program beside the assistant; ``is_ok`` None: not there, and not needed."""

    name: str
    is_ok: bool | None
    found: str


@dataclass(frozen=True, slots=True)
class LastTurn:
    """How the last turn went, and when it ended."""

    outcome: str
    timing_ms: Timing
    ended_s_ago: float


@dataclass(frozen=True, slots=True)
class Status:
    """Everything that `voiced status` says.

    ``hears`` is one sentence on what the microphone is for now. ``notes`` are sentences that the
    user should read: what was refused at the last reload, what could not be kept. ``satellites``
    are those that are connected; None where none can come in.
    """

    version: str
    pid: int
    up_s: float
    mode: Mode
    hears: str
    is_speech: bool
    is_speaking: bool
    is_key_down: bool
    devices: tuple[DeviceStatus, ...]
    engines: tuple[EngineStatus, ...]
    voice: str
    plugins: int
    turns: int
    dropped_samples: int
    last_turn: LastTurn | None
    companions: tuple[ProgramStatus, ...]
    satellites: tuple[str, ...] | None
    config_file: str
    notes: tuple[str, ...]

    def as_row(self) -> dict[str, Any]:
        """As a JSON object."""
        return dataclasses.asdict(self)


@dataclass(frozen=True, slots=True)
class Known:
    """What does not change by events.

    ``engines`` and ``devices`` are as the configuration names them.
    """

    version: str
    pid: int
    devices: tuple[DeviceStatus, ...] = ()
    engines: tuple[EngineStatus, ...] = ()
    voice: str = ""
    plugins: int = 0
    config_file: str = ""


class StatusBoard:
    """Reads every event, and says how things stand.

    Args:
        known: What events do not tell.
        now_s: A clock that never jumps.
    """

    def __init__(self, known: Known, now_s: Callable[[], float] = time.monotonic) -> None:
        self.known = known
        self.notes: tuple[str, ...] = ()
        self._now_s = now_s
        self._began_s = now_s()
        self._mode: Mode = "listening"
        self._lost: set[str] = set()
        self._troubles: dict[str, str] = {}
        self._devices: dict[str, tuple[str, str]] = {}
        self._levels: dict[str, EngineChanged] = {}
        self._flags: set[str] = set()
        self._turns = self._dropped = 0
        self._last: tuple[TurnEnded, float] | None = None

    def hear(self, event: Event) -> None:
        """Take an event."""
        stage = _PROOFS.get(type(event))
        if stage is not None:
            self._troubles.pop(stage, None)
        self._hear_device(event)
        self._hear_sound(event)
        match event:
            case ModeChanged():
                self._mode = event.mode
            case StageFailed():
                self._troubles[event.stage] = event.message
            case EngineChanged():
                self._levels[event.stage] = event
            case TurnEnded():
                self._turns += 1
                self._last = event, self._now_s()
                self._flags.discard("speaking")
            case _:
                pass

    def _hear_device(self, event: Event) -> None:
        match event:
            case DeviceLost():
                self._lost.add(event.device)
            case DeviceFound():
                self._lost.discard(event.device)
                self._troubles.pop(event.device, None)
            case DeviceNoted():
                self._note(event)
            case _:
                pass

    def _note(self, event: DeviceNoted) -> None:
        name, note = self._devices.get(event.device, ("", ""))
        if event.note != "uses":
            note = "" if event.note == "unmuted" else event.note
        self._devices[event.device] = (event.name or name, note)

    def _hear_sound(self, event: Event) -> None:
        match event:
            case AudioDropped():
                self._dropped += event.samples
            case SpeechStarted():
                self._flags.add("speech")
            case SpeechStopped():
                self._flags.discard("speech")
            case PlaybackStarted():
                self._flags.add("speaking")
            case PushToTalk():
                (self._flags.add if event.is_down else self._flags.discard)("key")
            case _:
                pass

    @property
    def mode(self) -> Mode:
        """The mode, as the events have it."""
        return self._mode

    def status(
        self,
        companions: tuple[ProgramStatus, ...] = (),
        satellites: tuple[str, ...] | None = None,
    ) -> Status:
        """How it is now."""
        known, now_s = self.known, self._now_s()
        return Status(
            version=known.version,
            pid=known.pid,
            up_s=round(now_s - self._began_s, 1),
            mode=self._mode,
            hears=self._hears(),
            is_speech="speech" in self._flags,
            is_speaking="speaking" in self._flags,
            is_key_down="key" in self._flags,
            devices=tuple(self._device(each) for each in known.devices),
            engines=tuple(self._engine(each) for each in self._engines()),
            voice=known.voice,
            plugins=known.plugins,
            turns=self._turns,
            dropped_samples=self._dropped,
            last_turn=self._last_turn(now_s),
            companions=companions,
            satellites=satellites,
            config_file=known.config_file,
            notes=self.notes,
        )

    def _device(self, device: DeviceStatus) -> DeviceStatus:
        name, note = self._devices.get(device.device, ("", ""))
        is_there = device.device not in self._lost
        return replace(device, name=name or device.name, is_there=is_there, note=note)

    def _engines(self) -> tuple[EngineStatus, ...]:
        """Those of the configuration, and whatever else was changed."""
        named = {engine.stage for engine in self.known.engines}
        others = [EngineStatus(stage, "") for stage in self._levels if stage not in named]
        return (*self.known.engines, *others)

    def _engine(self, engine: EngineStatus) -> EngineStatus:
        trouble = self._troubles.get(engine.stage, "")
        now = self._levels.get(engine.stage)
        if now is None or not now.level:
            return replace(engine, name=engine.name or (now.engine if now else ""), trouble=trouble)
        name = now.engine or "none"
        return replace(engine, name=name, level=now.level, reason=now.reason, trouble=trouble)

    def _hears(self) -> str:
        if self._mode == "muted":
            return "nothing: it is muted (voiced unmute)"
        if "microphone" in self._lost:
            return "nothing: the microphone is gone"
        if self._devices.get("microphone", ("", ""))[1] == "muted":
            return "nothing: the microphone is muted at the system"
        if self._mode == "asleep" and "key" not in self._flags:
            return "nothing but its wake word, its name or the push-to-talk key"
        return "you"

    def _last_turn(self, now_s: float) -> LastTurn | None:
        if self._last is None:
            return None
        ended, at_s = self._last
        return LastTurn(ended.outcome, ended.timing_ms, round(now_s - at_s, 1))
