"""What is read of mails as they come."""

from __future__ import annotations

import re

import pytest
from awkward_mails import HEAD, _part, _plain, _several, awkward_mails, tnef
from hypothesis import given, settings
from hypothesis import strategies as st

from voiced_intents.mail.mime import content_of, read_headers, read_mail
from voiced_intents.mail.quotes import aloud

MAILS = awkward_mails()


def told(mail):
    return " ".join(f"{mail.text} {mail.invitation} {' '.join(mail.notes)}".split())


def test_there_are_two_hundred():
    assert len(MAILS) >= 200


@pytest.mark.parametrize("awkward", MAILS, ids=str)
def test_an_awkward_mail_is_read_or_it_is_said_that_it_cannot_be(awkward):
    mail = read_mail(awkward.raw)

    said = told(mail)
    assert said
    assert awkward.reads in said
    assert not awkward.lacks or awkward.lacks not in said
    assert not re.search(r"[\x00-\x08\x0e-\x1f\x7f\u202e]", said + mail.headers.subject)
    assert mail.headers.subject == awkward.subject or not awkward.subject
    assert all("/" not in each.name for each in mail.files)


@given(st.binary(max_size=2000))
@settings(max_examples=60)
def test_bytes_of_any_kind_are_read(raw):
    assert isinstance(told(read_mail(raw)), str)


@given(st.sampled_from([each.raw[:3000] for each in MAILS]), st.data())
@settings(max_examples=60)
def test_a_mail_with_changed_bytes_is_read(raw, data):
    changed = bytearray(raw or b"x")
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(changed) - 1))
        changed[at] = data.draw(st.integers(0, 255))

    assert isinstance(told(read_mail(bytes(changed))), str)


def test_the_name_with_a_comma_is_one_person():
    headers = read_headers(b'To: "Schmidt, Anna" <a@b.org>, c@d.org\n\n')

    assert [(each.name, each.address) for each in headers.to] == [
        ("Schmidt, Anna", "a@b.org"),
        ("", "c@d.org"),
    ]


def test_a_file_is_found_again_in_its_mail():
    part = _part("application/pdf", b"%PDF", 'Content-Disposition: attachment; filename="a.pdf"')
    raw = HEAD + _several("multipart/mixed", _part("text/plain", b"the boat"), part)

    (attached,) = read_mail(raw).files

    assert (attached.name, attached.size_bytes) == ("a.pdf", 4)
    assert content_of(raw, attached) == b"%PDF"


def test_a_file_in_a_winmail_is_found_again():
    import base64

    packed = base64.encodebytes(tnef(b"the boat", b"invoice.pdf", b"%PDF"))
    raw = _plain(packed, "application/ms-tnef", "base64")

    (attached,) = read_mail(raw).files

    assert attached.name == "invoice.pdf"
    assert content_of(raw, attached) == b"%PDF"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Yes.\n\nOn Mon, Anna wrote:\n> shall we?\n> tell me", "Yes."),
        ("Ja.\n\nAm 3. März 2026 schrieb Anna <a@b.org>:\n> sollen wir?", "Ja."),
        ("Yes.\n\nOn Monday, 23 November 2026 at 10:00,\nAnna <a@b.org> wrote:\n\n> hm", "Yes."),
        ("Yes.\n-- \nAnna Schmidt\nDirector", "Yes."),
        ("Yes.\n\nSent from my iPhone", "Yes."),
        ("Yes.\n-----Original Message-----\nFrom: a\nshall we", "Yes."),
        ("Yes.\n\nFrom: Anna\nSent: Monday\nTo: me\nSubject: boat\n\nshall we", "Yes."),
        ("> shall we?\nYes.\n> and when?\nOn Monday.", "Yes. On Monday."),
        ("> all of it\n> is quoted", "all of it is quoted"),
        ("Look: https://example.org/?utm=1 there", "Look: there"),
        ("one\ntwo\n\nthree", "one two\nthree"),
        ("On Monday we wrote:\nnothing", "On Monday we wrote: nothing"),
        ("Sent from my boat, with love, to all of you\nand more words", None),
    ],
)
def test_what_is_read_aloud_is_the_text_alone(text, read):
    assert aloud(text) == (" ".join(text.split()) if read is None else read)


def test_quoted_html_is_not_read_aloud():
    raw = _plain(b"<p>Yes.</p><blockquote type=cite>shall we?</blockquote>", "text/html")

    assert aloud(read_mail(raw).text) == "Yes."
