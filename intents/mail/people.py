"""Who a mail goes to: people of the address book by name or nickname, or an address as it is said.

Only the user's own address book makes somebody a known party. Who was answered before is offered by
name, too, and stays a new party: anybody can write under any name.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from voiced.plugin import (
    Candidate,
    Entity,
    SlotContext,
    list_of,
    named,
    normalise,
    one_line,
    written_address,
)

from .books import book_file, kept_book
from .composing import Person
from .contacts import Contact, contacts_of, people_called
from .headers import suspicions
from .index.lookup import Index
from .settings import Settings

__all__ = ["PEOPLE", "PERSON", "Recipient", "everybody", "is_own", "recipient_of"]

_MOST = 10
_MOST_NAMES = 400
_LOOK_AGAIN_S = 5.0
_LONGEST_NAME = 80
_MET = 0.9
"""What it counts that somebody was only written to before."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody whom a mail may go to. ``warnings``: why the address may not be what it seems."""

    person: Person
    is_contact: bool
    warnings: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """For a conversation: "it" may be somebody."""
        return "person"

    @property
    def called(self) -> str:
        """The name, or else the address."""
        return one_line(self.person.name)[:_LONGEST_NAME] or self.person.address

    @property
    def spoken(self) -> str:
        """The name and the address, which is what counts."""
        address = one_line(self.person.address)
        return address if self.called == address else f"{self.called}, {address}"


@dataclass(slots=True)
class _Read:
    """The address book as it was read last."""

    signature: tuple[object, ...] = ()
    people: tuple[Contact, ...] = ()
    looked_s: float = field(default=-_LOOK_AGAIN_S)


_read = _Read()


def everybody(settings: Settings) -> tuple[Contact, ...]:
    """The whole address book: vCard files, and the books on servers as they were fetched last."""
    wanted = (settings.contacts, settings.address_books, settings.folder)
    is_same = _read.signature[:1] == (wanted,)
    if is_same and time.monotonic() < _read.looked_s + _LOOK_AGAIN_S:
        return _read.people
    signature = (wanted, *_stamps(settings))
    if signature != _read.signature:
        found = {each.addresses[0].lower(): each for each in kept_book(settings)}
        found |= {each.addresses[0].lower(): each for each in contacts_of(settings)}
        _read.people = tuple(found.values())
    _read.signature, _read.looked_s = signature, time.monotonic()
    return _read.people


def _stamps(settings: Settings) -> Iterable[object]:
    for path in (*settings.contacts, book_file(settings)):
        place = path.expanduser()
        for file in (place, *(sorted(place.rglob("*.vcf")) if place.is_dir() else ())):
            yield _stamp(file)


def _stamp(file: Path) -> object:
    try:
        found = file.stat()
    except OSError:
        return file
    return file, found.st_mtime_ns, found.st_size


def is_own(settings: Settings, address: str) -> bool:
    """Whether it is an address of the user himself."""
    return address.lower() in {each.address.lower() for each in settings.accounts.values()}


def recipient_of(settings: Settings, person: Person) -> Recipient:
    """Somebody by his address: his name is that of the address book where he is in it."""
    address = person.address.lower()
    known: dict[str, str] = {
        each.lower(): contact.name for contact in everybody(settings) for each in contact.addresses
    }
    meant = {name.lower() for name in settings.nicknames.values() if "@" in name}
    if address in known or address in meant or is_own(settings, address):
        return Recipient(Person(person.address, known.get(address) or person.name), True)  # noqa: FBT003
    own = (each.address for each in settings.accounts.values())
    return Recipient(person, False, suspicions(person, {*known, *meant, *own}))  # noqa: FBT003


def _names(context: SlotContext) -> list[str]:
    settings = context.settings(Settings)
    names = [name for each in everybody(settings) for name in (each.name, *each.nicknames)]
    return [*settings.nicknames, *names][:_MOST_NAMES]


_NAMES = named("person", _names)


def _met(settings: Settings) -> list[Contact]:
    """Who was answered before, by the index; nobody where there is none."""
    try:
        found = Index(settings).answered()
    except sqlite3.Error:
        return []
    return [Contact(each.name, (each.address,)) for each in found if each.name]


@dataclass(frozen=True, slots=True)
class _Person:
    """Somebody by name, nickname or address."""

    name: ClassVar[str] = "person"
    is_open: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "description": "a name of the address book, 'my sister', or a mail address",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """The names of the address book, and parts of them."""
        return _NAMES.phrases(context)

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[Recipient]]:
        """Who may be meant, best first, each with the address."""
        settings = context.settings(Settings)
        address = written_address(said)
        if address and "@" in address:
            found = recipient_of(settings, Person(address))
            return (Candidate(found, found.spoken),)
        if not normalise(said):
            return ()
        called = people_called(said, everybody(settings), settings.nicknames)
        weight = 1.0
        if not called:
            called, weight = people_called(said, _met(settings)), _MET
        return [
            Candidate(each, each.spoken, score * weight)
            for contact, score in called[:_MOST]
            for each in (recipient_of(settings, Person(contact.addresses[0], contact.name)),)
        ]

    def from_entity(self, entity: Entity) -> Recipient | None:
        """Whom "him" is not, but a handle is."""
        return entity if isinstance(entity, Recipient) else None


PERSON = _Person()
_SEVERAL = list_of(PERSON)
_NO_NAMES = frozenset("a an about regarding that saying poem song story note".split())


@dataclass(frozen=True, slots=True)
class _People:
    """Several of them: "Anna, Tom and my sister"."""

    name: ClassVar[str] = "contact"
    is_open: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = _SEVERAL.json_schema

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """As PERSON."""
        return PERSON.phrases(context)

    def fits(self, said: str) -> bool:
        """Whether the words can be names, and hold none that begins something else."""
        return _NO_NAMES.isdisjoint(said.split())

    def resolve(
        self, said: str, context: SlotContext
    ) -> Sequence[Candidate[tuple[Recipient, ...]]]:
        """All of them; where a name may mean several people, one candidate for each reading."""
        return _SEVERAL.resolve(said, context)

    def from_entity(self, entity: Entity) -> tuple[Recipient, ...] | None:
        """Somebody who was named."""
        return (entity,) if isinstance(entity, Recipient) else None


PEOPLE = _People()
