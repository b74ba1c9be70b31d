"""What the turns of a session share, and how their events wait until they are true."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from anyio.abc import TaskGroup

from voiced.errors import EngineError
from voiced.events import Event, StageFailed
from voiced.loop.clock import AudioClock
from voiced.policy import Door
from voiced.stages import (
    EchoCanceller,
    Microphone,
    NameSpotter,
    Speaker,
    Synthesizer,
    Transcriber,
    TurnEndDetector,
    Voice,
    VoiceDetector,
    WakeWordDetector,
)
from voiced.thinking.thinker import Thinker

__all__ = ["EventGate", "Stages", "Surroundings", "failure"]


@dataclass(frozen=True, slots=True)
class Stages:
    """The engines of a session, prepared; the language model belongs to the thinker.

    Without ``canceller`` the room must not hear the speaker; without ``turn_end`` words and silence
    alone say when the user has finished; ``wake_word`` is asked where a word makes it listen,
    ``names`` where a name does, ``stop_word`` while it speaks. ``unusable`` says why one is missing
    that there should be.
    ``door`` is where its microphone and speaker are.
    """

    microphone: Microphone
    detector: VoiceDetector
    transcriber: Transcriber
    synthesizer: Synthesizer
    speaker: Speaker
    voice: Voice
    canceller: EchoCanceller | None = None
    turn_end: TurnEndDetector | None = None
    door: Door = Door.MICROPHONE
    wake_word: WakeWordDetector | None = None
    stop_word: WakeWordDetector | None = None
    names: NameSpotter | None = None
    unusable: tuple[EngineError, ...] = ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the turns of a session share. Effects that outlive their turn end in ``tasks``.

    Unless it ``speculates``, nothing is thought about before the user has surely finished.
    """

    stages: Stages
    thinker: Thinker
    emit: Callable[[Event], None]
    clock: AudioClock
    tasks: TaskGroup
    speculates: bool = True


def failure(error: EngineError, at: int) -> StageFailed:
    """The event that tells of an engine's error."""
    return StageFailed(at, error.stage, error.code, error.message, error.retryable)


class EventGate:
    """Keeps events back until it is opened, or forgets them."""

    def __init__(self, emit: Callable[[Event], None]) -> None:
        self._emit = emit
        self._waiting: list[Event] = []
        self._is_open = False

    def emit(self, event: Event) -> None:
        """Pass an event on, now or when the gate is opened."""
        if self._is_open:
            self._emit(event)
        else:
            self._waiting.append(event)

    def open(self) -> None:
        """Pass on what waits, and everything from now on."""
        self._is_open = True
        waiting, self._waiting = self._waiting, []
        for event in waiting:
            self._emit(event)

    def close(self) -> None:
        """Forget what waits; nothing more comes through."""
        self._is_open = False
        self._emit = _forget
        self._waiting = []


def _forget(event: Event) -> None:
    pass
