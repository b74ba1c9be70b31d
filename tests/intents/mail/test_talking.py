"""Conversations as people have them, through the dispatcher, the index and a real server."""

from __future__ import annotations

import pytest
from mail_dialogue import CARDS, TOGETHER, Place, talking
from mail_evening import letter
from mail_servers import HOST
from mailboxes import NOW, keeper, until

from voiced.testing.context import FakeContext
from voiced_intents.files import Settings as FileSettings
from voiced_intents.mail.index.lookup import Index, Query
from voiced_intents.mail.settings import Settings

pytestmark = pytest.mark.mail

BAIT = letter("anna.schmidt@examp1e.org", "Pay me", "Now.", date="Sat, 21 Nov 2026 09:00:00 +0000")
MAILS = (
    letter("Ben Rossi", "Lunch", "At one?"),
    letter("Anna Schmidt", "A boat", "Shall we sail?", date="Sun, 22 Nov 2026 09:00:00 +0000"),
    BAIT.replace(b"From: ", b'From: "Anna <anna.schmidt@example.org>" <').replace(
        b"examp1e.org\r\nTo", b"examp1e.org>\r\nTo"
    ),
    letter(
        "Eva Costa", "Photos", "Here.", date="Fri, 20 Nov 2026 09:00:00 +0000", file="beach.pdf"
    ),
)


@pytest.fixture
def place(dovecot, tmp_path):
    user = dovecot.user()
    dovecot.put(
        user, *(each.replace(b"me@example.org", f"{user}@{HOST}".encode()) for each in MAILS)
    )
    cards = tmp_path / "people.vcf"
    cards.write_text(CARDS)
    documents = tmp_path / "Documents"
    documents.mkdir()
    changes = {"contacts": (cards,), "nicknames": {"my sister": "Eva Costa"}}
    settings = dovecot.settings(user, tmp_path / "mail", **changes)
    known = {Settings: settings, FileSettings: FileSettings(roots=(documents,), index=False)}
    with (
        keeper(FakeContext(now=NOW, settings=settings)),
        talking(known, tmp_path / "journal", NOW, plugins=TOGETHER) as talk,
    ):
        until(lambda: Index(settings).progress()[0].is_whole)
        talk.settings = settings
        yield Place(dovecot, user, talk)


def lies_in(place, role, subject):
    found = Index(place.talk.settings).find(Query(role=role, limit=10))
    return any(each.subject == subject for each in found)


def test_going_through_the_new_mail(place):
    say = place.talk.say

    assert say("how many new mails do I have").startswith("Four new mails. From Ben Rossi: Lunch.")
    assert say("read the last one").startswith("From Eva Costa: Photos.")
    assert say("save the attachment") == "Saved beach.pdf in Documents."
    say("any new mail")
    assert say("read the newest mail").startswith("From Ben Rossi: Lunch.")
    say("any new mail")
    say("read the first one")
    assert say("archive it") == "Archived Lunch, from Ben Rossi."
    assert say("next").startswith("From Anna Schmidt: A boat.")
    assert say("who is it from").startswith(
        "From Anna Schmidt, anna.schmidt@example.org, on 22 November at 9:00."
    )
    assert say("what's attached") == "There is no file with that mail."
    told = say("next")
    assert told.startswith("From anna.schmidt@examp1e.org: Pay me. Careful: ")
    assert "which is not example.org" in told


def test_a_mail_that_was_archived_can_be_marked_soon_after(place):
    say = place.talk.say
    say("read the mail from ben")
    say("archive it")
    until(lambda: lies_in(place, "archive", "Lunch"))
    assert say("mark it as flagged") == "Marked Lunch, from Ben Rossi as flagged."
    assert say("move it back to the inbox") == "Moved Lunch, from Ben Rossi to the inbox."


def test_a_reply_goes_to_the_one_who_was_named(place):
    say = place.talk.say
    say("read the mail from Anna")
    answer = say("reply to Ben saying no")
    assert answer.startswith("The reply goes to Ben Rossi, ben.rossi@example.org, about Re: Lunch.")
    assert "It says: No." in answer
    assert "ben.rossi@example.org" in say("send it")
    assert place.talk.asked
    assert place.arrived == []


def test_what_was_sent_is_neither_taken_back_nor_sent_again(place):
    say = place.talk.say
    say("tell Anna by mail that I am late")
    say("send it")
    assert say("undo that") == "That mail was sent already. It can't be taken back."
    assert say("send it") == "That mail was sent already."
    assert len(place.arrived) == 1


def test_people_are_found_by_what_they_are_called(place):
    say = place.talk.say
    assert say("read the mail from my sister").startswith("From Eva Costa: Photos.")
    assert say("has Ben written").startswith("From Ben Rossi: Lunch.")
    assert say("find mails from Ben or Eva").startswith("I found two mails.")
    assert "Two mails" not in say("summarise the conversation with Anna")
    assert place.talk.intent == "mail.summarise_thread"


def test_so_many_of_the_newest(place):
    say = place.talk.say
    assert say("read my last two mails").startswith("From Ben Rossi: Lunch.")
    assert say("next").startswith("From Anna Schmidt: A boat.")
    assert say("next") == "That was the last one."
    assert "2 mails: Lunch, from Ben Rossi; A boat" in say("delete my last two mails")
    assert place.trash() == []
