"""Scripted conversations: who says what when, played through the real session in virtual time.

events = run_script(Script(
    user=[Says(1.0, "what time is it")],
    intents=[tell_time],
), journal_folder=tmp_path)
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TypeVar

import anyio
from anyio.abc import TaskGroup

from voiced.audio import RATE_HZ
from voiced.controls import Controls
from voiced.conversation import Conversation
from voiced.desk import NO_DESK, NO_LOCK, Desk, ScreenLock
from voiced.dispatch import Dispatcher, Environment
from voiced.events import Event
from voiced.journal import Journal
from voiced.loop.herald import Herald
from voiced.loop.session import Habits, Session, Stages
from voiced.plugin import Announcer, Intent, Undoer
from voiced.policy import Door
from voiced.stages import (
    EchoCanceller,
    Microphone,
    NameSpotter,
    Responder,
    Speaker,
    Synthesizer,
    Transcriber,
    TurnEndDetector,
    Voice,
    VoiceDetector,
    WakeWordDetector,
)
from voiced.testing import clock
from voiced.testing.fakes import (
    FAKE_VOICE,
    FakeMicrophone,
    FakeSpeaker,
    FakeSynthesizer,
    FakeTranscriber,
    FakeVoiceDetector,
    Says,
)
from voiced.thinking.thinker import Thinker
from voiced.turns import Rules
from voiced.turns.rules import in_samples

__all__ = ["RULES", "Script", "inline", "play", "run_script"]

T = TypeVar("T")

RULES = Rules(
    speech=in_samples(60),
    end_silence=in_samples(1100),
    barge_in=in_samples(600),
    max_utterance=30 * RATE_HZ,
)
"""The rules of the default configuration."""

_LAST_PAUSE_S = 2.2

_NOW = datetime(2026, 3, 3, 19, 30, tzinfo=UTC)


async def inline(function: Callable[..., T], *args: Any) -> T:
    """Run a blocking function here and now: tests start no threads."""
    return function(*args)


@dataclass(frozen=True)
class Script:
    """A conversation: what the user says, what the assistant can do, and its engines' ways.

    ``seconds`` is how long the microphone is open; left out, it is until every pause after the
    last word would be over. Engines left out are fakes with default delays. ``acts`` are what is
    done to the session's handles, each at its second; before 0, before it runs; ``typed`` is what
    is typed. At ``until_s`` it
    is over, whatever goes on; 0: never.
    """

    user: Sequence[Says]
    seconds: float = 0.0
    intents: Sequence[Intent] = ()
    undoers: Sequence[Undoer] = ()
    announcers: Sequence[Announcer] = ()
    settings: Mapping[type, object] = field(default_factory=dict[type, object])
    microphone: Microphone | None = None
    responder: Responder | None = None
    detector: VoiceDetector | None = None
    transcriber: Transcriber | None = None
    synthesizer: Synthesizer | None = None
    speaker: Speaker | None = None
    canceller: EchoCanceller | None = None
    turn_end: TurnEndDetector | None = None
    rules: Rules = RULES
    habits: Habits = field(default_factory=Habits)
    lost: frozenset[int] = frozenset()
    voice: Voice = FAKE_VOICE
    reader: Callable[[Event], None] | None = None
    desk: Desk = NO_DESK
    screen_lock: ScreenLock = NO_LOCK
    door: Door = Door.MICROPHONE
    wake_word: WakeWordDetector | None = None
    names: NameSpotter | None = None
    acts: Sequence[tuple[float, Callable[[Controls], None]]] = ()
    typed: Sequence[tuple[float, str]] = ()
    until_s: float = 0.0

    def __post_init__(self) -> None:
        """Leave the microphone open long enough for all that is said."""
        if not self.seconds:
            end_s = max((says.at_s + says.seconds for says in self.user), default=0.0)
            object.__setattr__(self, "seconds", end_s + _LAST_PAUSE_S)


def run_script(
    script: Script,
    journal_folder: Path,
    backend: Literal["asyncio", "trio"] = "asyncio",
) -> list[Event]:
    """Play the conversation and return its events, in order."""
    journal = Journal.open(journal_folder)
    try:
        return clock.run(play, script, journal, backend=backend)
    finally:
        journal.close()


async def play(script: Script, journal: Journal) -> list[Event]:
    """Play the conversation on the loop that runs, by its clock."""
    events: list[Event] = []
    ids = (f"question-{number}" for number in itertools.count(1))
    began_s = anyio.current_time()

    def now() -> datetime:
        return _NOW + timedelta(seconds=anyio.current_time() - began_s)

    environment = Environment(
        journal, now, anyio.current_time, inline, script.settings, lambda: next(ids)
    )
    environment = replace(environment, desk=script.desk, screen_lock=script.screen_lock)
    dispatcher = Dispatcher(script.intents, script.undoers, environment, Conversation())
    await dispatcher.refresh()
    stages = Stages(
        script.microphone or FakeMicrophone(script.user, script.seconds, script.lost),
        script.detector or FakeVoiceDetector(),
        script.transcriber or FakeTranscriber(script.user),
        script.synthesizer or FakeSynthesizer(),
        script.speaker or FakeSpeaker(),
        script.voice,
        script.canceller,
        script.turn_end,
        script.door,
        script.wake_word,
        names=script.names,
    )
    thinker = Thinker(dispatcher, script.responder)

    def emit(event: Event) -> None:
        events.append(event)
        if script.reader is not None:
            script.reader(event)

    session = Session(stages, thinker, script.rules, emit, script.habits)
    if not script.announcers and not script.acts and not script.typed:
        await session.run()
        return events
    herald = Herald(dispatcher.news, session.crier.say, lambda: dispatcher.acted, now)
    async with anyio.create_task_group() as tasks:
        if script.until_s:
            tasks.cancel_scope.deadline = began_s + script.until_s
        for announcer in script.announcers:
            tasks.start_soon(herald.attend, announcer)
        await _act(script, session, tasks)
        await session.run()
        tasks.cancel_scope.cancel()
    return events


async def _act(script: Script, session: Session, tasks: TaskGroup) -> None:
    """Do what is to be done before it runs, and the rest in time."""

    async def act(at_s: float, do: Callable[[Controls], None]) -> None:
        await anyio.sleep(at_s)
        do(session.controls)

    async def write(at_s: float, text: str) -> None:
        await anyio.sleep(at_s)
        session.type(text)

    for at_s, text in script.typed:
        tasks.start_soon(write, at_s, text)
    for at_s, do in script.acts:
        if at_s < 0:
            do(session.controls)
        else:
            tasks.start_soon(act, at_s, do)
