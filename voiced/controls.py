"""What can be asked of a running session from outside: by a key, another program, or a signal.

The session keeps these promises; control/ and activation/ use them, and know no more of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

__all__ = ["Asked", "Controls", "Keyboard", "Mode"]

Mode: TypeAlias = Literal["listening", "muted", "asleep"]
"""It takes what it hears for itself; it hears nothing; it waits for a wake word or a key."""


class Controls(Protocol):
    """A session's handles. All of them are for its loop, return at once, and may be repeated."""

    @property
    def mode(self) -> Mode:
        """How it is now."""
        ...

    def press(self) -> None:
        """The push-to-talk key went down: what is said now is for the assistant."""
        ...

    def release(self) -> None:
        """The push-to-talk key went up: what was said is complete."""
        ...

    def toggle(self) -> None:
        """Press, or release if it is pressed."""
        ...

    def stop(self) -> None:
        """What a spoken "stop" does: whoever speaks is silent, and what waits to be sent stays."""
        ...

    def mute(self) -> None:
        """Close the microphone. It stays closed until ``unmute``, over a restart too."""
        ...

    def unmute(self) -> None:
        """Open it again."""
        ...

    def forget(self) -> None:
        """The user had something forgotten elsewhere: hold nothing of before any more."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that waits for an answer.

    ``options`` can be chosen from; where there are none, it is a yes or a no. ``needs_screen``: no
    spoken answer counts.
    """

    id: str
    text: str
    options: tuple[str, ...] = ()
    needs_screen: bool = False


class Keyboard(Protocol):
    """What can be typed and pressed instead of being said. For the session's loop, at once."""

    def say(self, text: str) -> bool:
        """Take this for what the user said; False while somebody speaks."""
        ...

    @property
    def asked(self) -> Asked | None:
        """The question that waits."""
        ...

    def answer(self, question: str, answer: str) -> bool:
        """Answer the question of this id: ``yes``, ``no``, or the number of an option.

        Who presses a button beside the question has read it: that counts where a spoken yes does
        not. False while somebody speaks.
        """
        ...
