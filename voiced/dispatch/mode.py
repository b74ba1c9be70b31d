"""A mode that takes all speech: each utterance goes whole to one intent, until that ends it.

No sentence is matched meanwhile, and no model is asked. What ends it, be it words or a long
silence, is for the intent to say, so that nothing that was dictated is ever taken for an order.
"""

from __future__ import annotations

from collections.abc import Mapping

from voiced.dispatch.calls import Call
from voiced.errors import PluginError
from voiced.plugin import Intent
from voiced.speech.overlap_words import is_only_stop

__all__ = ["SpeechMode"]


class SpeechMode:
    """Which intent takes what is said, if one does."""

    def __init__(self) -> None:
        self._intent = ""

    @property
    def is_on(self) -> bool:
        """Whether all speech is taken now."""
        return bool(self._intent)

    def begin(self, intent: Intent) -> None:
        """From the next utterance on, all goes to this intent.

        Raises:
            PluginError: It does not take one text.
        """
        if len(intent.slots) != 1 or not next(iter(intent.slots.values())).type.is_open:
            raise PluginError(f"{intent.name} cannot take all speech: it needs one open slot")
        self._intent = intent.name

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
        if intent is None or (sends and is_only_stop(said)):
            return None
        return Call(intent, {next(iter(intent.slots)): said})
