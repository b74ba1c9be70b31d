"""A desktop for tests: a clipboard, a window and a screen that remember."""

from __future__ import annotations

from voiced.desk import Clip, Desk
from voiced.errors import DeskError

__all__ = ["FakeClipboard", "FakeScreen", "FakeScreenLock", "FakeTypist", "fake_desk"]


class FakeClipboard:
    """A clipboard.

    Args:
        copied: What it holds.
        marked: The text that is selected.

    Attributes:
        refusal: What is raised when it is used, if anything is.
    """

    def __init__(self, copied: str | Clip = "", marked: str = "") -> None:
        self.held = copied if isinstance(copied, Clip) else Clip.of(copied) if copied else Clip()
        self.marked = marked
        self.refusal: DeskError | None = None

    def clip(self) -> Clip:
        """What it holds."""
        self._check()
        return self.held

    def selection(self) -> str:
        """What is marked."""
        self._check()
        return self.marked

    def put(self, clip: Clip) -> None:
        """Hold this from now on."""
        self._check()
        self.held = clip

    def _check(self) -> None:
        if self.refusal is not None:
            raise self.refusal


class FakeTypist:
    """A window with a text in it, and a cursor at its end.

    Attributes:
        text: What it holds.
        focused: The window that has the keyboard.
        refusal: What is raised when it is used, if anything is.
    """

    def __init__(self) -> None:
        self.text = ""
        self.focused = "1"
        self.refusal: DeskError | None = None

    def window(self) -> str:
        """Which window it is."""
        if self.refusal is not None:
            raise self.refusal
        return self.focused

    def type(self, text: str) -> None:
        """Put it at the end of the text."""
        if self.refusal is not None:
            raise self.refusal
        self.text += text

    def erase(self, letters: int) -> None:
        """Take so many letters from the end."""
        if self.refusal is not None:
            raise self.refusal
        self.text = self.text[: max(0, len(self.text) - letters)]


class FakeScreen:
    """A screen that shows one picture, or none.

    Args:
        shown: A PNG.
    """

    def __init__(self, shown: bytes = b"") -> None:
        self.shown = shown

    def picture(self) -> bytes:
        """What it shows.

        Raises:
            DeskError: Nothing.
        """
        if not self.shown:
            raise DeskError("no screen", spoken="I can't see your screen.")
        return self.shown


class FakeScreenLock:
    """The lock of a screen.

    Args:
        locked: Whether it is; None where nobody knows.

    Attributes:
        asked: How often that was asked.
    """

    def __init__(self, *, locked: bool | None = False) -> None:
        self.locked = locked
        self.asked = 0

    def is_locked(self) -> bool | None:
        """Whether it is locked."""
        self.asked += 1
        return self.locked


def fake_desk(
    clipboard: FakeClipboard | None = None,
    typist: FakeTypist | None = None,
    screen: FakeScreen | None = None,
) -> Desk:
    """A desktop of these; what is left out is empty."""
    return Desk(clipboard or FakeClipboard(), typist or FakeTypist(), screen or FakeScreen())
