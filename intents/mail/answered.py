"""The mail that is answered or passed on: its words end where what is said to it begins."""

from __future__ import annotations

from itertools import pairwise
from typing import ClassVar

from voiced.plugin import Context, InvalidSlots

from .naming import MailEntity, MailSlot
from .reading import ReadMail

__all__ = ["ANSWERED", "last_mail"]

_BEGINS = frozenset("saying telling".split())
_POINTERS = frozenset("it that this".split())
_TWO = frozenset((("that", "says"), ("to", "say"), ("and", "say")))


class _Answered(MailSlot):
    """As MAIL, but "saying" is no word of it."""

    name: ClassVar[str] = "answered"

    def fits(self, said: str) -> bool:
        """Whether the words speak of a mail, and of nothing that is to be written."""
        words = said.split()
        says_more = not _BEGINS.isdisjoint(words) or not _TWO.isdisjoint(pairwise(words))
        says_with = words[:1] and words[0] in _POINTERS and "with" in words
        return (
            not says_more and not says_with and words[:1] != ["every"] and MailSlot.fits(self, said)
        )


def last_mail(
    context: Context, ask: str = "To which mail? Say, for example: reply to the mail from Anna."
) -> MailEntity:
    """The mail that was told or read last.

    Raises:
        InvalidSlots: There is none, or there are several that were only told.
    """
    mails = [each for each in context.assistant.entities if isinstance(each, MailEntity)]
    read = [each for each in mails if isinstance(each, ReadMail)]
    if read:
        return max(read, key=lambda each: each.turn)
    if len(mails) != 1:
        raise InvalidSlots("no single mail is meant", spoken=ask)
    return mails[0]


ANSWERED = _Answered()
