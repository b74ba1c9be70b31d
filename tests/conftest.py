"""What all tests share: searches for counterexamples that go the same way every time.

A search with fresh luck: ``pytest --hypothesis-profile=luck``.
"""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("luck", deadline=None)
settings.load_profile("same")
