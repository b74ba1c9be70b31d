"""Can a text end here, for all that its words show? For pauses where the grammar knows nothing.

English shapes only, as tables of words: no model, no grammar, no sound. A text that cannot end
waits longer, one that is whole ends sooner, and of the rest nothing is known.
"""

from __future__ import annotations

from enum import Enum

from voiced.unfinished.closes import is_whole
from voiced.unfinished.grows import may_grow
from voiced.unfinished.opens import hangs, is_cut_off
from voiced.unfinished.reading import read
from voiced.unfinished.words import ANSWERS

__all__ = ["Ending", "ending", "may_grow"]


class Ending(Enum):
    """What the words say of a pause after them."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


def ending(text: str) -> Ending:
    """Whether ``text`` cannot end here, is whole by its shape, or neither can be said.

    A full stop proves nothing, since recognisers end every text with one; a comma, a dash or
    three dots at the end do.
    """
    said = read(text)
    if is_cut_off(said):
        return Ending.OPEN
    if said.phrase in ANSWERS:
        return Ending.CLOSED
    if hangs(said):
        return Ending.OPEN
    return Ending.CLOSED if is_whole(said) else Ending.UNKNOWN
