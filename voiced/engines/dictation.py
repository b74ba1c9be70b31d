"""Open dictation by pocketsphinx in a process of its own, which runs only while it is needed.

Its language model is the largest part of all that the embedded engines have in memory, and its
decoder lets no other thread run: the loop would stand still. Blocking; entered by one thread at a
time.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import weakref
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from voiced.audio import Samples
from voiced.engines.dictation_program import LENGTH_BYTES
from voiced.errors import TranscriptionError

__all__ = ["Dictation"]

_LONGEST_S = 60.0
_PROGRAM = "voiced.engines.dictation_program"


class Dictation:
    """Starts the program when somebody speaks, and again when it has ended.

    Args:
        folder: The model's, laid out as pocketsphinx's own ``en-us`` folder is.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._end: Callable[[], object] = _nothing

    @property
    def is_running(self) -> bool:
        """Whether the program runs: it is loading, or has loaded, its model."""
        return self._process is not None and self._process.poll() is None

    def wake(self) -> None:
        """Somebody speaks: load the model meanwhile, unless it is there."""
        if not self.is_running:
            self._start()

    def close(self) -> None:
        """End the program."""
        self._end()
        self._process = None

    def dictate(self, sound: Samples) -> tuple[str, float]:
        """What was said, and how sure that is, in [0, 1].

        Raises:
            TranscriptionError: The program failed.
        """
        try:
            text, sure = json.loads(self._ask(sound.tobytes()))
        except (OSError, ValueError) as error:
            self.close()
            raise TranscriptionError(f"pocketsphinx: dictation failed: {error}") from error
        return str(text), min(1.0, max(0.0, float(sure)))

    def _ask(self, sound: bytes) -> bytes:
        """Its answer; once more where it was about to end because nobody had asked for long."""
        self.wake()
        with suppress(BrokenPipeError):
            if answer := self._answer(sound):
                return answer
        self._start()
        return self._answer(sound)

    def _answer(self, sound: bytes) -> bytes:
        process = self._process
        assert process is not None  # noqa: S101 - it was started
        assert process.stdin is not None  # noqa: S101 - and has pipes
        assert process.stdout is not None  # noqa: S101
        process.stdin.write(len(sound).to_bytes(LENGTH_BYTES, "little") + sound)
        process.stdin.flush()
        if not select.select([process.stdout], [], [], _LONGEST_S)[0]:
            msg = f"no answer within {_LONGEST_S:.0f} s"
            raise OSError(msg)
        return process.stdout.readline()

    def _start(self) -> None:
        self.close()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", _PROGRAM, str(self._folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"MALLOC_ARENA_MAX": "1"},
        )
        self._end = weakref.finalize(self, _finish, self._process)


def _nothing() -> None:
    """Nothing runs yet."""


def _finish(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):  # what was not taken is lost
                pipe.close()
    process.wait()
