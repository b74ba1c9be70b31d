"""An evening in a bad room: the real session, detector, canceller and voice, in virtual time.

The recogniser is the worst there could be, unless told otherwise: of every sound that nobody it
knows of made, it makes an order that does something. So what was done and not asked for shows.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import anyio
from bad_stages import Spoiled

from voiced.audio import RATE_HZ, AudioFrame
from voiced.bench.material import Utterance
from voiced.bench.material.studio import TALKERS, studio
from voiced.bench.standins import ImaginingTranscriber
from voiced.composition import engines as composition
from voiced.composition import opening
from voiced.config import Config
from voiced.engines.webrtc_aec import WebrtcEchoCanceller
from voiced.events import BargeIn, Event, PlaybackStarted, TurnEnded, TurnReopened
from voiced.journal import Journal
from voiced.plugin import Context, Effect, Intent, Reply, intent
from voiced.stages import (
    Microphone,
    Synthesizer,
    Transcriber,
)
from voiced.testing import clock
from voiced.testing.room import Room
from voiced.testing.script import Script, play
from voiced_intents import talk

__all__ = [
    "ORDER",
    "QUESTION",
    "STORY",
    "TALE",
    "TIME",
    "Evening",
    "speak",
    "spend",
]

T = TypeVar("T", bound=Event)

QUESTION, STORY, ORDER = "what time is it", "tell me a story", "switch off the lamp"
TIME = "It is half past seven."
_FAINT_DBFS = -55.0
TALE = (
    "There was a king in Lisbon, and he had three sons. The first one had a horse, and the second "
    "one had a boat. The youngest had nothing at all, so he stayed at home and read every book "
    "about the moon. That is all I know about them."
)


def _intents(done: list[str], tale: str) -> list[Intent]:
    """What can be said; what changes something is noted in ``done``."""

    @intent("lamp.off", sentences=[ORDER, "turn off the light"], effect=Effect.W1)
    async def switch_off(context: Context) -> Reply:
        """Switch off the lamp."""
        done.append("lamp")
        return Reply("The lamp is off.")

    @intent("story.tell", sentences=[STORY], effect=Effect.R0)
    async def tell(context: Context) -> Reply:
        """Tell a story."""
        return Reply(tale)

    @intent("clock.time", sentences=[QUESTION], effect=Effect.R0)
    async def tell_time(context: Context) -> Reply:
        """Tell the time."""
        return Reply(TIME)

    return [switch_off, tell, tell_time, talk.stop]


@dataclass
class Evening:
    """One room, a conversation in it, and what came of it.

    ``tale`` is the answer to ``STORY``; ``done`` is what changed something.
    """

    room: Room
    spoken: dict[str, Utterance]
    microphone: Microphone | None = None
    transcriber: Transcriber | None = None
    synthesizer: Synthesizer | None = None
    tale: str = TALE
    schedule: list[tuple[int, Utterance]] = field(default_factory=list[tuple[int, Utterance]])
    events: list[Event] = field(default_factory=list[Event])
    done: list[str] = field(default_factory=list[str])
    _news: anyio.Event = field(default_factory=anyio.Event)

    def hear(self, event: Event) -> None:
        """Take an event of the session."""
        self.events.append(event)
        self._news.set()
        self._news = anyio.Event()

    def of(self, kind: type[T]) -> list[T]:
        """The events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    async def until(self, kind: type[Event], count: int) -> None:
        """Wait until there were so many events of a kind."""
        while len(self.of(kind)) < count:
            await self._news.wait()

    async def until_s(self, at_s: float) -> None:
        """Wait until this second of the room."""
        await anyio.sleep(max(0.0, at_s - self.room.now_s))

    def say(self, text: str, in_s: float = 0.8, db: float = 0.0) -> float:
        """Let the user say something so soon; the second of the room at which it ends."""
        utterance = self.spoken[text]
        start_s = self.room.now_s + in_s
        self.room.say(start_s, utterance.samples, db)
        self.schedule.append((round(start_s * RATE_HZ), utterance))
        return start_s + utterance.seconds

    async def ask(self, text: str, in_s: float = 0.8) -> TurnEnded:
        """Say it while nothing else goes on, and wait for the end of the answer."""
        before = len(self.of(TurnEnded))
        self.say(text, in_s)
        await self.until(TurnEnded, before + 1)
        return self.of(TurnEnded)[-1]

    async def begin_story(self) -> None:
        """Ask for a long answer and wait until it is heard."""
        before = len(self.of(PlaybackStarted))
        self.say(STORY)
        await self.until(PlaybackStarted, before + 1)

    def spoil(self, how: Callable[[AudioFrame], AudioFrame | None]) -> None:
        """Take a worse microphone; see ``Spoiled``."""
        self.microphone = Spoiled(self.room.microphone, how)

    @property
    def stops(self) -> list[Event]:
        """Whatever made a reply end before its time."""
        return [each for each in self.events if isinstance(each, BargeIn | TurnReopened)]

    @property
    def heard(self) -> list[str]:
        """What was heard of each reply, where the turn was not interrupted."""
        ends = self.of(TurnEnded)
        return [each.heard if each.outcome != "interrupted" else "" for each in ends]

    def end(self) -> None:
        """Let the microphone's source end soon."""
        self.room.ends_at_s = self.room.now_s + 0.5


def speak(texts: Sequence[str]) -> dict[str, Utterance]:
    """The texts as one talker says them, who is well understood by the embedded recogniser."""

    async def say() -> dict[str, Utterance]:
        async with studio() as room:
            return {text: await room.say(text, TALKERS[2]) for text in texts}

    return clock.run(say)


def spend(
    evening: Evening,
    folder: Path,
    direct: Callable[[], Coroutine[Any, Any, None]],
    at_most_s: float = 120.0,
) -> list[Event]:
    """Run the session in the room while ``direct`` says who speaks; the events, in order.

    Raises:
        TimeoutError: It lasted longer than ``at_most_s``: something never came.
    """
    journal = Journal.open(folder)
    try:
        return clock.run(_spend_at_most, at_most_s, evening, journal, direct)
    finally:
        journal.close()


async def _spend_at_most(
    seconds: float,
    evening: Evening,
    journal: Journal,
    direct: Callable[[], Coroutine[Any, Any, None]],
) -> list[Event]:
    with anyio.fail_after(seconds):
        return await _spend(evening, journal, direct)


async def _spend(
    evening: Evening, journal: Journal, direct: Callable[[], Coroutine[Any, Any, None]]
) -> list[Event]:
    config = Config()
    voice = composition.voice(config, "default")
    canceller, detector = WebrtcEchoCanceller(), composition.detector(config)
    synthesizer = evening.synthesizer or composition.synthesizer(config, voice)
    transcriber = evening.transcriber or ImaginingTranscriber(
        evening.schedule, ORDER, faintest_dbfs=_FAINT_DBFS
    )
    script = Script(
        user=(),
        microphone=evening.microphone or evening.room.microphone,
        detector=detector,
        transcriber=transcriber,
        synthesizer=synthesizer,
        speaker=evening.room.speaker,
        canceller=canceller,
        voice=voice,
        intents=_intents(evening.done, evening.tale),
        rules=opening.rules(config.turns),
        habits=opening.habits(config),
        reader=evening.hear,
    )

    async def directed() -> None:
        await direct()
        evening.end()

    async with (
        composition.prepared(canceller, detector, synthesizer, transcriber),
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(directed)
        await play(script, journal)
    return evening.events
