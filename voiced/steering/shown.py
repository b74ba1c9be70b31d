"""What the desktop shows of a session: notifications, and an icon in its tray."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Protocol

import anyio

from voiced.composition import engines
from voiced.composition.brain import Brain
from voiced.config import Config
from voiced.controls import Controls
from voiced.engines.notifications import Pressed
from voiced.engines.tray import TrayAct
from voiced.events import Event
from voiced.loop.session import Session

__all__ = ["Shown", "obey", "open_page", "shown"]

_PAGE = (sys.executable, "-P", "-c", "from voiced.cli import main; main()", "web", "--open")
_NO_CHILD = ("setsid", "--fork")
"""The page is the user's own, who clicked: what voiced starts itself may only look."""


class Shown(Protocol):
    """Reads a session's events, and shows what matters until cancelled."""

    def read(self, event: Event) -> None: ...

    async def run(self) -> None: ...


def shown(
    config: Config, session: Session, brain: Brain, tell: Callable[[str], None]
) -> list[Shown]:
    """What the settings want to be shown; what cannot be is told."""

    def press(button: Pressed) -> None:
        if button == "unmute":
            session.controls.unmute()
        elif brain.dispatcher.awaits_answer:
            session.type(button)

    async def act(wanted: TrayAct) -> None:
        if wanted == "page":
            await open_page(tell)
        else:
            obey(wanted, session.controls)

    both = engines.desktop_notices(config, press, tell), engines.tray(config, act)
    return [each for each in both if each is not None]


def obey(wanted: TrayAct, controls: Controls) -> None:
    """Do what was clicked in the tray, but for the page."""
    if wanted == "talk":  # a tap: what follows is for it, and ends by itself
        controls.press()
        controls.release()
    elif wanted == "stop":
        controls.stop()
    elif wanted == "mute":
        controls.mute()
    else:
        controls.unmute()


async def open_page(tell: Callable[[str], None]) -> None:
    """Open the page in the browser."""
    try:
        await anyio.run_process(
            [*_NO_CHILD, *_PAGE],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except OSError as error:
        tell(f"I cannot open the page from the tray: {error.strerror}; run voiced web")
