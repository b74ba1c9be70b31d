"""A process that does one act and dies by SIGKILL in the middle: at a step, or at any moment.

A step is a line of the code that changes files or writes the journal. It dies by its own hand
there, with the signal that no program can catch; at a moment, its parent kills it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from bench.kills.acts import Act
from bench.kills.ground import Ground

import voiced.dispatch
import voiced.journal
from voiced.dispatch import Call, Dispatcher, Report
from voiced.events import TurnId
from voiced_intents import files, talk

__all__ = ["Steps", "kill_at_moment", "kill_at_step", "steps_of", "undo_that"]

_WATCHED = tuple(
    str(Path(str(module.__file__)).parent)
    for module in (files, talk, voiced.dispatch, voiced.journal)
)
_READY, _DONE = b"r", b"d"
_REPORT = Report(TurnId(1), lambda: 0, lambda _: None)
_LONGEST_S = 60.0


@dataclass(frozen=True, slots=True)
class Steps:
    """How many steps an act has, before which of them the disk differs, and how long it lasts."""

    count: int
    changing: tuple[int, ...]
    lasts_s: float


async def _do(dispatcher: Dispatcher, call: Call) -> None:
    result = await dispatcher.run(call, _REPORT)
    if result.error is not None:
        raise result.error


async def undo_that(dispatcher: Dispatcher) -> str:
    """What the user does after the restart; the sentence, or why it was refused."""
    result = await dispatcher.run(Call(talk.undo, {}, values={"count": 1}), _REPORT)
    return result.spoken


def _perform(ground: Ground, act: Act, watch: Callable[[], None]) -> None:
    """Do the act; ``watch`` is called when it begins."""
    with closing(ground.open_journal()) as journal, asyncio.Runner() as runner:
        dispatcher = ground.dispatcher(journal)
        *before, last = act.calls(ground)
        for call in before:
            runner.run(_do(dispatcher, call))
        watch()
        try:
            runner.run(_do(dispatcher, last))
        finally:
            sys.settrace(None)


def _tracing(step: Callable[[], None]) -> Callable[[], None]:
    """Begins to call ``step`` before each line of the watched code."""

    def trace(frame: FrameType, event: str, _: object) -> Any:
        if not frame.f_code.co_filename.startswith(_WATCHED):
            return None
        if event in ("line", "return"):
            step()
        return trace

    return lambda: sys.settrace(trace)


def steps_of(ground: Ground, act: Act) -> Steps:
    """Do the act once, undisturbed, and look at the disk before every step."""
    ground.furnish()
    prints: list[int] = []
    _perform(ground, act, _tracing(lambda: prints.append(_fingerprint(ground))))
    changing = tuple(at for at in range(1, len(prints)) if prints[at] != prints[at - 1])
    ground.furnish()
    began: list[float] = []
    _perform(ground, act, lambda: began.append(time.monotonic()))
    return Steps(len(prints), changing, time.monotonic() - began[0])


def _fingerprint(ground: Ground) -> int:
    """The names and sizes of everything, the journal's log included."""
    found: set[tuple[str, int]] = set()
    pending = [str(place) for place in (*ground.roots, ground.home / ".local", ground.journal)]
    while pending:
        with suppress(FileNotFoundError), os.scandir(pending.pop()) as entries:
            for entry in entries:
                found.add((entry.path, entry.stat(follow_symlinks=False).st_size))
                if entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)
    return hash(frozenset(found))


def kill_at_step(ground: Ground, act: Act, number: int) -> None:
    """Do the act in a process that dies before its step of that number."""
    ground.furnish()
    left = number

    def step() -> None:
        nonlocal left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

    child = _in_child(lambda: _perform(ground, act, _tracing(step)))
    status = os.waitpid(child, 0)[1]
    if not os.WIFSIGNALED(status):
        raise RuntimeError(f"{act.name}: there is no step {number}: exit {status}")


def kill_at_moment(ground: Ground, act: Act, after_s: float) -> bool:
    """Do the act in a process that is killed so long after it began; False if it was over."""
    ground.furnish()
    reader, writer = os.pipe()

    def body() -> None:
        _perform(ground, act, lambda: _tell(writer, _READY))
        os.write(writer, _DONE)
        time.sleep(_LONGEST_S)

    child = _in_child(body)
    os.close(writer)
    with os.fdopen(reader, "rb", buffering=0) as told:
        if told.read(1) != _READY:
            os.waitpid(child, 0)
            raise RuntimeError(f"{act.name} could not begin")
        time.sleep(after_s)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return told.read(1) != _DONE


def _tell(writer: int, what: bytes) -> None:
    os.write(writer, what)


def _in_child(body: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            body()
            code = 0
        finally:
            os._exit(code)
    return child
