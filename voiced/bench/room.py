"""Turn-taking in a room where the microphone hears the loudspeaker.

The session, the echo canceller, the voice detector and the voice are real; the room is simulated.
The recogniser is the worst there could be: what it does not know of, such as an echo, it takes for
words at once. So nothing but the sound keeps the assistant from interrupting itself.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio
import numpy as np

from voiced.audio import RATE_HZ
from voiced.bench.figures import Figure, median, share
from voiced.bench.material import Take, Utterance, interruptions, replies
from voiced.bench.scene import say
from voiced.bench.standins import ImaginingTranscriber, StandInResponder
from voiced.composition import engines as composition
from voiced.composition import opening
from voiced.config import Config
from voiced.engines.webrtc_aec import WebrtcEchoCanceller
from voiced.events import (
    BargeIn,
    Ducked,
    Event,
    PlaybackStarted,
    ReplySentence,
    TurnEnded,
    TurnReopened,
)
from voiced.journal import Journal
from voiced.testing.room import Room, RoomKind, RoomSettings
from voiced.testing.script import Script, play

__all__ = ["measure"]

_QUESTION = "tell me a story"
_DELAYS_MS = (40.0, 80.0, 120.0, 180.0, 240.0, 300.0)
_ROOMS: tuple[RoomKind, ...] = ("office", "living room", "dry")
_PAUSE_S = 0.8
_INTO_THE_REPLY_S, _SPREAD_S, _STRIDE = 1.6, 2.0, 0.37
_CAUGHT_S = 1.5
_TURNS = 8
_FIRST_JUMP_S, _JUMPS_S, _JUMPS = 5.0, 12.0, 4
_JUMPED_MS = (20.0, 390.0)
_IMAGINED = "i want to tell you something else"


@dataclass
class _Evening:
    """One room, a conversation in it, and what came of it."""

    room: Room
    schedule: list[tuple[int, Utterance]] = field(default_factory=list[tuple[int, Utterance]])
    events: list[Event] = field(default_factory=list[Event])
    _news: anyio.Event = field(default_factory=anyio.Event)

    def hear(self, event: Event) -> None:
        """Take an event of the session."""
        self.events.append(event)
        self._news.set()
        self._news = anyio.Event()

    def of(self, *kinds: type[Event]) -> list[Event]:
        """The events of some kinds."""
        return [event for event in self.events if isinstance(event, kinds)]

    async def until(self, kind: type[Event], count: int) -> None:
        """Wait until there were so many events of a kind."""
        while len(self.of(kind)) < count:
            await self._news.wait()

    def say(self, utterance: Utterance, in_s: float) -> int:
        """Let the user say something so soon; the sample at which it begins."""
        said = self.room.say(self.room.now_s + in_s, utterance.samples)
        self.schedule.append((said.start, utterance))
        return said.start


async def measure(config: Config, utterances: int, times: int) -> list[Figure]:
    """Let the assistant say so many sentences alone, then interrupt it so often.

    Raises:
        EngineError: The echo canceller or the voice is missing.
    """
    steady = await _alone(config, utterances, _steady)
    jumping = await _alone(config, max(_TURNS, utterances // 3), _jumping)
    return [
        steady.figure("self-interruptions, echo 0 dB, delay 40 to 300 ms"),
        Figure("sentences in which it ducked itself", share(steady.ducks, steady.told), "%"),
        jumping.figure("the same, where the delay jumps in mid-sentence"),
        Figure(
            "sentences in which it ducked itself there", share(jumping.ducks, jumping.told), "%"
        ),
        *await _interrupted(config, times),
    ]


@dataclass
class _Alone:
    """What came of so many sentences that nobody interrupted, each evening in another room."""

    told: int = 0
    stops: int = 0
    ducks: int = 0
    evenings: int = 0

    def add(self, events: Sequence[Event]) -> None:
        """Count an evening's events."""
        self.told += sum(isinstance(event, ReplySentence) for event in events)
        self.stops += sum(isinstance(event, BargeIn | TurnReopened) for event in events)
        self.ducks += sum(isinstance(event, Ducked) for event in events)
        self.evenings += 1

    def figure(self, name: str) -> Figure:
        """Its self-interruptions, of which there are to be none."""
        note = f"{self.told} sentences in {self.evenings} rooms"
        return Figure(name, self.stops, "", 0, note=note)


def _steady(evening: int) -> RoomSettings:
    return RoomSettings(
        delay_ms=_DELAYS_MS[evening % len(_DELAYS_MS)],
        echo_db=0.0,
        room=_ROOMS[evening % len(_ROOMS)],
        seed=evening,
    )


