"""What is said to every system: the same sound, written down once. Values and files only."""

from __future__ import annotations

import json
import wave
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from voiced.audio import RATE_HZ, Samples
from voiced.bench.material.utterances import Utterance, Word
from voiced.testing import signals

ANSWER = "The sky is blue today, and it will stay so until the end of the week. Then it rains."
OTHERWISE = "Okay."

_RECOGNITION = round(0.08 * RATE_HZ)
_NOISE_DBFS = -65.0


@dataclass(frozen=True)
class Said:
    """Something the user says from sample ``at`` on; ``file`` holds the sound."""

    at: int
    file: str
    words: Sequence[tuple[str, int, int]]


@dataclass(frozen=True)
class Scene:
    """A conversation.

    ``part`` is what it is measured for: fixed, command, question, interruption or backchannel.
    The model answers the first thing said with ``answer``, everything else with OTHERWISE.
    """

    part: str
    kind: str
    said: Sequence[Said]
    answer: str
    seconds: float

    @property
    def has_fixed_end(self) -> bool:
        return self.part == "fixed"


@dataclass(frozen=True)
class Heard:
    """What a recogniser of streams has written down by sample ``at``."""

    at: int
    text: str
    is_final: bool


def save(scenes: Sequence[Scene], folder: Path) -> None:
    (folder / "scenes.json").write_text(json.dumps([asdict(scene) for scene in scenes]))


def load(folder: Path) -> list[Scene]:
    documents = json.loads((folder / "scenes.json").read_text())
    return [
        Scene(**{**each, "said": [Said(**said) for said in each["said"]]}) for each in documents
    ]


def write_sound(samples: Samples, path: Path) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        file.writeframes(samples.astype("<i2").tobytes())


def utterance(said: Said, folder: Path) -> Utterance:
    with wave.open(str(folder / said.file)) as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.int16)
    return Utterance(sound, tuple(Word(*word) for word in said.words))


def microphone(scene: Scene, folder: Path) -> Samples:
    """All that the microphone hears: the speech, in a little noise."""
    sound = signals.noise(scene.seconds, level_dbfs=_NOISE_DBFS).astype(np.int32)
    for said in scene.said:
        samples = utterance(said, folder).samples
        sound[said.at : said.at + len(samples)] += samples
    heard: Samples = np.clip(sound, -32768, 32767).astype(np.int16)
    return heard


def recognised(scene: Scene, folder: Path) -> list[Heard]:
    """Each word 80 ms after its end, and the whole 80 ms after the end of the sound."""
    heard: list[Heard] = []
    for said in scene.said:
        texts = [text for text, _, _ in said.words]
        for count, (_, _, end) in enumerate(said.words[:-1], start=1):
            heard.append(Heard(said.at + end + _RECOGNITION, " ".join(texts[:count]), False))
        if texts:
            end = said.at + len(utterance(said, folder).samples)
            heard.append(Heard(end + _RECOGNITION, " ".join(texts), True))
    return sorted(heard, key=lambda each: each.at)
