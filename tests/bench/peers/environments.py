"""An environment of its own for each peer, under ``build/peers``, with what voiced needs beside."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[3]

PEERS = {
    "pipecat": "pipecat-ai==1.14.0",
    "livekit": "livekit-agents==1.8.9",
}
"""System to what is installed. The others run in the environment of voiced."""

_FOLDER = ROOT / "build" / "peers"


def python(system: str) -> Path:
    """The interpreter that plays this system; its environment is made if there is none.

    Raises:
        subprocess.CalledProcessError: It could not be installed.
    """
    if system not in PEERS:
        return Path(sys.executable)
    folder = _FOLDER / system
    interpreter, done = folder / "bin" / "python", folder / ".done"
    wanted = [PEERS[system], *_needed_by_voiced()]
    if not done.exists() or done.read_text() != "\n".join(wanted):
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [interpreter, "-m", "pip", "--disable-pip-version-check", "install", "-qq"]
        subprocess.run([*pip, *wanted], check=True)
        done.write_text("\n".join(wanted))
    return interpreter


def _needed_by_voiced() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    dependencies: list[str] = project["dependencies"]
    return dependencies
