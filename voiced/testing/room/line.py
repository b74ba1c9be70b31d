"""A growing recording that starts at sample 0 and is silent wherever nothing was put."""

from __future__ import annotations

import numpy as np

from voiced.audio import RATE_HZ, Samples, silence

__all__ = ["Line"]


class Line:
    """Sound by sample index, int16 at 16 kHz."""

    def __init__(self) -> None:
        self._samples = silence(RATE_HZ)

    def add(self, start: int, samples: Samples) -> None:
        """Mix sound in from ``start`` on; what lies before sample 0 is lost."""
        kept = samples[max(0, -start) :]
        start = max(0, start)
        self._grow(start + len(kept))
        there = self._samples[start : start + len(kept)]
        there[:] = np.clip(there.astype(np.int32) + kept, -32768, 32767)

    def read(self, start: int, end: int) -> Samples:
        """A copy of the samples from ``start`` to ``end``; silence before 0 and beyond."""
        found = silence(max(0, end - start))
        inside = self._samples[max(0, start) : max(0, end)]
        offset = max(0, -start)
        found[offset : offset + len(inside)] = inside
        return found

    def _grow(self, needed: int) -> None:
        if needed > len(self._samples):
            grown = silence(max(needed, 2 * len(self._samples)))
            grown[: len(self._samples)] = self._samples
            self._samples = grown
