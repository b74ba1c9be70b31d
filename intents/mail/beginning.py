"""The intents that begin a draft: a new mail, a reply, a mail that is passed on."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from email.message import EmailMessage
from typing import Annotated

from voiced.plugin import TEXT, Context, Effect, InvalidSlots, Reply, Undo, intent, list_of

from .composing import Letter, message_of, new_message_id
from .dictating import dictate_into
from .draft_slots import ACCOUNT
from .draft_things import DraftEntity, note
from .drafting import create, entity_of, me, with_account
from .letters import as_sentence, forward_of, joined, own_part, reply_to
from .mime import Mail, content_of, read_mail
from .naming import MAIL, MailEntity, found_of, raw_of
from .people import PERSON, Recipient
from .refusals import failed
from .settings import Settings

__all__ = ["begun", "forward", "reply", "reply_all", "told", "write"]

_SAYING = "(saying|that says|to say|and say|telling them|telling him|telling her) [that] {text}"
_MOST_FILES_BYTES = 20 * 2**20
_WHAT = "What shall I write? Say stop dictation when you are done."


@intent(
    "mail.write",
    sentences=[
        "(write|compose|draft|start|send) (a|an) [new] (mail|email|message) [to {people}]"
        " [from [my] {account} [account]] [(about|on) {subject}]"
        f" [{_SAYING}]",
        f"(write|send) {{people}} (a|an) (mail|email|message) [about {{subject}}] [{_SAYING}]",
        f"(email|mail) {{people}} [about {{subject}}] {_SAYING}",
        "(email|mail) {people} that {text}",
    ],
    effect=Effect.W1,
    critical=["people", "text"],
    deadline_s=50.0,
    examples=["write a mail to Anna saying that I come at ten", "write an email to my sister"],
)
async def write(
    context: Context,
    people: Annotated[tuple[Recipient, ...] | None, list_of(PERSON)] = None,
    subject: Annotated[str | None, TEXT] = None,
    text: Annotated[str | None, TEXT] = None,
    account: Annotated[str | None, ACCOUNT] = None,
) -> Reply:
    """Write a draft of a new mail; nothing is sent."""
    settings = context.settings(Settings)
    name = with_account(settings, account or "")
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
    "mail.reply",
    sentences=[
        f"(reply|answer|respond) [to] {{mail}} [{_SAYING}]",
        "(reply|answer|respond) [to] {mail} (that|with) {text}",
        "write (a|an) (reply|answer) to {mail} [" + _SAYING + "]",
    ],
    effect=Effect.W1,
    critical=["mail", "text"],
    deadline_s=50.0,
    examples=["reply to it saying that I come", "answer the mail from Anna"],
)
async def reply(
    context: Context,
    mail: Annotated[MailEntity, MAIL],
    text: Annotated[str | None, TEXT] = None,
) -> Reply:
    """Write a draft that answers a mail; nothing is sent."""
    return await answered(context, mail, text or "", to_all=False)


@intent(
    "mail.reply_all",
    sentences=[
        "(reply|answer|respond) [to] (all|everyone|everybody) (of|on|in) {mail} [" + _SAYING + "]",
        "(reply|answer|respond) [to] {mail} to (all|everyone|everybody) [" + _SAYING + "]",
    ],
    effect=Effect.W1,
    critical=["mail", "text"],
    deadline_s=50.0,
    examples=["reply to everyone on it saying that I come"],
)
async def reply_all(
    context: Context,
    mail: Annotated[MailEntity, MAIL],
    text: Annotated[str | None, TEXT] = None,
) -> Reply:
    """Write a draft that answers a mail to all who got it; nothing is sent."""
    return await answered(context, mail, text or "", to_all=True)


@intent(
    "mail.forward",
    sentences=[
        f"(forward|pass on) {{mail}} to {{people}} [{_SAYING}]",
        "pass {mail} on to {people}",
    ],
    effect=Effect.W1,
    critical=["mail", "people", "text"],
    deadline_s=50.0,
    examples=["forward it to Anna", "forward the mail from the bank to my sister"],
)
async def forward(
    context: Context,
    mail: Annotated[MailEntity, MAIL],
    people: Annotated[tuple[Recipient, ...], list_of(PERSON)],
    text: Annotated[str | None, TEXT] = None,
) -> Reply:
    """Write a draft that passes a mail on, with its files; nothing is sent."""
    settings = context.settings(Settings)
    found = await context.in_worker(found_of, settings, mail)
    raw = await context.in_worker(raw_of, settings, found)
    whole = await context.in_worker(read_mail, raw)
    to = [each.person for each in people]
    own = as_sentence(text or "")
    letter = forward_of(whole, me(settings.accounts[found.account]), to, own)
    files = await context.in_worker(_files, raw, whole)
    entity = await begun(context, found.account, letter, files)
    count = f" with {len(files)} file{'s' if len(files) > 1 else ''}" if files else ""
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


async def answered(context: Context, mail: MailEntity, text: str, *, to_all: bool) -> Reply:
    """Begin a reply.

    Raises:
        IntentError: The mail or its server is not there; or it would go to too many.
    """
    settings = context.settings(Settings)
    found = await context.in_worker(found_of, settings, mail)
    raw = await context.in_worker(raw_of, settings, found)
    whole = await context.in_worker(read_mail, raw)
    own = [each.address.lower() for each in settings.accounts.values()]
    sender = me(settings.accounts[found.account])
    letter = reply_to(whole, sender, own, as_sentence(text), to_all=to_all)
    if not letter.to:
        raise failed("the mail has no sender", "That mail does not say who wrote it.")
    entity = await begun(context, found.account, letter)
    return told(context, entity, as_sentence(text), "The reply goes")


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
