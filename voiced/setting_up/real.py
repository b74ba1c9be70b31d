"""What setup does to the world, for real."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec

import anyio

from voiced.audio import Samples
from voiced.config import Config, Loaded, model_folder
from voiced.control import client
from voiced.doctor.checks import Check
from voiced.doctor.devices import check_devices
from voiced.doctor.echo import EchoReport
from voiced.doctor.services import check_sound_server
from voiced.errors import ControlError
from voiced.models.catalogue import Model, installed, locate
from voiced.service.units import Service
from voiced.setting_up import ports, talking, trying
from voiced.setting_up.machine import Machine, look
from voiced.setting_up.outside import Heard, LocalServer
from voiced.setting_up.speed import WHISPER_GFLOP, Speed, measure, order_s
from voiced.sound_notes import Kind

__all__ = ["RealOutside"]

_PACKAGES = ("faster_whisper", "piper", "pocketsphinx", "pymicro_wakeword")


@dataclass(frozen=True, slots=True)
class RealOutside:
    """This machine.

    Attributes:
        env: The environment.
        tell: Says something to the person.
        bring: Downloads a model, with progress.
        load: The configuration as it is now.
        service: What manages the service.
    """

    env: Mapping[str, str]
    tell: Callable[[str], None]
    bring: Callable[[Model], None]
    load: Callable[[], Loaded]
    service: Callable[[], Service]

    def look(self) -> Machine:
        """Cores, memory, board, sound server, desktop."""
        sound = check_sound_server(self.env)
        return look(self.env, sound.found if sound.ok else "")

    def measure(self) -> Speed:
        """The recognisers that are here; of the Whisper models the smallest."""
        there = {model.name for model in installed(model_folder())}
        names = [name for name in WHISPER_GFLOP if name in there]
        is_there = bool(names) and find_spec("faster_whisper") is not None
        return anyio.run(measure, names[0] if is_there else "")

    def order_s(self, model: str, threads: int) -> float | None:
        """How long an installed Whisper takes for an order; None where it cannot be used."""
        return anyio.run(order_s, model, threads)

    def packages(self) -> Collection[str]:
        """Which engines are installed."""
        return frozenset(name for name in _PACKAGES if find_spec(name) is not None)

    def runs_already(self) -> bool:
        """Whether a daemon answers."""
        try:
            client.ask({"do": "status"})
        except ControlError:
            return False
        return True

    def has_model(self, model: Model) -> bool:
        """Whether it is installed."""
        return locate(model.name, model_folder()) is not None

    def pull(self, model: Model) -> None:
        """Download it; what was cut off goes on where it stopped."""
        self.bring(model)

    def device(self, kind: Kind, config: Config) -> Check:
        """Whether the device of the configuration can be used."""
        return check_devices(config)[0 if kind == "microphone" else 1]

    def device_names(self, kind: Kind, config: Config) -> Sequence[str]:
        """What can be chosen."""
        return anyio.run(trying.device_names, kind, config)

    def listen(self, seconds: float, config: Config) -> Samples:
        """A few seconds of the microphone."""
        return anyio.run(trying.listen, seconds, config)

    def speak(self, text: str, config: Config) -> None:
        """A sentence through the loudspeaker."""
        anyio.run(trying.speak, text, config)

    def echo(self, config: Config) -> EchoReport:
        """The measurement of `voiced doctor audio`."""
        return anyio.run(partial(trying.measure_echo, config))

    def servers(self) -> Sequence[LocalServer]:
        """Language models at the usual ports of this machine."""
        return ports.local_servers()

    def install_service(self) -> Sequence[str]:
        """As `voiced service install` does."""
        return self.service().install()

    def converse(self, seconds: float) -> Heard | None:
        """A turn with the configuration as it is now."""
        return talking.one_turn(self.load(), seconds, self.tell)
