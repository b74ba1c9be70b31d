"""The index of the mail, kept in step with real servers by its own program."""

from __future__ import annotations

from datetime import timedelta

import pytest
from mail_servers import Dovecot
from mailboxes import NOW, keeper, simple, until

from voiced.testing.context import FakeContext
from voiced_intents.mail import Settings
from voiced_intents.mail.index.companion import COMPANION
from voiced_intents.mail.index.lookup import Index, Query

pytestmark = pytest.mark.mail

FILE = (
    b"From: Anna Schmidt <anna@example.org>\r\nSubject: =?utf-8?Q?Die_Rechnung_f=C3=BCr_M=C3=A4rz?="
    b'\r\nMessage-ID: <f@x>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="x"\r\n'
    b"\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>about the <b>boats</b>\r\n--x\r\n"
    b'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="invoice.pdf"\r\n'
    b"\r\n%PDF\r\n--x--\r\n"
)


def context_of(settings):
    return FakeContext(now=NOW, settings=settings)


def is_whole(index):
    return all(each.is_whole and not each.waiting for each in index.progress())


def test_the_index_follows_the_server(server, tmp_path):
    user = server.user()
    server.put(user, *[simple(number) for number in range(5)], FILE)
    server.put(user, simple(90, subject="sent"), folder="Sent", flags=r"(\Seen)")
    settings = server.settings(user, tmp_path / "mail")
    index = Index(settings)

    with keeper(context_of(settings)):
        until(lambda: index.progress()[0].known == 7 and is_whole(index))
        (invoice,) = index.find(Query(people=("anna",), words=("boat",)))
        unseen = len(index.find(Query(is_unseen=True)))
        server.put(user, simple(91, sender="Zoe Quist", subject="the new boat"))
        until(lambda: index.find(Query(senders=("zoe.quist@example.org",))))
        with server.raw(user) as client:
            client.select("INBOX")
            client.store("1", "+FLAGS", r"(\Seen)")
            client.store("2", "+FLAGS", r"(\Deleted)")
            client.expunge()
        until(lambda: index.progress()[0].known == 7)
        until(lambda: len(index.find(Query(is_unseen=True))) == unseen - 1)

    assert invoice.subject == "Die Rechnung für März"
    assert invoice.files == ("invoice.pdf",)
    assert (invoice.role, invoice.sender.name) == ("inbox", "Anna Schmidt")
    assert index.find(Query(files=("invoice",), has_files=True)) == [invoice]
    assert [each.role for each in index.find(Query(role="sent"))] == ["sent"]
    assert index.find(Query(words=('boat" OR "budget',))) == []
    assert not (tmp_path / "mail" / "home.db").stat().st_mode & 0o077


def test_a_kill_and_a_new_uidvalidity_leave_a_whole_index(dovecot: Dovecot, tmp_path):
    user = dovecot.user()
    dovecot.put(user, *[simple(number) for number in range(30)])
    settings = dovecot.settings(user, tmp_path / "mail")
    index = Index(settings)
    with keeper(context_of(settings)) as process:
        until(lambda: index.progress()[0].known > 0)
        process.kill()
    with keeper(context_of(settings)):
        until(lambda: index.progress()[0].known == 30 and is_whole(index))
    before = {each.message_id for each in index.find(Query(limit=100))}

    with dovecot.raw(user) as client:  # the same name, another folder
        client.create("Old")
        client.append("Old", "", None, simple(50))
    with keeper(context_of(settings)):
        until(lambda: index.progress()[0].known == 31 and is_whole(index))
    with dovecot.raw(user) as client:
        client.delete("Old")
        client.create("Old")
        client.append("Old", "", None, simple(51))
    with keeper(context_of(settings)):
        until(lambda: index.by_message_id("home", "<m51@example.org>"))

    assert len(before) == 30
    assert index.by_message_id("home", "<m50@example.org>") == []
    assert index.find(Query(since=NOW + timedelta(days=9000))) == []


def test_what_is_wrong_is_told(dovecot: Dovecot, tmp_path):
    user = dovecot.user()
    account = dovecot.account(user, secret_command=("echo", "wrong"))
    settings = Settings(accounts={"home": account}, folder=tmp_path / "mail")
    context = context_of(settings)

    with keeper(context):
        until(lambda: Index(settings).progress()[0].trouble)
    health = COMPANION.health(context)

    assert health.is_ok is False
    assert "localhost refused the password of home." in health.found
    assert "wrong" not in health.found


def test_without_an_account_nothing_is_started():
    context = context_of(Settings())

    assert COMPANION.start(context) is None
    assert COMPANION.health(context).is_ok is None
