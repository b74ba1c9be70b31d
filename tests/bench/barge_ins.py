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
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import anyio
import numpy as np
from sound_server import SoundServer, running, what_is_missing

from voiced.audio import RATE_HZ, AudioFrame, Samples, level_dbfs
from voiced.bench.figures import Figure, as_documents, rows
from voiced.bench.scene import say
from voiced.bench.standins import StandInResponder
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
from voiced.stages import Hints, Message, ReplyDelta, SpokenAudio, Tool, ToolCall, Transcript, Voice
from voiced.testing import signals
from voiced.testing.script import RULES, inline
from voiced.thinking.habits import Habits
from voiced.thinking.thinker import Thinker
from voiced.turns.rules import in_samples

TIMES, LOOPS = 1000, 4
WORDS = "tell me more"
NAMES = ("alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel")
TONES_HZ = (500, 700, 900, 1100, 1300, 1500, 1700, 1900)
OTHER_HZ = 2100
"""What is said of a request that was not understood."""

SENTENCES, SENTENCE_S = 8, 1.5
HEARD_S, LOUD_DBFS = 0.2, -40.0
HASTY = replace(RULES, end_silence=in_samples(300))
"""A request is over soon, so that there is soon a reply to interrupt."""

ALONE_S, AFTER_S = 5.0, 0.5
SETTLED_FRAMES = 25
GAPS_S = (1.2, 1.8)
"""From the end of what is said to the next: into the first second of the reply."""

WINDOW = 1024
TONE = 0.02


class Hears:
    """Takes any sound that lasts for the same words."""

    supports_partials = True

    async def prepare(self) -> None: ...

    async def aclose(self) -> None: ...

    async def transcribe(
        self, audio: AsyncIterable[AudioFrame], hints: Hints
    ) -> AsyncGenerator[Transcript]:
        loud_s, is_told = 0.0, False
        async for frame in audio:
            loud_s += frame.duration_s if level_dbfs(frame.samples) > LOUD_DBFS else 0.0
            if loud_s > HEARD_S and not is_told:
                is_told = True
                yield Transcript(WORDS, is_final=False)
        yield Transcript(WORDS if is_told else "", is_final=True, confidence=float(is_told))


class Tells(StandInResponder):
    """Each reply has a name of its own in all of its sentences."""

    def reply(
        self,
        history: Sequence[Message],
        tools: Sequence[Tool],
        schema: Mapping[str, Any] | None = None,
    ) -> AsyncGenerator[ReplyDelta | ToolCall]:
        name = NAMES[len(self.requests) % len(NAMES)]
        told = " ".join(f"This is {name} again." for _ in range(SENTENCES))
        other = StandInResponder(told)
        other.requests = self.requests
        return other.reply(history, tools, schema)


