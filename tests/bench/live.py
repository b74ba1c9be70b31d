"""From the end of speech to the audible reply, on a real sound server: ``make bench-live``.

The daemon runs as a process with the embedded engines on a private PulseAudio; a voice says a
command into its microphone, and what comes out of its loudspeaker is recorded. Both ends are
recorded in the same way, so the recorders' own delay cancels out.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import anyio

sys.path.insert(0, str(Path(__file__).parents[1]))

from daemon_process import Daemon
from sound_server import SoundServer, what_is_missing

from voiced.audio import Samples
from voiced.bench.figures import Figure, median, percentile, rows
from voiced.cli.output import print_json, print_table
from voiced.composition import engines as composition
from voiced.config import Config
from voiced.demo import USER_VOICE, render_speech

COMMANDS = ("what time is it", "what day is it", "what did you just do")
TIMES = 12
GAP_S = 1.0
LOUD = 200


async def speech() -> list[Samples]:
    config = Config()
    synthesizer = composition.synthesizer(config, composition.voice(config))
    async with composition.prepared(synthesizer):
        return [await render_speech(text, synthesizer, USER_VOICE) for text in COMMANDS]


def measure(folder: Path) -> list[float]:
    """Milliseconds of each command that was answered."""
    sounds = anyio.run(speech)
    server = SoundServer(folder)
    devices = {"VOICED_AUDIO__MICROPHONE": "microphone", "VOICED_AUDIO__SPEAKER": "speaker"}
    home = {"HOME": str(folder / "home"), "XDG_CONFIG_HOME": "", "XDG_STATE_HOME": ""}
    daemon = Daemon([], server.environment | home | devices)
    waits: list[float] = []
    try:
        daemon.wait_for("mode_changed")
        time.sleep(GAP_S)
        with server.listening(source="microphone") as mouth, server.listening() as ear:
            for number in range(1, TIMES + 1):
                began_s = time.perf_counter()
                server.say(sounds[number % len(sounds)]).wait(10)
                daemon.wait_for("turn_ended", number)
                time.sleep(0.3)
                ended_s = mouth.last_audible_s(LOUD)
                heard_s = ear.first_audible_s(began_s, LOUD)
                waits.append((heard_s - ended_s) * 1000)
                time.sleep(GAP_S)
    finally:
        daemon.stop()
        server.close()
    return waits


def main() -> int:
    missing = what_is_missing()
    if missing:
        print(missing, file=sys.stderr)
        return 69
    with tempfile.TemporaryDirectory(prefix="voiced-live-") as name:
        waits = measure(Path(name))
    figures = [
        Figure(
            "end of speech to audible reply, median",
            median(waits),
            "ms",
            300,
            note=f"{len(waits)} commands",
        ),
        Figure("the same, 95 of 100", percentile(waits, 95), "ms"),
        Figure("load of the machine", round(os.getloadavg()[0], 1), ""),
    ]
    if "--json" in sys.argv:
        print_json({"live": [figure.as_document() for figure in figures]})
    else:
        print_table(("on a real sound server", "value", "goal", "", ""), rows(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
