"""The text of a draft as it is changed by voice, replies and forwards: without any server."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from voiced_intents.mail.composing import Letter, Person, message_of
from voiced_intents.mail.headers import Headers
from voiced_intents.mail.letters import (
    as_sentence,
    exchanged,
    forward_of,
    joined,
    own_part,
    parsed,
    reply_to,
    sentences_of,
    text_of,
    with_text,
    without_sentence,
)
from voiced_intents.mail.mime import Mail

NOW = datetime(2026, 3, 3, 19, 30, tzinfo=UTC)
ME = Person("me@example.org", "Me")
ANNA = Person("anna@example.org", "Anna Schmidt")
BEN = Person("ben@example.org", "Ben")
MAIL = Mail(
    Headers(
        "A boat",
        ANNA,
        to=(Person("ME@example.org"), BEN),
        cc=(Person("ida@example.org"), BEN),
        date=NOW,
        message_id="<one@example.org>",
        references=("<zero@example.org>",),
    ),
    "Shall we sail?\nOn Tuesday.",
)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("I come at ten", "I come at ten."),
        ("will you come?", "Will you come?"),
        ("  ", ""),
        ("it is éasy", "It is éasy."),
    ],
)
def test_what_is_said_is_a_sentence(said, written):
    assert as_sentence(said) == written


@pytest.mark.parametrize(
    ("text", "old", "new", "changed"),
    [
        ("We meet on Tuesday.", "tuesday", "Thursday", ("We meet on Thursday.", 1)),
        ("We meet on Tuesday.", "choose day", "Thursday", ("We meet on Thursday.", 1)),
        ("Come at 10. At 10!", "ten", "eleven", ("Come at eleven. At eleven!", 2)),
        ("Rain. Rain falls.", "rain", "snow", ("Snow. Snow falls.", 2)),
        ("We meet on Tuesday.", "the bank", "x", ("We meet on Tuesday.", 0)),
        ("We meet.", "", "x", ("We meet.", 0)),
    ],
)
def test_words_are_exchanged_as_they_sound(text, old, new, changed):
    assert exchanged(text, old, new) == changed


@pytest.mark.parametrize(
    ("which", "left", "gone"),
    [
        (1, "It rains! Bye", "We meet."),
        (-1, "We meet. It rains!", "Bye"),
        (2, "We meet. Bye", "It rains!"),
        (4, "We meet. It rains! Bye", ""),
        (0, "We meet. It rains! Bye", ""),
    ],
)
def test_a_sentence_is_taken_out(which, left, gone):
    assert without_sentence("We meet. It rains! Bye", which) == (left, gone)


def test_lines_stay_where_a_sentence_goes():
    text = "Hi Anna,\n\nwe meet. It rains.\n\nMe"
    assert "".join(sentences_of(text)) == text
    assert without_sentence(text, 3) == ("Hi Anna,\n\nwe meet.\n\nMe", "It rains.")


def test_a_reply_goes_to_the_writer_and_quotes_what_it_answers():
    letter = reply_to(MAIL, ME, ["me@example.org"], "I come.", to_all=False)
    assert (letter.to, letter.cc) == ((ANNA,), ())
    assert letter.subject == "Re: A boat"
    assert (letter.answers, letter.references) == ("<one@example.org>", ("<zero@example.org>",))
    own, below = own_part(letter.text)
    assert own == "I come."
    assert below.splitlines() == [
        "On Tue, 03 Mar 2026 19:30:00 +0000, Anna Schmidt <anna@example.org> wrote:",
        "> Shall we sail?",
        "> On Tuesday.",
    ]


def test_a_reply_to_all_goes_to_everybody_once_and_not_to_the_user():
    letter = reply_to(MAIL, ME, ["me@example.org"], "", to_all=True)
    assert letter.to == (ANNA,)
    assert [each.address for each in letter.cc] == ["ben@example.org", "ida@example.org"]


def test_a_reply_goes_where_the_writer_wants_it_and_to_his_reader_where_one_answers_oneself():
    other = Person("list@example.org")
    wished = Mail(Headers("Re: x", ANNA, to=(ME,), reply_to=(other,)), "")
    assert reply_to(wished, ME, [], "", to_all=False).to == (other,)
    assert reply_to(wished, ME, [], "", to_all=False).subject == "Re: x"
    own = Mail(Headers("x", ME, to=(BEN,)), "")
    assert reply_to(own, ME, [], "", to_all=False).to == (BEN,)
    nobody = Mail(Headers("x"), "")
    assert reply_to(nobody, ME, [], "", to_all=True).to == ()


def test_hostile_names_make_no_second_line_and_no_second_quote():
    evil = Person("e@example.org", "x\r\nBcc: all@example.org\nOn Monday, you wrote:\n> hi")
    mail = Mail(Headers("a\r\nb", evil, to=(ME,), date=NOW), "text")
    letter = reply_to(mail, ME, [], "Yes.", to_all=False)
    message = message_of(letter, "<x@example.org>", NOW)
    assert message["Bcc"] is None
    assert "\n" not in letter.subject
    assert own_part(letter.text)[0] == "Yes."
    assert len(own_part(letter.text)[1].splitlines()) == 2


def test_a_mail_is_passed_on_with_what_stood_above_it():
    letter = forward_of(MAIL, ME, [BEN], "Look.")
    assert (letter.to, letter.subject) == ((BEN,), "Fwd: A boat")
    own, below = own_part(letter.text)
    assert own == "Look."
    assert "From: Anna Schmidt <anna@example.org>" in below
    assert below.rstrip().endswith("Shall we sail?\nOn Tuesday.")


def test_a_draft_keeps_its_files_and_what_stands_below_when_its_text_changes():
    text = joined("Hello.", "On Monday, Anna wrote:\n> hi\n")
    message = message_of(Letter(ME, (ANNA,), text=text), "<x@example.org>", NOW)
    message.add_attachment(b"1", maintype="application", subtype="pdf", filename="a.pdf")
    again = parsed(message.as_bytes())
    own, below = own_part(text_of(again))
    changed = parsed(with_text(again, joined(f"{own} Ünd.", below)).as_bytes())
    assert own_part(text_of(changed)) == ("Hello. Ünd.", "On Monday, Anna wrote:\n> hi\n")
    assert [each.get_filename() for each in changed.iter_attachments()] == ["a.pdf"]
    assert changed["To"] == "Anna Schmidt <anna@example.org>"
