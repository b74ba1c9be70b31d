"""Interrupted over and over on a real sound server: ``make bench-barge-ins``.

Somebody speaks into the reply, and into the reply to that, as fast as replies begin. Sound goes
through a private PulseAudio, the real microphone, voice detector, turn-taking, session and
loudspeaker. The recogniser takes anything loud for the same words; each reply is a tone of its own,
so that two of them at once are seen in what the loudspeaker plays.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import anyio
import numpy as np
from bench.tones import WORDS, Hears, Tells, Whistles, overlaps
from sound_server import SoundServer, running, what_is_missing

from voiced.audio import AudioFrame, Samples
from voiced.bench.figures import Figure, as_documents, rows
from voiced.bench.scene import say
from voiced.cli.output import print_json, print_table
from voiced.composition.engines import prepared
from voiced.conversation import Conversation
from voiced.dispatch import Dispatcher, Environment
from voiced.engines.pulse_microphone import PulseMicrophone
from voiced.engines.pulse_speaker import PulseSpeaker
from voiced.engines.webrtc_vad import WebrtcVoiceDetector
from voiced.events import BargeIn, Event, StageFailed
from voiced.journal import Journal
from voiced.loop.session import Session, Stages
from voiced.stages import Voice
from voiced.testing import signals
from voiced.testing.script import RULES, inline
from voiced.thinking.habits import Habits
from voiced.thinking.thinker import Thinker
from voiced.turns.rules import in_samples

TIMES, LOOPS = 1000, 4
HASTY = replace(RULES, end_silence=in_samples(300))
"""A request is over soon, so that there is soon a reply to interrupt."""

ALONE_S, AFTER_S, QUIET_S = 5.0, 0.5, 20.0
ROUND = 25
"""After so many interruptions it is told what came of them: a run that is cut has figures."""

SETTLED_FRAMES = 25
GAPS_S = (1.2, 1.8)
"""From the end of what is said to the next: into the first second of the reply."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What there is at one moment, of this process and of the sound server."""

    tasks: int
    threads: int
    descriptors: int
    streams: int


@dataclass(frozen=True, slots=True)
class Found:
    """What came of one loop; ``left_*`` is what there was more at its end than at its beginning."""

    barge_ins: int
    failures: int
    replies: int
    still_asked: int
    left_tasks: int
    left_threads: int
    left_descriptors: int
    left_streams: int
    windows: int
    overlapping: int


