"""The intents that read mail aloud: one, the next one, the one before, and on in it.

A text was written by anybody: it is told as the words of the mail, and decides nothing. Nothing is
marked as read on the server.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from voiced.plugin import (
    EXTERNAL,
    Context,
    Effect,
    Entity,
    InvalidSlots,
    Labelled,
    Reply,
    attributed,
    first_sentences,
    intent,
    one_line,
)

from .contacts import contacts_of
from .headers import suspicions
from .index.lookup import Found
from .matching import with_account
from .mime import Mail
from .naming import MailEntity, entity_of, fetched, found_of, title_of
from .numbers import counted, some_fields
from .picking import PICKED, TOLD, WRITER, Picked, Writer, newest_of
from .quotes import aloud
from .refusals import failed
from .settings import Settings

__all__ = ["ReadMail", "read_mail", "read_next", "read_on", "read_previous", "warned_of", "with_it"]

_READ_LETTERS = 1500
_NAMED = 3
_DEADLINE_S = 30
_ONE = "(one|mail|email|message)"
_IT = f"(it|that|this|(the|this) {_ONE})"
_turns = itertools.count(1)


@dataclass(frozen=True, slots=True)
class ReadMail(MailEntity):
    """A mail that was read aloud, up to ``at``; of several, the one with the last ``turn``."""

    at: int = 0
    turn: int = 0


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of a mail as it is told, and where it ends; ``is_end``: there is no more."""

    text: str
    end: int
    is_end: bool


@intent(
    "mail.read",
    sentences=[
        "read [me|out] {mail} [to me|aloud|out|out loud|again]",
        "(what does|what did|what's in|what is in) {mail} [say]",
        "open {described} [and read it]",
        "read [me] [the|my] [newest|latest|last] (mail|email|message) from {writer}",
        "what (did|has) {writer} (write|written) [to me|me]",
        "(did|has) {writer} (write|written|reply|replied|answer|answered) [back] [to me|me]",
        "any (news|word|answer|reply) from {writer}",
        "read [me] the (one|ones) (from|by) {writer}",
    ],
    effect=Effect.R1,
    deadline_s=_DEADLINE_S,
    examples=["read my newest mail", "read the mail from Anna"],
)
async def read_mail(
    context: Context,
    mail: Annotated[Picked | None, PICKED] = None,
    described: Annotated[Picked | None, TOLD] = None,
    writer: Annotated[Writer | None, WRITER] = None,
) -> Reply:
    """Read a mail aloud: who wrote it, what it is about, and its text."""
    with_account(context.settings(Settings))
    picked = mail or described
    if picked is None and writer is not None:
        picked = await context.in_worker(newest_of, context.settings(Settings), writer)
    if picked is None:
        raise InvalidSlots("no mail was said", spoken="I need to know which mail.")
    told = _mails(context.assistant.entities)
    places = [each.place for each in told]
    if picked.mail.place in places:
        return await _read(context, told, places.index(picked.mail.place))
    return await _read(context, (picked.mail, *picked.others), 0)


@intent(
    "mail.next",
    sentences=[
        f"[[and] (read|read me|go to|skip to|what's|what is)] [the] next [{_ONE}]",
        f"skip [(it|that|this)] [(this|that) {_ONE}]",
        "read [me] (them|them all|all of them|each of them)",
    ],
    effect=Effect.R1,
    deadline_s=_DEADLINE_S,
    follows="mail",
    examples=["read the next mail"],
)
async def read_next(context: Context) -> Reply:
    """Read the next of the mails that were told."""
    told = _mails(context.assistant.entities)
    at = _place(told) + 1
    if at >= len(told):
        return Reply("That was the last one.")
    return await _read(context, told, at)


@intent(
    "mail.previous",
    sentences=[
        f"[(read|read me|go back to|back to)] [the] previous [{_ONE}]",
        f"(read|go back to) the {_ONE} before [(that|it|this)]",
    ],
    effect=Effect.R1,
    deadline_s=_DEADLINE_S,
    follows="mail",
    examples=["read the previous mail"],
)
async def read_previous(context: Context) -> Reply:
    """Read the mail before the one that was read last."""
    told = _mails(context.assistant.entities)
    at = _place(told) - 1
    if at < 0:
        return Reply("There is none before it.")
    return await _read(context, told, at)


