"""What the tests of listening only to what is for it share."""

from __future__ import annotations

from collections.abc import Sequence

from voiced.plugin import Context, Effect, Integrity, Reply, intent
from voiced.testing.fakes import FakeTranscriber, Says

S = 16_000
REPLY = "It is late, and all is well in this house tonight."


@intent("clock.time", sentences=["what time is it"], effect=Effect.R0, returns=Integrity.CONFIG)
async def tell_time(context: Context) -> Reply:
    """Tell the time."""
    return Reply(REPLY)


class HeardFrames(FakeTranscriber):
    """Remembers when the sound was made that it was given."""

    def __init__(self, utterances: Sequence[Says]) -> None:
        super().__init__(utterances)
        self.first_s: list[float] = []

    async def transcribe(self, audio, hints):
        async def seen():
            is_first = True
            async for frame in audio:
                if is_first:
                    self.first_s.append(frame.start / S)
                is_first = False
                yield frame

        async for transcript in super().transcribe(seen(), hints):
            yield transcript


def of(events, *kinds):
    return [event for event in events if isinstance(event, kinds)]
