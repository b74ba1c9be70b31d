"""What the scenes of conversations share: intents, and the way to read their events."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Sequence
from contextlib import aclosing
from typing import Annotated, TypeVar

import anyio

from voiced.audio import AudioFrame
from voiced.events import Event, TranscriptFinal, TurnEnded
from voiced.plugin import TEXT, Context, Effect, Integrity, Reply, intent
from voiced.stages import Hints, Transcript
from voiced.testing.fakes import FakeTranscriber

E = TypeVar("E")

DONE: list[str] = []
"""What the intents did; cleared for each test."""


@intent("clock.time", sentences=["what time is it"], effect=Effect.R0, returns=Integrity.CONFIG)
async def tell_time(context: Context) -> Reply:
    """Tell the time."""
    DONE.append("time")
    return Reply("It is half past seven, and all is well. The night is young.")


@intent("story.tell", sentences=["tell me a story"], effect=Effect.R0, returns=Integrity.CONFIG)
async def tell_story(context: Context) -> Reply:
    """Tell a story of three sentences."""
    DONE.append("story")
    return Reply(
        "Once upon a time there was a king. He had three sons who loved their horses. "
        "They lived happily ever after."
    )


@intent("box.make", sentences=["make a box"], effect=Effect.W1)
async def make_box(context: Context) -> Reply:
    """Make a box; it takes a while."""
    DONE.append("box")
    await anyio.sleep(1.0)
    return Reply("The box is made, and it is a big one.")


@intent(
    "notes.add",
    sentences=["note {text}"],
    effect=Effect.W1,
    critical=["text"],
    returns=Integrity.CONFIG,
)
async def add_note(context: Context, text: Annotated[str, TEXT]) -> Reply:
    """Write a note."""
    DONE.append(f"note {text}")
    return Reply(f"Noted {text}.")


@intent("letters.burn", sentences=["burn the letters"], effect=Effect.W2)
async def burn(context: Context) -> Reply:
    """Burn the letters. They cannot be had back."""
    DONE.append("burn")
    return Reply("They are ashes.")


INTENTS = [tell_time, tell_story, make_box, add_note, burn]


def of(events: Sequence[Event], kind: type[E]) -> list[E]:
    """The events of a kind, in order."""
    return [event for event in events if isinstance(event, kind)]


def said(events: Sequence[Event]) -> list[str]:
    """The final transcripts, in order."""
    return [event.text for event in of(events, TranscriptFinal)]


def heard(events: Sequence[Event]) -> list[str]:
    """What was heard of each turn's reply."""
    return [event.heard for event in of(events, TurnEnded)]


def outcomes(events: Sequence[Event]) -> list[str]:
    """How each turn ended."""
    return [event.outcome for event in of(events, TurnEnded)]


def at_s(event: Event) -> float:
    """When it was, in seconds."""
    return event.at / 16000


class Wordless(FakeTranscriber):
    """Has no partial transcripts, only the final one."""

    supports_partials = False

    async def transcribe(
        self, audio: AsyncIterable[AudioFrame], hints: Hints
    ) -> AsyncGenerator[Transcript]:
        async with aclosing(super().transcribe(audio, hints)) as readings:
            async for transcript in readings:
                if transcript.is_final:
                    yield transcript
