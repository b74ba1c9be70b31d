"""What has to be installed beside voiced: found when it is needed, and named where it is missing.

Everything that touches pixels lies in ``pixels``, which imports Pillow; it is imported here alone.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from voiced_intents.files.refusals import failed

if TYPE_CHECKING:
    from typing import BinaryIO

    from .edit import Edit, Made, Wish
    from .facts import Facts

__all__ = ["MEND", "Workshop", "workshop"]

MEND = "install it: pip install 'voiced[photos]'"


class Workshop(Protocol):
    """What ``pixels`` offers. Every function raises IntentError with a sentence to be said."""

    def make(self, stream: BinaryIO, name: str, edits: tuple[Edit, ...], wish: Wish) -> Made:
        """The bytes of a picture after the edits."""
        ...

    def facts_of(self, stream: BinaryIO) -> Facts:
        """What a picture says of itself; empty where it says nothing or cannot be read."""
        ...

    def look_of(self, stream: BinaryIO, max_pixels: int) -> int | None:
        """64 bits that are alike for pictures that look alike; None where it cannot be read."""
        ...


def workshop() -> Workshop:
    """The part that opens, edits and saves pictures. The first call takes a moment.

    Raises:
        IntentFailed: Pillow is not installed.
    """
    try:
        module = import_module("voiced_intents.photos.pixels")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "PIL":
            raise
        raise failed(
            "Pillow is not installed",
            "I can't work on pictures yet, because the library Pillow is not installed.",
            MEND,
        ) from error
    return cast("Workshop", module)
