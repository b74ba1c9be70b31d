"""Mails are archived, moved, deleted and marked, and each of that is taken back."""

from __future__ import annotations

import asyncio

import pytest
from mailboxes import NOW, keeper, simple, until

from voiced.plugin import Effect, IntentDenied, IntentFailed
from voiced.testing.context import FakeContext
from voiced_intents.mail import (
    archive_mail,
    flag_mail,
    mark_mail,
    move_mail,
    trash_mail,
    undo_mail_mark,
    undo_mail_move,
)
from voiced_intents.mail.index.lookup import Index, Query
from voiced_intents.mail.mail_folders import MAIL_FOLDER
from voiced_intents.mail.marking import MARK
from voiced_intents.mail.naming import MAIL, entity_of
from voiced_intents.mail.several_slot import MAILS


def context_of(house):
    return FakeContext(now=NOW, settings=house.settings)


def one(context, said):
    return MAIL.resolve(said, context)[0].value


def several(context, said):
    return MAILS.resolve(said, context)[0].value


def run(intent, context, **slots):
    return asyncio.run(intent.function(context, **slots))


def undo(context):
    return asyncio.run(context.undo_with(undo_mail_move, undo_mail_mark))


def test_a_mail_is_archived_and_comes_back(house):
    context = context_of(house)

    reply = run(archive_mail, context, mail=one(context, "the mail from anna"))

    assert reply.text == "Archived A boat, from Anna Schmidt."
    assert house.subjects("INBOX") == ["Sale", "Last chance"]
    assert house.subjects("Archive") == ["A boat"]
    assert context.made[0].summary == "archived A boat, from Anna Schmidt"
    assert undo(context) == "The mail is back where it was."
    assert sorted(house.subjects("INBOX")) == ["A boat", "Last chance", "Sale"]
    assert house.subjects("Archive") == []


@pytest.mark.parametrize("lacks", [set(), {"MOVE"}, {"MOVE", "UIDPLUS"}])
def test_several_are_deleted_into_the_trash_and_come_back(house, lacks):
    house.lacks = lacks
    context = context_of(house)

    reply = run(trash_mail, context, mails=several(context, "all mails from shop news"))

    assert reply.text == "Moved two mails to the trash."
    assert house.subjects("INBOX") == ["A boat"]
    assert sorted(house.subjects("Trash")) == ["Last chance", "Sale"]
    assert undo(context) == "Both are back."
    assert sorted(house.subjects("INBOX")) == ["A boat", "Last chance", "Sale"]
    assert house.subjects("Trash") == []


def test_more_than_one_is_asked_about():
    two = (object(), object())

    for each in (archive_mail, move_mail, trash_mail):
        assert each.effect_with({"mails": two}) is Effect.W2
        assert each.effect_with({"mails": two[:1]}) is Effect.W1
        assert each.effect_with({"mail": two[0]}) is Effect.W1
    assert mark_mail.effect_with({"mails": two}) is Effect.W1


def test_all_mail_and_too_many_are_refused(house):
    context = context_of(house)
    for said in ("all my mails", "all of the mails", "mails"):
        with pytest.raises(IntentDenied) as caught:
            MAILS.resolve(said, context)
        assert "all of your mail" in caught.value.spoken
    few = house.settings.model_copy(update={"max_at_once": 1})

    with pytest.raises(IntentDenied) as caught:
        MAILS.resolve("mails from shop news", FakeContext(now=NOW, settings=few))

    assert "more than 1 mails" in caught.value.spoken


def test_them_are_the_mails_that_were_named_last(house):
    context = context_of(house)
    context.assistant.entities = [one(context, "mail from anna"), object()]

    (found,) = MAILS.resolve("them", context)

    assert [each.spoken for each in found.value] == ["A boat, from Anna Schmidt"]
    context.assistant.entities = [object()]
    assert MAILS.resolve("them", context) == ()


def test_a_mail_goes_to_a_folder_of_that_name(house):
    context = context_of(house)
    (folder, *_) = MAIL_FOLDER.resolve("taxes folder", context)

    reply = run(move_mail, context, mail=one(context, "mail from anna"), mail_folder=folder.value)

    assert reply.text == "Moved A boat, from Anna Schmidt to Taxes."
    assert house.subjects("Taxes") == ["A boat"]
    assert MAIL_FOLDER.resolve("the moon", context) == []


def test_what_lies_there_already_is_said(house):
    context = context_of(house)
    (inbox, *_) = MAIL_FOLDER.resolve("inbox", context)

    with pytest.raises(IntentFailed) as caught:
        run(move_mail, context, mail=one(context, "mail from anna"), mail_folder=inbox.value)

    assert caught.value.spoken == "It is in the inbox already."
    assert context.made == []


def test_a_mail_is_found_again_where_it_went(house):
    """Once it was moved, the index does not know for a moment, and then by another number."""
    context = context_of(house)
    mail = one(context, "mail from anna")
    run(archive_mail, context, mail=mail)

    assert "marked" in run(flag_mail, context, mail=mail).text.lower()
    house.index()
    assert "trash" in run(trash_mail, context, mail=mail).text

    assert house.subjects("Trash") == ["A boat"]
    assert house.flags("Trash") == {"A boat": {b"\\Flagged"}}


