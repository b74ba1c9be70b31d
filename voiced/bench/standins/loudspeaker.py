"""An ideal loudspeaker: every sample comes out when it is due, and it is known which and when."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import anyio
import numpy as np

from voiced.audio import AudioFrame, Samples, silence
from voiced.bench.material.utterances import AUDIBLE
from voiced.sound.paced_playback import PacedPlayback

if TYPE_CHECKING:
    from voiced.stages import Playback, Speaker

__all__ = ["Act", "Command", "IdealPlayback", "IdealSpeaker", "Stretch"]

Act: TypeAlias = Literal["open", "duck", "resume", "stop"]

_LOUDER: frozenset[Act] = frozenset({"open", "resume"})
_MEASURABLE = 64
_TOLERANCE = 1.1


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Sound given out without a gap from ``at_s`` on, by the loop's clock.

    ``given`` is what came out; ``wanted`` what the system had handed over for it, at full level.
    Both int16 of shape (n,) at ``rate_hz``.
    """

    at_s: float
    given: Samples
    wanted: Samples
    rate_hz: int


@dataclass(frozen=True, slots=True)
class Command:
    """What the system did with the loudspeaker; ``db`` how much softer it made it.

    ``cuts``: a stop that left sound unheard.
    """

    at_s: float
    act: Act
    db: float = 0.0
    cuts: bool = False


class IdealPlayback:
    """A lease of the ideal loudspeaker; ``also`` is one of another speaker, given the same."""

    def __init__(
        self, stretches: list[Stretch], commands: list[Command], also: Playback | None
    ) -> None:
        self._also = also
        self._log = _Log(stretches)
        self._commands = commands
        self._paced = PacedPlayback(anyio.current_time, self._log)
        self._is_stopped = False

    @property
    def heard(self) -> int:
        """Samples given out until now, at the rate of the frames played."""
        return self._paced.heard

    async def play(self, frame: AudioFrame) -> None:
        """Take a frame; wait while the buffer is full."""
        if not self._is_stopped:
            self._log.want(frame.samples)
        await self._paced.play(frame)
        if self._also is not None:
            await self._also.play(frame)

    def duck(self, db: float) -> None:
        """Give out softer."""
        self._commands.append(Command(anyio.current_time(), "duck", abs(db)))
        self._paced.duck(db)
        if self._also is not None:
            self._also.duck(db)

    def resume(self) -> None:
        """Give out as loud as at first."""
        self._commands.append(Command(anyio.current_time(), "resume"))
        self._paced.resume()
        if self._also is not None:
            self._also.resume()

    async def drain(self) -> None:
        """Wait until all was given out."""
        await self._paced.drain()
        if self._also is not None:
            await self._also.drain()

    def stop(self) -> int:
        """Be silent from the next sample on."""
        heard = self._paced.stop()
        if self._also is not None:
            self._also.stop()
        if not self._is_stopped:
            self._is_stopped = True
            cuts = heard < self._log.wanted
            self._commands.append(Command(anyio.current_time(), "stop", cuts=cuts))
        return heard


class IdealSpeaker:
    """Leases, one after the other, and what came out of them.

    ``stretches`` and ``commands`` are in the order of time. What is still on its way is written
    down when its lease is drained, stopped or asked for ``heard``.

    Args:
        also: Is given the same at the same time: the speaker of a room. None: no room hears it.
    """

    def __init__(self, also: Speaker | None = None) -> None:
        self._also = also
        self.stretches: list[Stretch] = []
        self.commands: list[Command] = []
        self._lease: IdealPlayback | None = None

    async def prepare(self) -> None:
        """Prepare the speaker of the room."""
        if self._also is not None:
            await self._also.prepare()

    async def aclose(self) -> None:
        """Stop what is playing."""
        if self._lease is not None:
            self._lease.stop()
        if self._also is not None:
            await self._also.aclose()

    def open(self) -> IdealPlayback:
        """Lease the loudspeaker; the lease before is stopped."""
        if self._lease is not None:
            self._lease.stop()
        self.commands.append(Command(anyio.current_time(), "open"))
        also = self._also.open() if self._also is not None else None
        self._lease = IdealPlayback(self.stretches, self.commands, also)
        return self._lease

    def played(self, samples: int) -> Samples | None:
        """What left the speaker of the room; silence without one, as with a headset."""
        return silence(samples) if self._also is None else self._also.played(samples)

    def between(self, from_s: float, until_s: float = math.inf) -> list[Stretch]:
        """The stretches of which some may have come out in this time."""
        first = bisect_right(self.stretches, from_s, key=lambda each: each.at_s)
        last = bisect_left(self.stretches, until_s, key=lambda each: each.at_s)
        return self.stretches[max(0, first - 1) : last]

    def first_sound_s(self, after_s: float = 0.0) -> float | None:
        """When the first audible sample came out, at ``after_s`` or later."""
        for stretch in self.between(after_s):
            times = _times(stretch)
            audible = (np.abs(stretch.given.astype(np.int32)) >= AUDIBLE) & (times >= after_s)
            if audible.any():
                return float(times[int(np.argmax(audible))])
        return None

    def down_s(self, after_s: float, db: float = 20.0) -> float | None:
        """When the sound was first softer by ``db``, or gone, by an act at ``after_s`` or later.

        A pause in the speech is no act, and does not count as softer.
        """
        acts = [each for each in self.commands if each.at_s >= after_s]
        softer = next((each for each in acts if each.cuts or each.db > 0), None)
        while softer is not None:
            later = acts[acts.index(softer) + 1 :]
            louder_s = next((each.at_s for each in later if each.act in _LOUDER), math.inf)
            last_s = self._last_loud_s(softer.at_s, louder_s, 10 ** (-db / 20) * _TOLERANCE)
            ends_s = max(softer.at_s, last_s)
            if softer.cuts or softer.db >= db - 1e-9:
                return ends_s
            softer = next((each for each in later if each.cuts or each.db > 0), None)
        return None

    def cut_s(self, after_s: float) -> float | None:
        """When the first stop came that left sound unheard, at ``after_s`` or later."""
        return next(
            (each.at_s for each in self.commands if each.cuts and each.at_s >= after_s), None
        )

    def _last_loud_s(self, from_s: float, until_s: float, gain: float) -> float:
        """The end of the last sample in there that was louder than ``gain`` of what was wanted."""
        last_s = from_s
        for stretch in self.between(from_s, until_s):
            times = _times(stretch)
            wanted = np.abs(stretch.wanted.astype(np.float64))
            loud = (wanted >= _MEASURABLE) & (np.abs(stretch.given) > gain * wanted)
            loud &= (times >= from_s) & (times < until_s)
            if loud.any():
                last_s = float(times[np.flatnonzero(loud)[-1]]) + 1 / stretch.rate_hz
        return last_s


class _Log:
    """The sink of one lease."""

    def __init__(self, stretches: list[Stretch]) -> None:
        self._stretches = stretches
        self._waiting = silence(0)
        self.wanted = 0

    def want(self, samples: Samples) -> None:
        self._waiting = np.concatenate([self._waiting, samples])
        self.wanted += len(samples)

    def write(self, samples: Samples, rate_hz: int, at_s: float) -> None:
        wanted, self._waiting = np.split(self._waiting, [len(samples)])
        self._stretches.append(Stretch(at_s, samples, wanted, rate_hz))

    def end(self) -> None:
        pass

    async def settle(self) -> None:
        pass


def _times(stretch: Stretch) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    times: np.ndarray[tuple[int], np.dtype[np.float64]] = (
        stretch.at_s + np.arange(len(stretch.given)) / stretch.rate_hz
    )
    return times
