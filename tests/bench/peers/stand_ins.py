"""What a system is given for one scene, and what is left of it afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import scenes
from scenes import OTHERWISE, Heard, Scene

from voiced.audio import FRAME_SAMPLES, RATE_HZ, Samples
from voiced.bench.standins import (
    Asked,
    IdealSpeaker,
    SpokenSentence,
    StandInResponder,
    StandInSynthesizer,
)


class Microphone:
    """Gives its frames of 20 ms in real time; ``opened_s`` is known once it is open."""

    def __init__(self, sound: Samples) -> None:
        self._sound = sound
        self.opened_s = 0.0
        self.is_open = anyio.Event()

    async def frames(self) -> AsyncIterator[Samples]:
        """Each when its last sample has sounded."""
        self.opened_s = anyio.current_time()
        self.is_open.set()
        for start in range(0, len(self._sound) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
            await anyio.sleep_until(self.opened_s + (start + FRAME_SAMPLES) / RATE_HZ)
            yield self._sound[start : start + FRAME_SAMPLES]


class Recogniser:
    """Tells what was said when it is due, by the clock of the microphone."""

    def __init__(self, microphone: Microphone, heard: list[Heard]) -> None:
        self._microphone = microphone
        self._heard = heard

    async def texts(self) -> AsyncIterator[Heard]:
        await self._microphone.is_open.wait()
        for each in self._heard:
            await anyio.sleep_until(self._microphone.opened_s + each.at / RATE_HZ)
            yield each


class Parts:
    """The stages of one conversation. Made on the loop that plays it."""

    def __init__(self, scene: Scene, folder: Path) -> None:
        first = " ".join(text for text, _, _ in scene.said[0].words)
        self.scene = scene
        self.microphone = Microphone(scenes.microphone(scene, folder))
        self.recogniser = Recogniser(self.microphone, scenes.recognised(scene, folder))
        self.responder = StandInResponder({first: scene.answer}, otherwise=OTHERWISE)
        self.synthesizer = StandInSynthesizer(with_timings=True)
        self.speaker = IdealSpeaker()

    def take(self, history: str) -> Take:
        """What came of it; ``history`` is what the system remembers of its first reply."""
        return Take(
            self.scene,
            self.microphone.opened_s,
            self.speaker,
            history,
            self.synthesizer.spoken,
            self.responder.requests,
        )


@dataclass(frozen=True)
class Take:
    """What came of a scene; times by the loop's clock."""

    scene: Scene
    opened_s: float
    speaker: IdealSpeaker
    history: str
    spoken: list[SpokenSentence] = field(default_factory=list)
    requests: list[Asked] = field(default_factory=list)

    def at_s(self, sample: int) -> float:
        return self.opened_s + sample / RATE_HZ
