"""New mail told unasked, where the user turned that on; and what became of a mail in the end.

What comes is seen in the index, which its keeper has within a moment of the delivery.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path

import anyio

from voiced.plugin import (
    Announcement,
    Context,
    IntentError,
    News,
    Told,
    announces,
    normalise,
    sound_similarity,
)

from .contacts import Contact, contacts_of, people_called
from .index.lookup import Found, Index
from .index.place import database, folder_of, outgoing_file
from .naming import entity_of, title_of
from .numbers import counted
from .outgoing import Outgoing
from .sending import maybe_sent, raised
from .settings import Settings

__all__ = ["tell_arrivals", "tell_outcome"]

_LOOK_S, _WAIT_S = 0.4, 8.0
_EARLY = timedelta(minutes=10)
"""The clock of a server may be wrong by so much."""

_NAMED, _MOST = 3, 20
_SURE = 0.9


@dataclass(slots=True)
class Ear:
    """Hears what comes into the indexes of these settings, and keeps it until it was told."""

    settings: Settings
    began: datetime
    numbers: dict[str, int] = field(default_factory=dict[str, int])
    waiting: list[Found] = field(default_factory=list[Found])
    _seen: tuple[int, ...] = ()

    def begin(self) -> None:
        """From now on: what is there already is no news."""
        self.numbers = Index(self.settings).last_numbers()

    def told(self, told: Told) -> None:
        """What the user has heard need not be told again."""
        heard = {handle for key in told for handle in key.split(",")}
        self.waiting = [each for each in self.waiting if each.handle not in heard]

    def listen(self, now: datetime) -> Announcement | None:
        """Look whether something has come; what there is to say. Quick where nothing has."""
        if self._is_still() and not self.waiting:
            return None
        index = Index(self.settings)
        last = index.last_numbers()
        known = {name: min(self.numbers.get(name, 0), last[name]) for name in last}
        arrived = index.arrived(known, self.began - _EARLY)
        self.numbers = last
        if _is_quiet(self.settings.quiet_hours, now):
            self.waiting = []
            return None
        self.waiting += [each for each in arrived if self._is_wanted(each)]
        self.waiting = [each for each in self.waiting[-_MOST:] if self._is_unread(index, each)]
        return _announced(self.waiting) if self.waiting else None

    def _is_still(self) -> bool:
        """Whether the files of the indexes are as they were."""
        folder = folder_of(self.settings)
        files = [database(folder, name) for name in self.settings.accounts]
        logs = [file.with_name(f"{file.name}-wal") for file in files]
        now = tuple(map(_changed_ns, (*files, *logs)))
        is_still, self._seen = now == self._seen, now
        return is_still

    @staticmethod
    def _is_unread(index: Index, mail: Found) -> bool:
        found = index.mail(mail.account, mail.number)
        return found is not None and not found.is_seen

    def _is_wanted(self, mail: Found) -> bool:
        if self.settings.announce == "all":
            return True
        contacts = contacts_of(self.settings)
        return any(_is_from(mail, vip, contacts, self.settings) for vip in self.settings.vips)


def _changed_ns(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _is_from(mail: Found, vip: str, contacts: Sequence[Contact], settings: Settings) -> bool:
    """Whether somebody of this name or address wrote it."""
    if "@" in vip:
        return mail.sender.address.lower() == vip.lower()
    meant = people_called(vip, contacts, settings.nicknames)
    addresses = {one.lower() for each, score in meant if score > _SURE for one in each.addresses}
    if addresses:  # the name of a stranger may be any
        return mail.sender.address.lower() in addresses
    return sound_similarity(_words(vip), _words(mail.sender.name)) > _SURE


def _words(text: str) -> str:
    return " ".join(normalise(text))


def _is_quiet(hours: str, now: datetime) -> bool:
    if not hours:
        return False
    start, end = map(time.fromisoformat, hours.split("-"))
    moment = now.time().replace(tzinfo=None)
    return start <= moment < end if start <= end else moment >= start or moment < end


def _announced(mails: Sequence[Found]) -> Announcement:
    key = ",".join(each.handle for each in mails)
    titles = [f"{title_of(each)}." for each in mails]
    if len(mails) == 1:
        text = f"New mail {titles[0][0].lower()}{titles[0][1:]}"
    else:
        more = len(mails) - _NAMED
        rest = f" And {counted(more, of='')} more." if more > 0 else ""
        count = counted(len(mails), of="new mail")
        text = f"{count[0].upper()}{count[1:]}. {' '.join(titles[:_NAMED])}{rest}"
    return Announcement(key, text, entities=tuple(map(entity_of, mails)))


_ears: list[Ear] = []
"""The one that hears for the settings in force: a cache, since what is there already is no news."""


def _ear(settings: Settings, now: datetime) -> Ear:
    if not _ears or _ears[0].settings != settings:
        begun = Ear(settings, now)
        begun.begin()
        _ears[:] = [begun]
    return _ears[0]


@announces("mail.arrivals", deadline_s=20.0)
async def tell_arrivals(context: Context, told: Told) -> News:
    """Tell what mail has come, of those whose mail is to be told."""
    settings = context.settings(Settings)
    if settings.announce == "off" or not settings.accounts:
        return News()
    try:
        ear = await context.in_worker(_ear, settings, context.now)
        ear.told(told)
        until_s = anyio.current_time() + _WAIT_S
        while anyio.current_time() < until_s:
            found = await context.in_worker(ear.listen, context.now)
            if found is not None:
                return News((found,), again_at=context.now)
            await anyio.sleep(_LOOK_S)
    except sqlite3.Error:  # it is being made anew
        return News()
    return News(again_at=context.now)


@announces("mail.outcome")
async def tell_outcome(context: Context, told: Told) -> News:
    """Tell of a mail of which nobody knows whether it was sent: its sending was cut off."""
    settings = context.settings(Settings)
    if not settings.accounts:
        return News()
    try:
        return News(await context.in_worker(_outcomes, settings, tuple(told)))
    except IntentError:  # the record cannot be read: sending says so
        return News()


def _outcomes(settings: Settings, told: Sequence[str]) -> tuple[Announcement, ...]:
    file = outgoing_file(settings)
    if not file.exists():
        return ()
    outgoing = Outgoing(file)
    for message_id in (*told, *raised):  # what was raised here is told as the error that it is
        outgoing.told(message_id)
    outgoing.settle_interrupted()
    return tuple(
        Announcement(each.message_id, maybe_sent(each.envelope.recipients).spoken)
        for each in outgoing.to_tell()
    )
