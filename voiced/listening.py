"""From the microphone to what is heard of the user, frame by frame.

A microphone that is lost is opened again; its frames are counted on, by the session's clock; our
own echo is taken out. What is heard means nothing here: that is for turns/ and session.py.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass

import anyio
import numpy as np

from voiced.audio import AudioFrame, silence, voicing
from voiced.clock import AudioClock
from voiced.echo import Cleaned, EchoPath
from voiced.errors import DeviceError
from voiced.events import AudioDropped, DeviceFound, DeviceLost, Event
from voiced.habits import Tap
from voiced.shutter import Shutter
from voiced.surroundings import Stages, failure
from voiced.turns import Sound

__all__ = ["Heard", "Listener"]

_VOICED = 0.55
_NOTHING_DBFS = -119.0
_RETRY_S = (0.5, 1.0, 2.0, 5.0)


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """One frame without echo, and how likely it is speech, in [0, 1].

    ``is_sounding``: something was played meanwhile, or may have been.
    """

    cleaned: Cleaned
    probability: float
    is_sounding: bool = False

    @property
    def frame(self) -> AudioFrame:
        """The sound to keep: with more echo, but with the whole voice of the user."""
        return self.cleaned.linear

    def sound(self, *, is_voiced: bool) -> Sound:
        """The frame as turn-taking sees it."""
        cleaned = self.cleaned
        return Sound(
            self.probability,
            cleaned.level_dbfs,
            cleaned.expected_dbfs,
            cleaned.is_converged or cleaned.expected_dbfs <= _NOTHING_DBFS,
            is_voiced,
            cleaned.excess_db,
        )

    def has_tone(self, before: AudioFrame | None) -> bool:
        """Whether there is a voice in this frame and the one before, or only noise."""
        frames = [self.cleaned.frame] if before is None else [before, self.cleaned.frame]
        return voicing(np.concatenate([frame.samples for frame in frames])) >= _VOICED


class Listener:
    """The microphone of a session.

    Args:
        stages: The engines, prepared.
        clock: The session's; it is set by every frame.
        emit: Takes the events of the device.
        tap: Takes all sound as it comes.

    Attributes:
        shutter: While it is closed, so is the microphone.
    """

    def __init__(
        self, stages: Stages, clock: AudioClock, emit: Callable[[Event], None], tap: Tap | None
    ) -> None:
        self._stages = stages
        self._clock = clock
        self._emit = emit
        self._tap = tap
        self._echo = EchoPath(stages.canceller)
        self.shutter = Shutter()
        self._was_shut = False
        self._next_sample = -1
        self._shift: int | None = None

    @property
    def end(self) -> int:
        """The sample after the last one that was heard."""
        return max(0, self._next_sample)

    async def run(self, hear: Callable[[Heard], None], lose: Callable[[], None]) -> None:
        """Listen until the microphone's source ends.

        Args:
            hear: Called with each frame.
            lose: Called when the microphone is lost.

        Raises:
            DeviceError: The microphone is lost and opening it again cannot help.
        """
        failures = 0

        def found() -> None:
            nonlocal failures
            if failures:
                self._emit(DeviceFound(self._clock.at(), "microphone"))
                failures = 0

        while True:
            try:
                if await self._listen(hear, found):
                    return
                continue
            except DeviceError as error:
                if self.shutter.is_closed:  # while it was being closed
                    continue
                self._emit(failure(error, self._clock.at()))
                self._emit(DeviceLost(self._clock.at(), "microphone"))
                lose()
                if not error.retryable:
                    raise
            await anyio.sleep(_RETRY_S[min(failures, len(_RETRY_S) - 1)])
            failures += 1

    async def _listen(self, hear: Callable[[Heard], None], found: Callable[[], None]) -> bool:
        """Listen to one stream of the microphone; False where it was closed by the shutter."""
        self._was_shut |= await self.shutter.until_open()
        self._shift = None
        with self.shutter.exposed() as exposure:
            async with aclosing(self._stages.microphone.frames()) as frames:
                async for frame in frames:
                    if self.shutter.is_closed:
                        break
                    found()
                    hear(self._heard(frame))
        self._was_shut = exposure.cancel_called
        return not exposure.cancel_called

    def echo_was_ours(self) -> None:
        """Learn that what was taken for the user went away with the reply."""
        self._echo.echo_was_ours()

    def _heard(self, frame: AudioFrame) -> Heard:
        frame = self._on_session_time(frame)
        self._clock.hear(frame)
        far = self._stages.speaker.played(len(frame.samples))
        if self._tap is not None:
            self._tap(frame, silence(len(frame.samples)) if far is None else far)
        cleaned = self._echo.clean(frame, far)
        probability = self._stages.detector.speech_probability(cleaned.frame)
        return Heard(cleaned, probability, is_sounding=far is None or bool(far.any()))

    def _on_session_time(self, frame: AudioFrame) -> AudioFrame:
        """Count on after a microphone was opened again; report samples that were lost."""
        goes_on = self._shift is not None
        if self._shift is None:  # the first frame of a stream, which has a count of its own
            now = self._clock.at() - len(frame.samples)
            start = frame.start if self._next_sample < 0 else max(self._next_sample, now)
            self._shift = start - frame.start
        start = max(self._next_sample, frame.start + self._shift)
        lost = start - self._next_sample if self._next_sample >= 0 else 0
        if lost:
            if not self._was_shut:
                self._emit(AudioDropped(start, lost))
            self._stages.detector.reset()
            if goes_on:  # else the far signal has found the new stream's place by itself
                self._echo.lose(self._stages.speaker.played(lost))
        self._was_shut = False
        self._next_sample = start + len(frame.samples)
        return AudioFrame(frame.samples, frame.rate_hz, start)
