"""The slot types of a mail that is read: of several that fit, the newest, and the others after it.

Reading changes nothing, so that nobody is asked which one; MAIL in ``naming`` asks.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar

from voiced.plugin import Candidate, Entity, SlotContext, named, one_line, parse_ordinal

from .contacts import people_called
from .headers import shown_name
from .index.lookup import Index, Query
from .matching import found_by
from .naming import MailEntity, MailSlot, entity_of
from .people import everybody
from .settings import Settings
from .wanted import is_counted, is_mail

__all__ = ["PICKED", "TOLD", "WRITER", "Picked", "Writer", "newest_of"]

_NEAR = 0.06
_WRITERS, _MOST = 60, 20


@dataclass(frozen=True, slots=True)
class Picked:
    """A mail, and others that fit about as well: "next" goes on with them."""

    mail: MailEntity
    others: tuple[MailEntity, ...] = ()


class _PickedSlot:
    """As MAIL, but nobody is asked which one."""

    name: ClassVar[str] = "mail"
    is_open: ClassVar[bool] = True
    is_certain: ClassVar[bool] = True
    json_schema = MailSlot.json_schema
    _mail = MailSlot()

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """As MAIL."""
        return self._mail.phrases(context)

    def fits(self, said: str) -> bool:
        """As MAIL; or a place in what was told: "the third", "my last three mails"."""
        is_place = said.startswith("the ") and parse_ordinal(said) is not None
        return is_place or is_counted(said) or self._mail.fits(said)

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[Picked]]:
        """One candidate: the newest of those that fit about as well as the best."""
        found = self._mail.resolve(said, context)
        near = [each for each in found if found[0].score - each.score < _NEAR]
        if not near:
            return ()
        others = tuple(each.value for each in near[1:])
        return (Candidate(Picked(near[0].value, others), near[0].spoken, near[0].score),)

    def from_entity(self, entity: Entity) -> Picked | None:
        """What "it" is, if the conversation spoke of a mail."""
        return Picked(entity) if isinstance(entity, MailEntity) else None


class _Told(_PickedSlot):
    """As PICKED, where the words must say that it is a mail: "open it" may be anything."""

    def fits(self, said: str) -> bool:
        """Whether it speaks of a mail."""
        return is_mail(said)


@dataclass(frozen=True, slots=True)
class Writer:
    """Somebody who wrote, under one name."""

    name: str
    addresses: tuple[str, ...]


def _writers(context: SlotContext) -> list[Writer]:
    """Those who wrote most often; none where there is no index."""
    settings = context.settings(Settings)
    found: dict[str, list[str]] = {}
    if settings.accounts:
        with suppress(sqlite3.Error):
            for person, _ in Index(settings).senders()[:_WRITERS]:
                name = one_line(shown_name(person) if person.name else "").strip()
                found.setdefault(name, []).append(person.address)
    for nickname, meant in settings.nicknames.items():
        for contact, _ in people_called(nickname, everybody(settings), settings.nicknames)[:1]:
            found[nickname] = [*contact.addresses, *found.get(contact.name, found.get(meant, []))]
    return [Writer(name, tuple(addresses)) for name, addresses in found.items() if name]


def newest_of(settings: Settings, writer: Writer) -> Picked | None:
    """The newest mail of somebody, and those before it. It blocks.

    Raises:
        IntentFailed: There is no index yet, or it is damaged.
    """
    found = found_by(settings, Query(senders=writer.addresses, limit=_MOST))
    mails = tuple(map(entity_of, found))
    return Picked(mails[0], mails[1:]) if mails else None


PICKED = _PickedSlot()
TOLD = _Told()
WRITER = named("writer", _writers, lambda each: each.name)
