"""Whether what is heard is for the assistant. Pure; time is counted in samples.

The rules, before the code:

1. ``always``: all of it is.
2. ``wake_word``: from the end of the word on, for ``wait``. While a turn is under way it stays so,
   and from the moment when the speaker falls silent for ``follow_up`` more. ``name`` is the same,
   from the end of the name on.
3. ``push_to_talk``: while the key is held. A turn that began then may end by itself.
4. The key works in every mode. A short press is a tap: what follows is for the assistant, as after
   the wake word. A longer one ends the utterance when it ends, but for the sound that was made
   before and is still on its way (``tail``).
5. A key that is held for ``longest_hold`` while nobody speaks is stuck, and counts as released.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from voiced.rates import RATE_HZ

__all__ = ["Activity", "Gate", "GateRules", "Way"]

Way: TypeAlias = Literal["always", "wake_word", "name", "push_to_talk"]
"""What makes it listen."""


@dataclass(frozen=True, slots=True)
class GateRules:
    """What opens the gate, and how long it stays open; all but ``way`` in samples."""

    way: Way = "always"
    wait: int = 6 * RATE_HZ
    follow_up: int = 6 * RATE_HZ
    tap: int = 3 * RATE_HZ // 10
    tail: int = RATE_HZ // 10
    longest_hold: int = 60 * RATE_HZ


@dataclass(frozen=True, slots=True)
class Activity:
    """What goes on while a frame is heard.

    ``is_listening``: somebody speaks whom a turn listens to, or may have begun to speak.
    ``is_answering``: a turn is under way in which nobody speaks any more. ``is_speaking``: our own
    voice is heard. ``is_notice``: nobody asked for what it says, and it waits for no answer.
    """

    is_listening: bool = False
    is_answering: bool = False
    is_speaking: bool = False
    is_notice: bool = False


class Gate:
    """Opens and shuts. Tell it of every frame with ``hear``.

    Args:
        rules: What opens it.
    """

    def __init__(self, rules: GateRules | None = None) -> None:
        self._rules = rules or GateRules()
        self._until = 0
        self._now = 0
        self._activity = Activity()
        self._pressed_at: int | None = None
        self._ends_at: int | None = None

    @property
    def way(self) -> Way:
        """What opens it."""
        return self._rules.way

    @property
    def _is_called(self) -> bool:
        return self._rules.way in {"wake_word", "name"}

    @property
    def is_held(self) -> bool:
        """Whether the key is down."""
        return self._pressed_at is not None

    @property
    def holds(self) -> bool:
        """Whether no silence ends what is said: the key is down, or was until just now."""
        return self.is_held or self._ends_at is not None

    @property
    def is_open(self) -> bool:
        """Whether what is heard now is for the assistant."""
        if self._rules.way == "always" or self.holds:
            return True
        activity = self._activity
        if self._now < self._until or activity.is_listening:
            return True
        return self._is_called and (activity.is_answering or activity.is_speaking)

    def hear(self, end: int, activity: Activity) -> bool:
        """Take what goes on until sample ``end``.

        Returns:
            Whether what was said with the key held is complete now.
        """
        self._now, self._activity = end, activity
        if activity.is_speaking and self._is_called and not activity.is_notice:
            self._until = max(self._until, end + self._rules.follow_up)
        if self._ends_at is not None and end >= self._ends_at:
            self._ends_at = None
            return True
        return self._is_stuck(end)

    def _is_stuck(self, end: int) -> bool:
        if self._pressed_at is None or self._activity.is_listening:
            return False
        if end - self._pressed_at < self._rules.longest_hold:
            return False
        self._pressed_at = None
        return True

    def wake(self, at: int) -> None:
        """The wake word or the name was heard; it ended at sample ``at``."""
        self._until = max(self._until, at + self._rules.wait)

    def press(self, at: int) -> bool:
        """The key went down; False if it was down already, as a held key repeats itself."""
        if self._pressed_at is not None:
            return False
        self._pressed_at, self._ends_at = at, None
        return True

    def release(self, at: int) -> bool:
        """The key went up; False if it was not down.

        After a tap it waits for what is said; otherwise ``hear`` tells soon that it is complete.
        """
        if self._pressed_at is None:
            return False
        held, self._pressed_at = at - self._pressed_at, None
        if held < self._rules.tap:
            self.wake(at)
        else:
            self._ends_at = at + self._rules.tail
        return True

    def shut(self) -> None:
        """What was said and the key count no longer: nothing is heard any more."""
        self._pressed_at = self._ends_at = None
        self._until = 0
        self._activity = Activity()
