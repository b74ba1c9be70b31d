"""How many spoken orders are understood, how fast, and how much else is taken for an order.

An order counts as right when the intent and all its slots are as labelled. The sound is fed frame
by frame as from a microphone, but as fast as the transcriber takes it.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
from rich.table import Table

from voiced.audio import AudioFrame, Framer, Samples, samples_to_s
from voiced.bench.orders import Order, load_grammar, load_orders
from voiced.errors import TranscriptionError
from voiced.grammar import Grammar, Match
from voiced.stages import Hints, Hypothesis, Transcriber, Transcript

__all__ = ["IntentsReport", "Verdict", "measure", "run"]

Verdict: TypeAlias = Literal["right", "wrong", "rejected"]


@dataclass(frozen=True, slots=True)
class IntentsReport:
    """What was measured. Latencies run from the end of the sound to the final transcript.

    ``rtf`` is CPU time of the process by length of the sound. ``falsely_accepted`` counts the
    ``outside`` pieces of sound that hold no order and were taken for one.
    """

    right: int
    wrong: int
    rejected: int
    outside: int
    falsely_accepted: int
    sound_s: float
    rtf: float
    latency_p50_ms: float
    latency_p95_ms: float
    latency_max_ms: float
    mistakes: tuple[tuple[str, Verdict], ...]

    @property
    def orders(self) -> int:
        """How many orders there were."""
        return self.right + self.wrong + self.rejected

    def as_dict(self) -> dict[str, object]:
        """The report as a JSON document."""
        return {
            "orders": self.orders,
            "accepted_right": self.right,
            "accepted_wrong": self.wrong,
            "rejected": self.rejected,
            "right_percent": _percent(self.right, self.orders),
            "outside": self.outside,
            "falsely_accepted": self.falsely_accepted,
            "sound_s": round(self.sound_s, 1),
            "rtf": round(self.rtf, 4),
            "latency_ms": {
                "p50": round(self.latency_p50_ms, 1),
                "p95": round(self.latency_p95_ms, 1),
                "max": round(self.latency_max_ms, 1),
            },
            "mistakes": [{"order": name, "verdict": verdict} for name, verdict in self.mistakes],
        }

    def table(self) -> Table:
        """The report for the terminal."""
        table = Table(title=f"{self.orders} spoken orders, {self.sound_s:.0f} s of sound")
        columns = ["accepted, right", "accepted, wrong", "rejected"]
        cells = [
            f"{count} ({_percent(count, self.orders)} %)"
            for count in (self.right, self.wrong, self.rejected)
        ]
        if self.outside:
            columns.append("no order, accepted")
            cells.append(f"{self.falsely_accepted} of {self.outside}")
        columns += ["CPU / sound", "final after end: p50 / p95 / max"]
        cells += [
            f"{self.rtf:.3f}",
            f"{self.latency_p50_ms:.1f} / {self.latency_p95_ms:.1f} / {self.latency_max_ms:.1f} ms",
        ]
        for column in columns:
            table.add_column(column, justify="right")
        table.add_row(*cells)
        return table


def _percent(count: int, total: int) -> float:
    return round(100.0 * count / total, 1) if total else 0.0


async def run(
    transcriber: Transcriber,
    *,
    folder: Path,
    labels: Path,
    templates: Path,
    outside: Sequence[Samples] = (),
) -> IntentsReport:
    """Measure on a folder of sound files.

    Args:
        transcriber: It is prepared here, and not closed.
        folder: Where the sound files lie.
        labels: JSON: file name to intent and slots.
        templates: The grammar as hassil YAML.
        outside: Sound at 16 kHz that holds no order of the grammar.

    Raises:
        ConfigError: Labels or templates cannot be read.
        AudioFormatError: A sound file cannot be read.
        TranscriptionError: The transcriber failed.
    """
    grammar = load_grammar(templates)
    return await measure(transcriber, grammar, load_orders(folder, labels), outside)


async def measure(
    transcriber: Transcriber,
    grammar: Grammar,
    orders: Sequence[Order],
    outside: Sequence[Samples] = (),
) -> IntentsReport:
    """Measure on orders that are in memory; see run."""
    await transcriber.prepare()
    listener = _Listener(transcriber, grammar)
    began_s, sound_s = time.process_time(), 0.0
    verdicts: list[tuple[str, Verdict]] = []
    for order in orders:
        verdicts.append((order.name, _verdict(await listener.hear(order.samples), order)))
        sound_s += samples_to_s(len(order.samples))
    cpu_s = time.process_time() - began_s
    latencies_ms = np.array(listener.latencies_ms or [0.0])
    accepted = [await listener.hear(samples) is not None for samples in outside]
    count = [verdict for _, verdict in verdicts].count
    return IntentsReport(
        right=count("right"),
        wrong=count("wrong"),
        rejected=count("rejected"),
        outside=len(outside),
        falsely_accepted=sum(accepted),
        sound_s=sound_s,
        rtf=cpu_s / sound_s if sound_s else 0.0,
        latency_p50_ms=float(np.percentile(latencies_ms, 50)),
        latency_p95_ms=float(np.percentile(latencies_ms, 95)),
        latency_max_ms=float(latencies_ms.max()),
        mistakes=tuple(pair for pair in verdicts if pair[1] != "right"),
    )


def _verdict(match: Match | None, order: Order) -> Verdict:
    if match is None:
        return "rejected"
    is_right = match.intent == order.intent and dict(match.slots) == dict(order.slots)
    return "right" if is_right else "wrong"


class _Listener:
    """Transcribes and matches one piece of sound after the other."""

    def __init__(self, transcriber: Transcriber, grammar: Grammar) -> None:
        self._transcriber = transcriber
        self._grammar = grammar
        self._hints = Hints(grammar.graph, grammar.key_terms, open_dictation=False)
        self.latencies_ms: list[float] = []

    async def hear(self, samples: Samples) -> Match | None:
        """The order that is heard in there, if there is any."""
        ended_s = 0.0

        async def frames() -> AsyncGenerator[AudioFrame]:
            nonlocal ended_s
            framer = Framer()
            for frame in (*framer.feed(samples), *framer.flush()):
                yield frame
            ended_s = time.perf_counter()

        final: Transcript | None = None
        async with (
            aclosing(frames()) as audio,
            aclosing(self._transcriber.transcribe(audio, self._hints)) as transcripts,
        ):
            async for transcript in transcripts:
                final = transcript
        self.latencies_ms.append((time.perf_counter() - ended_s) * 1000.0)
        if final is None or not final.is_final:
            raise TranscriptionError("the transcriber ended without a final transcript")
        if not final.text:
            return None
        readings = (Hypothesis(final.text, final.confidence), *final.alternatives)
        return next(iter(self._grammar.match(readings, limit=1)), None)
