"""What a satellite and the assistant say to each other: Wyoming's framing, a few types of our own.

Every frame of the microphone comes with what left the loudspeaker in the same 20 ms, so that the
echo is taken out here as exactly as on one machine. How far a reply was heard comes with it too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, Samples, silence
from voiced.engines.wyoming_wire import Garbled, Limits, Message, audio_format

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "CHALLENGE",
    "DUCK",
    "END",
    "HELLO",
    "LIMITS",
    "LOST",
    "MUTE",
    "PING",
    "PLAY",
    "PONG",
    "READY",
    "REFUSED",
    "RESUME",
    "STOP",
    "WELCOME",
    "Heard",
    "frame_message",
    "heard_of",
    "ping_message",
    "pinged",
    "play_message",
    "playable",
]

CHALLENGE = "voiced-challenge"
HELLO = "voiced-hello"
WELCOME = "voiced-welcome"
REFUSED = "voiced-refused"
READY = "voiced-ready"
"""The room listens: what is said from now on is heard."""

PLAY = "voiced-play"
DUCK = "voiced-duck"
RESUME = "voiced-resume"
STOP = "voiced-stop"
END = "voiced-end"
"""Nothing more follows in this lease: what is left is played to its end."""

MUTE = "voiced-mute"
"""The microphone is to be closed, or opened again (``is_muted``)."""

LOST = "voiced-lost"
"""The satellite's microphone is gone: what was being said is not whole."""

PING = "ping"
"""The line is alive; it tells what was played, as the frames do."""

PONG = "pong"

LIMITS = Limits(line=4 * 1024, data=4 * 1024, payload=64 * 1024)
"""The most that either side reads of a message."""

_CHANNELS, _WIDTH = 2, 2
_FRAME_BYTES = FRAME_SAMPLES * _CHANNELS * _WIDTH
_LOWEST_HZ, _HIGHEST_HZ = 8_000, 48_000
_LATEST = 1 << 53


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """A frame of a satellite. ``far`` is what its loudspeaker played; None where it cannot know.

    ``lease`` and ``played`` tell how many samples of which reply were heard by then.
    """

    frame: AudioFrame
    far: Samples | None
    lease: int = 0
    played: int = 0


def frame_message(heard: Heard) -> Message:
    """A frame as it is sent."""
    far = silence(FRAME_SAMPLES) if heard.far is None else heard.far
    both = np.stack([heard.frame.samples, far], axis=1)
    data = audio_format(RATE_HZ, _CHANNELS) | {
        "start": heard.frame.start,
        "far": heard.far is not None,
        "lease": heard.lease,
        "played": heard.played,
    }
    return Message("audio-chunk", data, both.astype("<i2").tobytes())


def heard_of(message: Message) -> Heard:
    """The frame of a message.

    Raises:
        Garbled: It is none.
    """
    if len(message.payload) != _FRAME_BYTES:
        raise Garbled("sound that is no frame of 20 ms with two channels")
    both = np.frombuffer(message.payload, "<i2").reshape(-1, _CHANNELS).astype(np.int16)
    frame = AudioFrame(both[:, 0].copy(), RATE_HZ, _count(message.data, "start"))
    far = both[:, 1].copy() if message.data.get("far") is True else None
    return Heard(frame, far, _count(message.data, "lease"), _count(message.data, "played"))


def ping_message(lease: int, played: int) -> Message:
    """That the line is alive, and how far a reply was heard."""
    return Message(PING, {"lease": lease, "played": played})


def pinged(message: Message) -> tuple[int, int]:
    """The lease and the samples of a ping.

    Raises:
        Garbled: They are none.
    """
    return _count(message.data, "lease"), _count(message.data, "played")


def play_message(lease: int, frame: AudioFrame) -> Message:
    """Sound to be played in a lease of the loudspeaker."""
    data = {"lease": lease, "rate": frame.rate_hz, "start": frame.start}
    return Message(PLAY, data, frame.samples.astype("<i2").tobytes())


def playable(message: Message) -> tuple[int, AudioFrame]:
    """The lease, and what is to be played in it.

    Raises:
        Garbled: It is no sound.
    """
    rate_hz = message.number("rate", 0)
    if len(message.payload) % _WIDTH or not _LOWEST_HZ <= rate_hz <= _HIGHEST_HZ:
        raise Garbled("sound of a kind that cannot be played")
    samples = np.frombuffer(message.payload, "<i2").astype(np.int16)
    frame = AudioFrame(samples, rate_hz, _count(message.data, "start"))
    return _count(message.data, "lease"), frame


def _count(data: Mapping[str, object], key: str) -> int:
    value = data.get(key, 0)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _LATEST:
        raise Garbled(f"{key} is no count")
    return value