class Whistles:
    """Says each reply as a tone, by its name."""

    async def prepare(self) -> None: ...

    async def aclose(self) -> None: ...

    async def synthesize(self, sentence: str, voice: Voice) -> AsyncGenerator[SpokenAudio]:
        tones = zip(NAMES, TONES_HZ, strict=True)
        hz = next((hz for name, hz in tones if name in sentence), OTHER_HZ)
        sound = signals.tone(SENTENCE_S, hz)
        for start in range(0, len(sound), RATE_HZ // 10):
            yield SpokenAudio(sound[start : start + RATE_HZ // 10], RATE_HZ)


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


def _counted(server: SoundServer) -> Counted:
    streams = sum(
        len(server.control("list", "short", kind).splitlines())
        for kind in ("sink-inputs", "source-outputs")
    )
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    return Counted(len(asyncio.all_tasks()), threading.active_count(), descriptors, streams)


async def interrupt(folder: Path, times: int) -> Found:
    """Interrupt so many replies."""
    (words,) = await say([WORDS])
    with running(folder) as server, _journal(folder) as journal:
        return await _loop(server, journal, times, words.samples)


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


async def _loop(server: SoundServer, journal: Journal, times: int, words: Samples) -> Found:
    model, counts = Tells({}), Counts()
    parts = (PulseMicrophone("microphone"), WebrtcVoiceDetector(), Hears(), Whistles())
    stages = Stages(*parts, PulseSpeaker("speaker"), Voice("tones", "tones"))
    thinker, habits = await _thinker(journal, model), Habits(tap=counts.hear)
    session = Session(stages, thinker, HASTY, counts.read, habits)
    sound, before = signals.silence(0), _counted(server)
    after = before
    async with prepared(*parts, stages.speaker), anyio.create_task_group() as tasks:
        tasks.start_soon(session.run)
        await _until(lambda: counts.frames > SETTLED_FRAMES)
        before = _counted(server)
        with server.listening() as ear:
            saying = server.say(_many(words, times))
            await _until(lambda: counts.barge_ins >= times or saying.poll() is not None)
            server.quiet()
            session.controls.stop()
            await _until(lambda: session.speaker is None)
            sound = ear.sound
        await anyio.sleep(AFTER_S)
        after = _counted(server)
        tasks.cancel_scope.cancel()
    windows, overlapping = overlaps(sound)
    return Found(
        counts.barge_ins,
        counts.failures,
        len(model.requests),
        sum(not each.is_over and each.closed_at_s is None for each in model.requests),
        after.tasks - before.tasks,
        after.threads - before.threads,
        after.descriptors - before.descriptors,
        after.streams - before.streams,
        windows,
        overlapping,
    )


def _many(words: Samples, times: int) -> Samples:
    """What is said again and again, more often than is needed.

    The first reply is left alone for so long that it is known how loud its echo is.
    """
    chance = random.Random(7)
    pieces: list[Samples] = [words, signals.silence(ALONE_S)]
    for _ in range(times + times // 2 + 5):
        pieces += [words, signals.silence(chance.uniform(*GAPS_S))]
    return np.concatenate(pieces)


def overlaps(sound: Samples) -> tuple[int, int]:
    """How many windows have a tone in them, and how many have two at the same time.

    Where one ends and the next begins within a window it would count, too: somebody speaks between
    them, which is longer.
    """
    whole = sound[: len(sound) // WINDOW * WINDOW].reshape(-1, WINDOW) / 32768.0
    spectra = np.abs(np.fft.rfft(whole * np.hanning(WINDOW), axis=1)) / (WINDOW / 4)
    bins = [round(hz * WINDOW / RATE_HZ) for hz in (*TONES_HZ, OTHER_HZ)]
    loud = np.array([spectra[:, each - 1 : each + 2].max(axis=1) > TONE for each in bins])
    voices = loud.sum(axis=0)
    return int((voices > 0).sum()), int((voices > 1).sum())


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
        Figure("two replies at once", total("overlapping"), "windows of 64 ms", 0),
        Figure("... of those with a reply in them", total("windows"), "windows of 64 ms"),
        Figure("failures of a stage", total("failures"), "", 0),
    ]


def one(times: int) -> Found:
    """One loop, in a process that is its own."""
    with tempfile.TemporaryDirectory(prefix="voiced-barge-") as name:
        return anyio.run(interrupt, Path(name), times)


def _beside(times: int) -> subprocess.Popen[str]:
    command = [sys.executable, __file__, "--times", str(times), "--one"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


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
        print(json.dumps(asdict(one(chosen.times))))
        return 0
    loops = [_beside(-(-chosen.times // chosen.loops)) for _ in range(chosen.loops)]
    told = figures([Found(**json.loads(loop.communicate()[0])) for loop in loops])
    if chosen.json:
        print_json({"barge-ins": as_documents(told), "load": round(os.getloadavg()[0], 1)})
    else:
        print_table(("interrupted over and over", "value", "goal", "", ""), rows(told))
    return 0 if all(each.is_met is not False for each in told) else 1


if __name__ == "__main__":
    sys.exit(main())
