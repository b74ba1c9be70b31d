"""Writes down what is said: the material of ``voiced bench``, by its talkers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import scenes
from scenes import ANSWER, Said, Scene

from voiced.audio import RATE_HZ
from voiced.bench.latency import COMMANDS, QUESTIONS
from voiced.bench.material import Take, Utterance, backchannels, interruptions, replies
from voiced.bench.scene import say

_STORY = "tell me a story"
_FIRST_AT, _STEP = 8000, 53
_SPREAD, _STRIDE = int(2.5 * RATE_HZ), 7919
_INTO_THE_REPLY_S = 1.6
_AFTER_S = 2.5
_PATIENT_S = 4.0
_RESUMES_S = 4.5
"""How long the microphone stays open: the slowest system answers, or goes on, within this time."""

_LONG, _SHORT = 3200, 240
"""Letters of the reply: the model still tells it while it is spoken over, or it ends soon after."""

_PLENTY = 30
_SENTENCE_END = re.compile(r"(?<=[.?])\s")


@dataclass(frozen=True)
class Counts:
    waits: int = 12
    interruptions: int = 12
    backchannels: int = 20


async def write(folder: Path, counts: Counts) -> None:
    """Files of sound, and ``scenes.json`` that says how they are used."""
    made = [*await _waits(folder, counts.waits), *await _overlaps(folder, counts)]
    scenes.save(made, folder)


async def _waits(folder: Path, count: int) -> list[Scene]:
    commands = [text for text in COMMANDS if text != "never mind"]
    made: list[Scene] = []
    for part, texts in (("fixed", QUESTIONS), ("command", commands), ("question", QUESTIONS)):
        spoken = await say([texts[at % len(texts)] for at in range(count)])
        for at, utterance in enumerate(spoken):
            said = _said(folder, f"{part}-{at}", utterance, _FIRST_AT + at * _STEP)
            after_s = _AFTER_S if part == "fixed" else _PATIENT_S
            seconds = (said.at + len(utterance.samples)) / RATE_HZ + after_s
            made.append(Scene(part, utterance.text, [said], ANSWER, seconds))
    return made


async def _overlaps(folder: Path, counts: Counts) -> list[Scene]:
    (question,) = await say([_STORY])
    asked = _said(folder, "story", question, _FIRST_AT)
    ended = asked.at + len(question.samples)
    over = [
        *_over("interruption", await interruptions(counts.interruptions), _LONG, _AFTER_S),
        *_over("backchannel", await backchannels(counts.backchannels), _SHORT, _RESUMES_S),
    ]
    made: list[Scene] = []
    for number, each in enumerate(over):
        at = ended + round(_INTO_THE_REPLY_S * RATE_HZ) + number * _STRIDE % _SPREAD
        utterance = each.take.utterance
        said = _said(folder, f"{each.part}-{number}", utterance, at)
        seconds = (at + len(utterance.samples)) / RATE_HZ + each.after_s
        story = _story(each.letters)
        made.append(Scene(each.part, each.take.kind, [asked, said], story, seconds))
    return made


@dataclass(frozen=True)
class _Over:
    part: str
    take: Take
    letters: int
    after_s: float


def _over(part: str, takes: Sequence[Take], letters: int, after_s: float) -> Iterator[_Over]:
    return (_Over(part, take, letters, after_s) for take in takes)


def _story(letters: int) -> str:
    """Whole sentences, so many letters or a few more."""
    whole = " ".join(replies(_PLENTY))
    end = _SENTENCE_END.search(whole, letters)
    return whole[: end.start()] if end is not None else whole


def _said(folder: Path, name: str, utterance: Utterance, at: int) -> Said:
    scenes.write_sound(utterance.samples, folder / f"{name}.wav")
    words = [(word.text, word.start, word.end) for word in utterance.words]
    return Said(at, f"{name}.wav", words)
