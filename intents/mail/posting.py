"""The intent that sends a draft: to known parties after the outbox, to others only when confirmed.

What is read out are the addresses; they are looked at again when it leaves. A draft is sent at most
once, ever: it is written down under its key before the server is spoken to.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from email.utils import format_datetime
from typing import Annotated, Any

from voiced.plugin import Context, Effect, IntentError, Reply, intent

from .composing import address_of
from .draft_slots import LETTER, WANTED, one_of
from .draft_things import DraftEntity, forget, note
from .drafting import Written, entity_of, own_text, read, recipients_of
from .drafts import Drafts, without_marks
from .index.place import outgoing_file
from .oauth import Key
from .outgoing import Outgoing, State
from .refusals import Gone, MaybeSent, denied, failed
from .sending import Sender
from .settings import Settings
from .smtp import Envelope
from .warm import session_of

__all__ = ["message_id_of", "refuse_sent", "send_draft"]

_NOT_SENT_ON = ("Date", "Message-ID", "Bcc")


def _effect(values: Mapping[str, Any]) -> Effect:
    """Everybody in the address book is a known party, and nobody else."""
    draft = values.get("draft") or values.get("wanted")
    is_known = isinstance(draft, DraftEntity) and draft.is_to_contacts
    return Effect.O1 if is_known or draft is None else Effect.O2


@intent(
    "mail.send",
    sentences=[
        "send [off] {draft} [now|off|out|away]",
        "send (the|my) (draft|mail|email|message|reply) (to|about) {wanted} [now|off]",
    ],
    effect=Effect.O1,
    effect_of=_effect,
    critical=["draft", "wanted"],
    deadline_s=60.0,
    examples=["send the mail", "send the draft to Anna"],
)
async def send_draft(
    context: Context,
    draft: Annotated[DraftEntity | None, LETTER] = None,
    wanted: Annotated[DraftEntity | None, WANTED] = None,
) -> Reply:
    """Send the mail."""
    draft = one_of(draft, wanted)
    settings = context.settings(Settings)
    try:
        written = await context.in_worker(read, settings, draft.account, draft.key)
    except Gone:
        await context.in_worker(refuse_sent, settings, draft.account, draft.key)
        raise
    now = await context.in_worker(entity_of, settings, written)
    if not _is_as_read_out(draft, now):
        note(now, own_text(written))
        raise denied(
            "the draft was changed after it was read out",
            f"The draft has changed meanwhile: it goes {now.spoken}. To send it, say send it.",
        )
    return await context.in_worker(_send, settings, written, context.now)


def _is_as_read_out(before: DraftEntity, now: DraftEntity) -> bool:
    """Whether it goes to the same addresses with the same subject; and the text, where known."""

    def read_out(draft: DraftEntity) -> object:
        addresses = sorted(each.person.address.lower() for each in draft.recipients)
        return addresses, draft.about, draft.is_to_contacts

    return read_out(before) == read_out(now) and before.digest in ("", now.digest)


def message_id_of(settings: Settings, account: str, key: str) -> str:
    """What a draft is sent as: the same whenever it is tried."""
    domain = settings.accounts[account].address.rpartition("@")[2]
    return f"<{key}@{domain if domain.isascii() else 'localhost'}>"


def refuse_sent(settings: Settings, account: str, key: str, *, undoes: bool = False) -> None:
    """Say that a draft that is not there any more was sent, where it was.

    Raises:
        IntentDenied: It was.
    """
    if account not in settings.accounts:
        return
    before = Outgoing(outgoing_file(settings)).find(message_id_of(settings, account, key))
    if before is not None and before.state is State.SENT:
        more = " It can't be taken back." if undoes else ""
        raise denied("the mail was sent already", f"That mail was sent already.{more}")


def _send(settings: Settings, written: Written, now: datetime) -> Reply:
    """Send it, put the copy into Sent, and take the draft away.

    Raises:
        IntentError: It was not sent.
    """
    outgoing = Outgoing(outgoing_file(settings))
    identity = message_id_of(settings, written.account, written.draft.key)
    outgoing.settle_interrupted()
    before = outgoing.find(identity)
    if before is not None and before.state is State.SENT:
        _clear_away(settings, written)
        raise denied("the mail was sent already", "That mail was sent already.")
    if before is not None and before.state is not State.FAILED:
        raise MaybeSent(
            "nobody knows whether the mail was sent before",
            spoken="That mail may have been sent already, so I don't send it again. Look into the"
            " folder Sent, or ask who should have got it.",
            mend="to send it all the same, use your mail program: it is among the drafts",
        )
    key = Key(written.account, settings.accounts[written.account], settings.timeout_s)
    sender = Sender(key, outgoing, settings.timeout_s)
    sender.send(identity, _enveloped(settings, written, identity, now))
    _clear_away(settings, written, sender)
    return Reply("It is sent.")


def _enveloped(settings: Settings, written: Written, identity: str, now: datetime) -> Envelope:
    """What goes to the server.

    Raises:
        IntentFailed: There is nobody to send it to, or an address is none.
        IntentDenied: There are too many recipients.
    """
    people = recipients_of(written.raw)
    if not people:
        raise failed("the mail has no recipient", "That mail goes to nobody yet.")
    if len(people) > settings.max_recipients:
        raise denied(
            f"the mail has {len(people)} recipients, and {settings.max_recipients} are allowed",
            f"That mail has {len(people)} recipients. I send to {settings.max_recipients} at most.",
            "raise max_recipients in [mail], or send it with your mail program",
        )
    for person in people:
        address_of(person)
    message = without_marks(written.message)
    for header in _NOT_SENT_ON:
        del message[header]
    message["Date"] = format_datetime(now)
    message["Message-ID"] = identity
    sender = settings.accounts[written.account].address
    return Envelope(sender, tuple(each.address for each in people), message.as_bytes())


def _clear_away(settings: Settings, written: Written, sender: Sender | None = None) -> None:
    """The copy in Sent and the draft away; what fails is done by the keeper, or the next time."""
    forget(written.draft.key)
    with suppress(IntentError), session_of(settings, written.account) as session:
        if sender is not None:
            with suppress(IntentError):
                sender.copy_all(session)
        Drafts(session).delete(written.draft)
