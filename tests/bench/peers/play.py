"""Plays all scenes to one system, in its own environment: ``python play.py SYSTEM FOLDER LANES``.

Several conversations run at the same time, each with a session of its own, so that it does not
take long. A first one is played and thrown away: it loads what is loaded when it is needed.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from pathlib import Path

import anyio
import scenes
from measured import measured
from scenes import Scene
from stand_ins import Take

_STAGGER_S = 0.37
_LATE_S = 60.0


async def play(system: str, folder: Path, lanes: int) -> list[Take]:
    converse = importlib.import_module(f"with_{system}").converse
    takes: list[Take] = []
    lane = anyio.CapacityLimiter(lanes)

    async def one(scene: Scene) -> None:
        async with lane:
            with anyio.fail_after(scene.seconds + _LATE_S):
                takes.append(await converse(scene, folder))

    every = scenes.load(folder)
    await converse(every[0], folder)
    async with anyio.create_task_group() as tasks:
        for number, scene in enumerate(every):
            tasks.start_soon(one, scene)
            if number < lanes:
                await anyio.sleep(_STAGGER_S)
    return takes


def main() -> None:
    system, folder, lanes = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    began_s, cpu_s = time.monotonic(), time.process_time()
    takes = anyio.run(play, system, folder, lanes)
    document = {
        "seconds": time.monotonic() - began_s,
        "cpu_seconds": time.process_time() - cpu_s,
        "load": os.getloadavg()[0],
        "takes": [measured(take, folder) for take in takes],
    }
    (folder / f"{system}.json").write_text(json.dumps(document))
    sys.stdout.flush()
    os._exit(0)  # threads of the peers' models may be left


if __name__ == "__main__":
    main()
