"""What every speaker owes: sound is heard at its own pace, counted, and silenced at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import numpy as np

from voiced.audio import AudioFrame, Samples
from voiced.testing import signals

if TYPE_CHECKING:
    from voiced.stages import Playback, Speaker

__all__ = ["check_speaker"]

_RATE_HZ = 22_050
_FRAME_SAMPLES = 441
_LATE_S = 0.5
_BUFFER_S = 0.5


async def check_speaker(speaker: Speaker) -> None:
    """Check a speaker against the obligations of ``Speaker`` and ``Playback`` in voiced.stages.

    Args:
        speaker: Not yet prepared; it is closed afterwards. It may sound for some seconds.

    Raises:
        AssertionError: An obligation is not met; the message says which one.
    """
    await speaker.prepare()
    await speaker.prepare()
    _check_played_silence(speaker, 320, 160, 1)
    await _check_heard_to_the_end(speaker.open())
    await _check_stop(speaker.open())
    await _check_ducking(speaker.open())
    await _check_takeover(speaker)
    await _check_unused(speaker.open())
    await _check_played_ends(speaker)
    await speaker.aclose()
    await speaker.aclose()


async def _play(playback: Playback, seconds: float) -> int:
    """Play a tone of this length; return its samples."""
    frames = round(seconds * _RATE_HZ) // _FRAME_SAMPLES
    sound = signals.tone(seconds + 1, hz=300.0, peak=0.2)
    for number in range(frames):
        start = number * _FRAME_SAMPLES
        piece = sound[start % 16_000 :][:_FRAME_SAMPLES]
        await playback.play(AudioFrame(piece, _RATE_HZ, start))
    return frames * _FRAME_SAMPLES


async def _check_heard_to_the_end(playback: Playback) -> None:
    start_s = anyio.current_time()
    assert playback.heard == 0, "something was heard before anything was played"
    played = await _play(playback, 0.6)
    early = playback.heard
    assert early <= played, f"heard {early} of {played} samples"
    waited_s = anyio.current_time() - start_s
    assert waited_s >= 0.6 - _BUFFER_S, "play() does not wait while the buffer is full"
    await playback.drain()
    assert playback.heard == played, f"drained, but heard {playback.heard} of {played} samples"
    taken_s = anyio.current_time() - start_s
    assert 0.6 - 1e-3 <= taken_s <= 0.6 + _LATE_S, f"0.6 s of sound took {taken_s:.2f} s"
    await playback.drain()
    assert playback.stop() == played, "stop() after drain() does not return all samples"


async def _check_stop(playback: Playback) -> None:
    played = await _play(playback, 0.6)
    heard = playback.stop()
    assert 0 <= heard < played, f"stopped in the middle, but heard {heard} of {played} samples"
    assert playback.stop() == heard, "the second stop() returns something else"
    before_s = anyio.current_time()
    await _play(playback, 0.6)
    await playback.drain()
    assert anyio.current_time() - before_s < 0.1, "play() or drain() waits after stop()"  # noqa: PLR2004
    assert playback.heard == heard, "something is heard after stop()"


async def _check_ducking(playback: Playback) -> None:
    playback.duck(12.0)
    played = await _play(playback, 0.3)
    playback.resume()
    played += await _play(playback, 0.1)
    await playback.drain()
    assert playback.heard == played, "ducked sound is not counted as heard"
    playback.stop()


async def _check_takeover(speaker: Speaker) -> None:
    older = speaker.open()
    await _play(older, 0.3)
    newer = speaker.open()
    heard = older.heard
    await _play(older, 0.3)
    assert older.heard == heard, "an old lease is heard after a new one was opened"
    played = await _play(newer, 0.3)
    older.stop()
    await newer.drain()
    assert newer.heard == played, "an old lease disturbs the new one"
    newer.stop()


async def _check_unused(playback: Playback) -> None:
    await playback.drain()
    assert playback.stop() == 0, "something was heard on a lease that was not used"


async def _check_played_ends(speaker: Speaker) -> None:
    """A little over a second after the last sound, at a microphone's pace, there is silence again.

    Until then it may not be known: nobody has listened before.
    """
    for _ in range(60):
        await anyio.sleep(0.02)
        _check_played(speaker, 320)
    _check_played_silence(speaker, 320)


def _check_played_silence(speaker: Speaker, *lengths: int) -> None:
    for samples in lengths:
        far = _check_played(speaker, samples)
        assert far is not None, f"played({samples}) is not known where nothing is played"
        assert not np.any(far), "played() is not silent where nothing is played"


def _check_played(speaker: Speaker, samples: int) -> Samples | None:
    far = speaker.played(samples)
    if far is None:
        return None
    assert far.dtype == np.int16, f"played() gives {far.dtype}, not int16"
    assert far.shape == (samples,), f"played({samples}) gives the shape {far.shape}"
    return far
