"""What a session is made of, by the configuration: its stages, opened; its rules and habits."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from voiced.activation.gate import GateRules
from voiced.composition import engines as composition
from voiced.composition import spares
from voiced.config import Config, TurnSettings
from voiced.desk import NO_LOCK, ScreenLock
from voiced.errors import EngineError
from voiced.loop.session import Habits, Session, Stages, Tap
from voiced.policy import Door
from voiced.speech.named import NamedTranscriber
from voiced.stages import (
    Microphone,
    NameSpotter,
    Speaker,
    Stage,
    Synthesizer,
    Transcriber,
    Voice,
    WakeWordDetector,
)
from voiced.supervision import Supervisor
from voiced.turns import PauseMemory, Rules
from voiced.turns.rules import in_samples

if TYPE_CHECKING:
    from voiced.engines.wyoming_satellite import WyomingSatellite

__all__ = [
    "RunOptions",
    "adopt_turns",
    "habits",
    "lock_of",
    "named",
    "open_stages",
    "open_words",
    "rules",
]

_log = logging.getLogger(__name__)

_PAUSE_MS = 200
"""When a pause counts as one although no answer is prepared in it."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Where sound comes from and goes to.

    ``mic``, a satellite (``wyoming:HOST:PORT``) or a file; ``speaker``, ``null`` or a file.
    """

    source: str = "mic"
    sink: str = "speaker"

    @property
    def is_satellite(self) -> bool:
        """Whether the source is a satellite; it is the ``speaker``, too."""
        return self.source.startswith(composition.WYOMING)


def rules(settings: TurnSettings) -> Rules:
    """The rules of turn-taking in samples."""
    return Rules(
        speech=in_samples(settings.speech_ms),
        end_silence=in_samples(settings.end_silence_ms),
        early_end=in_samples(settings.early_end_ms),
        complete_end=in_samples(settings.complete_end_ms),
        patient_end=in_samples(settings.patient_end_ms),
        barge_in=in_samples(settings.barge_in_ms),
        suspicion=in_samples(settings.suspicion_ms),
        reopen=in_samples(settings.reopen_ms),
        pause=in_samples(settings.speculate_ms or _PAUSE_MS),
        speculates=settings.speculate_ms > 0,
        max_utterance=in_samples(1000 * settings.max_utterance_s),
    )


def adopt_turns(session: Session, settings: TurnSettings) -> None:
    """Have a session that runs take turns by these settings, as soon as nobody speaks."""
    pre_roll = in_samples(settings.pre_roll_ms)
    session.adopt(rules(settings), duck_db=settings.duck_db, pre_roll=pre_roll)


def lock_of(options: RunOptions) -> ScreenLock:
    """The lock of the screen that a microphone listens beside; a file is beside none."""
    return composition.screen_lock() if options.source == "mic" else NO_LOCK


def habits(config: Config, pauses: PauseMemory | None = None, tap: Tap | None = None) -> Habits:
    """What a session is told of its owner; without ``pauses`` it learns nothing."""
    turns = config.turns
    activation = config.activation
    gate = GateRules(activation.mode, follow_up=in_samples(1000 * activation.follow_up_s))
    return Habits(turns.duck_db, in_samples(turns.pre_roll_ms), pauses, tap, gate)


@asynccontextmanager
async def open_stages(
    config: Config,
    options: RunOptions,
    microphone: Microphone | None = None,
    supervisor: Supervisor | None = None,
) -> AsyncGenerator[Stages]:
    """The engines of the configuration, loaded and warmed; ``microphone`` replaces the source.

    With a ``supervisor``, simpler engines take over from those that cannot be used or fail.

    Raises:
        VoicedError: One of them cannot be used; the mend says how.
    """
    speech, profile, synthesizer = _speech(config, supervisor)
    away = composition.satellite(options.source) if options.is_satellite else None
    stages = Stages(
        microphone or away or composition.microphone(config, options.source),
        composition.detector(config),
        speech,
        synthesizer,
        _speaker(config, options, away),
        profile,
        await composition.echo_canceller(config, options.source, options.sink),
        composition.turn_end_detector(config),
        Door.SATELLITE if away else Door.MICROPHONE,
    )
    every: list[Stage] = [
        stages.microphone,
        stages.detector,
        stages.transcriber,
        stages.synthesizer,
    ]
    every += [stage for stage in (stages.canceller, stages.turn_end) if stage is not None]
    async with composition.prepared(*every, stages.speaker), open_words(config) as words:
        yield replace(stages, transcriber=named(config, stages.transcriber), **words)


def named(config: Config, transcriber: Transcriber) -> Transcriber:
    """The transcriber, which knows the assistant's names where it is called by them."""
    activation = config.activation
    if activation.mode != "name":
        return transcriber
    return NamedTranscriber(transcriber, activation.names)


def _speaker(config: Config, options: RunOptions, away: WyomingSatellite | None) -> Speaker:
    own = away if options.sink == "speaker" else None
    return own or composition.speaker(config, options.sink)


def _speech(
    config: Config, supervisor: Supervisor | None
) -> tuple[Transcriber, Voice, Synthesizer]:
    if supervisor is None:
        profile = composition.voice(config)
        own = composition.synthesizer(config, profile)
        return composition.transcriber(config), profile, own
    synthesizer, profile = spares.voice(config, supervisor)
    return spares.transcriber(config, supervisor), profile, synthesizer


@asynccontextmanager
async def open_words(config: Config) -> AsyncGenerator[dict[str, Any]]:
    """The detectors of words and names, prepared; without one that is of no use the key works."""
    async with AsyncExitStack() as stack:
        usable: dict[str, Any] = {}
        unusable: list[EngineError] = []
        wake_word, stop_word = composition.wake_words(config)
        wanted: dict[str, WakeWordDetector | NameSpotter | None] = {
            "wake_word": wake_word,
            "stop_word": stop_word,
            "names": composition.name_spotter(config),
        }
        for name, detector in wanted.items():
            if detector is None:
                continue
            try:
                await stack.enter_async_context(composition.prepared(detector))
            except EngineError as error:
                unusable.append(error)
                _log.warning("%s", error)
            else:
                usable[name] = detector
        yield {**usable, "unusable": tuple(unusable)}
