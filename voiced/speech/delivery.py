"""How things are said: a voice with the user's wishes (louder, slower, a whisper). Pure."""

from __future__ import annotations

from dataclasses import replace

from voiced.conversation import Delivery
from voiced.stages import Voice

__all__ = ["delivered", "wished"]

_SOFTEST_DB, _LOUDEST_DB = -18.0, 12.0
_SLOWEST, _FASTEST = 0.6, 2.0

_WHISPER_DB = -8.0
_WHISPER_SPEED = 0.9
_WHISPERING = {"whisper": -3.0, "whisperf": -8.0}
"""Variants of espeak-ng, and what makes each as soft as a whisper is: 6 dB below the voice."""


def wished(
    delivery: Delivery,
    *,
    louder_db: float = 0.0,
    speed: float = 1.0,
    whisper: bool | None = None,
) -> Delivery:
    """The delivery after a wish: decibels are added, the speed is multiplied, both have limits."""
    return Delivery(
        min(max(delivery.louder_db + louder_db, _SOFTEST_DB), _LOUDEST_DB),
        min(max(delivery.speed * speed, _SLOWEST), _FASTEST),
        delivery.is_whisper if whisper is None else whisper,
    )


def delivered(voice: Voice, delivery: Delivery) -> Voice:
    """The voice as the user wants to hear it now."""
    if delivery.is_whisper:
        voice = _whispering(voice)
    return _moved(voice, delivery.louder_db, delivery.speed)


def _moved(voice: Voice, louder_db: float, speed: float = 1.0) -> Voice:
    return replace(voice, volume_db=voice.volume_db + louder_db, speed=voice.speed * speed)


def _whispering(voice: Voice) -> Voice:
    """espeak-ng has variants that whisper; other voices are made softer and slower."""
    if voice.engine != "espeak":
        return _moved(voice, _WHISPER_DB, _WHISPER_SPEED)
    model, _, variant = voice.model.partition("+")
    is_female = (variant or voice.speaker).lower().startswith("f")
    speaker = "whisperf" if is_female else "whisper"
    return replace(_moved(voice, _WHISPERING[speaker]), model=model, speaker=speaker)
