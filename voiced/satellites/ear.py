"""A satellite's microphone: closed while the assistant is muted, opened again when it was lost."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

import anyio

from voiced.audio import AudioFrame
from voiced.errors import DeviceError
from voiced.loop.shutter import Shutter

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from voiced.stages import Microphone

__all__ = ["Ear"]

_RETRY_S = 1.0


class Ear:
    """The frames of a microphone, counted on over every time that it was closed.

    Args:
        microphone: Prepared.
        tell: Takes a sentence when something changes.
    """

    def __init__(self, microphone: Microphone, tell: Callable[[str], None]) -> None:
        self._microphone = microphone
        self._tell = tell
        self._shutter = Shutter()
        self._is_lost = False
        self._end = 0

    @property
    def is_deaf(self) -> bool:
        """Whether no frames come now."""
        return self._is_lost or self._shutter.is_closed

    def mute(self, *, wanted: bool) -> None:
        """Close the microphone, or open it again."""
        if wanted == self._shutter.is_closed:
            return
        if wanted:
            self._shutter.close()
            self._tell("The assistant is muted: the microphone is closed.")
        else:
            self._shutter.open()
            self._tell("The microphone is open again.")

    async def frames(self) -> AsyncGenerator[AudioFrame | None]:
        """Its frames until its source ends; None where it was lost.

        Raises:
            DeviceError: It is lost, and opening it again cannot help.
        """
        while True:
            await self._shutter.until_open()
            try:
                async with aclosing(self._stream()) as frames:
                    async for frame in frames:
                        yield frame
                if not self._shutter.is_closed:
                    return
            except DeviceError as error:
                if not error.retryable:
                    raise
                if not self._is_lost:
                    self._is_lost = True
                    self._tell(f"I can't hear you: {error}.")
                    yield None
                await anyio.sleep(_RETRY_S)

    async def _stream(self) -> AsyncGenerator[AudioFrame]:
        """Until the source ends, or it is to be closed."""
        shift: int | None = None
        async with aclosing(self._microphone.frames()) as frames:
            async for frame in frames:
                if self._shutter.is_closed:
                    return
                if self._is_lost:
                    self._is_lost = False
                    self._tell("I can hear you again.")
                if shift is None:
                    shift = max(0, self._end - frame.start)
                counted = AudioFrame(frame.samples, frame.rate_hz, frame.start + shift)
                self._end = counted.end
                yield counted
