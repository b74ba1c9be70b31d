"""From keys to a session's handles: which key does what, and keys that come and go."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Literal, Protocol, TypeAlias, assert_never

import anyio

from voiced.controls import Controls
from voiced.errors import EngineError

__all__ = ["KeyAct", "KeySource", "attend", "perform"]

KeyAct: TypeAlias = Literal["press", "release", "toggle", "stop", "mute"]
"""What a key asks for; ``mute`` is undone by the same key."""

_RETRY_S = (1.0, 2.0, 5.0, 15.0)


class KeySource(Protocol):
    """Keys of the desktop, or of a device of their own."""

    def acts(self) -> AsyncGenerator[KeyAct]:
        """What is pressed from now on.

        Raises:
            EngineError: The keys cannot be had, or are gone.
        """
        ...


def perform(act: KeyAct, controls: Controls) -> None:
    """Do what a key asks for."""
    match act:
        case "press":
            controls.press()
        case "release":
            controls.release()
        case "toggle":
            controls.toggle()
        case "stop":
            controls.stop()
        case "mute" if controls.mode == "muted":
            controls.unmute()
        case "mute":
            controls.mute()
        case _:
            assert_never(act)


async def attend(source: KeySource, controls: Controls, tell: Callable[[str], None]) -> None:
    """Do what the keys ask for, until cancelled or until they cannot come back.

    A key that goes away while it is held counts as released. Each trouble is told once.
    """
    told, failures = "", 0
    while True:
        try:
            async with aclosing(source.acts()) as acts:
                async for act in acts:
                    told, failures = "", 0
                    perform(act, controls)
            return
        except EngineError as error:
            controls.release()
            if str(error) != told:
                told = str(error)
                tell(told)
            if not error.retryable:
                return
        await anyio.sleep(_RETRY_S[min(failures, len(_RETRY_S) - 1)])
        failures += 1
