"""The intents that mark mails as read, unread or flagged, and take a mark off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, TypeAlias

from voiced.plugin import Context, Effect, JsonValue, Reply, Undo, choice, intent, undoes

from .accounts import Accounts
from .carrying import gone, in_turn, places_of, rows_of, signed_in
from .matching import with_account
from .moves import Made, Marking, mark_all, marks_back, planned_mark
from .naming import MAIL, MailEntity, still_told
from .settings import Settings
from .several_slot import MAILS, all_unread, meant_all
from .speaking import all_back, counted, reported

__all__ = ["flag_mail", "mark_mail", "undo_mail_mark", "unflag_mail"]

_SEEN, _FLAGGED = "\\Seen", "\\Flagged"
_DEADLINE_S = 120.0

Mark: TypeAlias = tuple[str, bool, str]
"""A flag, whether it is set, and what that is called."""

_READ: Mark = (_SEEN, True, "read")
_UNREAD: Mark = (_SEEN, False, "unread")
_FLAG: Mark = (_FLAGGED, True, "flagged")
_NO_FLAG: Mark = (_FLAGGED, False, "not flagged")

MARK = choice(
    "mark",
    {
        "read": _READ, "seen": _READ, "unread": _UNREAD, "not read": _UNREAD, "new": _UNREAD,
        "flagged": _FLAG, "important": _FLAG, "starred": _FLAG,
        "unflagged": _NO_FLAG, "unstarred": _NO_FLAG, "not important": _NO_FLAG,
        "not flagged": _NO_FLAG,
    },
)  # fmt: skip


@intent(
    "mail.mark",
    sentences=[
        "mark [the|my] {mail} [as] {mark}",
        "mark [all|all of|both|both of|each of] [the|my] {several_mails:mails} [as] {mark}",
        "mark (all|everything|all of it) [as] {mark}",
    ],
    effect=Effect.W1,
    critical=["mail", "mails"],
    examples=["mark that mail as unread", "mark all mails from the newsletter as read"],
    deadline_s=_DEADLINE_S,
)
async def mark_mail(
    context: Context,
    mark: Annotated[Mark, MARK],
    mail: Annotated[MailEntity | None, MAIL] = None,
    mails: Annotated[tuple[MailEntity, ...] | None, MAILS] = None,
) -> Reply:
    """Mark mails as read, unread, flagged or not flagged; of all mail, the unread as read."""
    if mail is None and mails is None and mark == _READ:
        unread = await context.in_worker(all_unread, with_account(context.settings(Settings)))
        return await _marked(context, unread, mark) if unread else Reply("All is read already.")
    return await _marked(context, meant_all(mail, mails), mark)


@intent(
    "mail.flag",
    sentences=[
        "(flag|star) [the|my] {mail}",
        "(flag|star) [all|all of|both|both of] [the|my] {several_mails:mails}",
    ],
    effect=Effect.W1,
    critical=["mail", "mails"],
    examples=["flag the mail from Anna"],
    deadline_s=_DEADLINE_S,
)
async def flag_mail(
    context: Context,
    mail: Annotated[MailEntity | None, MAIL] = None,
    mails: Annotated[tuple[MailEntity, ...] | None, MAILS] = None,
) -> Reply:
    """Flag mails."""
    return await _marked(context, meant_all(mail, mails), _FLAG)


@intent(
    "mail.unflag",
    sentences=[
        "(unflag|unstar|take the flag off) [the|my] {mail}",
        "(unflag|unstar|take the flag off) [all|all of|both|both of] [the|my] "
        "{several_mails:mails}",
    ],
    effect=Effect.W1,
    critical=["mail", "mails"],
    examples=["take the flag off that mail"],
    deadline_s=_DEADLINE_S,
)
async def unflag_mail(
    context: Context,
    mail: Annotated[MailEntity | None, MAIL] = None,
    mails: Annotated[tuple[MailEntity, ...] | None, MAILS] = None,
) -> Reply:
    """Take the flag off mails."""
    return await _marked(context, meant_all(mail, mails), _NO_FLAG)


async def _marked(context: Context, several: Sequence[MailEntity], wanted: Mark) -> Reply:
    named: tuple[MailEntity, ...] = ()
    at = 0
    if len(several) == 1:
        named, at = still_told(context.assistant.entities, several[0])
    async with signed_in(context) as accounts:
        marks = await context.in_worker(_planned, accounts, several, wanted)
        total = sum(len(each.mails) for each in marks)
        if not total:
            verb = "That mail is" if named else "Those mails are"
            return Reply(f"{verb} {wanted[2]} already.", named, pointed=at)
        what = several[0].spoken if named else counted(total)
        done = f"marked {{}} as {wanted[2]}"
        way_back = Undo("mail.mark", {"marks": [each.data() for each in marks]})
        async with context.change(way_back, done.format(what)):
            made = await context.in_worker(_made, accounts, marks)
    return Reply(reported(done, what, made, total), named, pointed=at)


def _planned(accounts: Accounts, mails: Sequence[MailEntity], wanted: Mark) -> list[Marking]:
    """What is to be marked, by folders.

    Raises:
        IntentError: None of them is there, or a server cannot be reached.
    """
    flag, is_set, _ = wanted
    planned = [
        planned_mark(accounts.session(account), folder, flag, uids, is_set=is_set)
        for (account, folder), uids in places_of(accounts, mails).items()
    ]
    return [each for each in planned if each.mails]


def _made(accounts: Accounts, marks: Sequence[Marking]) -> Made:
    return in_turn(marks, lambda each: mark_all(accounts.session(each.account), each))


@undoes("mail.mark")
async def undo_mail_mark(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Take the marks off again, or put them back."""
    marks = [Marking.of(each) for each in rows_of(data, "marks")]
    async with signed_in(context) as accounts:
        back = await context.in_worker(_back, accounts, marks)
    if not back:
        raise gone()
    total = sum(len(each.mails) for each in marks)
    return "The mail is marked as it was." if back == total == 1 else all_back(back, total)


def _back(accounts: Accounts, marks: Sequence[Marking]) -> int:
    return sum(marks_back(accounts.session(each.account), each) for each in reversed(marks))
