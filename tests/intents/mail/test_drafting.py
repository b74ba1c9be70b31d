"""Mail is written, changed, read back and sent by voice: all of it, on real servers."""

from __future__ import annotations

import pytest
from mail_dialogue import CARDS, Place, talking, text
from mailboxes import NOW

from voiced_intents.mail.settings import Settings

pytestmark = pytest.mark.mail


@pytest.fixture
def place(server, tmp_path):
    yield from placed(server, tmp_path)


@pytest.fixture
def one_place(dovecot, tmp_path):
    yield from placed(dovecot, tmp_path)


def placed(server, tmp_path):
    user = server.user()
    cards = tmp_path / "people.vcf"
    cards.write_text(CARDS)
    settings = server.settings(
        user,
        tmp_path / "mail",
        contacts=(cards,),
        nicknames={"my sister": "Eva Berg"},
        max_recipients=2,
    )
    with talking({Settings: settings}, tmp_path / "journal", NOW) as talk:
        yield Place(server, user, talk)


def test_a_mail_is_written_changed_read_back_and_sent(place):
    talk = place.talk

    written = talk.say("write a mail to Anna about the boat saying that we meet on Tuesday")

    assert "to Anna Schmidt, anna.schmidt@example.org, about The boat" in written
    assert "We meet on Tuesday." in written
    assert place.drafts() == ["We meet on Tuesday."]

    assert talk.say("change Tuesday to Thursday") == "It says Thursday now."
    talk.say("add that I bring the cake")
    talk.say("also say that it rains")
    talk.say("remove the last sentence")
    talk.say("change the subject to our boat")
    assert place.drafts() == ["We meet on Thursday. I bring the cake."]

    read = talk.say("read it back")
    assert "anna.schmidt@example.org" in read
    assert "about Our boat" in read
    assert "We meet on Thursday. I bring the cake." in read

    talk.say("send it")

    assert "anna.schmidt@example.org" in talk.posted
    assert "in zero seconds" in talk.posted
    (sent,) = place.arrived
    assert sent[1] == ("anna.schmidt@example.org",)
    assert b"X-Voiced" not in sent[2]
    assert place.drafts() == []
    assert [text(each) for each in place.server.all(place.user, "Sent")] == [
        "We meet on Thursday. I bring the cake."
    ]


def test_a_new_party_is_confirmed_by_what_is_sent_and_can_be_stopped(one_place):
    talk = one_place.talk
    talk.say("write a mail to bob at exarnple dot org saying hello")

    question = talk.say("send it")

    assert "bob@exarnple.org" in question
    assert "The address ends in exarnple.org, which is not example.org" in question
    assert one_place.arrived == []
    assert "Shall I?" in talk.say("yes")  # a yes alone is not enough
    talk.stops = True
    talk.say("yes, send the mail")
    assert one_place.arrived == []
    assert one_place.drafts() == ["Hello."]

    talk.stops = False
    talk.say("send it")
    talk.say("yes, send the mail")
    assert [each[1] for each in one_place.arrived] == [("bob@exarnple.org",)]
    assert one_place.drafts() == []


def test_what_is_dictated_is_on_the_server_at_each_utterance(one_place):
    talk = one_place.talk

    assert "What shall I write?" in talk.say("write an email to my sister")
    assert talk.say("I will come on Friday.") == ""
    assert one_place.drafts() == ["I will come on Friday."]
    talk.say("Delete it. Delete everything.")
    talk.say("scratch that")
    talk.say("See you soon.")
    assert "Say send it once more" in talk.say("send it")
    assert one_place.arrived == []
    assert one_place.drafts() == ["I will come on Friday. See you soon."]

    assert "eva@example.org" in talk.say("read it back")
    talk.say("send the mail")
    assert [each[1] for each in one_place.arrived] == [("eva@example.org",)]


def test_a_draft_is_changed_and_deleted_and_all_of_it_taken_back(place):
    talk = place.talk
    talk.say("write a mail to Anna about the boat saying that we meet on Tuesday")
    talk.say("add that it rains")
    talk.say("change Tuesday to Thursday")
    assert place.drafts() == ["We meet on Thursday. It rains."]

    talk.say("undo that")
    assert place.drafts() == ["We meet on Tuesday. It rains."]
    talk.say("undo that")
    assert place.drafts() == ["We meet on Tuesday."]

    assert "One draft. To Anna Schmidt, about The boat." in talk.say("what's in my drafts")
    talk.say("delete it")
    assert talk.intent == "mail.delete_draft"
    assert place.drafts() == []
    assert "We meet on Tuesday." in place.trash()
    assert talk.say("undo that") == "The draft is back."
    assert place.drafts() == ["We meet on Tuesday."]

    talk.say("undo that")  # that it was begun
    assert place.drafts() == []


def test_what_one_does_not_write_to_is_refused_and_nothing_is_there(one_place):
    talk = one_place.talk

    assert "can't find" in talk.say_fails("write a mail to Zebulon saying hello")
    assert "To whom?" in talk.say("write a mail")
    many = "bob at example dot org, Anna and my sister"
    assert "has 3 recipients. I send to 2 at most" in talk.say(f"write a mail to {many} saying hi")
    assert "I don't know which mail you mean" in talk.say_fails("send it")
    assert "not writing a mail" in talk.say("remove the last sentence")
    assert one_place.drafts() == []
    assert one_place.arrived == []
