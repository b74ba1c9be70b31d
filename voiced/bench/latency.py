"""How long the user waits: from the end of his speech to the first sound of the answer.

Stand-in stages, the same as for every system that this is held against: recognition 80 ms, first
token 120 ms, then 15 ms a token, speech 80 ms to its first chunk; an ideal loudspeaker.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from voiced.bench.figures import Figure, median, percentile
from voiced.bench.scene import Scene, Spoken, Took, pathless_intents, say, take, with_turns
from voiced.bench.standins import StandInResponder
from voiced.config import Config
from voiced.events import ReplySentence

__all__ = ["COMMANDS", "QUESTIONS", "measure"]

COMMANDS = ("what time is it", "what day is it", "undo that", "what can I say", "never mind")
"""Commands that the grammar completes. The last but one may go on, the last says nothing."""

QUESTIONS = (
    "what is the weather in Berlin tomorrow",
    "tell me something about whales",
    "who wrote this letter",
    "how far is it to the moon",
)
"""Questions for the model."""

_ANSWER = "The sky is blue today, and it will stay so until the end of the week. Then it rains."
_FIRST_AT, _STEP = 8000, 53
_AFTER_S = 1.6
_EARLY_S = 0.5
_FIXED_MS = 500


@dataclass(frozen=True, slots=True)
class _Wait:
    """Milliseconds: from the end of speech to the first sound; from sentence to voice."""

    total_ms: float
    handover_ms: float


async def measure(config: Config, times: int) -> list[Figure]:
    """Ask ``times`` questions at a fixed endpoint, and give as many commands as configured.

    Raises:
        EngineError: The voice that asks is missing.
    """
    fixed = {f"{name}_ms": _FIXED_MS for name in ("end_silence", "early_end", "complete_end")}
    slow = with_turns(config, patient_end_ms=_FIXED_MS, **fixed)
    asked = await _waits(QUESTIONS, times, lambda said: Scene(said, slow, responder=_model()))
    intents = pathless_intents()
    spoken = [text for text in COMMANDS if text != "never mind"]
    told = await _waits(
        spoken, times, lambda said: Scene(said, config, intents, responder=_model())
    )
    every = [wait.handover_ms for wait in (*asked, *told)]
    waits = [wait.total_ms for wait in told]
    return [
        Figure(
            "end of speech to first sound, endpoint 500 ms, median",
            median([wait.total_ms for wait in asked]),
            "ms",
            640,
            note=f"{len(asked)} questions, answered by the model",
        ),
        Figure(
            "the same at these settings, commands, median",
            median(waits),
            "ms",
            330,
            note=f"{len(told)} commands that the grammar completes",
        ),
        Figure("the same, 95 of 100", percentile(waits, 95), "ms", 450),
        Figure(
            "first sentence known to first sample, beyond the voice's own time, median",
            median(every),
            "ms",
            5,
            note="from the sentence to the voice",
        ),
    ]


def _model() -> StandInResponder:
    return StandInResponder(_ANSWER)


async def _waits(
    texts: Sequence[str], times: int, scene: Callable[[list[Spoken]], Scene]
) -> list[_Wait]:
    utterances = await say([texts[index % len(texts)] for index in range(times)])
    return [
        await _wait(take, scene([Spoken(_FIRST_AT + index * _STEP, utterance)]))
        for index, utterance in enumerate(utterances)
    ]


async def _wait(play: Callable[[Scene], Awaitable[Took]], scene: Scene) -> _Wait:
    took = await play(scene)
    ended_s = took.at_s(scene.said[-1].end)
    heard_s = took.speaker.first_sound_s(ended_s - _EARLY_S)
    voice = scene.synthesizer.spoken[0]
    sentence_s = took.at_s(took.of(ReplySentence)[0].at)
    if heard_s is None:
        return _Wait(float("inf"), float("inf"))
    return _Wait((heard_s - ended_s) * 1000, (voice.asked_at_s - sentence_s) * 1000)
