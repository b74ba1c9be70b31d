"""Pictures themselves: opened, edited, looked at and saved. All of it blocks; Pillow is needed.

``needs.workshop`` imports this package where a picture is to be worked on.
"""

from __future__ import annotations

from .describing import facts_of
from .looks import look_of
from .making import make

__all__ = ["facts_of", "look_of", "make"]
