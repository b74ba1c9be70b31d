"""Starts other programs, which stay. Blocking."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from voiced.plugin import apart

from .refusals import failed

__all__ = ["start"]

_SETTLED_S = 0.3
_POLL_S = 0.02

# Programs that we started; the next call collects those that have ended.
_started: list[subprocess.Popen[bytes]] = []


def start(command: Sequence[str], env: Mapping[str, str]) -> None:
    """Start a program that outlives us.

    Raises:
        IntentFailed: It is not installed, may not be run, or failed at once.
    """
    _started[:] = [each for each in _started if each.poll() is None]
    if shutil.which(command[0], path=env.get("PATH")) is None:
        spoken = "That program is not installed, although the desktop lists it."
        raise failed(f"{command[0]} is not there", spoken, f"install {command[0]}")
    try:
        process = subprocess.Popen(
            apart(command, env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=Path.home(),
            env=env,
            start_new_session=True,
        )
    except OSError as error:
        spoken = "That program could not be started."
        raise failed(f"{command[0]}: {error.strerror}", spoken) from error
    _started.append(process)
    until_s = time.monotonic() + _SETTLED_S
    while time.monotonic() < until_s and process.poll() is None:
        time.sleep(_POLL_S)
    if process.poll() not in (None, 0):
        spoken = "That program ended at once, with an error."
        raise failed(f"{command[0]} ended with {process.returncode}", spoken)