NOTHING = Found(0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


def _counted(server: SoundServer) -> Counted:
    streams = sum(
        len(server.control("list", "short", kind).splitlines())
        for kind in ("sink-inputs", "source-outputs")
    )
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    return Counted(len(asyncio.all_tasks()), threading.active_count(), descriptors, streams)


async def interrupt(folder: Path, times: int, tell: Callable[[Found], None]) -> Found:
    """Interrupt so many replies, and tell what came of it so far after each round."""
    (words,) = await say([WORDS])
    with running(folder) as server, _journal(folder) as journal:
        return await _loop(server, journal, Rounds(times, words.samples, tell))


@dataclass(frozen=True, slots=True)
class Rounds:
    """How many interruptions by which words there are to be, and who is told of each round."""

    times: int
    words: Samples
    tell: Callable[[Found], None]


@contextmanager
def _journal(folder: Path) -> Generator[Journal]:
    journal = Journal.open(folder / "journal")
    try:
        yield journal
    finally:
        journal.close()


class Counts:
    """What a session tells, and how many frames it has heard."""

    def __init__(self) -> None:
        self.barge_ins = self.failures = self.frames = 0

    def read(self, event: Event) -> None:
        self.barge_ins += isinstance(event, BargeIn)
        self.failures += isinstance(event, StageFailed)

    def hear(self, _near: AudioFrame, _far: Samples) -> None:
        self.frames += 1


async def _until(is_so: Callable[[], object]) -> None:
    while not is_so():  # noqa: ASYNC110 - nobody tells it
        await anyio.sleep(0.02)


async def _thinker(journal: Journal, model: Tells) -> Thinker:
    environment = Environment(journal, lambda: datetime.now(UTC), anyio.current_time, inline, {})
    dispatcher = Dispatcher((), (), environment, Conversation())
    await dispatcher.refresh()
    return Thinker(dispatcher, model)


async def _loop(server: SoundServer, journal: Journal, rounds: Rounds) -> Found:
    model, counts = Tells({}), Counts()
    parts = (PulseMicrophone("microphone"), WebrtcVoiceDetector(), Hears(), Whistles())
    stages = Stages(*parts, PulseSpeaker("speaker"), Voice("tones", "tones"))
    thinker, habits = await _thinker(journal, model), Habits(tap=counts.hear)
    session = Session(stages, thinker, HASTY, counts.read, habits)
    found = NOTHING
    async with prepared(*parts, stages.speaker), anyio.create_task_group() as tasks:
        tasks.start_soon(session.run)
        await _until(lambda: counts.frames > SETTLED_FRAMES)
        before = _counted(server)
        while counts.barge_ins < rounds.times:
            already = counts.barge_ins
            times = min(ROUND, rounds.times - already)
            sound = await _round(server, session, counts, _many(rounds.words, times))
            windows, overlapping = overlaps(sound)
            windows, overlapping = found.windows + windows, found.overlapping + overlapping
            found = _found(counts, model, before, _counted(server), (windows, overlapping))
            rounds.tell(found)
            if counts.barge_ins == already:
                raise RuntimeError("nothing was interrupted in a whole round")
        tasks.cancel_scope.cancel()
    return found


async def _round(server: SoundServer, session: Session, counts: Counts, said: Said) -> Samples:
    """Interrupt some replies, wait until it is quiet, and return what the speaker played."""
    wanted = counts.barge_ins + said.times
    with server.listening() as ear:
        saying = server.say(said.sound)
        await _until(lambda: counts.barge_ins >= wanted or saying.poll() is not None)
        server.quiet()
        session.controls.stop()
        with anyio.move_on_after(QUIET_S):
            await _until(lambda: session.speaker is None)
        await anyio.sleep(AFTER_S)
        sound = ear.sound
    await anyio.sleep(AFTER_S)
    return sound


def _found(
    counts: Counts, model: Tells, before: Counted, after: Counted, heard: tuple[int, int]
) -> Found:
    return Found(
        counts.barge_ins,
        counts.failures,
        len(model.requests),
        sum(not each.is_over and each.closed_at_s is None for each in model.requests),
        after.tasks - before.tasks,
        after.threads - before.threads,
        after.descriptors - before.descriptors,
        after.streams - before.streams,
        *heard,
    )


@dataclass(frozen=True, slots=True)
class Said:
    """What is said into the microphone to interrupt so often."""

    times: int
    sound: Samples


def _many(words: Samples, times: int) -> Said:
    """What is said again and again, more often than is needed.

    The first reply is left alone for so long that it is known how loud its echo is.
    """
    chance = random.Random(7)
    pieces: list[Samples] = [words, signals.silence(ALONE_S)]
    for _ in range(times + times // 2 + 5):
        pieces += [words, signals.silence(chance.uniform(*GAPS_S))]
    return Said(times, np.concatenate(pieces))


def figures(found: Sequence[Found]) -> list[Figure]:
    """What is told of all loops together."""

    def total(name: str) -> int:
        return sum(getattr(each, name) for each in found)

    left = [
        Figure(f"{name} left over", total(f"left_{name}"), "", 0)
        for name in ("tasks", "threads", "descriptors", "streams")
    ]
    return [
        Figure("interruptions", total("barge_ins"), "", note=f"{len(found)} loops side by side"),
        Figure("replies that were begun", total("replies"), ""),
        *left,
        Figure("requests to the model left open", total("still_asked"), "", 0),
        Figure("two replies at once", total("overlapping"), "windows of 32 ms", 0),
        Figure("... of those with a reply in them", total("windows"), "windows of 32 ms"),
        Figure("failures of a stage", total("failures"), "", 0),
    ]


def one(times: int, tell: Callable[[Found], None] = lambda _: None) -> Found:
    """One loop, in a process that is its own."""
    with tempfile.TemporaryDirectory(prefix="voiced-barge-") as name:
        return anyio.run(interrupt, Path(name), times, tell)


def _print(found: Found) -> None:
    print(json.dumps(asdict(found)), flush=True)


class Beside:
    """Loops in processes of their own, and what each has told last."""

    def __init__(self, loops: int, times: int) -> None:
        self._last = [NOTHING] * loops
        self.broken = 0
        self._threads = [threading.Thread(target=self._read, args=(n, times)) for n in range(loops)]

    def run(self) -> Sequence[Found]:
        """Let them all run to their end; each round is printed."""
        for thread in self._threads:
            thread.start()
        for thread in self._threads:
            thread.join()
        return self._last

    def _read(self, number: int, times: int) -> None:
        command = [sys.executable, __file__, "--times", str(times), "--one"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as loop:
            assert loop.stdout is not None
            for line in loop.stdout:
                self._last[number] = Found(**json.loads(line))
                told = {each.name: each.value for each in figures(self._last)}
                print(json.dumps(told), file=sys.stderr, flush=True)
        self.broken += loop.returncode != 0


def main() -> int:
    """Run it and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument("--loops", type=int, default=LOOPS)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if missing := what_is_missing():
        print(missing, file=sys.stderr)
        return 69
    if chosen.one:
        one(chosen.times, _print)
        return 0
    beside = Beside(chosen.loops, -(-chosen.times // chosen.loops))
    told = [*figures(beside.run()), Figure("loops that broke off", beside.broken, "", 0)]
    if chosen.json:
        print_json({"barge-ins": as_documents(told), "load": round(os.getloadavg()[0], 1)})
    else:
        print_table(("interrupted over and over", "value", "goal", "", ""), rows(told))
    return 0 if all(each.is_met is not False for each in told) else 1


if __name__ == "__main__":
    sys.exit(main())
