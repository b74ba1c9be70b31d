"""Remember and forget: what was said and done, day by day; and no trace of it where that is wished.

Only what the registry collects is named here; the code lives in the modules beside it.
"""

from __future__ import annotations

from .asking import last_time, said, told, what_was_done
from .days import sum_up, what_happened
from .forgetting import forget_about, forget_all, forget_last, forget_when
from .keeping import transcripts

__all__ = [
    "forget_about",
    "forget_all",
    "forget_last",
    "forget_when",
    "last_time",
    "said",
    "sum_up",
    "told",
    "transcripts",
    "what_happened",
    "what_was_done",
]