def test_a_mail_with_the_message_id_of_another_is_not_taken_for_it(house):
    """Whoever writes chooses it; only what the server says of both is the same."""
    house.lacks = {"MOVE"}
    forged = simple(1, sender="Mallory Evil", subject="Not the boat")
    house.put("Trash", forged)
    context = context_of(house)

    run(trash_mail, context, mail=one(context, "mail from anna"))

    assert sorted(house.subjects("Trash")) == ["A boat", "Not the boat"]
    undo(context)
    assert "A boat" in house.subjects("INBOX")
    assert house.subjects("Trash") == ["Not the boat"]


def test_what_may_not_be_taken_away_is_not_left_twice(house):
    house.lacks, house.keeps = {"MOVE"}, {"INBOX"}
    context = context_of(house)

    with pytest.raises(IntentFailed) as caught:
        run(trash_mail, context, mail=one(context, "mail from anna"))

    assert caught.value.spoken == "The mail server of home refused that."
    assert "A boat" in house.subjects("INBOX")
    assert house.subjects("Trash") == []
    assert not any(each.is_done for each in context.made)


def test_one_that_is_gone_is_said_and_nothing_is_changed(house):
    context = context_of(house)
    mail = one(context, "mail from anna")
    house.folders["INBOX"].kept.clear()

    with pytest.raises(IntentFailed) as caught:
        run(trash_mail, context, mail=mail)

    assert caught.value.spoken == "That mail is not there any more."
    assert context.made == []


def test_an_undo_of_what_somebody_took_away_is_refused(house):
    context = context_of(house)
    run(trash_mail, context, mail=one(context, "mail from anna"))
    house.folders["Trash"].kept.clear()

    with pytest.raises(IntentFailed) as caught:
        undo(context)

    assert caught.value.spoken == "That mail is not there any more."


def test_a_uid_that_means_another_mail_by_now_changes_nothing(house):
    context = context_of(house)
    mail = one(context, "mail from anna")
    inbox = house.folders["INBOX"]
    inbox.kept[1] = inbox.kept.pop(2)  # a server that was set up anew

    with pytest.raises(IntentFailed):
        run(trash_mail, context, mail=mail)

    assert house.subjects("Trash") == []


def test_marks_are_set_where_they_are_not_and_only_those_come_off(house):
    house.folders["INBOX"].kept[2].flags = {b"\\Seen"}
    context = context_of(house)
    read = MARK.resolve("read", context)[0].value

    reply = run(mark_mail, context, mails=several(context, "mails from shop news"), mark=read)

    assert reply.text == "Marked one mail as read."
    assert all(b"\\Seen" in house.flags("INBOX")[each] for each in ("Sale", "Last chance"))
    assert undo(context) == "The mail is marked as it was."
    assert house.flags("INBOX") == {"A boat": set(), "Sale": {b"\\Seen"}, "Last chance": set()}


def test_all_that_is_unread_is_marked_as_read_and_taken_back(house):
    context = context_of(house)
    read = MARK.resolve("read", context)[0].value

    assert run(mark_mail, context, mark=read).text == "Marked three mails as read."
    assert set(map(frozenset, house.flags("INBOX").values())) == {frozenset({b"\\Seen"})}
    undo(context)
    assert set(map(frozenset, house.flags("INBOX").values())) == {frozenset()}


def test_what_is_marked_so_already_is_no_change(house):
    context = context_of(house)
    unread = MARK.resolve("unread", context)[0].value

    reply = run(mark_mail, context, mail=one(context, "mail from anna"), mark=unread)

    assert reply.text == "That mail is unread already."
    assert context.made == []


def test_a_drop_that_leaves_doubt_is_told_and_can_be_taken_back(house):
    context = context_of(house)
    mail = one(context, "mail from anna")

    class Dropping(list):
        def append(self, command):
            if command.startswith("MOVE"):
                house.breaks = 1000
            super().append(command)

    house.commands = Dropping()
    reply = run(archive_mail, context, mail=mail)

    assert "Say undo" in reply.text
    house.breaks, house.commands = 0, []
    assert undo(context) == "The mail is back where it was."
    assert sorted(house.subjects("INBOX")) == ["A boat", "Last chance", "Sale"]


def test_without_an_account_it_is_said_how_to_make_one():
    context = FakeContext(now=NOW)

    with pytest.raises(IntentFailed) as caught:
        run(trash_mail, context, mail=one(context, "the newest mail"))

    assert "voiced mail setup" in caught.value.mend


@pytest.mark.mail
def test_on_a_real_server_all_of_it_is_done_and_taken_back(server, tmp_path):
    user = server.user()
    server.put(user, *(simple(n, sender="Shop News", subject=f"Sale {n}") for n in (1, 2)))
    server.put(user, simple(3, sender="Anna Schmidt", subject="A boat"))
    settings = server.settings(user, tmp_path / "mail")
    context = FakeContext(now=NOW, settings=settings)
    with keeper(context):
        until(lambda: Index(settings).progress()[0].known == 3)
    found = Index(settings).find(Query(role="inbox"))
    boat = entity_of(next(each for each in found if each.subject == "A boat"))

    run(mark_mail, context, mail=boat, mark=MARK.resolve("read", context)[0].value)
    run(flag_mail, context, mail=boat)
    run(trash_mail, context, mail=boat)
    run(trash_mail, context, mails=several(context, "mails from shop news"))

    assert server.all(user) == []
    assert len(server.all(user, "Trash")) == 3
    for _ in range(4):
        undo(context)
    assert len(server.all(user)) == 3
    assert server.all(user, "Trash") == []
    with server.raw(user) as client:
        client.select("INBOX", readonly=True)
        assert client.search(None, "FLAGGED")[1] == [b""]
        assert client.search(None, "SUBJECT", "boat", "SEEN")[1] == [b""]
