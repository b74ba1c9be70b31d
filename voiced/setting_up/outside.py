"""What setup does to the world, as the steps see it; ``real.py`` does it, tests fake it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from voiced.audio import Samples
from voiced.config import Config
from voiced.doctor.checks import Check
from voiced.doctor.echo import EchoReport
from voiced.models.catalogue import Model
from voiced.setting_up.dialogue import Dialogue
from voiced.setting_up.keeping import Keeper
from voiced.setting_up.machine import Machine
from voiced.setting_up.speed import Speed
from voiced.sound_notes import Kind

__all__ = ["Heard", "LocalServer", "Outside", "Run"]


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A program on this machine that answers as a language model does."""

    name: str
    url: str
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """A turn of the real assistant: what it understood and said."""

    said: str
    reply: str
    outcome: str


class Outside(Protocol):
    """Everything that is not a question. All of it blocks."""

    def look(self) -> Machine: ...

    def measure(self) -> Speed: ...

    def order_s(self, model: str, threads: int) -> float | None: ...

    def packages(self) -> Collection[str]: ...

    def runs_already(self) -> bool: ...

    def has_model(self, model: Model) -> bool: ...

    def pull(self, model: Model) -> None: ...

    def device(self, kind: Kind, config: Config) -> Check: ...

    def device_names(self, kind: Kind, config: Config) -> Sequence[str]: ...

    def listen(self, seconds: float, config: Config) -> Samples: ...

    def speak(self, text: str, config: Config) -> None: ...

    def echo(self, config: Config) -> EchoReport: ...

    def servers(self) -> Sequence[LocalServer]: ...

    def install_service(self) -> Sequence[str]: ...

    def converse(self, seconds: float) -> Heard | None: ...


@dataclass(slots=True)
class Run:
    """One run of setup: the world, the person, the file, and what was found so far."""

    outside: Outside
    dialogue: Dialogue
    keeper: Keeper
    config: Config
    found: dict[str, Any] = field(default_factory=dict[str, Any])
    _machine: Machine | None = None
    _speed: Speed | None = None
    _has_warned: bool = False

    @property
    def machine(self) -> Machine:
        """The machine, looked at once."""
        if self._machine is None:
            self._machine = self.outside.look()
            self.found["machine"] = asdict(self._machine)
        return self._machine

    @property
    def speed(self) -> Speed:
        """Its speed, measured once."""
        if self._speed is None:
            self.dialogue.tell("Measuring how fast this machine is, a few seconds.")
            self._speed = self.outside.measure()
            self.found["speed"] = asdict(self._speed)
        return self._speed

    def warn_of_another(self) -> None:
        """Say once that a running voiced hears, too, what is said for a test."""
        if not self._has_warned and self.outside.runs_already():
            self._has_warned = True
            self.dialogue.tell(
                "A voiced is running: it hears what you say here, and answers. `voiced mute` in "
                "another terminal keeps it out, `voiced unmute` lets it in again."
            )

    def write(self, section: str, keys: Mapping[str, Any]) -> bool:
        """Show what would change in a section, ask, and write it; whether it is so now."""
        changes = {section: keys}
        difference = self.keeper.difference(changes)
        if not difference:
            return True
        self.dialogue.tell(f"In {self.keeper.path}:\n{difference}")
        if not self.dialogue.confirm("Write this?", default=True):
            return False
        self.config = self.keeper.write(changes).config
        self.found.setdefault("written", []).append(section)
        return True
