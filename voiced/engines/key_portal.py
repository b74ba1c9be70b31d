"""Keys of a desktop with the GlobalShortcuts portal, as on Wayland. The user may be asked first."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, Any

import anyio

from voiced.engines.desk_portal import NoPortal, Portals, Request
from voiced.errors import DeskError, EngineError
from voiced.workers import in_worker

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Mapping

    from voiced.activation.keys import KeyAct
    from voiced.activation.shortcut import Shortcut

__all__ = ["PortalKeys"]

_SHORTCUTS = "GlobalShortcuts"
_ASKED_S = 120.0
"""How long the user may take to answer the desktop's question."""

_DESCRIPTIONS: Mapping[KeyAct, str] = {
    "press": "voiced: talk while the key is held",
    "toggle": "voiced: talk, or have talked",
    "stop": "voiced: be silent",
    "mute": "voiced: close or open the microphone",
}


class PortalKeys:
    """Keys that the desktop gives us; the user can change them in its settings.

    Args:
        keys: What each shortcut does; ``press`` is followed by ``release``.
        environ: Of the desktop session; None is this process's.
    """

    def __init__(
        self, keys: Mapping[Shortcut, KeyAct], environ: Mapping[str, str] | None = None
    ) -> None:
        self._keys = {act: shortcut for shortcut, act in keys.items()}
        self._environ = os.environ if environ is None else environ

    async def acts(self) -> AsyncGenerator[KeyAct]:
        """What is pressed from now on.

        Raises:
            EngineError: There is no such portal, the user said no, or the desktop is gone.
        """
        portals, session = await in_worker(self._bind)
        try:
            while True:
                await anyio.wait_readable(portals.fileno())
                for member, body in _signals(portals):
                    if body[:1] != (session,):
                        continue
                    for act in self._acts(member, str(body[1]) if len(body) > 1 else ""):
                        yield act
        finally:
            portals.close()

    def _acts(self, member: str, name: str) -> Iterator[KeyAct]:
        for act in self._keys:
            if member == "Activated" and act == name:
                yield act
            elif member == "Deactivated" and act == name == "press":
                yield "release"

    def _bind(self) -> tuple[Portals, str]:
        """Make a session, and ask for the keys in it.

        Raises:
            EngineError: There are none to be had.
        """
        portals: Portals | None = None
        try:
            portals = Portals(self._environ)
            portals.watch(_SHORTCUTS)
            token = ("s", f"voiced{secrets.token_hex(8)}")
            made = portals.ask(
                Request(
                    _SHORTCUTS, "CreateSession", "a{sv}", options={"session_handle_token": token}
                ),
                _ASKED_S,
            )
            session = str(made["session_handle"])
            wanted = [
                (
                    act,
                    {
                        "description": ("s", _DESCRIPTIONS[act]),
                        "preferred_trigger": ("s", shortcut.trigger),
                    },
                )
                for act, shortcut in self._keys.items()
            ]
            asked = Request(_SHORTCUTS, "BindShortcuts", "oa(sa{sv})sa{sv}", (session, wanted, ""))
            portals.ask(asked, _ASKED_S)
        except (NoPortal, DeskError) as error:
            if portals is not None:
                portals.close()
            raise _failure(error) from error
        return portals, session


def _signals(portals: Portals) -> Iterator[tuple[str, Any]]:
    while True:
        try:
            signal = portals.signal()
        except NoPortal as error:
            raise _failure(error) from error
        if signal is None:
            return
        yield signal


def _failure(error: NoPortal | DeskError) -> EngineError:
    is_refused = isinstance(error, DeskError)
    return EngineError(
        f"keys: {error.message if is_refused else error}",
        stage="key",
        retryable=not is_refused,
        mend="allow it in the desktop's settings of keys, or bind `voiced ptt toggle` to a key"
        " there",
    )
