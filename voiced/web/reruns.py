"""Kept turns that run again with other settings: in a program of their own, one at a time.

It is `voiced trace replay`, so that nothing is done but told, and a recogniser that hangs can be
ended. What came of the last ones is kept in memory alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import anyio

from voiced.config import Loaded, config_file
from voiced.errors import PageError
from voiced.timeline import Timeline

__all__ = ["Rerun", "Reruns", "Run", "command", "run_program"]

_MOST = 12
_LIMIT_S = 180.0

Run: TypeAlias = Callable[[Sequence[str]], Awaitable[tuple[int, bytes]]]
"""Runs a program; its exit code and what it printed."""


@dataclass(slots=True)
class Rerun:
    """A turn that ran again, or does so now, with these ``changes`` (key and value)."""

    id: int
    turn: int
    changes: Mapping[str, str]
    state: Literal["running", "done", "failed"] = "running"
    timelines: tuple[Timeline, ...] = ()
    message: str = ""
    mend: str = ""

    def take(self, code: int, printed: bytes) -> None:
        """What the program came to."""
        try:
            document = json.loads(printed)
            if "error" in document:
                error = document["error"]
                self._fail(str(error["message"]), str(error["mend"]))
                return
            self.timelines = tuple(map(Timeline.of_row, document["replayed"]))
            self.state = "done"
        except (ValueError, KeyError, TypeError):
            self._fail(f"the replay ended with {code} and said nothing that can be read")

    def give_up(self) -> None:
        """It takes too long."""
        self._fail(f"the replay took longer than {_LIMIT_S:.0f} s, and was ended")

    def _fail(self, message: str, mend: str = "") -> None:
        self.state, self.message, self.mend = "failed", message, mend


async def run_program(arguments: Sequence[str]) -> tuple[int, bytes]:
    """Run it; it ends with whoever waits for it."""
    done = await anyio.run_process(arguments, check=False, stderr=subprocess.DEVNULL)
    return done.returncode, done.stdout


@dataclass(slots=True)
class Reruns:
    """The last reruns."""

    run: Run = run_program
    _known: dict[int, Rerun] = field(default_factory=dict[int, Rerun])
    _last: int = 0

    def begin(self, turn: int, changes: Mapping[str, str]) -> Rerun:
        """A rerun that is to be carried out.

        Raises:
            PageError: Another one runs.
        """
        if any(rerun.state == "running" for rerun in self._known.values()):
            message = "another turn is just running again"
            raise PageError(message, mend="wait for it, and try again")
        self._last += 1
        rerun = self._known[self._last] = Rerun(self._last, turn, changes)
        for number in sorted(self._known)[:-_MOST]:
            del self._known[number]
        return rerun

    def clear(self) -> None:
        """Know none any more: words are in them."""
        self._known.clear()

    async def carry_out(self, rerun: Rerun, arguments: Sequence[str]) -> None:
        """Run the program to its end, within a few minutes."""
        try:
            with anyio.move_on_after(_LIMIT_S) as limit:
                rerun.take(*await self.run(arguments))
            if limit.cancelled_caught:
                rerun.give_up()
        except OSError as error:
            rerun.take(-1, _error(f"it could not be started: {error.strerror}"))
        finally:
            if rerun.state == "running":  # the page ends
                rerun.give_up()

    def rerun(self, turn: int, number: int) -> Rerun | None:
        """The rerun of that number, if it is of this turn and still known."""
        found = self._known.get(number)
        return found if found is not None and found.turn == turn else None


def command(loaded: Loaded, turn: int, changes: Mapping[str, str]) -> tuple[str, ...]:
    """How a turn is run again, with changes such as ``turns.end_silence_ms`` to ``300``."""
    own = () if loaded.path == config_file() else ("--config", str(loaded.path))
    sets = (word for key, value in changes.items() for word in ("--set", f"{key}={value}"))
    verb = ("trace", "replay", str(turn), "--json", *sets)
    return ("nice", "-n", "5", sys.executable, "-m", "voiced.cli", *own, *verb)


def _error(message: str) -> bytes:
    document: dict[str, Any] = {"error": {"message": message, "mend": ""}}
    return json.dumps(document).encode()
