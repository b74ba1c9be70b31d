"""Reading aloud and telling unasked, without a server."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from mail_evening import letter
from mailboxes import NOW
from pydantic import ValidationError

from voiced.plugin import IntentFailed
from voiced.testing.context import FakeAssistant, FakeContext
from voiced_intents import mail
from voiced_intents.mail import Settings, naming, on_server, reading
from voiced_intents.mail.composing import Person
from voiced_intents.mail.index.lookup import Found
from voiced_intents.mail.index.place import outgoing_file
from voiced_intents.mail.mime import read_mail
from voiced_intents.mail.outgoing import Outgoing, State
from voiced_intents.mail.picking import PICKED
from voiced_intents.mail.sending import raised
from voiced_intents.mail.settings import Account
from voiced_intents.mail.smtp import Envelope

ACCOUNT = Account(address="me@example.org", imap_host="localhost", smtp_host="localhost")
CARD = "BEGIN:VCARD\nVERSION:3.0\nFN:Anna\nEMAIL:anna@example.org\nEND:VCARD\n"


def settings(folder: Path, **changes: object) -> Settings:
    known = {"accounts": {"home": ACCOUNT}, "folder": folder, "index": False}
    return Settings.model_validate(known | changes)


def found(number: int, sender: Person) -> Found:
    return Found(
        "home", number, "INBOX", "inbox", 1, "<1@x>", "<1@x>", "The bill", sender, (), NOW, 100,
        is_bulk=False, is_seen=False, is_flagged=False, is_answered=False,
    )  # fmt: skip


@pytest.fixture
def reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Reads a mail of somebody, and goes on; what is said each time."""

    def read(sender: Person, raw: bytes, *more: str) -> list[str]:
        kept = found(-100_000, sender)
        on_server._known["home", kept.number] = kept
        monkeypatch.setattr(reading, "fetched", lambda *_: read_mail(raw))
        (tmp_path / "anna.vcf").write_text(CARD)
        assistant = FakeAssistant()
        assistant.entities = (naming.entity_of(kept),)
        known = settings(tmp_path, contacts=(tmp_path / "anna.vcf",))
        context = FakeContext(now=NOW, settings=known, assistant=assistant)
        told: list[str] = []
        for intent in (mail.read_next, *(vars(mail)[name] for name in more)):
            reply = asyncio.run(intent.function(context))
            assistant.entities = reply.entities or assistant.entities
            told.append(reply.text)
        return told

    return read


def test_an_address_that_only_looks_like_a_known_one_is_warned_of(reads: Any) -> None:
    (told,) = reads(Person("anna@examp1e.org", "Anna"), letter("Anna", "The bill", "Pay now."))
    assert told == (
        "From Anna: The bill. Careful: the address ends in examp1e.org, which is not example.org."
        " The mail says: Pay now."
    )


def test_a_long_mail_is_read_in_parts_that_together_are_all_of_it(reads: Any) -> None:
    sentences = [f"This is the sentence with the number {number}." for number in range(100)]
    raw = letter("Anna", "Long", "\r\n".join(sentences))
    told = reads(Person("anna@example.org", "Anna"), raw, *["read_on"] * 4)

    text = " ".join(told).replace(" There is more. Say: go on.", "")
    assert text.partition("The mail says: ")[2].startswith(" ".join(sentences))
    assert told[-1] == "That was all of it."


def test_what_was_cut_off_is_said_from_there(tmp_path: Path) -> None:
    assistant = FakeAssistant()
    assistant.unfinished_reply = "The rest of the sentence."
    context = FakeContext(now=NOW, settings=settings(tmp_path), assistant=assistant)
    reply = asyncio.run(mail.read_on.function(context))
    assert (reply.text, reply.is_repeat) == ("The rest of the sentence.", True)


def test_a_sending_that_was_cut_off_by_a_kill_is_told_once(tmp_path: Path) -> None:
    known = settings(tmp_path)
    outgoing = Outgoing(outgoing_file(known))
    for name in ("<cut@x>", "<raised@x>"):
        outgoing.record(name, "home", Envelope("me@example.org", ("anna@example.org",), b"x"))
        outgoing.begin(name)
    outgoing.settle("<raised@x>", State.UNKNOWN)
    raised.add("<raised@x>")  # as it is where the one who asked was told
    context = FakeContext(now=NOW, settings=known)

    (told,) = asyncio.run(mail.tell_outcome.function(context, {})).announcements
    again = asyncio.run(mail.tell_outcome.function(context, {told.key: "heard"})).announcements
    raised.discard("<raised@x>")

    assert told.text.startswith("I don't know whether the mail to anna@example.org was sent:")
    assert again == ()


def test_without_an_account_it_is_said_how_to_make_one() -> None:
    context = FakeContext(now=NOW, settings=Settings())
    (picked,) = PICKED.resolve("my newest mail", context)
    for function, slots in (
        (mail.tell_new.function, {}),
        (mail.find_mail.function, {"who": "anna"}),
        (mail.read_mail.function, {"mail": picked.value}),
    ):
        with pytest.raises(IntentFailed) as caught:
            asyncio.run(function(context, **slots))
        assert caught.value.spoken == "You have no mail account here yet."
        assert "voiced mail setup" in caught.value.mend


def test_before_there_is_an_index_that_is_said(tmp_path: Path) -> None:
    context = FakeContext(now=NOW, settings=settings(tmp_path, index=True))
    with pytest.raises(IntentFailed) as caught:
        asyncio.run(mail.tell_new.function(context))
    assert caught.value.spoken == "I don't know your mail yet. I get to know it while I listen."


def test_announcing_needs_the_index(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="announce needs the index"):
        settings(tmp_path, announce="all")
    with pytest.raises(ValidationError, match="22:00-07:00"):
        settings(tmp_path, quiet_hours="at night")
