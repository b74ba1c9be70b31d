"""Leaving a mailing list, by what its mail names for that. Always asked about before.

What is asked about names the server or the address that hears of it. Nothing that the mail links
to is opened, and no answer of the server is read.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar

from voiced.plugin import (
    Candidate,
    Context,
    Effect,
    Entity,
    IntentError,
    Reply,
    SlotContext,
    intent,
    normalise,
)

from .accounts import Accounts
from .carrying import signed_in
from .composing import Letter, Person, enveloped, message_of, new_message_id
from .index.lookup import Found
from .index.place import outgoing_file
from .matching import fitting
from .mime import read_headers
from .naming import MailEntity, found_of, raw_of, who_wrote
from .oauth import Key
from .outgoing import Outgoing
from .refusals import denied, failed
from .sending import Sender
from .settings import Settings
from .unsubscribe_way import Way, way_of
from .wanted import Wanted, is_mail, wanted

__all__ = ["Subscription", "post", "unsubscribe"]

_HEADER_BYTES = 64 * 1024
_DONE = range(200, 300)
_MOST = 3
_ONE_CLICK = {"List-Unsubscribe": "One-Click"}
_LIST = "(newsletter|list|mailing list|mail|email)"
_POINTING = frozenset("it this that the one these emails mails mail email newsletter list".split())


@dataclass(frozen=True, slots=True)
class Subscription:
    """A list that a mail came from, and how it is left."""

    account: str
    who: str
    way: Way


def _of_sender(said: str, context: SlotContext) -> Wanted:
    """What "the shop newsletter" is where no mail is about a shop: mails from that sender."""
    words = [word for word in normalise(said) if word not in _POINTING | {"newsletters", "my"}]
    return wanted(f"mails from {' '.join(words)}" if words else said, context)


@dataclass(frozen=True, slots=True)
class _Slot:
    """A mailing list, by a mail of it. What is asked about says where the request goes."""

    name: ClassVar[str] = "mailing_list"
    is_open: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "description": "whose list: the handle of a mail of it, or 'the newsletter from Shop'",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:  # noqa: ARG002
        """The words that point at the mail that was told last."""
        return (f"(this|that|the) {_LIST}", "(it|this|that)")

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[Subscription]]:
        """The lists of the newest mails that fit, one for each sender.

        Raises:
            IntentFailed: The mail names no way to leave the list, or cannot be read.
        """
        settings = context.settings(Settings)
        if not settings.accounts:  # the intent says so
            return (Candidate(Subscription("", said, Way()), said),)
        if _POINTING.issuperset(normalise(said)):
            return self._named_last(context)
        asked = wanted(said if is_mail(said) else f"mails from {said}", context)
        newest: dict[str, tuple[float, Found]] = {}
        for score, each in fitting(context, asked) or fitting(context, _of_sender(said, context)):
            newest.setdefault(each.sender.address, (score, each))
        bulk = [(score, each) for score, each in newest.values() if each.is_bulk]
        kept = (bulk or list(newest.values()))[:_MOST]
        return [_candidate(settings, each, score) for score, each in kept]

    def _named_last(self, context: SlotContext) -> Sequence[Candidate[Subscription]]:
        assistant: Any = getattr(context, "assistant", None)
        named = assistant.entities if assistant is not None else ()
        mails = [each for each in named if isinstance(each, MailEntity)][:_MOST]
        return [each for mail in mails for each in self.look_up(mail, context)]

    def from_entity(self, entity: Entity) -> MailEntity | None:
        """A mail that was named."""
        return entity if isinstance(entity, MailEntity) else None

    def look_up(self, mail: MailEntity, context: SlotContext) -> Sequence[Candidate[Subscription]]:
        """The list that it came from; raises as ``resolve``."""
        settings = context.settings(Settings)
        return (_candidate(settings, found_of(settings, mail), 1.0),)


def _candidate(settings: Settings, found: Found, score: float) -> Candidate[Subscription]:
    way = way_of(read_headers(raw_of(settings, found, _HEADER_BYTES)))
    who = who_wrote(found)
    spoken = f"the list of {who}, {way.spoken}"
    return Candidate(Subscription(found.account, who, way), spoken, score)


LIST = _Slot()


@intent(
    "mail.unsubscribe",
    sentences=[
        "unsubscribe [me] from [the] {mailing_list}",
        "unsubscribe {mailing_list}",
        "(take|get) me off {mailing_list}",
        "cancel my subscription (to|of) {mailing_list}",
    ],
    effect=Effect.O2,
    critical=["mailing_list"],
    examples=["unsubscribe from this newsletter"],
    deadline_s=60.0,
)
async def unsubscribe(context: Context, mailing_list: Annotated[Subscription, LIST]) -> Reply:
    """Unsubscribe from a mailing list."""
    async with signed_in(context) as accounts:
        way = mailing_list.way
        if way.url:
            await context.in_worker(post, way.url, accounts.settings.timeout_s)
            return Reply(f"I asked {way.host} to take you off the list of {mailing_list.who}.")
        await context.in_worker(_send, accounts, mailing_list, context.now)
    text = f"I sent a mail to {way.address} that takes you off the list of {mailing_list.who}."
    return Reply(text)


def post(url: str, timeout_s: float, tls: ssl.SSLContext | None = None) -> None:
    """Ask a server to take the user off, by the one click of RFC 8058. It blocks.

    Raises:
        IntentDenied: It leads into a network that is not public.
        IntentFailed: The server cannot be reached, or does not take it.
    """
    import httpx  # noqa: PLC0415 - only needed here

    host = Way(url=url).host
    refuse_private(host)
    try:
        with (
            httpx.Client(verify=tls or True, timeout=timeout_s, trust_env=False) as client,
            client.stream("POST", url, data=_ONE_CLICK) as answer,
        ):
            code = answer.status_code
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
        raise failed(
            f"the list's server cannot be asked: {type(error).__name__}",
            f"I could not ask {host}, so you may still be on that list.",
        ) from None
    if code not in _DONE:
        raise failed(
            f"the list's server answered {code}",
            f"{host} did not take that. Open the mail in your mail program to unsubscribe.",
        )


def refuse_private(host: str) -> None:
    """Refuse a host that is of this machine or of a network at home.

    Raises:
        IntentDenied: It is.
        IntentFailed: It has no address.
    """
    try:
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise failed("the list's server has no address", f"I can't find {host}.") from error
    if not all(ipaddress.ip_address(str(each[4][0]).split("%")[0]).is_global for each in found):
        raise denied(
            "the List-Unsubscribe header leads into a private network",
            f"{host} is in your own network, so I asked it nothing.",
        )


def _send(accounts: Accounts, wanted_off: Subscription, now: datetime) -> None:
    settings, session = accounts.settings, accounts.session(wanted_off.account)
    account, way = session.account, wanted_off.way
    me = Person(account.address, account.name)
    letter = Letter(me, (Person(way.address),), subject=way.subject, text=way.text)
    identity = new_message_id(account.address)
    envelope = enveloped(letter, message_of(letter, identity, now, most=1), 1)
    key = Key(wanted_off.account, account, settings.timeout_s)
    sender = Sender(key, Outgoing(outgoing_file(settings)), settings.timeout_s)
    sender.send(identity, envelope)
    with suppress(IntentError):  # it was sent; the copy is made with the next mail
        sender.copy_all(session)
