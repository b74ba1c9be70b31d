"""A mode that takes all speech: each utterance goes whole to one intent, until it is left.

The intent that takes it decides what ends it, so that no sentence is matched meanwhile, and no
model is asked. It ends by itself after a while in which nothing was said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from voiced.dispatch.calls import Call
from voiced.errors import PluginError
from voiced.overlap_words import is_only_stop
from voiced.plugin import Intent

__all__ = ["SpeechMode"]


class SpeechMode:
    """Which intent takes what is said, if one does.

    Args:
        monotonic_s: A clock that never jumps.
    """

    def __init__(self, monotonic_s: Callable[[], float]) -> None:
        self._monotonic_s = monotonic_s
        self._intent = ""
        self._idle_s = 0.0
        self._until_s = 0.0

    @property
    def is_on(self) -> bool:
        """Whether all speech is taken now."""
        return bool(self._intent) and self._monotonic_s() <= self._until_s

    def begin(self, intent: Intent, idle_s: float) -> None:
        """From the next utterance on, all goes to this intent; after so long a silence, no more.

        Raises:
            PluginError: It does not take one text.
        """
        if len(intent.slots) != 1 or not next(iter(intent.slots.values())).type.is_open:
            raise PluginError(f"{intent.name} cannot take all speech: it needs one open slot")
        self._intent, self._idle_s = intent.name, idle_s
        self._until_s = self._monotonic_s() + idle_s

    def end(self) -> None:
        """What is said is matched again."""
        self._intent = ""

    def call(self, said: str, intents: Mapping[str, Intent], *, sends: bool) -> Call | None:
        """The call that takes what was said; None where it is to be understood as ever.

        Args:
            said: All of it.
            intents: Those that there are.
            sends: Something waits to be sent: "stop" then stops that.
        """
        intent = intents.get(self._intent)
        if intent is None or not self.is_on or (sends and is_only_stop(said)):
            return None
        self._until_s = self._monotonic_s() + self._idle_s
        return Call(intent, {next(iter(intent.slots)): said})
