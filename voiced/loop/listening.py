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

from voiced.audio import AudioFrame, Samples, silence, voicing
from voiced.echo import Cleaned, EchoPath
from voiced.errors import DeviceCause, DeviceError
from voiced.events import AudioDropped, DeviceFound, DeviceLost, DeviceNoted, Event
from voiced.loop.clock import AudioClock
from voiced.loop.shutter import Shutter
from voiced.loop.surroundings import Stages, failure
from voiced.sound.levels import LevelWatch, OffsetRemover
from voiced.sound.wakefulness import Wakefulness
from voiced.sound_notes import TellsNotes, WaitsForDevices
from voiced.thinking.habits import Tap
from voiced.turns import Sound

__all__ = ["Captured", "Heard", "Listener"]

_VOICED = 0.55
_NOTHING_DBFS = -119.0
_RETRY_S = (0.25, 0.5, 1.0, 2.0)


@dataclass(frozen=True, slots=True, eq=False)
class Captured:
    """One frame as it came, and what was played meanwhile; None where that is not known."""

    near: AudioFrame
    far: Samples | None

    @property
    def is_sounding(self) -> bool:
        """Whether something was played meanwhile, or may have been."""
        return self.far is None or bool(self.far.any())


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """One frame without echo, and how likely it is speech, in [0, 1]."""

    cleaned: Cleaned
    probability: float

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
        wakefulness: While the machine sleeps, nothing is heard, nor what was heard before it slept.
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
        self.wakefulness = Wakefulness()
        self._telling = [
            each for each in (stages.microphone, stages.speaker) if isinstance(each, TellsNotes)
        ]
        self._is_live = isinstance(stages.microphone, TellsNotes)
        self._levels = LevelWatch()
        self._offset = OffsetRemover()
        self._lost: DeviceCause | None = None
        self._next_sample = -1
        self._shift: int | None = None

    @property
    def end(self) -> int:
        """The sample after the last one that was heard."""
        return max(0, self._next_sample)

    async def run(
        self, hear: Callable[[Captured], None], lose: Callable[[DeviceCause], None]
    ) -> None:
        """Listen until the microphone's source ends.

        Args:
            hear: Called with each frame.
            lose: Called when nothing is heard any more, with the reason.

        Raises:
            DeviceError: The microphone is lost and opening it again cannot help.
        """
        failures = 0
        while True:
            try:
                if await self._listen(hear):
                    return
                continue
            except DeviceError as error:
                if self.shutter.is_closed or error.cause == "changed":
                    continue
                if error.cause == "asleep":
                    lose(error.cause)
                    await self.wakefulness.until_awake()
                    continue
                failures = 0 if self._lost is None else failures
                self._tell_loss(error)
                lose(error.cause)
                if not error.retryable:
                    raise
            await self._wait_for_devices(_RETRY_S[min(failures, len(_RETRY_S) - 1)])
            failures += 1

    async def _listen(self, hear: Callable[[Captured], None]) -> bool:
        """Listen to one stream of the microphone; False where it was closed by the shutter."""
        self._was_shut |= await self.shutter.until_open()
        self._shift = None
        with self.shutter.exposed() as exposure:
            async with aclosing(self._stages.microphone.frames()) as frames:
                async for frame in frames:
                    if self.shutter.is_closed:
                        break
                    if self._shift is None:  # to open it may have taken long
                        self.wakefulness.begin()
                    if self._is_live and self.wakefulness.has_slept():
                        raise DeviceError("the machine slept", retryable=True, cause="asleep")
                    self._find()
                    hear(self._captured(frame))
                    self._tell_notes()
        self._was_shut = exposure.cancel_called
        return not exposure.cancel_called

    async def _wait_for_devices(self, longest_s: float) -> None:
        microphone = self._stages.microphone
        if not isinstance(microphone, WaitsForDevices):
            await anyio.sleep(longest_s)
            return
        with anyio.move_on_after(longest_s):
            await microphone.changed()

    def _tell_loss(self, error: DeviceError) -> None:
        """Once for each cause: it is tried again and again."""
        if error.cause != self._lost:
            self._lost = error.cause
            self._emit(failure(error, self._clock.at()))
            self._emit(DeviceLost(self._clock.at(), "microphone", error.cause))

    def _find(self) -> None:
        if self._lost is not None:
            self._lost = None
            self._emit(DeviceFound(self._clock.at(), "microphone"))

    def _tell_notes(self) -> None:
        for each in self._telling:
            for note in each.notes():
                at = self._clock.at()
                self._emit(DeviceNoted(at, note.device, note.note, note.name))

    def echo_was_ours(self) -> None:
        """Learn that what was taken for the user went away with the reply."""
        self._echo.echo_was_ours()

    def _captured(self, frame: AudioFrame) -> Captured:
        frame = self._on_session_time(frame)
        self._clock.hear(frame)
        return Captured(frame, self._stages.speaker.played(len(frame.samples)))

    def analyse(self, captured: Captured) -> Heard:
        """Take out our own sound, and look for speech. To be called in the order of the frames.

        Frames in which nothing of ours sounds may be left out.
        """
        frame = captured.near
        cleaned = self._echo.clean(frame, captured.far)
        probability = self._stages.detector.speech_probability(cleaned.frame)
        note = None if captured.is_sounding else self._levels.hear(frame.samples, probability)
        if note is not None:
            self._emit(DeviceNoted(self._clock.at(), "microphone", note))
        return Heard(cleaned, probability)

    def keep(self, captured: Captured, *, is_attended: bool) -> None:
        """Pass a frame to whoever keeps the sound: silence, where it was not for us."""
        if self._tap is None:
            return
        near, far = captured.near, captured.far
        if not is_attended:
            near = AudioFrame(silence(len(near.samples)), near.rate_hz, near.start)
        self._tap(near, silence(len(near.samples)) if far is None else far)

    def _on_session_time(self, frame: AudioFrame) -> AudioFrame:
        """Count on after a microphone was opened again; report samples that were lost."""
        goes_on = self._shift is not None
        if self._shift is None:  # the first frame of a stream, which has a count of its own
            now = self._clock.at() - len(frame.samples)
            # at least a sample is lost between two streams, however quick it was
            start = frame.start if self._next_sample < 0 else max(self._next_sample + 1, now)
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
        samples = self._offset.clean(frame.samples) if self._is_live else frame.samples
        return AudioFrame(samples, frame.rate_hz, start)
