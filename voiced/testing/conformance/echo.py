"""What every echo canceller owes: less of the speaker, all of the user, frames of equal shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from voiced.audio import AudioFrame, Samples, level_dbfs, silence
from voiced.testing import signals

if TYPE_CHECKING:
    from voiced.stages import EchoCanceller

__all__ = ["check_echo_canceller"]

_SECONDS = 3.0
_SETTLED = 2 / 3
_LEAST_LOSS_DB = 6.0
_MOST_CHANGE_DB = 3.0


async def check_echo_canceller(canceller: EchoCanceller, delay_samples: int = 0) -> None:
    """Check an echo canceller against the obligations of ``voiced.stages.EchoCanceller``.

    Args:
        canceller: Not yet prepared; it is closed afterwards.
        delay_samples: How much later than the speaker's sound its echo comes. In no room it is
            less than 80, and a real canceller may rely on that.

    Raises:
        AssertionError: An obligation is not met; the message says which one.
    """
    await canceller.prepare()
    await canceller.prepare()
    speech = signals.speech_like(_SECONDS, seed=1)
    quiet = silence(len(speech))
    echo = np.concatenate([silence(delay_samples), speech])[: len(speech)]
    loss_db = _level_dbfs(echo) - _level_dbfs(_cancel(canceller, echo, speech))
    assert loss_db >= _LEAST_LOSS_DB, f"the echo is only {loss_db:.1f} dB quieter"
    change_db = _level_dbfs(_cancel(canceller, speech, quiet)) - _level_dbfs(speech)
    assert abs(change_db) <= _MOST_CHANGE_DB, f"the user alone is changed by {change_db:.1f} dB"
    await canceller.aclose()
    await canceller.aclose()


def _level_dbfs(sound: Samples) -> float:
    """The level of the end, when the canceller has had time to adapt."""
    return level_dbfs(sound[round(len(sound) * _SETTLED) :])


def _cancel(canceller: EchoCanceller, near: Samples, far: Samples) -> Samples:
    out: list[Samples] = []
    for one, other in zip(signals.frames(near), signals.frames(far), strict=True):
        before = (one.samples.copy(), other.samples.copy())
        frame = canceller.cancel(one, other)
        _check_frame(frame, one)
        assert np.array_equal(one.samples, before[0]), "the canceller changes the near frame"
        assert np.array_equal(other.samples, before[1]), "the canceller changes the far frame"
        out.append(frame.samples)
    return np.concatenate(out)


def _check_frame(frame: AudioFrame, near: AudioFrame) -> None:
    assert (frame.start, frame.rate_hz) == (near.start, near.rate_hz), "the frame is moved in time"
    assert len(frame.samples) == len(near.samples), "the frame's length is changed"
