from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator, AsyncIterable

import numpy as np
import pytest
from rich.console import Console

from voiced.audio import AudioFrame, Samples
from voiced.bench.intents import measure
from voiced.bench.orders import Order
from voiced.errors import TranscriptionError
from voiced.grammar import Grammar
from voiced.stages import Hints, Hypothesis, Transcript

pytestmark = pytest.mark.anyio

GRAMMAR = Grammar.from_templates({"on": ["turn it on"], "off": ["turn it off"]}, {})


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Parrot:
    """A transcriber that says what the first sample stands for."""

    supports_partials = True

    def __init__(self, *texts: str) -> None:
        self.texts = texts
        self.hints: list[Hints] = []

    async def prepare(self) -> None: ...

    async def aclose(self) -> None: ...

    async def transcribe(
        self, audio: AsyncIterable[AudioFrame], hints: Hints
    ) -> AsyncGenerator[Transcript]:
        self.hints.append(hints)
        frames = [frame async for frame in audio]
        text = self.texts[int(frames[0].samples[0])]
        began = time.process_time()
        while time.process_time() == began:  # some clocks are coarse
            pass
        yield Transcript("tur", is_final=False)
        yield Transcript(text, True, 0.9, (Hypothesis("hmm", 0.1),))


class Silent(Parrot):
    async def transcribe(
        self, audio: AsyncIterable[AudioFrame], hints: Hints
    ) -> AsyncGenerator[Transcript]:
        async for _ in audio:
            yield Transcript("tur", is_final=False)


def sound(number: int) -> Samples:
    return np.full(16_000, number, dtype=np.int16)


async def test_orders_are_counted() -> None:
    parrot = Parrot("turn it on", "turn it off", "", "sing a song")
    orders = [
        Order("a", sound(0), "on", {}),
        Order("b", sound(1), "on", {}),
        Order("c", sound(2), "on", {}),
        Order("d", sound(3), "on", {}),
        Order("e", sound(0), "on", {"room": "kitchen"}),
    ]
    report = await measure(parrot, GRAMMAR, orders, [sound(0), sound(2), sound(3)])
    assert (report.right, report.wrong, report.rejected) == (1, 2, 2)
    assert (report.outside, report.falsely_accepted) == (3, 1)
    assert report.sound_s == 5.0
    assert report.rtf > 0
    assert dict(report.mistakes) == {"b": "wrong", "c": "rejected", "d": "rejected", "e": "wrong"}
    assert all(not hints.open_dictation for hints in parrot.hints)
    assert json.loads(json.dumps(report.as_dict()))["right_percent"] == 20.0


async def test_the_table_shows_what_was_found() -> None:
    report = await measure(Parrot("turn it on"), GRAMMAR, [Order("a", sound(0), "on", {})])
    console = Console(width=120, record=True, quiet=True)
    with console.capture() as shown:
        console.quiet = False
        console.print(report.table())
    assert "1 (100.0 %)" in shown.get()
    assert "no order" not in shown.get()


async def test_a_transcriber_without_a_final_is_an_error() -> None:
    with pytest.raises(TranscriptionError, match="final"):
        await measure(Silent(), GRAMMAR, [Order("a", sound(0), "on", {})])