@intent(
    "mail.read_on",
    sentences=[
        f"(go on|continue|carry on|read on|keep reading) [reading] [{_IT}]",
        f"read [me] (more|the rest) [of {_IT}]",
    ],
    effect=Effect.R1,
    deadline_s=_DEADLINE_S,
    follows="mail",
    examples=["read the rest of the mail"],
)
async def read_on(context: Context) -> Reply:
    """Go on with the mail that is being read, where reading it has ended."""
    if context.assistant.unfinished_reply:
        return Reply(context.assistant.unfinished_reply, is_repeat=True)
    told = _mails(context.assistant.entities)
    at = max(_place(told), 0)
    if not told:
        raise failed("no mail was read before", "I have not read a mail to you.")
    return await _read(context, told, at, goes_on=_place(told) >= 0)


def _mails(entities: Sequence[Entity]) -> tuple[MailEntity, ...]:
    return tuple(each for each in entities if isinstance(each, MailEntity))


def _place(told: Sequence[MailEntity]) -> int:
    """Which of them was read last; -1 where none was."""
    turns = [each.turn if isinstance(each, ReadMail) else 0 for each in told]
    return turns.index(max(turns)) if any(turns) else -1


async def _read(
    context: Context, told: Sequence[MailEntity], at: int, *, goes_on: bool = False
) -> Reply:
    """Read one of the mails that were told; they stay told, and "it" is this one."""
    settings = context.settings(Settings)
    before = told[at]
    found = await context.in_worker(found_of, settings, before)
    mail = await context.in_worker(fetched, settings, found)
    begin = before.at if goes_on and isinstance(before, ReadMail) else 0
    part = _part(mail, begin)
    if goes_on and not part.text:
        return Reply("That was all of it.")
    warnings = () if goes_on else await context.in_worker(warned_of, settings, found)
    text = _continued(part) if goes_on else _begun(found, mail, part, warnings)
    known = entity_of(found)
    now = ReadMail(
        known.account, known.number, known.title, known.message_id, at=part.end, turn=next(_turns)
    )
    named = (*told[:at], now, *told[at + 1 :])
    return Reply(text, named, fields=some_fields([found]), pointed=at)


def _begun(found: Found, mail: Mail, part: _Part, warnings: Sequence[str]) -> str:
    said = attributed("the mail", Labelled(part.text, EXTERNAL)) if part.text else ""
    files = "" if not part.is_end else with_it(mail)
    pieces = (f"{title_of(found)}.", *warnings, _ended(said), *mail.notes, files, _more(part))
    return " ".join(piece for piece in pieces if piece)


def _continued(part: _Part) -> str:
    said = attributed("the mail", Labelled(part.text, EXTERNAL)).partition(": ")[2]
    return f"{_ended(said)} {_more(part)}".strip()


def _more(part: _Part) -> str:
    return "" if part.is_end else "There is more. Say: go on."


def _part(mail: Mail, begin: int) -> _Part:
    paragraphs = (mail.invitation or aloud(mail.text)).split("\n")
    text = " ".join(_ended(one_line(each).strip()) for each in paragraphs if each.strip())
    rest = text[begin:].lstrip()
    part = first_sentences(rest, _READ_LETTERS)
    end = len(text) - len(rest) + len(part)
    return _Part(part, end, is_end=len(part) >= len(rest.rstrip()))


def _ended(text: str) -> str:
    return text if not text or text[-1] in ".!?:;," else f"{text}."


def with_it(mail: Mail) -> str:
    """The files with it: three by name, and how many more."""
    names = [one_line(each.name) for each in mail.files]
    if not names:
        return ""
    rest = f", and {counted(len(names) - _NAMED, of='')} more" if len(names) > _NAMED else ""
    verb = "is" if len(names) == 1 else "are"
    return f"With it {verb} {counted(len(names), of='file')}: {', '.join(names[:_NAMED])}{rest}."


def warned_of(settings: Settings, found: Found) -> tuple[str, ...]:
    """Why the address may not be what it seems."""
    known = [address for each in contacts_of(settings) for address in each.addresses]
    own = [account.address for account in settings.accounts.values()]
    doubts = suspicions(found.sender, [*known, *own])
    return tuple(f"Careful: {one_line(doubt)[:1].lower()}{one_line(doubt)[1:]}" for doubt in doubts)
