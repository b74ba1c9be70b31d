"""Finding, reading and saving by voice, from what is said to what is heard, on real servers."""

from __future__ import annotations

from pathlib import Path

import pytest
from mail_evening import letter, talking
from mail_servers import Dovecot, MailServer
from mailboxes import until
from small_evening import Evening

from voiced_intents import mail
from voiced_intents.mail.index.lookup import Index, Query

pytestmark = pytest.mark.mail

LONG = "It goes on and on. " * 200
MAILS = (
    letter(
        "Anna Schmidt",
        "A boat",
        "Shall we sail? See https://example.org/x now.\r\n\r\nOn Monday, you wrote:\r\n> when?",
    ),
    letter("Tom Berg", "Dinner", "Come at eight.", date="Sun, 22 Nov 2026 20:00:00 +0000"),
    letter("info@mybank.example", "Statement", "Nothing.", date="Sat, 21 Nov 2026 20:00:00 +0000"),
    letter("Anna Berg", "Boats again", LONG, date="Thu, 19 Nov 2026 20:00:00 +0000"),
    letter(
        "Anna Schmidt",
        "The engine",
        "Here it is.",
        date="Fri, 10 Apr 2026 09:00:00 +0000",
        file="invoice_april.pdf",
    ),
)
NEWEST = "From Anna Schmidt: A boat. The mail says: Shall we sail? See now."
DINNER = "From Tom Berg: Dinner. The mail says: Come at eight."
INVOICE = (
    "From Anna Schmidt: The engine. The mail says: Here it is."
    " With it is one file: invoice_april.pdf."
)


def briefly(talk: Evening) -> None:
    """What every server must be good for."""
    assert talk.say("do I have new mail").startswith("Five new mails. From Anna Schmidt: A boat.")
    assert talk.say("read the second one") == DINNER
    assert talk.say("next").endswith("Statement. The mail says: Nothing.")
    found = talk.say("mails with attachments from anna")
    assert found == "I found one mail. From Anna Schmidt: The engine."
    assert talk.say("read it") == INVOICE


def at_length(talk: Evening) -> None:
    """With an index and without, the same is told."""
    assert talk.say("do I have new mail") == (
        "Five new mails. From Anna Schmidt: A boat. From Tom Berg: Dinner."
        " From info at mybank dot example: Statement. And two more."
    )
    assert talk.say("read the second one") == DINNER
    assert talk.say("next").endswith("Statement. The mail says: Nothing.")
    assert talk.say("read the previous mail") == DINNER
    assert talk.say("skip it").endswith("Statement. The mail says: Nothing.")
    assert talk.say("what's new since yesterday") == (
        "Two mails. From Anna Schmidt: A boat. From Tom Berg: Dinner."
    )
    found = talk.say("find the mail from Anna with the invoice in spring")
    assert found == "I found one mail. From Anna Schmidt: The engine."
    assert talk.say("read it") == INVOICE
    assert talk.say("any mail from tom today") == "I found no such mail."
    assert talk.say("read the mail from the bank").endswith("Nothing.")


def save(talk: Evening, folder: Path) -> None:
    """What is with a mail is saved, taken back, and the file intents go on with it."""
    documents = folder / "Documents"
    talk.say("find the mail from Anna with the invoice in spring")
    assert talk.say("save the attachment") == "Saved invoice_april.pdf in Documents."
    assert (documents / "invoice_april.pdf").read_bytes() == b"%PDF-1.4 content"
    assert talk.say("undo that") == "invoice_april.pdf is in the trash."
    assert list(documents.iterdir()) == []
    talk.say("save the attachment of the mail from Anna with the invoice")
    assert talk.say("rename it to paid") == "Renamed invoice_april.pdf to paid.pdf."
    assert [each.name for each in documents.iterdir()] == ["paid.pdf"]
    assert talk.say("save the attachment of the newest mail") == "There is no file with that mail."
    asked = talk.say("save the attachment of the mail from anna")
    assert asked.startswith("Which one: A boat from Anna Schmidt, Boats again from Anna Berg, or ")
    assert talk.say("the engine") == "Saved invoice_april.pdf in Documents."


@pytest.mark.parametrize("changes", [{}, {"index": False}], ids=["index", "server"])
def test_another_server_tells_the_same(pymap: MailServer, tmp_path, changes):
    with talking(pymap, tmp_path, MAILS, **changes) as talk:
        briefly(talk)


def test_mail_is_found_and_read(dovecot: Dovecot, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    with talking(dovecot, tmp_path, MAILS) as talk:
        briefly(talk)
        at_length(talk)
        assert talk.say("read my newest mail") == NEWEST
        assert talk.say("find mails about the bote") == (
            "I found one mail. From Anna Schmidt: A boat."
        )
        assert talk.say("what did tom berg write") == DINNER
        begin = talk.say("read the mail from anna berg")
        more = talk.say("go on")
        save(talk, tmp_path)

    assert begin.startswith("From Anna Berg: Boats again. The mail says: It goes on and on.")
    assert begin.endswith(" There is more. Say: go on.")
    assert more.startswith("It goes on and on.")
    assert [len(each) > 1000 for each in (begin, more)] == [True, True]


def test_without_an_index_the_server_is_asked(dovecot: Dovecot, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    with talking(dovecot, tmp_path, MAILS, index=False) as talk:
        at_length(talk)
        briefly(talk)
        save(talk, tmp_path)

    assert not list((tmp_path / "mail").glob("*.db"))


def test_what_has_come_is_told(dovecot: Dovecot, tmp_path):
    with talking(dovecot, tmp_path, MAILS[:1], announce="all") as talk:
        before = talk.unasked(mail.tell_arrivals)
        user = dovecot.users[-1]
        dovecot.deliver("x@localhost", [user], letter("Tom Berg", "Late", "I am late."))
        until(lambda: len(Index(talk.known[mail.Settings]).find(Query())) == len(MAILS[:2]))
        (told,) = talk.unasked(mail.tell_arrivals)
        read = talk.say("read it")
        after = talk.unasked(mail.tell_arrivals, {told.key: "heard"})

    assert (before, after) == ((), ())
    assert told.text == "New mail from Tom Berg: Late."
    assert read == "From Tom Berg: Late. The mail says: I am late."
