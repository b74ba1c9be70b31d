"""Keeps the address books on servers: ``python -m voiced_intents.mail.books``.

It gets its orders as one line of JSON on its standard input, and ends when that is closed. The
address books are fetched now and then, and kept in a file for this user alone.
"""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from voiced.plugin import Companion, Health, IntentError, SlotContext

from .contacts import Contact, fetch_address_book
from .index.place import folder_of
from .keys import secret_of
from .settings import Account, Settings

__all__ = ["BOOKS", "book_file", "keep_book", "kept_book", "main"]

_EVERY_S = 900.0
_AGAIN_S = 60.0
_NICE = 10
_MODE = 0o600


class _Orders(BaseModel):
    """What to fetch, and where to keep it; the first account signs in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    urls: tuple[str, ...]
    account: Account
    name: str
    file: Path
    timeout_s: float


class _Kept(BaseModel):
    """The books as they are kept. ``trouble``: why the newest try failed, in a sentence."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    people: tuple[Contact, ...] = ()
    trouble: str = ""


_KEPT = TypeAdapter(_Kept)


def book_file(settings: Settings) -> Path:
    """Where the address books of servers are kept."""
    return folder_of(settings) / "people.json"


def kept_book(settings: Settings) -> tuple[Contact, ...]:
    """Everybody in the address books on servers, as they were fetched last."""
    return _read(book_file(settings)).people if settings.address_books else ()


def _read(file: Path) -> _Kept:
    try:
        return _KEPT.validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return _Kept()


def keep_book(file: Path, people: Iterable[Contact], trouble: str = "") -> None:
    """Write the books down: whole, or as before.

    Raises:
        OSError: The file cannot be written.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = file.with_suffix(f".{os.getpid()}.new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(new, flags, _MODE), "wb") as out:
            out.write(_KEPT.dump_json(_Kept(people=tuple(people), trouble=trouble)))
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)


def _orders(settings: Settings) -> _Orders | None:
    if not settings.address_books or not settings.accounts:
        return None
    name, account = next(iter(settings.accounts.items()))
    return _Orders(
        urls=settings.address_books,
        account=account,
        name=name,
        file=book_file(settings),
        timeout_s=settings.timeout_s,
    )


def _fetch(orders: _Orders) -> float:
    """Fetch all of them; what was known stays where one cannot be had. When to come again."""
    try:
        secret = secret_of(orders.name, orders.account)
        found = [
            each
            for url in orders.urls
            for each in fetch_address_book(url, orders.account.login, secret, orders.timeout_s)
        ]
    except IntentError as error:
        keep_book(orders.file, _read(orders.file).people, f"{error.spoken} {error.mend}".strip())
        return _AGAIN_S
    keep_book(orders.file, found)
    return _EVERY_S


def main() -> int:
    """Keep the books until the standard input ends."""
    orders = _Orders.model_validate_json(sys.stdin.readline())
    os.nice(_NICE)
    while True:
        try:
            pause_s = _fetch(orders)
        except OSError:  # the disk is full: later again
            pause_s = _AGAIN_S
        readable, _, _ = select.select([sys.stdin], [], [], pause_s)
        if readable and not os.read(sys.stdin.fileno(), 1):
            return 0


def _start(context: SlotContext) -> tuple[Sequence[str], str] | None:
    orders = _orders(context.settings(Settings))
    if orders is None:
        return None
    return [sys.executable, "-P", "-m", f"{__package__}.books"], orders.model_dump_json()


def _health(context: SlotContext) -> Health:
    settings = context.settings(Settings)
    if _orders(settings) is None:
        return Health(None, "none on a server ([mail] address_books)")
    file = book_file(settings)
    if not file.exists():
        return Health(None, "not fetched yet: that is done while voiced run listens")
    kept = _read(file)
    found = f"{len(kept.people)} people"
    if kept.trouble:
        return Health(is_ok=False, found=f"{found}. {kept.trouble}", mend="check address_books")
    return Health(is_ok=True, found=found)


def _keeps(context: SlotContext) -> Sequence[Path]:
    settings = context.settings(Settings)
    return [book_file(settings)] if settings.address_books else []


BOOKS = Companion("address books of servers (yours alone to read)", _start, _health, _keeps)


if __name__ == "__main__":
    sys.exit(main())
