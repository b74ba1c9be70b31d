"""What every name spotter owes: the name where it was said, and silence where it was not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, silence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.stages import NameHeard, NameSpotter

__all__ = ["check_name_spotter"]

_SILENT_FRAMES = 100


async def check_name_spotter(spotter: NameSpotter, frames: Sequence[AudioFrame], name: str) -> None:
    """Check a spotter against the obligations of ``voiced.stages.NameSpotter``.

    Args:
        spotter: Not yet prepared; it is closed afterwards.
        frames: Speech that names the assistant once: 16 kHz, frames of 20 ms, contiguous.
        name: The name, as the spotter tells it.

    Raises:
        AssertionError: An obligation is not met; the message says which one.
    """
    await spotter.prepare()
    await spotter.prepare()
    heard = _heard(spotter, frames)
    assert heard, "the name was said, but not heard"
    assert {each.name for each in heard} == {name}, f"{heard[-1].name!r} was heard, not {name!r}"
    assert all(each.start < heard[0].end for each in heard), "it was said once, but heard twice"
    last = frames[-1].end
    quiet = [
        AudioFrame(silence(FRAME_SAMPLES), RATE_HZ, last + number * FRAME_SAMPLES)
        for number in range(_SILENT_FRAMES)
    ]
    assert not _heard(spotter, quiet), "the name was heard in silence"
    await spotter.aclose()
    await spotter.aclose()


def _heard(spotter: NameSpotter, frames: Sequence[AudioFrame]) -> list[NameHeard]:
    heard: list[NameHeard] = []
    spotter.begin()
    for frame in frames:
        before = frame.samples.copy()
        found = spotter.hear(frame)
        assert np.array_equal(frame.samples, before), "the spotter changes the frame"
        if found is not None:
            fits = frames[0].start <= found.start < found.end <= frame.end
            assert fits, f"the name cannot be from {found.start} to {found.end}"
            heard.append(found)
    return heard
