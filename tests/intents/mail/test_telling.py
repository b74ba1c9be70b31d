"""What is said of mail: on a real server, through its index."""

from __future__ import annotations

import asyncio

import pytest
from mailboxes import NOW, keeper, simple, until

from voiced.plugin import IntentFailed
from voiced.testing.context import FakeContext
from voiced_intents.mail import Settings, read_newest, tell_new
from voiced_intents.mail.index.lookup import Index


def test_without_an_account_it_is_said_how_to_make_one():
    context = FakeContext(now=NOW, settings=Settings())

    with pytest.raises(IntentFailed) as caught:
        asyncio.run(tell_new.function(context))

    assert caught.value.spoken == "You have no mail account here yet."
    assert "voiced mail setup" in caught.value.mend


@pytest.mark.mail
def test_new_mail_is_told_and_the_newest_is_read(server, tmp_path):
    user = server.user()
    text = "Shall we sail?\r\n\r\nOn Monday, you wrote:\r\n> when?"
    server.put(user, simple(1), flags=r"(\Seen)")
    server.put(user, simple(2), simple(3, sender="Anna Schmidt", subject="A boat", text=text))
    settings = server.settings(user, tmp_path / "mail")
    context = FakeContext(now=NOW, settings=settings)
    with keeper(context):
        until(lambda: Index(settings).progress()[0].known == 3)

        new = asyncio.run(tell_new.function(context))
        read = asyncio.run(read_newest.function(context))

    assert new.text.startswith("Two new mails.")
    assert "From Anna Schmidt: A boat." in new.text
    assert "anna.schmidt@example.org" in [field.value for field in new.fields]
    assert read.text == "From Anna Schmidt: A boat. The mail says: Shall we sail?"
    assert [entity.kind for entity in read.entities] == ["mail"]
