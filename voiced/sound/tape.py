"""The last seconds of sound, and the sound of turns that go on. In memory only; bounded.

Nothing is copied when a frame comes: the tape holds on to the frames that the session hears.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from voiced.audio import RATE_HZ, AudioFrame, Samples, silence

__all__ = ["Recording", "Take", "Tape"]

_RING_SAMPLES = 10 * RATE_HZ
_BEFORE_SAMPLES = 2 * RATE_HZ
_MOST_SAMPLES = 120 * RATE_HZ


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """What the microphone heard (``near``) and what the speaker played (``far``) at that time.

    Both int16, 16 kHz, shape (n,). ``start`` is the session's sample where it begins.
    """

    start: int
    near: Samples
    far: Samples


class Take:
    """The sound of one turn, from a little before its speech; at most two minutes."""

    def __init__(self, frames: Iterable[tuple[AudioFrame, Samples]]) -> None:
        self._frames = list(frames)

    def hear(self, near: AudioFrame, far: Samples) -> None:
        """Take a frame, unless the take is full."""
        if not self._frames or near.end - self._frames[0][0].start <= _MOST_SAMPLES:
            self._frames.append((near, far))

    def recording(self) -> Recording | None:
        """All of it, with silence where sound was lost; None where there is none. Takes time."""
        if not self._frames:
            return None
        start = self._frames[0][0].start
        samples = self._frames[-1][0].end - start
        near_all, far_all = silence(samples), silence(samples)
        for near, far in self._frames:
            at = near.start - start
            near_all[at : at + len(near.samples)] = near.samples
            played = far[: len(near.samples)]
            far_all[at : at + len(played)] = played
        return Recording(start, near_all, far_all)


class Tape:
    """Hears everything, keeps ten seconds of it, and records the takes that are under way."""

    def __init__(self) -> None:
        self._ring: deque[tuple[AudioFrame, Samples]] = deque()
        self._takes: list[Take] = []

    def hear(self, near: AudioFrame, far: Samples) -> None:
        """Take a frame of the microphone and what the speaker played meanwhile."""
        ring = self._ring
        ring.append((near, far))
        while near.end - ring[0][0].start > _RING_SAMPLES:
            ring.popleft()
        for take in self._takes:
            take.hear(near, far)

    def begin(self, speech: int) -> Take:
        """Record from a little before the sample where speech began."""
        first = speech - _BEFORE_SAMPLES
        take = Take(frame for frame in self._ring if frame[0].end > first)
        self._takes.append(take)
        return take

    def end(self, take: Take) -> None:
        """Record no more of it."""
        if take in self._takes:
            self._takes.remove(take)
