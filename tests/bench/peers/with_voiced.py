"""voiced itself, by ``voiced.bench.scene``."""

from __future__ import annotations

from pathlib import Path

import scenes
from scenes import OTHERWISE, Scene
from stand_ins import Take

from voiced.bench import scene as bench
from voiced.bench.standins import StandInResponder
from voiced.config import Config
from voiced.events import TurnEnded

_FIXED_MS = 500
_INTENTS = bench.pathless_intents()


async def converse(scene: Scene, folder: Path) -> Take:
    config = Config()
    if scene.has_fixed_end:
        ends = ("end_silence", "early_end", "complete_end", "patient_end")
        config = bench.with_turns(config, **{f"{name}_ms": _FIXED_MS for name in ends})
    said = [bench.Spoken(each.at, scenes.utterance(each, folder)) for each in scene.said]
    model = StandInResponder({said[0].utterance.text: scene.answer}, otherwise=OTHERWISE)
    took = await bench.take(
        bench.Scene(said, config, _INTENTS, responder=model, seconds=scene.seconds)
    )
    ended = took.of(TurnEnded)
    return Take(
        scene,
        took.opened_s,
        took.speaker,
        ended[0].heard if ended else "",
        took.scene.synthesizer.spoken,
        model.requests,
    )
