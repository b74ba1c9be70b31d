"""What all changes of mails share: signing in, finding them, and going on until one fails."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

from voiced.plugin import Context, IntentError, JsonValue

from .accounts import Accounts
from .index.lookup import Found
from .matching import with_account
from .moves import Made
from .naming import MailEntity, found_of
from .refusals import Gone, failed
from .settings import Settings

__all__ = ["gone", "in_turn", "places_of", "rows_of", "signed_in"]

T = TypeVar("T")


@asynccontextmanager
async def signed_in(context: Context) -> AsyncGenerator[Accounts]:
    """The accounts, for as long as a request needs them.

    Raises:
        IntentFailed: There is none.
    """
    accounts = Accounts(with_account(context.settings(Settings)))
    try:
        yield accounts
    finally:
        await context.in_worker(accounts.close)


def gone() -> Gone:
    """None of them is there any more."""
    return Gone("the mails are not there", spoken="That mail is not there any more.")


def places_of(
    accounts: Accounts, mails: Sequence[MailEntity]
) -> Mapping[tuple[str, str], Sequence[int]]:
    """Where these mails lie: their UIDs by account and folder. It blocks.

    Raises:
        Gone: None of them is there.
        IntentError: A server cannot be reached, or says no.
    """
    found: list[Found] = []
    for each in mails:
        try:
            found.append(found_of(accounts.settings, each))
        except Gone:
            continue
    places = accounts.places(found)
    if not places:
        raise gone()
    return places


def in_turn(steps: Iterable[T], make: Callable[[T], Made]) -> Made:
    """Make several changes, one after the other, until one cannot be made.

    Raises:
        IntentError: Nothing was changed.
    """
    count = 0
    for each in steps:
        try:
            made = make(each)
        except IntentError as error:
            if not count:
                raise
            return Made(count, error.spoken)
        count += made.count
        if made.trouble:
            return Made(count, made.trouble)
    return Made(count)


def rows_of(data: Mapping[str, JsonValue], name: str) -> Sequence[JsonValue]:
    """The steps in a record of the journal.

    Raises:
        IntentFailed: It is damaged.
    """
    rows = data.get(name)
    if not isinstance(rows, Sequence) or isinstance(rows, str) or not rows:
        raise failed("the undo record is damaged", "My note on how to undo that is damaged.")
    return rows
