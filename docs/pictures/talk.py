"""The whole assistant, to which a voice says what REQUESTS has: for make.py, in a home of its own.

It ends when the last answer is over.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import anyio

from voiced import daemon
from voiced.composition.brain import open_brain
from voiced.composition.engines import flight_recorder
from voiced.composition.opening import RunOptions, habits, open_stages
from voiced.config import load
from voiced.control.place import folder_of
from voiced.demo import USER_VOICE, DemoMicrophone, Director, Request, render_speech
from voiced.errors import ungrouped
from voiced.registry import plugin_names
from voiced.steering.live_settings import Around
from voiced.steering.outside import Steering
from voiced.steering.plugin_watch import PluginWatch

REQUESTS = (
    Request("what time is it"),
    Request("find the budget"),
    Request("delete the shopping list"),
    Request("undo that"),
    Request("what can i say"),
)


def _tell(text: object) -> None:
    sys.stderr.write(f"{text}\n")


async def main() -> None:
    """Say one request after the other, each when the one before is answered."""
    loaded = load(None, os.environ, plugin_names)
    microphone = DemoMicrophone()
    options = RunOptions(sink="null")
    async with (
        open_brain(loaded) as brain,
        open_stages(loaded.config, options, microphone) as stages,
    ):
        sounds = [await render_speech(r.text, stages.synthesizer, USER_VOICE) for r in REQUESTS]
        director = Director(REQUESTS, sounds, microphone, lambda request: _tell(request.text))
        watch = PluginWatch(loaded, brain.plugins, brain.dispatcher, _tell)
        recorder = flight_recorder(loaded.config)
        around = Around(brain, watch, recorder)
        steering = Steering(loaded, around, Path(folder_of(os.environ)), _tell)
        readers = [director.hear, recorder, *steering.readers]
        known = habits(loaded.config, None, steering.feed.tap)
        with ungrouped():
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(director.direct)
                await daemon.serve(loaded.config, brain, stages, readers, known, steering=steering)
                tasks.cancel_scope.cancel()


if __name__ == "__main__":
    anyio.run(main)
