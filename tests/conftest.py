"""What all tests share: searches for counterexamples that go the same way every time.

A search with fresh luck: ``pytest --hypothesis-profile=luck``.
"""

from __future__ import annotations

import gc

from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("luck", deadline=None)
settings.load_profile("same")

gc.set_threshold(50_000)  # most of what a test makes is gone without it


def pytest_collection_finish() -> None:
    """Whatever was imported and collected stays: the garbage collector need not look at it."""
    gc.collect()
    gc.freeze()
