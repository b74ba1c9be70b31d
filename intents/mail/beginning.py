"""The intents that begin a draft of a new mail, or of one that is passed on."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from email.message import EmailMessage
from typing import Annotated

from voiced.plugin import TEXT, Context, Effect, InvalidSlots, Reply, Undo, intent

from .answered import ANSWERED
from .composing import Letter, message_of, new_message_id
from .dictating import dictate_into
from .draft_slots import ACCOUNT
from .draft_things import DraftEntity, note
from .drafting import create, entity_of, me
from .letters import as_sentence, forward_of, joined, own_part
from .matching import with_account
from .mime import Mail, content_of, read_mail
from .naming import MailEntity, found_of, raw_of
from .numbers import counted
from .people import PEOPLE, Recipient
from .refusals import failed
from .settings import Settings

__all__ = ["SAYING", "begun", "forward", "told", "write"]

SAYING = "(saying|that says|to say|and say|telling them|telling him|telling her) [that] {text}"
_MOST_FILES_BYTES, _MOST_BYTES = 20 * 2**20, 30 * 2**20
_WHAT = "What shall I write? Say stop dictation when you are done."


@intent(
    "mail.write",
    sentences=[
        "(write|compose|draft|start|send) (a|an) [new] (mail|email|message) [to {people}]"
        " [from [my] {account} [account]] [(about|on) {subject}]"
        f" [{SAYING}]",
        f"(write|send) {{people}} (a|an) (mail|email|message) [about {{subject}}] [{SAYING}]",
        f"(email|mail|write to) {{people}} [about {{subject}}] [{SAYING}]",
        "(email|mail|write to) {people} that {text}",
        f"[a] new (mail|email) to {{people}} [about {{subject}}] [{SAYING}]",
        "tell {people} by (mail|email) [that] {text}",
        "let {people} know by (mail|email) [that] {text}",
    ],
    effect=Effect.W1,
    critical=["people", "text"],
    deadline_s=50.0,
    examples=["write a mail to Anna saying that I come at ten", "write an email to my sister"],
)
async def write(
    context: Context,
    people: Annotated[tuple[Recipient, ...] | None, PEOPLE] = None,
    subject: Annotated[str | None, TEXT] = None,
    text: Annotated[str | None, TEXT] = None,
    account: Annotated[str | None, ACCOUNT] = None,
) -> Reply:
    """Write a draft of a new mail; nothing is sent."""
    settings = context.settings(Settings)
    name = account or next(iter(with_account(settings).accounts))
    if not people:
        raise InvalidSlots("nobody to write to", spoken="To whom? Say: write a mail to, and whom.")
    letter = Letter(
        me(settings.accounts[name]),
        tuple(each.person for each in people),
        subject=_as_subject(subject or ""),
        text=joined(as_sentence(text or ""), ""),
    )
    entity = await begun(context, name, letter)
    return told(context, entity, as_sentence(text or ""))


def _as_subject(said: str) -> str:
    return f"{said[:1].upper()}{said[1:]}".strip().rstrip(".")


@intent(
    "mail.forward",
    sentences=[
        f"(forward|pass on) {{mail}} to {{people}} [{SAYING}]",
        "pass {mail} on to {people}",
    ],
    effect=Effect.W1,
    critical=["mail", "people", "text"],
    deadline_s=50.0,
    examples=["forward it to Anna", "forward the mail from the bank to my sister"],
)
async def forward(
    context: Context,
    mail: Annotated[MailEntity, ANSWERED],
    people: Annotated[tuple[Recipient, ...], PEOPLE],
    text: Annotated[str | None, TEXT] = None,
) -> Reply:
    """Write a draft that passes a mail on, with its files; nothing is sent."""
    settings = context.settings(Settings)
    found = await context.in_worker(found_of, settings, mail)
    raw = await context.in_worker(raw_of, settings, found, _MOST_BYTES)
    whole = await context.in_worker(read_mail, raw)
    to = [each.person for each in people]
    own = as_sentence(text or "")
    letter = forward_of(whole, me(settings.accounts[found.account]), to, own)
    files = await context.in_worker(_files, raw, whole)
    entity = await begun(context, found.account, letter, files)
    count = f" with {counted(len(files), 'file')}" if files else ""
    return told(context, entity, own, f"The mail goes{count}", asks=False)


def _files(raw: bytes, mail: Mail) -> list[tuple[str, str, bytes]]:
    found: list[tuple[str, str, bytes]] = []
    for each in mail.files:
        content = content_of(raw, each)
        if content is None:
            raise failed("a file cannot be read", "I can't read a file with that mail.")
        found.append((each.name, each.kind, content))
    if sum(len(content) for _, _, content in found) > _MOST_FILES_BYTES:
        raise failed(
            "the files are too large to be passed on",
            "The files with that mail are too large for me to pass on.",
            "forward it with your mail program",
        )
    return found


async def begun(
    context: Context,
    account: str,
    letter: Letter,
    files: Sequence[tuple[str, str, bytes]] = (),
) -> DraftEntity:
    """Put a new draft on the server.

    Raises:
        IntentError: It is not there; or it would go to too many, or an address is none.
    """
    settings = context.settings(Settings)
    identity = new_message_id(letter.sender.address)
    message = message_of(letter, identity, context.now, most=settings.max_recipients)
    for name, kind, content in files:
        _attach(message, name, kind, content)
    key = uuid.uuid4().hex
    way_back = Undo("mail.draft", {"account": account, "key": key})
    async with context.change(way_back, "wrote a draft of a mail"):
        written = await context.in_worker(create, settings, account, key, message)
    entity = await context.in_worker(entity_of, settings, written)
    return note(entity, own_part(letter.text)[0])


def _attach(message: EmailMessage, name: str, kind: str, content: bytes) -> None:
    main, _, sub = kind.partition("/")
    if main in ("multipart", "message") or not sub:
        main, sub = "application", "octet-stream"
    message.add_attachment(content, maintype=main, subtype=sub, filename=name)


def told(
    context: Context, entity: DraftEntity, own: str, goes: str = "It goes", *, asks: bool = True
) -> Reply:
    """Read a draft that was begun back; where it says nothing yet, dictation begins."""
    where = f"{goes} {entity.spoken}."
    if not own and asks:
        dictate_into(context, entity, "")
        return Reply(f"{where} {_WHAT}", (entity,))
    says = f" It says: {own}" if own else ""
    return Reply(f"{where}{says} Say send it, or what to change.", (entity,))
