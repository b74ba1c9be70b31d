"""The user's desktop as intents reach it: the clipboard, the keyboard, the screen. Protocols only.

Every method blocks: call it with ``Context.in_worker``. Each raises DeskError where the desktop
does not allow it or a program is missing. What is read here is text from outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn, Protocol

from voiced.errors import DeskError

__all__ = [
    "NO_DESK",
    "NO_LOCK",
    "SECRET",
    "TEXT_KIND",
    "Clip",
    "Clipboard",
    "Desk",
    "Screen",
    "ScreenLock",
    "Typist",
]

TEXT_KIND = "text/plain"

SECRET = "secret"  # noqa: S105 - the kind of a clip
"""The kind of what a password manager put there: it is not read."""


@dataclass(frozen=True, slots=True)
class Clip:
    """What the clipboard holds: ``data`` of one media type. Nothing at all has no ``kind``."""

    kind: str = ""
    data: bytes = b""

    @classmethod
    def of(cls, text: str) -> Clip:
        """A text."""
        return cls(TEXT_KIND, text.encode())

    @property
    def text(self) -> str:
        """The text, or an empty string where it is none."""
        return self.data.decode("utf-8", "replace") if self.kind == TEXT_KIND else ""


class Clipboard(Protocol):
    """What was copied. ``selection`` is the text that is marked now, or was marked last."""

    def clip(self) -> Clip: ...

    def selection(self) -> str: ...

    def put(self, clip: Clip) -> None: ...


class Typist(Protocol):
    """Types into the window that has the keyboard.

    ``window`` names it, where the desktop says which it is, else it is empty; ``erase`` takes back
    so many letters. ``type`` presses Return for a line end, and takes no other control character.
    """

    def window(self) -> str: ...

    def type(self, text: str) -> None: ...

    def erase(self, letters: int) -> None: ...


class Screen(Protocol):
    """``picture`` is all that can be seen now, as PNG."""

    def picture(self) -> bytes: ...


class ScreenLock(Protocol):
    """Whether the screen is locked now; None where nobody here knows. Blocks, but not for long."""

    def is_locked(self) -> bool | None: ...


class _NoLock:
    def is_locked(self) -> None:
        """Nobody knows."""


NO_LOCK: ScreenLock = _NoLock()


@dataclass(frozen=True, slots=True)
class Desk:
    """All of it."""

    clipboard: Clipboard
    typist: Typist
    screen: Screen


class _Nothing:
    """No desktop at all."""

    def clip(self) -> Clip:
        _refuse()

    def selection(self) -> str:
        _refuse()

    def put(self, clip: Clip) -> None:  # noqa: ARG002
        _refuse()

    def window(self) -> str:
        _refuse()

    def type(self, text: str) -> None:  # noqa: ARG002
        _refuse()

    def erase(self, letters: int) -> None:  # noqa: ARG002
        _refuse()

    def picture(self) -> bytes:
        _refuse()


def _refuse() -> NoReturn:
    raise DeskError(
        "there is no desktop",
        spoken="I can't reach your desktop from here.",
        mend="start voiced in your desktop session",
    )


_NOTHING = _Nothing()
NO_DESK = Desk(_NOTHING, _NOTHING, _NOTHING)
"""Refuses everything."""
