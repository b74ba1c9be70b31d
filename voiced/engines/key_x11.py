"""Keys of an X11 desktop, taken for us alone (XGrabKey)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import anyio

from voiced.errors import EngineError
from voiced.workers import in_worker

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Mapping

    from voiced.activation.keys import KeyAct
    from voiced.activation.shortcut import Shortcut

__all__ = ["X11Keys"]

_REPEAT_S = 0.03
"""A held key repeats itself as a release with a press right behind it."""

_MODIFIERS = {"shift": 1 << 0, "ctrl": 1 << 2, "alt": 1 << 3, "super": 1 << 6}
_CAPS_LOCK, _NUM_LOCK = 1 << 1, 1 << 4


class X11Keys:
    """Keys that are ours wherever the keyboard's focus is.

    Args:
        keys: What each shortcut does; ``press`` is followed by ``release``.
        display: The X server; empty is the environment's.
    """

    def __init__(self, keys: Mapping[Shortcut, KeyAct], display: str = "") -> None:
        self._keys = dict(keys)
        self._display = display

    async def acts(self) -> AsyncGenerator[KeyAct]:
        """What is pressed from now on; a held key that repeats itself is pressed once.

        Raises:
            EngineError: There is no X server, no such key, or another program has it.
        """
        grabbed = await in_worker(self._grab)
        try:
            while True:
                for act in grabbed.acts():
                    yield act
                await grabbed.wait()
        finally:
            grabbed.close()  # at once, also when cancelled: nobody else has the key until then

    def _grab(self) -> _Grabbed:
        from Xlib import XK, display, error

        try:
            server = display.Display(self._display or None)
        except (error.DisplayError, OSError) as failed:
            raise _failure(f"there is no X server: {failed}", "") from failed
        XK.load_keysym_group("xf86")
        grabbed = _Grabbed(server)
        try:
            for shortcut, act in self._keys.items():
                grabbed.add(shortcut, act)
        except EngineError:
            grabbed.close()
            raise
        return grabbed


@dataclass(slots=True)
class _Key:
    """A key that we have. ``released_at``: the time of a release that may be a repetition."""

    act: KeyAct
    is_down: bool = False
    released_at: int | None = None


class _Grabbed:
    """A connection to the X server with keys that are ours as long as it lasts."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self._keys: dict[int, _Key] = {}
        self._is_due = False

    def close(self) -> None:
        from Xlib import error

        with suppress(error.ConnectionClosedError, OSError):
            self._server.close()

    def add(self, shortcut: Shortcut, act: KeyAct) -> None:
        """Take a key.

        Raises:
            EngineError: There is no such key, or another program has it.
        """
        from Xlib import XK, X, error

        code = self._server.keysym_to_keycode(XK.string_to_keysym(shortcut.key))
        if not code:
            raise _failure(
                f"this keyboard has no key {shortcut.key!r}",
                "name it as `xev` does: F9, space, Pause, XF86AudioMicMute",
            )
        wanted = 0
        for modifier in shortcut.modifiers:
            wanted |= _MODIFIERS[modifier]
        refused = error.CatchError(error.BadAccess)
        root = self._server.screen().root
        for locks in (0, _CAPS_LOCK, _NUM_LOCK, _CAPS_LOCK | _NUM_LOCK):
            how = (X.GrabModeAsync, X.GrabModeAsync)
            root.grab_key(code, wanted | locks, 0, *how, onerror=refused)
        self._server.sync()
        if refused.get_error():
            raise _failure(
                f"another program has the key {shortcut.trigger}",
                "choose another key in [activation] of voiced.toml",
            )
        self._keys[code] = _Key(act)

    async def wait(self) -> None:
        """Wait until there may be acts."""
        is_waiting = any(key.released_at is not None for key in self._keys.values())
        if not is_waiting:
            await anyio.wait_readable(self._server.fileno())
            return
        with anyio.move_on_after(_REPEAT_S) as timer:
            await anyio.wait_readable(self._server.fileno())
        self._is_due = timer.cancelled_caught

    def acts(self) -> Iterator[KeyAct]:
        """What the events that are there mean.

        Raises:
            EngineError: The X server is gone.
        """
        from Xlib import X, error

        try:
            while self._server.pending_events():
                event = self._server.next_event()
                key = self._keys.get(getattr(event, "detail", 0))
                if key is not None and event.type == X.KeyPress:
                    yield from self._pressed(key, event.time)
                elif key is not None and event.type == X.KeyRelease:
                    yield from self._released(key)
                    key.released_at = event.time
        except (error.ConnectionClosedError, OSError) as failed:
            raise _failure(f"the X server is gone: {failed}", "") from failed
        if self._is_due:
            self._is_due = False
            for key in self._keys.values():
                yield from self._released(key)

    def _pressed(self, key: _Key, at: int) -> Iterator[KeyAct]:
        if key.released_at is not None and at - key.released_at <= 1:  # it repeats itself
            key.released_at = None
            return
        yield from self._released(key)
        key.is_down = True
        yield key.act

    def _released(self, key: _Key) -> Iterator[KeyAct]:
        """Now it is sure that it was released, if it was."""
        if key.released_at is None:
            return
        key.released_at = None
        if key.is_down and key.act == "press":
            yield "release"
        key.is_down = False


def _failure(reason: str, mend: str) -> EngineError:
    return EngineError(
        f"keys: {reason}",
        stage="key",
        retryable=True,
        mend=mend or "set DISPLAY, or take the key out of [activation] of voiced.toml",
    )
