"""Accounts that are made by dialogue, address books, and the servers of an address."""

from __future__ import annotations

import tomllib

import httpx
import pytest
from mail_servers import PASSWORD
from typer.testing import CliRunner

from voiced.plugin import IntentFailed
from voiced_intents.mail import commands
from voiced_intents.mail.contacts import (
    contacts_of,
    fetch_address_book,
    people_called,
    read_cards,
)
from voiced_intents.mail.providers import Servers, guessed_servers, known_servers, read_autoconfig
from voiced_intents.mail.settings import Account, Settings
from voiced_intents.mail.trying import tried

CARDS = """BEGIN:VCARD
VERSION:3.0
FN:Anna Schmidt
NICKNAME:Annie,Schmidtchen
EMAIL;TYPE=work:anna@work.example
EMAIL;TYPE=home,pref:anna@example.org
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:Catherine Okafor
EMAIL:cat@example.org
END:VCARD
BEGIN:VCARD
VERSION:3.0
FN:Nobody Reachable
END:VCARD
BEGIN:VCARD
nonsense
END:VCARD
"""


def test_cards_are_read_and_broken_ones_left_out(tmp_path):
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "all.vcf").write_text(CARDS)
    settings = Settings(contacts=(tmp_path / "book", tmp_path / "gone.vcf"))

    anna, cat = contacts_of(settings)

    assert anna.addresses == ("anna@example.org", "anna@work.example")
    assert anna.nicknames == ("Annie", "Schmidtchen")
    assert cat.spoken == "Catherine Okafor"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Anna", "Anna Schmidt"),
        ("ana", "Anna Schmidt"),
        ("Annie", "Anna Schmidt"),
        ("Anna Schmitt", "Anna Schmidt"),
        ("Katherine", "Catherine Okafor"),
        ("my sister", "Catherine Okafor"),
        ("my boss", "boss@example.org"),
        ("the dentist", None),
    ],
)
def test_people_are_found_by_sound_and_nickname(said, meant):
    names = {"my sister": "cat@example.org", "boss": "boss@example.org"}

    found = people_called(said, list(read_cards(CARDS)), names)

    assert (found[0][0].name if found else None) == meant


def test_an_address_book_is_fetched(monkeypatch):
    body = (
        '<?xml version="1.0"?><multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav">'
        f"<response><propstat><prop><C:address-data>{CARDS}</C:address-data></prop></propstat>"
        "</response></multistatus>"
    )
    asked = []

    def request(method, url, **more):
        asked.append((method, more["auth"]))
        return httpx.Response(207 if len(asked) == 1 else 401, text=body)

    monkeypatch.setattr(httpx, "request", request)

    found = fetch_address_book("https://dav.example.org/book/", "me", "secret", 5)
    with pytest.raises(IntentFailed, match="401"):
        fetch_address_book("https://dav.example.org/book/", "me", "secret", 5)

    assert [each.name for each in found] == ["Anna Schmidt", "Catherine Okafor"]
    assert asked[0] == ("REPORT", ("me", "secret"))


def test_servers_are_known_said_or_guessed():
    document = (
        '<clientConfig><emailProvider id="x"><incomingServer type="pop3"><hostname>p</hostname>'
        '</incomingServer><incomingServer type="imap"><hostname>plain.x</hostname><port>143</port>'
        '<socketType>plain</socketType></incomingServer><incomingServer type="imap"><hostname>'
        "imap.x</hostname><port>993</port><socketType>SSL</socketType></incomingServer>"
        '<outgoingServer type="smtp"><hostname>smtp.x</hostname><port>587</port>'
        "<socketType>STARTTLS</socketType></outgoingServer></emailProvider></clientConfig>"
    )

    said = read_autoconfig(document)

    assert said == Servers(
        ("imap.x", 993, "tls"), ("smtp.x", 587, "starttls"), "said by the domain"
    )
    assert read_autoconfig("<html>not found</html>") is None
    known = known_servers("me@GMAIL.com")
    assert known is not None
    assert known.saves_sent
    assert guessed_servers("me@example.org").imap == ("imap.example.org", 993, "tls")


def test_a_section_is_toml_without_a_secret():
    account = Account(
        address="me@example.org", imap_host="imap.x", smtp_host="smtp.x", smtp_port=587,
        smtp_tls="starttls", secret_command=("pass", "mail"),
    )  # fmt: skip

    written = tomllib.loads(commands.section("home", account))

    assert Settings.model_validate(written["mail"]).accounts == {"home": account}


def test_status_without_an_account(tmp_path):
    (tmp_path / "voiced.toml").write_text("[mail]\n")

    done = CliRunner().invoke(commands.app, ["status", "--config", str(tmp_path / "voiced.toml")])

    assert done.exit_code == 0
    assert "no mail account" in done.output


@pytest.mark.mail
def test_an_account_is_tried(dovecot):
    user = dovecot.user()
    wrong = dovecot.key(user, secret_command=("echo", "wrong"))

    assert tried(dovecot.key(user)) == []
    assert len(tried(wrong)) == 2


@pytest.mark.mail
def test_the_dialogue_finds_that_the_servers_let_one_in(dovecot, monkeypatch):
    user = dovecot.user()
    account = dovecot.account(user, secret_command=("echo", PASSWORD))
    monkeypatch.setattr(commands, "_account", lambda *_: account)
    arguments = ["setup", account.address, "--command", f"echo {PASSWORD}"]
    monkeypatch.setattr(commands, "found_servers", guessed_servers)

    done = CliRunner().invoke(commands.app, arguments, input="\n\n")

    assert done.exit_code == 0, done.output
    assert "[mail.accounts.home]" in done.output
