"""The room itself: it hears, frame by frame, by the loop's clock."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator

import anyio
import numpy as np

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, Samples, to_int16
from voiced.testing.room.levels import fell_at, gain_of, level_at_dbfs
from voiced.testing.room.line import Line
from voiced.testing.room.path import EchoPath
from voiced.testing.room.people import Background, People, Said
from voiced.testing.room.settings import RoomSettings
from voiced.testing.room.speaker import RoomSpeaker

__all__ = ["Room", "RoomMicrophone"]

_WINDOW_S = 0.02
_HOLD_S = 0.3
_ROUNDING = 1e-6


class Room:
    """A speaker and a microphone in one room, and people who say things.

    Time in the room is counted from the microphone's first opening: sample 0, second 0. All levels
    are as ``RoomSettings`` says. The same calls at the same times give the same samples.

    ``heard`` is what the microphone heard; ``echo`` and ``near`` are its two parts, the speaker's
    sound and all else, amplified but not clipped; ``far`` is what left the speaker. All are int16
    at 16 kHz from sample 0 to now, copied when asked for.

    Args:
        settings: What the room is like.
        ends_at_s: When the microphone's source ends, in seconds; it may be changed at any time.
    """

    def __init__(
        self, settings: RoomSettings | None = None, *, ends_at_s: float = math.inf
    ) -> None:
        self.settings = settings or RoomSettings()
        self.ends_at_s = ends_at_s
        self.said: list[Said] = []
        self._far, self._heard, self._near, self._echo = Line(), Line(), Line(), Line()
        self._zero_s = math.nan
        self._end = 0  # of the last frame that was heard
        self._people = People()
        self._background = Background(self.settings)
        self._path = EchoPath(self.settings)
        self.speaker = RoomSpeaker(self._far)
        self.microphone = RoomMicrophone(self)

    def say(self, at_s: float, samples: Samples, db: float = 0.0, who: str = "user") -> Said:
        """Let sound be heard at the microphone from ``at_s`` on.

        Args:
            at_s: Seconds in the room, not before what was heard already.
            samples: int16 at 16 kHz; its active level becomes ``talker_dbfs``.
            db: Louder than the talker by so much.
            who: A name for the one who makes it.

        Returns:
            When it can be heard, silence at its ends left out.

        Raises:
            ValueError: That moment is over.
        """
        start = self._start_of(at_s)
        said = self._people.add(start, samples, self.settings.talker_dbfs + db, who)
        self.said.append(said)
        return said

    def say_endlessly(
        self,
        span_s: tuple[float, float],
        samples: Samples,
        db: float = 0.0,
        who: str = "television",
    ) -> Said:
        """Let sound be heard over and over, within ``span_s``, whose end may be infinity.

        Raises:
            ValueError: That moment is over.
        """
        start = self._start_of(span_s[0])
        end = round(min(span_s[1], 1e9) * RATE_HZ)
        level_dbfs = self.settings.talker_dbfs + db
        said = self._people.add_endless((start, end), samples, level_dbfs, who)
        self.said.append(said)
        return said

    @property
    def now_s(self) -> float:
        """Seconds since sample 0; 0 before."""
        return 0.0 if math.isnan(self._zero_s) else anyio.current_time() - self._zero_s

    @property
    def heard(self) -> Samples:
        """What the microphone heard."""
        return self._heard.read(0, self._end)

    @property
    def near(self) -> Samples:
        """What the microphone would have heard without the speaker."""
        return self._near.read(0, self._end)

    @property
    def echo(self) -> Samples:
        """What the microphone heard of the speaker."""
        return self._echo.read(0, self._end)

    @property
    def far(self) -> Samples:
        """What left the speaker."""
        return self._far.read(0, self._end)

    def delay_ms(self, at_s: float) -> float:
        """The delay of the sound that arrives at ``at_s``, drift and jumps included."""
        return self._path.delay(round(at_s * RATE_HZ)) * 1000 / RATE_HZ

    def level_of_speaker(self, at_s: float, window_s: float = _WINDOW_S) -> float:
        """The level of what left the speaker in the window that ends at ``at_s``, in dBFS."""
        return level_at_dbfs(self.far, round(at_s * RATE_HZ), round(window_s * RATE_HZ))

    def speaker_fell_s(
        self, after_s: float, db: float = 20.0, hold_s: float = _HOLD_S
    ) -> float | None:
        """When, from ``after_s`` on, the speaker became softer by ``db`` and stayed so.

        Against its active level of the two seconds before, for ``hold_s``: choose that longer than
        the pauses of what is played and shorter than what is to be found. To 5 ms; None if never.
        """
        at = fell_at(self.far, round(after_s * RATE_HZ), db, round(hold_s * RATE_HZ))
        return None if at is None else at / RATE_HZ

    def open_microphone(self) -> int:
        """Begin to listen; return the first sample that will be heard."""
        if math.isnan(self._zero_s):
            self._zero_s = anyio.current_time()
            self.speaker.begin(self._zero_s)
        missed = math.floor(self.now_s * RATE_HZ + _ROUNDING) // FRAME_SAMPLES * FRAME_SAMPLES
        while self._end < missed:
            self._hear()
        self.speaker.align(self._end)
        return self._end

    async def hear(self, start: int) -> AudioFrame:
        """Wait for the frame from ``start`` on."""
        due_s = self._zero_s + (start + FRAME_SAMPLES) / RATE_HZ
        await anyio.sleep(max(0.0, due_s - anyio.current_time()))
        while self._end < start + FRAME_SAMPLES:
            self._hear()
        return AudioFrame(self._heard.read(start, start + FRAME_SAMPLES), RATE_HZ, start)

    def _hear(self) -> None:
        self.speaker.come_to_now()
        start, self._end = self._end, self._end + FRAME_SAMPLES
        gain = np.float32(gain_of(self.settings.gain_db))
        echo = gain * self._path.echo(self._far, start)
        near = gain * (self._people.mix(start) + self._background.mix(start))
        peak = gain_of(self.settings.clip_dbfs)
        self._heard.add(start, to_int16(np.clip(near + echo, -peak, peak)))
        self._near.add(start, to_int16(near))
        self._echo.add(start, to_int16(echo))

    def _start_of(self, at_s: float) -> int:
        start = round(at_s * RATE_HZ)
        if start < self._end:
            msg = f"{at_s:.3f} s is over: the microphone is at {self._end / RATE_HZ:.3f} s"
            raise ValueError(msg)
        return start


class RoomMicrophone:
    """A Microphone that hears the room. ``start`` of a frame is its sample in the room.

    So it jumps where nobody listened; the room goes on by itself.
    """

    def __init__(self, room: Room) -> None:
        self._room = room

    async def prepare(self) -> None:
        """Do nothing: there is nothing to open."""

    async def aclose(self) -> None:
        """Do nothing."""

    async def frames(self) -> AsyncGenerator[AudioFrame]:
        """Frames of 20 ms, each when its last sample has sounded, until the room ends."""
        start = self._room.open_microphone()
        while (start + FRAME_SAMPLES) / RATE_HZ <= self._room.ends_at_s + _ROUNDING:
            frame = await self._room.hear(start)
            start = frame.end
            yield frame
