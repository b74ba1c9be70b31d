"""A world and a person for setup, as the tests want them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from voiced.audio import RATE_HZ, Samples, silence
from voiced.config import AudioSettings, Config, load
from voiced.doctor.checks import Check
from voiced.doctor.echo import EchoFigures, EchoReport
from voiced.engines.echo_choice import EchoChoice
from voiced.models.catalogue import Model
from voiced.setting_up.keeping import Keeper
from voiced.setting_up.machine import Machine
from voiced.setting_up.outside import Heard, LocalServer, Run
from voiced.setting_up.speed import Speed
from voiced.sound_notes import Kind
from voiced.testing import sounds

DESKTOP = Machine(8, 16_000, "x86_64", sound="PipeWire", display="X11", has_user_manager=True)
FAST = Speed(gflops=400.0, embedded=0.05)
ECHO = EchoFigures(-60.0, -30.0, 80.0, -10.0, 30.0, -70.0, is_clipped=False)


def speech() -> Samples:
    """Pauses and speech, as of somebody who tries a microphone."""
    pause = np.random.default_rng(1).integers(-10, 11, RATE_HZ).astype(np.int16)
    return np.concatenate([pause, sounds.babble(2.0), pause])


@dataclass
class FakeOutside:
    """A machine; ``done`` is what was done to it, in order."""

    machine: Machine = DESKTOP
    speed: Speed = FAST
    installed: frozenset[str] = frozenset(
        {"faster_whisper", "piper", "pocketsphinx", "pymicro_wakeword"}
    )
    microphones: Sequence[str] = ("default",)
    check: Check = field(default_factory=lambda: Check("device", ok=True, found="USB, 48000 Hz"))
    heard: list[Samples] = field(default_factory=lambda: [speech()])
    running: Sequence[LocalServer] = ()
    pull_fails: BaseException | None = None
    fails: BaseException | None = None
    turn: Heard | None = None
    is_running: bool = False
    taken_s: float | None = 0.5
    done: list[Any] = field(default_factory=list)

    def look(self) -> Machine:
        return self.machine

    def measure(self) -> Speed:
        self.done.append("measure")
        return self.speed

    def order_s(self, model: str, threads: int) -> float | None:
        self.done.append(("timed", model, threads))
        return self.taken_s

    def packages(self) -> frozenset[str]:
        return self.installed

    def runs_already(self) -> bool:
        return self.is_running

    def has_model(self, model: Model) -> bool:
        return ("pulled", model.name) in self.done

    def pull(self, model: Model) -> None:
        if self.pull_fails is not None:
            raise self.pull_fails
        self.done.append(("pulled", model.name))

    def device(self, kind: Kind, config: Config) -> Check:
        return self.check

    def device_names(self, kind: Kind, config: Config) -> Sequence[str]:
        return self.microphones if kind == "microphone" else ()

    def listen(self, seconds: float, config: Config) -> Samples:
        self._fail()
        self.done.append("listen")
        return self.heard.pop(0) if self.heard else silence(RATE_HZ)

    def speak(self, text: str, config: Config) -> None:
        self._fail()
        self.done.append("speak")

    def echo(self, config: Config) -> EchoReport:
        self._fail()
        self.done.append("echo")
        choice = EchoChoice(cancels=True, reason="it is heard in the room")
        return EchoReport(ECHO, AudioSettings(min_level_dbfs=-40.0), choice)

    def servers(self) -> Sequence[LocalServer]:
        self.done.append("servers")
        return self.running

    def install_service(self) -> Sequence[str]:
        self._fail()
        self.done.append("service")
        return ["voiced listens, now and after every login."]

    def converse(self, seconds: float) -> Heard | None:
        self._fail()
        self.done.append("converse")
        return self.turn

    def _fail(self) -> None:
        if self.fails is not None:
            raise self.fails


class Person:
    """Answers each question as its first words say; the rest gets the default.

    ``asked`` is what was asked, ``told`` what was told.
    """

    has_person = True

    def __init__(self, **answers: Any) -> None:
        self._answers = answers
        self.asked: list[str] = []
        self.told: list[str] = []

    def tell(self, text: str) -> None:
        self.told.append(text)

    def confirm(self, question: str, *, default: bool) -> bool:
        return bool(self._answer(question, default))

    def choose(self, question: str, options: Sequence[str], default: str) -> str:
        assert default in options, f"{default!r} cannot be chosen: {options}"
        chosen = str(self._answer(question, default))
        assert chosen in options
        return chosen

    def ask(self, question: str, default: str) -> str:
        return str(self._answer(question, default))

    @property
    def screen(self) -> str:
        return "\n".join(self.told)

    def _answer(self, question: str, default: Any) -> Any:
        self.asked.append(question)
        for word, answer in self._answers.items():
            if word.replace("_", " ") in question.casefold():
                if isinstance(answer, list):
                    return answer.pop(0)
                if isinstance(answer, type) and issubclass(answer, BaseException):
                    raise answer
                return answer
        return default


def run_of(path: Path, outside: FakeOutside, person: Any) -> Run:
    """A run of setup on the file."""

    def read(file: Path) -> Any:
        return load(file, {}, lambda _: ())

    config = read(path).config if path.exists() else Config()
    return Run(outside, person, Keeper(path, read), config)
