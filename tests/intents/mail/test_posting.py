"""What is sent by voice is sent at most once, whatever breaks, and the user is told."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from chaos import Chaos
from mail_dialogue import CARDS, Place, talking
from mailboxes import NOW

from voiced_intents.mail.draft_things import known
from voiced_intents.mail.index.place import outgoing_file
from voiced_intents.mail.outgoing import Outgoing
from voiced_intents.mail.settings import Settings

pytestmark = pytest.mark.mail


@contextmanager
def before(server):
    proxy = Chaos(server.ca, server.smtp_port)
    try:
        yield proxy
    finally:
        proxy.close()


@pytest.fixture
def smtp(server):
    with before(server) as proxy:
        yield proxy


def settings_of(server, user: str, tmp_path: Path, **changes: object) -> Settings:
    cards = tmp_path / "people.vcf"
    cards.write_text(CARDS)
    settings = server.settings(user, tmp_path / "mail", contacts=(cards,))
    account = server.account(user, **changes)
    return settings.model_copy(update={"accounts": {"home": account}})


def test_smtp_that_stops_after_the_content_is_told_and_never_tried_again(server, smtp, tmp_path):
    user = server.user()
    settings = settings_of(server, user, tmp_path, smtp_port=smtp.port)
    with talking({Settings: settings}, tmp_path / "journal", NOW) as talk:
        place = Place(server, user, talk)
        talk.say("write a mail to Anna saying hello")
        smtp.stops_after(b"Message-ID:")

        said = talk.say("send it")

        assert smtp.was_cut
        assert said.startswith("I don't know whether the mail to anna.schmidt@example.org was sent")
        assert talk.dispatcher.notices == (
            said,
        )  # in a conversation it is told with the next reply
        assert len(place.arrived) <= 1
        before = len(place.arrived)
        smtp.reset()
        assert "may have been sent already" in talk.say("send it")
        assert len(place.arrived) == before
        assert place.drafts() == ["Hello."]  # nothing is lost
        assert place.server.all(user, "Sent") == []


def test_what_was_refused_was_not_sent_and_can_be_sent_again(dovecot, tmp_path):
    user = dovecot.user()
    with (
        before(dovecot) as smtp,
        talking(
            {Settings: settings_of(dovecot, user, tmp_path, smtp_port=smtp.port)},
            tmp_path / "journal",
            NOW,
        ) as talk,
    ):
        place = Place(dovecot, user, talk)
        talk.say("write a mail to Anna saying hello")
        smtp.reset(2)

        talk.say("send it")

        assert [each[:16] for each in talk.dispatcher.notices] == ["It was not sent."]
        assert place.arrived == []
        smtp.reset()
        talk.say("send it")
        assert len(place.arrived) == 1
        assert place.drafts() == []
        assert talk.say_fails("send the draft to Anna") == "There is no draft that I wrote."


@pytest.mark.parametrize(
    ("step", "arrives", "told"),
    [
        ("content", 0, "may have been sent already"),
        ("settle", 1, "may have been sent already"),
        ("copy", 1, "was sent already"),
    ],
)
def test_a_kill_while_it_is_sent_sends_nothing_twice(dovecot, tmp_path, step, arrives, told):
    user = dovecot.user()
    settings = settings_of(dovecot, user, tmp_path)
    with talking({Settings: settings}, tmp_path / "journal", NOW) as talk:
        place = Place(dovecot, user, talk)
        talk.say("write a mail to Anna saying hello")
        order = {"settings": settings.model_dump_json(), "step": step, "key": known()[0].entity.key}
        act = Path(__file__).parents[2] / "mail_send_act.py"
        done = subprocess.run(
            [sys.executable, str(act)], input=json.dumps(order), text=True, check=False, timeout=60
        )
        assert done.returncode < 0

    with talking({Settings: settings}, tmp_path / "journal", NOW) as talk:  # started again
        assert told in talk.say("send the draft to Anna")
        to_tell = Outgoing(outgoing_file(settings)).to_tell()
        assert len(to_tell) == ("may" in told)
        assert len(place.arrived) == arrives
        assert place.drafts() == ([] if step == "copy" else ["Hello."])


def test_a_full_mailbox_and_a_wrong_password_are_said_and_nothing_is_lost_or_sent(
    dovecot, tmp_path
):
    user = dovecot.user(is_small=True)
    settings = settings_of(dovecot, user, tmp_path)
    with talking({Settings: settings}, tmp_path / "journal", NOW) as talk:
        place = Place(dovecot, user, talk)
        talk.say("write a mail to Anna saying hello")
        talk.say("dictate the draft")
        said = talk.say("it rains " * 500)
        assert said.startswith("The mailbox of home is full")
        assert place.drafts() == ["Hello."]  # as it was before
        assert "is full" in talk.say("stop dictation")  # what was said is not let go
        talk.say("scratch that")
        assert talk.say("stop dictation").startswith("I stopped. The mail has one word.")

    wrong = settings_of(dovecot, user, tmp_path, secret_command=("echo", "wrong"))
    with talking({Settings: wrong}, tmp_path / "journal2", NOW) as talk:
        refused = "localhost refused the password of home."
        assert talk.say("write a mail to Anna saying hello") == refused
        assert talk.say_fails("send the draft to Anna") == refused
        assert place.arrived == []
