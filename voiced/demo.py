"""The guided demo: a voice asks, the whole assistant hears, acts and answers; and is interrupted.

It needs no microphone, no account and no download: the built-in voice speaks the requests into a
microphone that the demo holds, and what is answered goes into a sound file.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import anyio
import numpy as np

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, Resampler, Samples, silence
from voiced.events import Event, Outcome, PlaybackStarted, TurnEnded
from voiced.stages import Synthesizer, Voice

__all__ = [
    "REQUESTS",
    "USER_VOICE",
    "DemoMicrophone",
    "Director",
    "Request",
    "furnish",
    "render_speech",
]


@dataclass(frozen=True, slots=True)
class Request:
    """What the demo's user says; ``interrupts``: into the middle of the reply before."""

    text: str
    interrupts: bool = False


USER_VOICE = Voice("you", engine="espeak", model="en-us+klatt4", speed=0.9)
"""The demo's user: of the built-in voices the one that sounds most like a person's."""

REQUESTS = (
    Request("what time is it"),
    Request("find the budget"),
    Request("delete the shopping list"),
    Request("undo that"),
    Request("what can i say"),
    Request("what day is it", interrupts=True),
)

_PAUSE_S = 0.6
_INTO_THE_REPLY_S = 1.2
_LEVEL = 0.5
_ATTEMPTS = 2


def furnish(folder: Path) -> Path:
    """Make a folder with a few files to find and to rename; what was there is left alone.

    Returns:
        The folder that the file intents may use.
    """
    documents = folder / "Documents"
    documents.mkdir(parents=True, exist_ok=True)
    for name in ("budget 2026.xlsx", "shopping list.txt", "letter to anna.txt", "holiday.jpg"):
        (documents / name).touch()
    return documents


async def render_speech(text: str, synthesizer: Synthesizer, voice: Voice) -> Samples:
    """A request as sound: int16, mono, 16 kHz, at a talker's level."""
    pieces = [piece async for piece in synthesizer.synthesize(text, voice)]
    if not pieces:
        return silence(0)
    resampler = Resampler(pieces[0].rate_hz, RATE_HZ)
    sound = [resampler.feed(piece.samples) for piece in pieces]
    joined = np.concatenate([*sound, resampler.flush()])
    return (joined * _LEVEL).astype(np.int16)


class DemoMicrophone:
    """Silence at a microphone's pace, until it is given something to say."""

    def __init__(self) -> None:
        self._waiting: deque[Samples] = deque()
        self._is_open = True

    async def prepare(self) -> None:
        """Nothing to load."""

    async def aclose(self) -> None:
        """End the sound."""
        self._is_open = False

    def say(self, sound: Samples) -> None:
        """Speak from the next frame on."""
        padded = np.pad(sound, (0, -len(sound) % FRAME_SAMPLES))
        self._waiting.extend(np.split(padded, len(padded) // FRAME_SAMPLES))

    async def frames(self) -> AsyncGenerator[AudioFrame]:
        """Frames of 20 ms, until ``aclose``."""
        opened_s = anyio.current_time()
        start = 0
        while self._is_open:
            due_s = opened_s + (start + FRAME_SAMPLES) / RATE_HZ
            await anyio.sleep(max(0.0, due_s - anyio.current_time()))
            samples = self._waiting.popleft() if self._waiting else silence(FRAME_SAMPLES)
            yield AudioFrame(samples, RATE_HZ, start)
            start += FRAME_SAMPLES


class Director:
    """Says the next request when the last one is answered, or into its answer.

    A request that was not understood is said once more, as a person would.

    Args:
        requests: What is said, in order.
        sounds: How each one sounds.
        microphone: Where it is said.
        announce: Told of each request before it is said.
    """

    def __init__(
        self,
        requests: Sequence[Request],
        sounds: Sequence[Samples],
        microphone: DemoMicrophone,
        announce: Callable[[Request], None],
    ) -> None:
        self._requests = requests
        self._sounds = sounds
        self._microphone = microphone
        self._announce = announce
        self._said = 0
        self._outcomes: dict[int, Outcome] = {}
        self._speaking: set[int] = set()
        self._news = anyio.Event()

    def hear(self, event: Event) -> None:
        """Take an event of the session."""
        if isinstance(event, TurnEnded):
            self._outcomes[event.turn] = event.outcome
        elif isinstance(event, PlaybackStarted):
            self._speaking.add(event.turn)
        else:
            return
        self._news.set()
        self._news = anyio.Event()

    async def direct(self) -> None:
        """Say everything, wait for the last answer, and end the sound."""
        cuts = [request.interrupts for request in self._requests[1:]]
        for number, is_cut in enumerate([*cuts, False]):
            for _ in range(_ATTEMPTS):
                await self._say(number)
                await self._until_answered(is_cut=is_cut)
                if self._outcomes.get(self._said) != "not_understood":
                    break
        await self._microphone.aclose()

    async def _say(self, number: int) -> None:
        """Each time something is said, it is one more turn of the session."""
        request = self._requests[number]
        await anyio.sleep(_INTO_THE_REPLY_S if request.interrupts else _PAUSE_S)
        self._announce(request)
        self._said += 1
        self._microphone.say(self._sounds[number])

    async def _until_answered(self, *, is_cut: bool) -> None:
        """Until the answer is over, or has begun where it is going to be cut."""
        while self._said not in self._outcomes and not (is_cut and self._said in self._speaking):
            await self._news.wait()
