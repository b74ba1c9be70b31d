"""One conversation with stand-in engines, measured: who says what when, and what came of it.

The session, turn-taking and the voice detector are the real ones; recognition, the model and the
voice take exactly as long as told; the loudspeaker is ideal and no room hears it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import anyio
import numpy as np

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, Samples
from voiced.bench.material import Utterance
from voiced.bench.material.studio import TALKERS, studio
from voiced.bench.standins import (
    IdealSpeaker,
    StandInResponder,
    StandInSynthesizer,
    StandInTranscriber,
)
from voiced.composition import engines as composition
from voiced.composition import opening
from voiced.config import Config, IntentSettings
from voiced.events import Event
from voiced.journal import Journal
from voiced.plugin import Intent
from voiced.registry import load_plugins
from voiced.stages import Responder
from voiced.testing import signals
from voiced.testing.script import Script, play

__all__ = ["Scene", "Spoken", "Took", "pathless_intents", "say", "take", "with_turns"]

T = TypeVar("T", bound=Event)

_NOISE_DBFS = -65.0
_AFTER_S = 2.5


@dataclass(frozen=True, slots=True)
class Spoken:
    """Something the user says, from sample ``at`` of the session's clock on."""

    at: int
    utterance: Utterance

    @property
    def end(self) -> int:
        """The sample after its last audible one."""
        return self.at + len(self.utterance.samples)


def _voice() -> StandInSynthesizer:
    return StandInSynthesizer(with_timings=True)


@dataclass(frozen=True)
class Scene:
    """A conversation. ``seconds`` is how long it lasts; None: a little longer than the speech."""

    said: Sequence[Spoken]
    config: Config
    intents: Sequence[Intent] = ()
    responder: Responder = field(default_factory=lambda: StandInResponder({}))
    synthesizer: StandInSynthesizer = field(default_factory=_voice)
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Took:
    """What came of a scene. ``opened_s`` is when the first sample was heard, by the loop."""

    scene: Scene
    opened_s: float
    events: tuple[Event, ...]
    speaker: IdealSpeaker

    def of(self, kind: type[T]) -> list[T]:
        """The events of one kind, in order."""
        return [event for event in self.events if isinstance(event, kind)]

    def at_s(self, sample: int) -> float:
        """A sample of the session's clock, by the loop's clock."""
        return self.opened_s + sample / RATE_HZ


class _Talker:
    """A microphone that hears what is said, at a microphone's pace, in a little noise."""

    def __init__(self, said: Sequence[Spoken], seconds: float) -> None:
        sound = signals.noise(seconds, level_dbfs=_NOISE_DBFS).astype(np.int32)
        for each in said:
            sound[each.at : each.end] += each.utterance.samples
        self._sound: Samples = np.clip(sound, -32768, 32767).astype(np.int16)
        self.opened_s = 0.0

    async def prepare(self) -> None:
        """Nothing to load."""

    async def aclose(self) -> None:
        """Nothing to free."""

    async def frames(self) -> AsyncGenerator[AudioFrame]:
        """Frames of 20 ms, each when its last sample has sounded."""
        self.opened_s = anyio.current_time()
        for start in range(0, len(self._sound) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
            await anyio.sleep_until(self.opened_s + (start + FRAME_SAMPLES) / RATE_HZ)
            yield AudioFrame(self._sound[start : start + FRAME_SAMPLES], RATE_HZ, start)


async def take(scene: Scene) -> Took:
    """Play a scene on the loop that runs.

    Raises:
        EngineError: The voice detector is missing.
    """
    seconds = scene.seconds or scene.said[-1].end / RATE_HZ + _AFTER_S
    talker = _Talker(scene.said, seconds)
    speaker = IdealSpeaker()
    detector = composition.detector(scene.config)
    turns = scene.config.turns
    script = Script(
        user=(),
        microphone=talker,
        detector=detector,
        transcriber=StandInTranscriber([(each.at, each.utterance) for each in scene.said]),
        synthesizer=scene.synthesizer,
        speaker=speaker,
        responder=scene.responder,
        intents=scene.intents,
        rules=opening.rules(turns),
        habits=opening.habits(scene.config),
    )
    with TemporaryDirectory(prefix="voiced-bench-") as folder:
        journal = Journal.open(Path(folder))
        try:
            async with composition.prepared(detector):
                events = await play(script, journal)
        finally:
            journal.close()
    return Took(scene, talker.opened_s, tuple(events), speaker)


async def say(texts: Sequence[str]) -> list[Utterance]:
    """The texts as they are said by one talker after the other.

    Raises:
        EngineError: The voice is missing or failed.
    """
    async with studio() as room:
        return [
            await room.say(text, TALKERS[index % len(TALKERS)]) for index, text in enumerate(texts)
        ]


def pathless_intents() -> list[Intent]:
    """The built-in intents that need no settings: what can be said anywhere."""
    plugins = load_plugins(IntentSettings()).plugins
    return [i for plugin in plugins if plugin.settings_model is None for i in plugin.intents]


def with_turns(config: Config, **settings: float) -> Config:
    """The configuration with other settings of turn-taking."""
    return config.model_copy(update={"turns": config.turns.model_copy(update=settings)})
