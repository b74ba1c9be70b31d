"""Programs that run beside the assistant while it listens: started, started again, ended."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

import anyio

from voiced import workers
from voiced.composition.page import page_of
from voiced.config import Loaded
from voiced.errors import VoicedError
from voiced.memory.kept import Forget
from voiced.plugin import Companion, Forgetter, Keeps, SlotContext
from voiced.registry import Plugin, settings_of

__all__ = ["Beside", "companions_of", "forgetters_of", "keep", "kept_by", "nobody", "tidy"]

S = TypeVar("S")

_log = logging.getLogger(__name__)

_FIRST_PAUSE_S = 5.0
_LONGEST_PAUSE_S = 600.0
_GRACE_S = 3.0
_STEADY_S = 60.0


@dataclass(frozen=True, slots=True)
class Beside:
    """A companion, and what it asks for its settings and the time.

    ``asks_for_user``: at the control socket it may what a program of the user may.
    """

    companion: Companion
    context: SlotContext
    asks_for_user: bool = False


@dataclass(frozen=True, slots=True)
class _Context:
    by_kind: Mapping[type, object]

    @property
    def now(self) -> datetime:
        return datetime.now().astimezone()

    def settings(self, kind: type[S]) -> S:
        found = self.by_kind[kind]
        if not isinstance(found, kind):
            raise TypeError(f"settings of {type(found).__name__}, not of {kind.__name__}")
        return found


def companions_of(loaded: Loaded, plugins: Iterable[Plugin]) -> Iterator[Beside]:
    """The page, where it is wanted, and the companions of the built-in plugins.

    A plugin with wrong settings has none.
    """
    if loaded.config.web.enabled:
        yield Beside(page_of(loaded), _Context({}), asks_for_user=True)
    for plugin in plugins:
        named: Sequence[Companion] = getattr(plugin.local, "COMPANIONS", ())
        if plugin.origin == "built-in" and named:
            with suppress(VoicedError):
                context = _Context(settings_of(loaded, [plugin]))
                yield from (Beside(companion, context) for companion in named)


def forgetters_of(
    loaded: Loaded, plugins: Iterable[Plugin], names: str = "FORGETTERS"
) -> Iterator[Forget]:
    """What the built-in plugins forget on request; one with wrong settings does nothing.

    With ``FORGETTABLE`` as ``names``: what tells how much that would be.
    """
    for plugin in plugins:
        named: Sequence[Forgetter] = getattr(plugin.local, names, ())
        if plugin.origin == "built-in" and named:
            with suppress(VoicedError):
                context = _Context(settings_of(loaded, [plugin]))
                yield from (partial(forget, context) for forget in named)


def kept_by(loaded: Loaded, plugins: Iterable[Plugin]) -> Iterator[tuple[str, Path]]:
    """What the built-in plugins keep, and where; one with wrong settings keeps nothing."""
    for plugin in plugins:
        named: Sequence[Keeps] = getattr(plugin.local, "KEEPS", ())
        if plugin.origin == "built-in" and named:
            with suppress(VoicedError):
                context = _Context(settings_of(loaded, [plugin]))
                yield from ((name, place(context)) for name, place in named)


def tidy(everyone: Iterable[Beside]) -> None:
    """Put in order what a process left that was killed; what fails is logged. Blocks."""
    for beside in everyone:
        try:
            beside.companion.tidy(beside.context)
        except (OSError, VoicedError) as error:
            _log.warning("%s: not put in order: %s", beside.companion.name, type(error).__name__)


def nobody(_: int) -> None:
    """Nobody wants to know."""


async def keep(beside: Beside, tell: Callable[[int], None] = nobody) -> None:
    """Run a companion for as long as this is not cancelled; start it again where it ends.

    After each early end the pause before the next start is longer. ``tell`` is given the number of
    its process, and 0 when that has ended.
    """
    pause_s = _FIRST_PAUSE_S
    name = beside.companion.name
    while True:
        began_s = anyio.current_time()
        try:
            wanted = await workers.in_worker(beside.companion.start, beside.context)
            if wanted is None:
                return
            code = await _run(*wanted, tell)
            _log.info("the program %s ended with %d", name, code)
        except VoicedError as error:
            _log.info("the program %s cannot be started: %s", name, type(error).__name__)
        except OSError as error:
            _log.warning("the program %s could not be started: %s", name, error.strerror)
        if anyio.current_time() - began_s > _STEADY_S:
            pause_s = _FIRST_PAUSE_S
        await anyio.sleep(pause_s)
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)


async def _run(command: Sequence[str], line: str, tell: Callable[[int], None]) -> int:
    process = await anyio.open_process(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    tell(process.pid)
    try:
        if process.stdin is not None:
            with suppress(anyio.BrokenResourceError):  # it ended at once: its exit code says so
                await process.stdin.send(f"{line}\n".encode())
        return await process.wait()
    finally:
        tell(0)
        with anyio.CancelScope(shield=True):
            await _end(process)


async def _end(process: anyio.abc.Process) -> None:
    if process.stdin is not None:
        await process.stdin.aclose()
    with anyio.move_on_after(_GRACE_S):
        await process.wait()
    if process.returncode is None:
        process.kill()
        await process.wait()
