"""A private PulseAudio with virtual devices, for tests of real sound: no hardware, no session.

Devices by name: ``speaker`` (a null sink), ``microphone`` (hears what ``play`` says into it).
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import numpy as np

from voiced import workers
from voiced.audio import RATE_HZ, Samples

PROGRAMS = ("pulseaudio", "pactl", "parec", "pacat")
APT = "sudo apt install pulseaudio pulseaudio-utils libportaudio2 libasound2-plugins"

# norewinds: a null sink works in blocks of two seconds without it
_SCRIPT = """\
load-module module-native-protocol-unix socket={socket} auth-anonymous=1
load-module module-null-sink sink_name=speaker rate=48000 channels=2 norewinds=1
load-module module-null-sink sink_name=mouth rate=48000 channels=1 norewinds=1
load-module module-remap-source source_name=microphone master=mouth.monitor
set-default-sink speaker
set-default-source microphone
"""

_PCM = """\
pcm.{name} {{
    type pulse
    server "{server}"
    device "{name}"
    hint {{ show on description "{name}" }}
}}
"""

_DEFAULTS = """\
pcm.!default {{ type pulse server "{server}" hint {{ show on description "default" }} }}
ctl.!default {{ type pulse server "{server}" }}
"""


def what_is_missing() -> str:
    """Why no sound server can be started, or an empty string."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        return f"{', '.join(missing)} not installed: {APT}"
    try:
        import sounddevice  # noqa: F401 - only whether the library is there
    except OSError as error:
        return f"{error}: {APT}"
    return ""


