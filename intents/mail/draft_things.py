"""A draft as a thing of the conversation, the drafts that were spoken of, and the words for them.

What was spoken of is remembered while voiced runs, so that "change Tuesday to Thursday" is an order
only where a draft with that word is about. The drafts themselves lie on the server.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from voiced.plugin import normalise, one_line

from .people import Recipient

__all__ = ["DraftEntity", "Known", "forget", "forget_all", "known", "known_words", "note"]

_MOST = 20
_MOST_WORDS = 60
_LONGEST_PHRASE = 3
_LONGEST_SUBJECT = 120
_NAMED = 2
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class DraftEntity:
    """A draft: who would get it, and what it is about. ``digest`` is of all that is in it."""

    account: str
    key: str
    recipients: tuple[Recipient, ...]
    subject: str
    digest: str

    @property
    def kind(self) -> str:
        """What it is."""
        return "draft"

    @property
    def is_to_contacts(self) -> bool:
        """Whether it goes to nobody but known parties."""
        return bool(self.recipients) and all(each.is_contact for each in self.recipients)

    @property
    def about(self) -> str:
        """The subject, as it is said."""
        subject = one_line(self.subject).strip()[:_LONGEST_SUBJECT].rstrip(".")
        return f"about {subject}" if subject else "without a subject"

    @property
    def addressed(self) -> str:
        """Everybody who gets it, with the addresses."""
        names = [each.spoken for each in self.recipients]
        return f"to {'; and '.join(names)}" if names else "to nobody yet"

    @property
    def spoken(self) -> str:
        """To whom, about what, and what to be wary of: what is read before it is sent."""
        wary = " ".join(text for each in self.recipients for text in each.warnings)
        told = f"{self.addressed}, {self.about}"
        return f"{told}. Beware! {wary.rstrip('.')}" if wary else told

    @property
    def short(self) -> str:
        """To whom and about what, in a list."""
        names = [each.called for each in self.recipients]
        more = len(names) - _NAMED
        listed = " and ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
        return f"to {listed or 'nobody'}, {self.about}"


@dataclass(frozen=True, slots=True)
class Known:
    """A draft that was spoken of, and what the user wrote in it."""

    entity: DraftEntity
    own: str


_known: dict[str, Known] = {}  # by key, the one spoken of last at the end


def note(entity: DraftEntity, own: str) -> DraftEntity:
    """It is spoken of now."""
    _known.pop(entity.key, None)
    _known[entity.key] = Known(entity, own)
    for old in tuple(_known)[:-_MOST]:
        del _known[old]
    return entity


def forget(key: str) -> None:
    """It is gone."""
    _known.pop(key, None)


def forget_all() -> None:
    """As after a start."""
    _known.clear()


def known() -> list[Known]:
    """What was spoken of, the last first."""
    return list(reversed(_known.values()))


def known_words() -> Sequence[str]:
    """Words, and a few in a row, of the draft that was spoken of last."""
    if not _known:
        return ()
    words = [" ".join(normalise(word)) for word in _WORD.findall(known()[0].own)[-_MOST_WORDS:]]
    rows = (
        " ".join(words[at : at + length])
        for length in range(1, _LONGEST_PHRASE + 1)
        for at in range(len(words) - length + 1)
    )
    return tuple(dict.fromkeys(row for row in rows if row))