def _jumping(evening: int) -> RoomSettings:
    """As a Bluetooth speaker does: some tens of milliseconds up or down, four times."""
    chance = np.random.default_rng(evening)
    at_s = _FIRST_JUMP_S + _JUMPS_S * (np.arange(_JUMPS) + chance.random(_JUMPS))
    delays_ms = chance.uniform(*_JUMPED_MS, _JUMPS)
    jumps = tuple(zip(at_s.tolist(), delays_ms.tolist(), strict=True))
    return replace(_steady(evening), jumps=jumps)


async def _alone(
    config: Config, utterances: int, settings: Callable[[int], RoomSettings]
) -> _Alone:
    alone = _Alone()
    texts = iter(replies(utterances + _TURNS))
    while alone.told < utterances:
        told = [next(texts) for _ in range(_TURNS)]
        alone.add(await _tell(config, settings(alone.evenings), told))
    return alone


async def _tell(config: Config, settings: RoomSettings, texts: Sequence[str]) -> list[Event]:
    """Ask for one text after the other, and listen to each to its end."""
    (question,) = await say([_QUESTION])
    evening = _Evening(Room(settings))
    answers: dict[str, str] = {}
    model = StandInResponder(answers)

    async def direct() -> None:
        for count, text in enumerate(texts, start=1):
            answers[_QUESTION] = text
            evening.say(question, _PAUSE_S)
            await evening.until(TurnEnded, count)
        evening.room.ends_at_s = evening.room.now_s + _PAUSE_S

    await _spend(config, evening, model, direct)
    return evening.events


async def _interrupted(config: Config, times: int) -> list[Figure]:
    late_ms = [
        await _break_in(config, each, index)
        for index, each in enumerate(await interruptions(times))
    ]
    caught = [each for each in late_ms if each is not None]
    return [
        Figure(
            "interruptions caught, echo 6 dB louder than the talker",
            share(len(caught), times),
            "%",
            95,
            "least",
            note=f"of {times}, within {_CAUGHT_S:g} s",
        ),
        Figure("until the reply was given up there, median", median(caught), "ms"),
    ]


async def _break_in(config: Config, over: Take, index: int) -> float | None:
    """Interrupt the second reply in a room; milliseconds until it was given up, None if never."""
    settings = RoomSettings(
        delay_ms=_DELAYS_MS[index % len(_DELAYS_MS)],
        echo_db=6.0,
        room=_ROOMS[index % 2],
        seed=index,
    )
    (question,) = await say([_QUESTION])
    evening = _Evening(Room(settings))
    answers = {_QUESTION: replies(2)[0]}
    model = StandInResponder(answers, otherwise="Okay.")
    begun: list[int] = []

    async def direct() -> None:
        evening.say(question, _PAUSE_S)
        await evening.until(TurnEnded, 1)
        answers[_QUESTION] = " ".join(replies(7)[1:])
        evening.say(question, _PAUSE_S)
        await evening.until(PlaybackStarted, 2)
        in_s = _INTO_THE_REPLY_S + index * _STRIDE % _SPREAD_S
        begun.append(evening.say(over.utterance, in_s))
        await anyio.sleep(in_s + over.utterance.seconds + _CAUGHT_S)
        evening.room.ends_at_s = evening.room.now_s

    await _spend(config, evening, model, direct)
    stops = [event.at for event in evening.events if isinstance(event, BargeIn | TurnReopened)]
    after_ms = [(at - begun[0]) * 1000 / RATE_HZ for at in stops if at > begun[0]]
    late_ms = min(after_ms, default=None)
    return late_ms if late_ms is not None and late_ms <= _CAUGHT_S * 1000 else None


async def _spend(
    config: Config,
    evening: _Evening,
    model: StandInResponder,
    direct: Callable[[], Coroutine[Any, Any, None]],
) -> None:
    """Run the session in the room while ``direct`` says who speaks, until the room ends."""
    turns, voice = config.turns, composition.voice(config)
    canceller, detector = WebrtcEchoCanceller(), composition.detector(config)
    synthesizer = composition.synthesizer(config, voice)
    script = Script(
        user=(),
        microphone=evening.room.microphone,
        detector=detector,
        transcriber=ImaginingTranscriber(evening.schedule, _IMAGINED),
        synthesizer=synthesizer,
        speaker=evening.room.speaker,
        canceller=canceller,
        voice=voice,
        responder=model,
        rules=opening.rules(turns),
        habits=opening.habits(config),
        reader=evening.hear,
    )
    with TemporaryDirectory(prefix="voiced-bench-") as folder:
        journal = Journal.open(Path(folder))
        try:
            async with (
                composition.prepared(canceller, detector, synthesizer),
                anyio.create_task_group() as tasks,
            ):
                tasks.start_soon(direct)
                await play(script, journal)
        finally:
            journal.close()