class SoundServer:
    """A running PulseAudio. ``environment`` is what programs that use it need."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket = folder / "pulse.sock"
        server = f"unix:{self._socket}"
        self._devices = folder / "asound.conf"
        self.environment = {
            "PULSE_SERVER": server,
            "ALSA_CONFIG_PATH": f"/usr/share/alsa/alsa.conf:{self._devices}",
        }
        self._sayings: list[subprocess.Popen[bytes]] = []
        self._write_devices(server)
        self._process = self._start()
        self._wait()

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """As a crash would."""
        self._process.kill()
        self._process.wait(5)

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGCONT)
            self._process.terminate()
            try:
                self._process.wait(3)
            except subprocess.TimeoutExpired:
                self.kill()
        self._end_sayings()

    def _end_sayings(self) -> None:
        for saying in self._sayings:
            saying.kill()
            saying.wait(5)

    def freeze(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def start_again(self) -> None:
        """After ``kill``: with the same devices, at the same place."""
        self._process = self._start()
        self._wait()

    def unplug(self, name: str) -> None:
        """Unload the module that makes this device."""
        for line in self.control("list", "short", "modules").splitlines():
            if {f"sink_name={name}", f"source_name={name}"} & set(line.split()):
                self.control("unload-module", line.split()[0])
                return
        raise AssertionError(f"no module makes {name}")

    def restore(self) -> None:
        """Have the two devices again, and those only, as the defaults."""
        self.quiet()
        for name in ("other",):
            with suppress(AssertionError):
                self.unplug(name)
        if "speaker" not in self._names("sinks"):
            self.plug_speaker()
        if "microphone" not in self._names("sources"):
            self.plug_microphone()
        self.control("set-default-sink", "speaker")
        self.control("set-default-source", "microphone")

    def quiet(self) -> None:
        """End all that is being said."""
        self._end_sayings()
        self._sayings = []

    def _names(self, kind: str) -> list[str]:
        lines = self.control("list", "short", kind).splitlines()
        return [line.split("\t")[1] for line in lines]

    def plug_microphone(self, name: str = "microphone") -> None:
        """Load a microphone that hears the mouth; the default source if none is a real one."""
        self.control(
            "load-module", "module-remap-source", f"source_name={name}", "master=mouth.monitor"
        )

    def plug_speaker(self, name: str = "speaker") -> None:
        self.control(
            "load-module", "module-null-sink", f"sink_name={name}", "rate=48000", "norewinds=1"
        )

    def control(self, *words: str) -> str:
        """Run pactl with these words; return what it prints."""
        done = subprocess.run(
            ["pactl", *words],
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
        return done.stdout.strip()

    def say(self, sound: Samples, sink: str = "mouth") -> subprocess.Popen[bytes]:
        """Begin to play 16 kHz sound into the microphone, or to ``speaker``."""
        path = self._folder / f"say-{time.monotonic_ns()}.raw"
        path.write_bytes(sound.tobytes())
        command = ["pacat", "-d", sink, "--raw", f"--rate={RATE_HZ}", "--channels=1"]
        command += ["--format=s16le", "--latency-msec=100", str(path)]
        self._sayings.append(subprocess.Popen(command, env=os.environ | self.environment))
        return self._sayings[-1]

    @contextmanager
    def echo(self, delay_ms: int = 40, level_db: float = -6.0) -> Iterator[None]:
        """Let the microphone hear the speaker: some milliseconds later than this, and softer.

        Who records it in a program finds the buffers of that program's streams on top.
        """
        module = self.control(
            "load-module",
            "module-loopback",
            "source=speaker.monitor",
            "sink=mouth",
            f"latency_msec={delay_ms}",
            "source_dont_move=1",
            "sink_dont_move=1",
        )
        try:
            self.control("set-sink-input-volume", self._sink_input_of(module), f"{level_db}dB")
            yield
        finally:
            with suppress(subprocess.SubprocessError):  # the server may be gone
                self.control("unload-module", module)

    def _sink_input_of(self, module: str) -> str:
        """The index of the stream that a module plays."""
        for entry in json.loads(self.control("--format=json", "list", "sink-inputs")):
            if str(entry["owner_module"]) == module:
                return str(entry["index"])
        raise AssertionError(f"module {module} plays nothing")

    @contextmanager
    def listening(self, source: str = "speaker.monitor") -> Iterator[Ear]:
        """Record what the speaker plays, or what the ``microphone`` hears."""
        ear = Ear(os.environ | self.environment, source)
        try:
            ear.wait_for_sound()
            yield ear
        finally:
            ear.close()

    def _write_devices(self, server: str) -> None:
        lines = [_PCM.format(name=name, server=server) for name in ("speaker", "microphone")]
        self._devices.write_text(_DEFAULTS.format(server=server) + "".join(lines))

    def _start(self) -> subprocess.Popen[bytes]:
        script = self._folder / "pulse.pa"
        script.write_text(_SCRIPT.format(socket=self._socket))
        for name in ("runtime", "home"):
            (self._folder / name).mkdir(mode=0o700, exist_ok=True)
        own = {
            "HOME": str(self._folder / "home"),
            "XDG_RUNTIME_DIR": str(self._folder / "runtime"),
            "PULSE_RUNTIME_PATH": str(self._folder / "runtime" / "pulse"),
            "PULSE_STATE_PATH": str(self._folder / "home" / "pulse"),
        }
        command = ["pulseaudio", "-n", "-F", str(script), "--daemonize=no", "--exit-idle-time=-1"]
        command += ["--use-pid-file=no", "--realtime=no", "--high-priority=no"]
        with (self._folder / "pulse.log").open("wb") as log:
            return subprocess.Popen(
                command, env=os.environ | own, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def _wait(self) -> None:
        end_s = time.monotonic() + 10
        while time.monotonic() < end_s:
            try:
                if "microphone" in self.control("list", "short", "sources"):
                    return
            except subprocess.SubprocessError:
                time.sleep(0.02)
        self.close()
        raise RuntimeError((self._folder / "pulse.log").read_text())


S = TypeVar("S", bound=SoundServer)


class Ear:
    """Hears a source, with the time at which each 5 ms came."""

    _BLOCK_SAMPLES = RATE_HZ // 200

    def __init__(self, environment: dict[str, str], source: str) -> None:
        command = ["parec", "-d", source, "--raw", f"--rate={RATE_HZ}"]
        command += ["--channels=1", "--format=s16le", "--latency-msec=10"]
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
        self._blocks: list[tuple[float, Samples]] = []
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    @property
    def sound(self) -> Samples:
        """All that was heard, with the silence around it."""
        return np.concatenate([block for _, block in list(self._blocks)])

    @property
    def begins_s(self) -> float:
        """``time.perf_counter`` at which the first sample came, as the later ones have it."""
        length_s = self._BLOCK_SAMPLES / RATE_HZ
        blocks = list(self._blocks)
        return float(np.median([at_s - (n + 1) * length_s for n, (at_s, _) in enumerate(blocks)]))

    def last_audible_s(self, threshold: int = 200) -> float:
        """``time.perf_counter`` of the last block with sound in it."""
        return max(self.audible_s(threshold))

    def first_audible_s(self, after_s: float = 0.0, threshold: int = 200) -> float:
        return min(at_s for at_s in self.audible_s(threshold) if at_s > after_s)

    @property
    def ends_s(self) -> float:
        """``time.perf_counter`` at which the last sample came."""
        return self._blocks[-1][0]

    def wait_until_audible(self, within_s: float = 30.0, threshold: int = 200) -> None:
        """Until something is heard from now on."""
        after_s, end_s = self.ends_s, time.monotonic() + within_s
        while not any(at_s > after_s for at_s in self._audible_s(threshold)):
            assert time.monotonic() < end_s, "nothing is heard"
            time.sleep(0.02)

    def wait_for_sound(self) -> None:
        """Until the recording runs."""
        end_s = time.monotonic() + 5
        while not self._blocks and time.monotonic() < end_s:
            time.sleep(0.01)
        assert self._blocks, "nothing comes from the monitor"

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(5)
        self._thread.join(5)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def audible_s(self, threshold: int = 200) -> list[float]:
        """``time.perf_counter`` of each block with sound in it."""
        return [at_s for at_s, block in list(self._blocks) if np.abs(block).max() > threshold]

    def _listen(self) -> None:
        assert self._process.stdout is not None
        while len(data := self._process.stdout.read(2 * self._BLOCK_SAMPLES)) > 0:
            block = np.frombuffer(data[: len(data) // 2 * 2], dtype=np.int16)
            self._blocks.append((time.perf_counter(), block))


@contextmanager
def running(folder: Path) -> Iterator[SoundServer]:
    """A sound server that this process uses, too, through PortAudio or libpulse."""
    with used(SoundServer(folder)) as server:
        yield server


@contextmanager
def used(server: S) -> Iterator[S]:
    """Use a server in this process, and close it at the end."""
    before = {name: os.environ.get(name) for name in server.environment}
    os.environ.update(server.environment)
    try:
        _list_devices_anew()
        yield server
    finally:
        server.close()
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
        _list_devices_anew()


def _list_devices_anew() -> None:
    """PortAudio looks for devices once, when it is initialised.

    It crashes if it is ended while a stream of a dead server is still being closed in a worker.
    """
    if "sounddevice" not in sys.modules:
        return
    end_s = time.monotonic() + 20
    while workers.in_flight() and time.monotonic() < end_s:
        time.sleep(0.02)
    assert not workers.in_flight(), "a stream does not close"
    library = sys.modules["sounddevice"]
    library._terminate()
    library._initialize()
