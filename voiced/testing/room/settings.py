"""What a simulated room is like: values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["RoomKind", "RoomSettings"]

RoomKind: TypeAlias = Literal["dry", "office", "living room"]
"""How the room sounds: no reflections, or 60 dB of decay in 0.3 s, or in 0.6 s."""

_MAX_DELAY_MS = 400.0
_MAX_DRIFT_PPM = 200.0
_ECHO_DB = (-30.0, 12.0)


@dataclass(frozen=True, slots=True)
class RoomSettings:
    """A room with a speaker, a microphone and people. Levels are root mean squares.

    Args:
        delay_ms: From the speaker to the microphone, devices' buffers included; 0 to 400.
        echo_db: The echo at the microphone against the talker there, -30 to 12, for a reply at
            ``speaker_dbfs``; None for a headset, whose sound does not reach the microphone.
        talker_dbfs: The talker's active speech at the microphone.
        speaker_dbfs: The active speech of a reply at its normal volume, as the speaker is given it;
            espeak-ng speaks at -20.
        noise_dbfs: The room's own noise at the microphone.
        room: The shape of the path from the speaker to the microphone.
        drift_ppm: How much slower the speaker's clock is than the microphone's, -200 to 200: the
            delay grows by so many microseconds a second. It does not fall below 0.
        jumps: (at_s, new delay_ms), in order: a path whose delay changes from one sample to the
            next, as a Bluetooth speaker's does.
        gain_db: The microphone's amplifier: it makes all that is heard louder.
        clip_dbfs: The peak beyond which the microphone cuts, after the amplifier.
        hum_dbfs: Hum of 50 Hz at the microphone.
        soft_clip_dbfs: The peak that the loudspeaker's cone comes near but does not reach, at the
            level of what it is given; None for a linear one.
        seed: Which noise, and which room of its kind.
    """

    delay_ms: float = 60.0
    echo_db: float | None = 0.0
    talker_dbfs: float = -26.0
    speaker_dbfs: float = -20.0
    noise_dbfs: float = -65.0
    room: RoomKind = "office"
    drift_ppm: float = 0.0
    jumps: tuple[tuple[float, float], ...] = ()
    gain_db: float = 0.0
    clip_dbfs: float = 0.0
    hum_dbfs: float | None = None
    soft_clip_dbfs: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what no room is like."""
        delays_ms = (self.delay_ms, *(delay_ms for _, delay_ms in self.jumps))
        if not all(0.0 <= delay_ms <= _MAX_DELAY_MS for delay_ms in delays_ms):
            msg = f"a delay is not between 0 and {_MAX_DELAY_MS:g} ms: {delays_ms}"
            raise ValueError(msg)
        if self.echo_db is not None and not _ECHO_DB[0] <= self.echo_db <= _ECHO_DB[1]:
            msg = f"echo_db {self.echo_db:g} is not between {_ECHO_DB[0]:g} and {_ECHO_DB[1]:g}"
            raise ValueError(msg)
        if abs(self.drift_ppm) > _MAX_DRIFT_PPM:
            msg = f"drift_ppm {self.drift_ppm:g} is beyond {_MAX_DRIFT_PPM:g}"
            raise ValueError(msg)
        at_s = [at_s for at_s, _ in self.jumps]
        if at_s != sorted(at_s):
            msg = f"the jumps are not in order: {at_s}"
            raise ValueError(msg)
