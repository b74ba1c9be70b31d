"""Turn-taking in a room where the microphone hears the loudspeaker.

The session, the echo canceller, the voice detector and the voice are real; the room is simulated.
The recogniser is the worst there could be: what it does not know of, such as an echo, it takes for
words at once. So nothing but the sound keeps the assistant from interrupting itself.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio

from voiced import composition, daemon
from voiced.audio import RATE_HZ, AudioFrame
from voiced.bench.figures import Figure, median, share
from voiced.bench.material import Take, Utterance, interruptions, replies
from voiced.bench.scene import say
from voiced.bench.standins import StandInResponder, StandInTranscriber
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
from voiced.stages import Hints, Transcript
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
_IMAGINED = "i want to tell you something else"


class _Imagining:
    """Knows what the user says; of any other sound it makes words."""

    supports_partials = True

    def __init__(self, schedule: list[tuple[int, Utterance]]) -> None:
        self._schedule = schedule
        self._knowing = StandInTranscriber(schedule)

    async def prepare(self) -> None:
        """Nothing to load."""

    async def aclose(self) -> None:
        """Nothing to free."""

    async def transcribe(
        self, audio: AsyncIterable[AudioFrame], hints: Hints
    ) -> AsyncGenerator[Transcript]:
        """What is known, or else what is imagined."""
        heard: list[AudioFrame] = []

        async def listened() -> AsyncGenerator[AudioFrame]:
            async for frame in audio:
                heard.append(frame)
                yield frame

        async for transcript in self._knowing.transcribe(listened(), hints):
            if transcript.text or not self._is_alone(heard):
                yield transcript
            elif transcript.is_final:
                yield Transcript(_IMAGINED, is_final=True)

    def _is_alone(self, heard: Sequence[AudioFrame]) -> bool:
        """Whether nobody the schedule knows of says anything in this sound."""
        if not heard:
            return True
        start, end = heard[0].start, heard[-1].end
        return not any(at < end and at + len(said.samples) > start for at, said in self._schedule)


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
    return [*await _alone(config, utterances), *await _interrupted(config, times)]


async def _alone(config: Config, utterances: int) -> list[Figure]:
    told = stops = ducks = 0
    texts = iter(replies(utterances + _TURNS))
    evening = 0
    while told < utterances:
        settings = RoomSettings(
            delay_ms=_DELAYS_MS[evening % len(_DELAYS_MS)],
            echo_db=0.0,
            room=_ROOMS[evening % len(_ROOMS)],
            seed=evening,
        )
        events = await _tell(config, settings, [next(texts) for _ in range(_TURNS)])
        told += sum(isinstance(event, ReplySentence) for event in events)
        stops += sum(isinstance(event, BargeIn | TurnReopened) for event in events)
        ducks += sum(isinstance(event, Ducked) for event in events)
        evening += 1
    return [
        Figure(
            "self-interruptions, echo 0 dB, delay 40 to 300 ms",
            stops,
            "",
            0,
            note=f"{told} sentences in {evening} rooms",
        ),
        Figure("sentences in which it ducked itself", share(ducks, told), "%"),
    ]


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
        transcriber=_Imagining(evening.schedule),
        synthesizer=synthesizer,
        speaker=evening.room.speaker,
        canceller=canceller,
        voice=voice,
        responder=model,
        rules=daemon.rules(turns),
        habits=daemon.habits(config),
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
