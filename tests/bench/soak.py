"""A long day, faster than real time: ``make bench-soak``.

Thousands of requests, interruptions and noises are heard by the real session with the real voice
detector, grammar, built-in intents, journal, flight recorder and embedded voice, on a clock that
jumps. The recogniser knows what was said (``--embedded``: pocketsphinx hears it, which takes ten
times as long), the model's answers are written down, and the loudspeaker only takes its time.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import anyio
import numpy as np

from voiced import daemon
from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, Samples
from voiced.bench.figures import Figure, as_documents, percentile, rows
from voiced.bench.material import Utterance
from voiced.bench.scene import say
from voiced.bench.settings import apart
from voiced.bench.standins import StandInResponder, StandInTranscriber
from voiced.cli.output import print_json, print_table
from voiced.composition import engines as composition
from voiced.composition import opening
from voiced.composition.brain import open_brain
from voiced.config import Config
from voiced.events import BargeIn, Event, PlaybackStarted, SpeechStopped, StageFailed, TurnEnded
from voiced.testing import clock, signals
from voiced.thinking.thinker import Thinker

TURNS = 4300
WARM_UP = 0.2
"""The share of the turns that count as warming up."""

SAMPLES = 50
ASKED = (
    "what time is it",
    "how much is five plus four",
    "tell me about the sea",
    "what did you just do",
    "what day is it today",
    "my brother works for a small company",
)
CHANGES = (
    "note that the boat leaves at nine",
    "undo that",
    "add milk to the shopping list",
    "undo that",
)
REQUESTS = (*ASKED, *CHANGES)
EVERY_CHANGES = 60
"""All of them are said at the beginning of so many requests: the grammar is made anew each time."""

ANSWER = "That is a long story. It began a long time ago. Nobody knows how it will end."
GAP_S, OVER_S = 3.2, 0.9
"""From the end of a request to the next: after the reply, or, each seventh time, into it."""

EVERY_OVER, EVERY_NOISE = 7, 5
NOISE_S = 0.4
SLOPE_MB_AN_HOUR, DRIFT_MS = 1.0, 5.0


@dataclass(frozen=True, slots=True)
class Sample:
    """The process at one moment, after ``turns`` turns and ``hours`` of sound."""

    hours: float
    turns: int
    memory_mb: float
    descriptors: int
    threads: int
    tasks: int


class Day:
    """A microphone that hears one request after the other, noises between them, and looks on."""

    def __init__(self, said: Sequence[Utterance], turns: int) -> None:
        self._said = said
        self._turns = turns
        self.schedule: deque[tuple[int, Utterance]] = deque()
        self.samples: list[Sample] = []
        self._room = signals.noise(10.0, level_dbfs=-65.0)
        self._noise = signals.noise(NOISE_S, level_dbfs=-35.0)
        self._sounds: deque[tuple[int, Samples]] = deque()
        self._next, self._number = RATE_HZ, 0

    async def prepare(self) -> None:
        """Nothing to load."""

    async def aclose(self) -> None:
        """Nothing to free."""

    async def frames(self) -> AsyncGenerator[AudioFrame]:
        """Frames of 20 ms, until the last request is long over."""
        opened_s = anyio.current_time()
        start, last = 0, 0
        while self._number < self._turns or start < self._next + RATE_HZ:
            if self._next < start + RATE_HZ and self._number < self._turns:
                self._say()
            if self._number * SAMPLES // self._turns != last:
                last = self._number * SAMPLES // self._turns
                self.samples.append(_sample(start, self._number))
                print(self.samples[-1], file=sys.stderr, flush=True)
            await anyio.sleep_until(opened_s + (start + FRAME_SAMPLES) / RATE_HZ)
            yield AudioFrame(self._heard(start), RATE_HZ, start)
            start += FRAME_SAMPLES

    def _say(self) -> None:
        place = self._number % EVERY_CHANGES
        changes = self._said[len(ASKED) :]
        utterance = changes[place] if place < len(changes) else self._said[place % len(ASKED)]
        self.schedule.append((self._next, utterance))
        self._sounds.append((self._next, utterance.samples))
        end = self._next + len(utterance.samples)
        self._number += 1
        if self._number % EVERY_NOISE == 0:
            self._sounds.append((end + round(GAP_S * RATE_HZ) - RATE_HZ, self._noise))
        gap_s = OVER_S if self._number % EVERY_OVER == 0 else GAP_S
        self._next = end + round(gap_s * RATE_HZ)

    def _heard(self, start: int) -> Samples:
        while self.schedule and self.schedule[0][0] < start - 20 * RATE_HZ:
            self.schedule.popleft()
        while self._sounds and self._sounds[0][0] + len(self._sounds[0][1]) < start:
            self._sounds.popleft()
        begin = start % (len(self._room) - FRAME_SAMPLES)
        heard = self._room[begin : begin + FRAME_SAMPLES].astype(np.int32)
        for at, sound in self._sounds:
            first, last = max(at, start), min(at + len(sound), start + FRAME_SAMPLES)
            if first < last:
                heard[first - start : last - start] += sound[first - at : last - at]
        clipped: Samples = np.clip(heard, -32768, 32767).astype(np.int16)
        return clipped


def _sample(at: int, turns: int) -> Sample:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return Sample(
        at / RATE_HZ / 3600,
        turns,
        pages * os.sysconf("SC_PAGESIZE") / 2**20,
        len(list(Path("/proc/self/fd").iterdir())) - 1,
        threading.active_count(),
        len(anyio.get_running_tasks()),
    )


class Waits:
    """How long answers took: by the clock of the session, and of the processor."""

    def __init__(self) -> None:
        self.first_audio_ms: list[float] = []
        self.cpu_ms: list[float] = []
        self.turns = self.barge_ins = self.failures = 0
        self._stopped_s: float | None = None

    def read(self, event: Event) -> None:
        match event:
            case SpeechStopped():
                self._stopped_s = time.process_time()
            case PlaybackStarted() if self._stopped_s is not None:
                self.cpu_ms.append((time.process_time() - self._stopped_s) * 1000)
                self._stopped_s = None
            case TurnEnded():
                self.turns += 1
                if event.timing_ms.first_audio is not None:
                    self.first_audio_ms.append(event.timing_ms.first_audio)
            case BargeIn():
                self.barge_ins += 1
            case StageFailed():
                self.failures += 1
            case _:
                pass


@dataclass(frozen=True, slots=True)
class Soak:
    """What came of a day."""

    samples: Sequence[Sample]
    waits: Waits
    took_s: float

    @property
    def warm(self) -> Sequence[Sample]:
        """Those after the warm-up."""
        return self.samples[round(len(self.samples) * WARM_UP) :]


async def soak(turns: int, *, embedded: bool = False) -> Soak:
    """Live through so many turns."""
    began_s = time.perf_counter()
    day, waits = Day(await say(REQUESTS), turns), Waits()
    with apart(Config()) as loaded:
        config = loaded.config
        null = opening.RunOptions(sink="null")
        async with (
            open_brain(loaded) as brain,
            opening.open_stages(config, null, day) as opened,
        ):
            model = StandInResponder({}, otherwise=ANSWER)
            knowing = StandInTranscriber(day.schedule)
            stages = opened if embedded else replace(opened, transcriber=knowing)
            recorder = composition.flight_recorder(config)
            thinking = replace(brain, thinker=Thinker(brain.dispatcher, model))

            def forget(event: Event) -> None:
                if isinstance(event, TurnEnded):  # what the stand-ins write down is no leak
                    model.requests.clear()
                    knowing.finals.clear()

            known = opening.habits(config, None, recorder.hear)
            readers: list[daemon.Reader] = [waits.read, recorder, forget]
            await daemon.serve(config, thinking, stages, readers, known)
            await recorder.aclose()
    return Soak(tuple(day.samples), waits, time.perf_counter() - began_s)


def figures(found: Soak) -> list[Figure]:
    """What is told of it."""
    warm, waits = found.warm, found.waits
    hours = [each.hours for each in warm]
    slope = float(np.polyfit(hours, [each.memory_mb for each in warm], 1)[0])
    note = f"{waits.turns} turns, {found.samples[-1].hours:.1f} h of sound"
    return [
        Figure("memory, slope", round(slope, 2), "MB an hour", SLOPE_MB_AN_HOUR, note=note),
        Figure("memory at the end", round(warm[-1].memory_mb, 1), "MB"),
        *(
            Figure(f"{name}, growth", _growth(found, name), "", 0)
            for name in ("descriptors", "threads", "tasks")
        ),
        Figure("first sound, 95 of 100", _p95(waits.first_audio_ms), "ms"),
        Figure("... drift, last third to first", _drift(waits.first_audio_ms), "ms", DRIFT_MS),
        Figure("processor for it, 95 of 100", _p95(waits.cpu_ms), "ms"),
        Figure("... drift, last third to first", _drift(waits.cpu_ms), "ms", DRIFT_MS),
        Figure("interruptions", waits.barge_ins, ""),
        Figure("failures of a stage", waits.failures, "", 0),
        Figure("faster than real time", round(hours[-1] * 3600 / found.took_s, 1), "times"),
    ]


def _growth(found: Soak, name: str) -> int:
    """By how much the most of the second half is more than that of the first."""
    values = [getattr(each, name) for each in found.warm]
    half = len(values) // 2
    return int(max(values[half:]) - max(values[:half]))


def _p95(values: Sequence[float]) -> float | None:
    found = percentile(values, 95)
    return None if found is None else round(found, 1)


def _drift(values: Sequence[float]) -> float | None:
    third = len(values) // 3
    early, late = percentile(values[:third], 95), percentile(values[-third:], 95)
    return None if early is None or late is None else round(late - early, 1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=TURNS)
    parser.add_argument("--embedded", action="store_true", help="pocketsphinx hears it")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="voiced-soak-") as home:
        for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
            os.environ[name] = home
        found = clock.run(lambda: soak(chosen.turns, embedded=chosen.embedded))
    told = figures(found)
    if chosen.json:
        print_json({"soak": as_documents(told)})
    else:
        print_table(("a long day", "value", "goal", "", ""), rows(told))
    return 0 if all(each.is_met is not False for each in told) else 1


if __name__ == "__main__":
    sys.exit(main())
