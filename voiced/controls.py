"""What can be asked of a running session from outside: by a key, another program, or a signal.

The session keeps these promises; control/ and activation/ use them, and know no more of it.
"""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias

__all__ = ["Controls", "Mode"]

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
