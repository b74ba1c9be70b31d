"""Programs of built-in plugins that run beside the assistant, and what `voiced doctor` looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from voiced.slots import SlotContext

__all__ = ["Checkup", "Companion", "Health"]


@dataclass(frozen=True, slots=True)
class Health:
    """How something does, for `voiced doctor`; ``is_ok`` None: not there, and not needed."""

    is_ok: bool | None
    found: str
    mend: str = ""


def _nothing(_: SlotContext) -> None:
    """There is nothing to put in order."""


def _none(_: SlotContext) -> Sequence[tuple[str, str]]:
    """There is none."""
    return ()


Checkup: TypeAlias = Callable[[SlotContext], Iterable[tuple[str, Health]]]
"""Looks at something that a plugin needs: how it does, by its name. It blocks, and only looks.

A built-in plugin names its own in ``CHECKS``.
"""


@dataclass(frozen=True, slots=True)
class Companion:
    """A program that runs beside the assistant while it listens. Built-in plugins alone have one.

    A plugin names its companions in ``COMPANIONS``. The functions block. ``start`` gives the
    command and the line that the program gets on its standard input, which stays open until it is
    to end; None where it is not wanted. ``keeps`` names the files that it leaves. ``tidy`` is
    called at every start of voiced: it puts in order what a process left that was killed.
    ``reaches`` gives what the plugin speaks to, and ``retains`` for how long it keeps what, both by
    what it is for: `voiced doctor privacy` tells them.
    """

    name: str
    start: Callable[[SlotContext], tuple[Sequence[str], str] | None]
    health: Callable[[SlotContext], Health]
    keeps: Callable[[SlotContext], Sequence[Path]]
    tidy: Callable[[SlotContext], None] = _nothing
    reaches: Callable[[SlotContext], Sequence[tuple[str, str]]] = _none
    retains: Callable[[SlotContext], Sequence[tuple[str, str]]] = _none
