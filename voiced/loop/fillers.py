"""What is said while an answer takes a while: first a sound, then a word, then how long it takes.

That it goes on is told again whenever nothing was to be heard for ten seconds, also after the
reply has begun: "let me look" promises more.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio

from voiced.audio import RATE_HZ
from voiced.loop.clock import AudioClock

__all__ = ["FIRST", "Fillers", "still_at_it"]

FIRST = ((1.0, ""), (6.0, "I'm still thinking."))
"""What is said, so many seconds after the end of the user's speech, while nothing else was; first
it is only a sound.
"""

_PATIENCE_S = 0.4
_GAP_S = 10.0
_LOOK_S = 0.5
_MINUTE_S = 60
_MOST_IN_SECONDS_S = 90


class Fillers:
    """Run it beside the thinking, inside of ``scope``.

    Args:
        clock: The session's.
        say: Says a filler; an empty one is a sound.
        is_quiet: Whether all of the reply that is known was heard.
    """

    def __init__(
        self,
        clock: AudioClock,
        say: Callable[[str], Awaitable[None]],
        is_quiet: Callable[[], bool],
    ) -> None:
        self.scope = anyio.CancelScope()
        self._clock = clock
        self._say = say
        self._is_quiet = is_quiet
        self._before_reply = anyio.CancelScope()

    def reply_begins(self) -> None:
        """From now on only a long silence is filled."""
        self._before_reply.cancel()

    def stop(self) -> None:
        """The whole reply is known."""
        self._before_reply.cancel()
        self.scope.cancel()

    async def run(self, speech_end: int) -> None:
        """Fill the wait since this sample, until ``stop``."""
        with self._before_reply:
            await self._begin(speech_end)
        quiet_from = self._clock.at()
        while True:
            await anyio.sleep(_LOOK_S)
            if self.scope.cancel_called:
                return
            now = self._clock.at()
            if not self._is_quiet():
                quiet_from = now
            elif now - quiet_from >= _GAP_S * RATE_HZ:
                await self._say(still_at_it((now - speech_end) / RATE_HZ))
                quiet_from = now

    async def _begin(self, speech_end: int) -> None:
        await anyio.sleep(_PATIENCE_S)  # what was prepared is heard first
        elapsed_s = (self._clock.at() - speech_end) / RATE_HZ
        overdue = sum(after_s <= elapsed_s for after_s, _ in FIRST)
        for after_s, text in FIRST[max(0, overdue - 1) :]:
            left = speech_end + round(after_s * RATE_HZ) - self._clock.at()
            await anyio.sleep(max(0, left) / RATE_HZ)
            if self._before_reply.cancel_called:
                return
            await self._say(text)


def still_at_it(seconds: float) -> str:
    """That it goes on, and for how long it does."""
    if seconds < _MOST_IN_SECONDS_S:
        return f"I've been at it for {round(seconds)} seconds."
    return f"I've been at it for {round(seconds / _MINUTE_S)} minutes."
