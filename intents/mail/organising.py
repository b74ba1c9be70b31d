"""The intents that put mails elsewhere: archive, move, delete. Nothing is ever deleted for good.

Each move is noted before it is made, and can be taken back. Several at once are asked about first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from voiced.plugin import Context, Effect, JsonValue, Reply, Undo, intent, undoes

from .accounts import Accounts
from .answered import last_mail
from .carrying import gone, in_turn, places_of, rows_of, signed_in
from .mail_folders import ARCHIVE, JUNK, MAIL_FOLDER, TRASH, MailFolder
from .moves import Made, Moving, move_all, moves_back, planned_move
from .naming import MAIL, MailEntity, still_told
from .refusals import failed
from .several_slot import MAILS, meant_all
from .speaking import all_back, counted, reported

__all__ = ["archive_mail", "junk_mail", "move_mail", "trash_mail", "undo_mail_move"]

_DEADLINE_S = 300.0
_DELETE = "(delete|trash|remove|bin|throw away|get rid of)"
_SEVERAL = "[all|all of|both|both of|each of] [the|my] {several_mails:mails}"


def _effect(values: Mapping[str, Any]) -> Effect:
    """More than one is read back, and confirmed with the verb."""
    found = values.get("mails") or ()
    return Effect.W2 if len(found) > 1 else Effect.W1


@intent(
    "mail.archive",
    sentences=[
        "(archive|file away) [the|my] {mail}",
        f"(archive|file away) {_SEVERAL}",
    ],
    effect=Effect.W1,
    effect_of=_effect,
    critical=["mail", "mails"],
    examples=["archive the newest mail", "archive all mails from the newsletter"],
    deadline_s=_DEADLINE_S,
)
async def archive_mail(
    context: Context,
    mail: Annotated[MailEntity | None, MAIL] = None,
    mails: Annotated[tuple[MailEntity, ...] | None, MAILS] = None,
) -> Reply:
    """Archive mails."""
    return await _moved(context, meant_all(mail, mails), ARCHIVE, "archived {}")


@intent(
    "mail.move",
    sentences=[
        "(move|put|file) [the|my] {mail} [back] (to|into|in|under) [the|my] {mail_folder} [folder]",
        f"(move|put|file) {_SEVERAL} (to|into|in|under) [the|my] {{mail_folder}} [folder]",
    ],
    effect=Effect.W1,
    effect_of=_effect,
    critical=["mail", "mails", "mail_folder"],
    examples=["move the mail from Anna to the archive"],
    deadline_s=_DEADLINE_S,
)
async def move_mail(
    context: Context,
    mail_folder: Annotated[MailFolder, MAIL_FOLDER],
    mail: Annotated[MailEntity | None, MAIL] = None,
    mails: Annotated[tuple[MailEntity, ...] | None, MAILS] = None,
) -> Reply:
    """Move mails to a mail folder."""
    done = f"moved {{}} to {mail_folder.spoken}"
    return await _moved(context, meant_all(mail, mails), mail_folder, done)


@intent(
    "mail.trash",
    sentences=[
        f"{_DELETE} [the|my] {{mail}}",
        "throw [the|my] {mail} away",
        f"{_DELETE} {_SEVERAL}",
    ],
    effect=Effect.W1,
    effect_of=_effect,
    critical=["mail", "mails"],
    examples=["delete the newest mail", "delete that mail"],
    deadline_s=_DEADLINE_S,
)
async def trash_mail(
    context: Context,
    mail: Annotated[MailEntity | None, MAIL] = None,
    mails: Annotated[tuple[MailEntity, ...] | None, MAILS] = None,
) -> Reply:
    """Delete mails, into the trash."""
    return await _moved(context, meant_all(mail, mails), TRASH, "moved {} to the trash")


@intent(
    "mail.junk",
    sentences=[
        "(mark|flag|report) [the|my] {mail} as (spam|junk)",
        "(that|this) (mail|email) is (spam|junk)",
    ],
    effect=Effect.W1,
    critical=["mail"],
    examples=["mark that mail as spam"],
    deadline_s=_DEADLINE_S,
)
async def junk_mail(context: Context, mail: Annotated[MailEntity | None, MAIL] = None) -> Reply:
    """Move a mail to the folder for spam."""
    meant = mail or last_mail(context, "Which mail? Say, for example: the mail from Anna.")
    return await _moved(context, (meant,), JUNK, "moved {} to the spam folder")


async def _moved(
    context: Context, mails: Sequence[MailEntity], target: MailFolder, done: str
) -> Reply:
    async with signed_in(context) as accounts:
        moves = await context.in_worker(_planned, accounts, mails, target)
        total = sum(len(each.mails) for each in moves)
        what = mails[0].spoken if len(mails) == 1 else counted(total)
        way_back = Undo("mail.move", {"moves": [each.data() for each in moves]})
        async with context.change(way_back, done.format(what)):
            made = await context.in_worker(_made, accounts, moves)
    text = reported(done, what, made, total)
    if len(mails) > 1:
        return Reply(text)
    named, at = still_told(context.assistant.entities, mails[0])
    return Reply(text, named, pointed=at)


def _planned(accounts: Accounts, mails: Sequence[MailEntity], target: MailFolder) -> list[Moving]:
    """Where they lie and where they go, by folders.

    Raises:
        IntentError: None of them is there, or all are in the target; a server cannot be reached.
    """
    moves: list[Moving] = []
    for (account, folder), uids in places_of(accounts, mails).items():
        session = accounts.session(account)
        name = target.name(session)
        if name != folder:
            moves.append(planned_move(session, folder, name, uids))
    if not moves:
        text = f"{'It is' if len(mails) == 1 else 'They are'} in {target.spoken} already."
        raise failed("they lie there already", text)
    return moves


def _made(accounts: Accounts, moves: Sequence[Moving]) -> Made:
    return in_turn(moves, lambda each: move_all(accounts.session(each.account), each))


@undoes("mail.move")
async def undo_mail_move(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Move them back to where they were, as far as they are still where they went."""
    moves = [Moving.of(each) for each in rows_of(data, "moves")]
    async with signed_in(context) as accounts:
        back = await context.in_worker(_back, accounts, moves)
    if not back:
        raise gone()
    return all_back(back, sum(len(each.mails) for each in moves))


def _back(accounts: Accounts, moves: Sequence[Moving]) -> int:
    return sum(moves_back(accounts.session(each.account), each) for each in reversed(moves))
