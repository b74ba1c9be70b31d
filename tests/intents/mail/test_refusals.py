"""What goes wrong is told in a plain sentence, and nothing leaves the machine."""

from __future__ import annotations

import smtplib
import socket
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import httpx
import pytest
from mail_servers import HOST, certify, server_context

from voiced import workers
from voiced.plugin import IntentDenied, IntentError, IntentFailed
from voiced_intents.mail import keys, oauth
from voiced_intents.mail.changing import Mark, append_once, move, remove
from voiced_intents.mail.composing import Letter, Person, enveloped, message_of
from voiced_intents.mail.folders import folders_of
from voiced_intents.mail.headers import suspicions
from voiced_intents.mail.imap import Session
from voiced_intents.mail.mime import read_headers
from voiced_intents.mail.oauth import Key
from voiced_intents.mail.refusals import Full, SignInRefused
from voiced_intents.mail.settings import Account
from voiced_intents.mail.smtp import sign_in as smtp_sign_in

NOW = datetime(2026, 3, 3, 19, 30, tzinfo=UTC)
ME = Person("me@example.org", "Me")


class Scripted:
    """A TLS server that says what a test makes it say: {command: lines before its OK, or None}."""

    def __init__(self, folder, answers, *, capabilities="IMAP4rev1", tls=True):
        self.ca = certify(folder, stem=f"scripted{len(answers)}")
        self.answers, self.capabilities, self.said = answers, capabilities, []
        self._context = server_context(self.ca) if tls else None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        with suppress(OSError):
            while True:
                accepted, _ = self._listener.accept()
                with suppress(OSError), accepted:
                    if self._context:
                        with self._context.wrap_socket(accepted, server_side=True) as client:
                            self._talk(client)
                    else:
                        self._talk(accepted)

    def _talk(self, client):
        client.sendall(f"* OK [CAPABILITY {self.capabilities}] hello\r\n".encode())
        with client.makefile("rb") as lines:
            self._answer(client, lines)

    def _answer(self, client, lines):
        for line in lines:
            self.said.append(line)
            tag, _, rest = line.decode("latin-1").strip().partition(" ")
            command = rest.split(" ")[0].upper()
            if command == "CAPABILITY":
                client.sendall(f"* CAPABILITY {self.capabilities}\r\n{tag} OK done\r\n".encode())
                continue
            if command == "AUTHENTICATE":
                client.sendall(b"+ \r\n")
                rest = lines.readline().decode()
            answer = self.answers.get(command, f"{tag} OK done")
            if callable(answer):
                answer = answer(rest)
            if answer is None:
                return
            client.sendall(answer.replace("TAG", tag).encode() + b"\r\n")

    def close(self):
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def account(self, **changes):
        known = {
            "address": "me@localhost", "imap_host": HOST, "imap_port": self.port,
            "smtp_host": HOST, "smtp_port": self.port, "secret_command": ("echo", "s3cret-word"),
            "ca_file": self.ca,
        }  # fmt: skip
        return Account.model_validate(known | changes)


@contextmanager
def scripted(folder, answers, **options):
    server = Scripted(folder, answers, **options)
    try:
        yield server
    finally:
        server.close()


def failure(act) -> IntentError:
    with pytest.raises(IntentError) as caught:
        act()
    error = caught.value
    assert error.spoken.endswith((".", "?"))
    assert "s3cret-word" not in f"{error} {error.spoken} {error.mend}"
    return error


def listed(account, *, timeout_s=5.0):
    with Session(Key("home", account), timeout_s=timeout_s) as session:
        return folders_of(session)


@pytest.mark.mail
def test_a_wrong_password(server):
    account = server.account(server.user(), secret_command=("echo", "s3cret-word"))

    imap = failure(lambda: listed(account))
    smtp = failure(lambda: smtp_sign_in(Key("home", account), 5))

    assert isinstance(imap, SignInRefused)
    assert isinstance(smtp, SignInRefused)
    assert imap.spoken == "localhost refused the password of home."
    assert "app password" in imap.mend


@pytest.mark.mail
def test_a_full_mailbox(dovecot):
    user = dovecot.user(is_small=True)
    with Session(dovecot.key(user)) as session:
        error = failure(
            lambda: append_once(
                session,
                "Drafts",
                b"Message-ID: <a@b>\r\n\r\n" + b"x" * 5000,
                Mark("Message-ID", "<a@b>"),
            )
        )

    assert isinstance(error, Full)
    assert error.spoken == "The mailbox of home is full, so nothing was kept there."


def test_a_wrong_certificate_gets_no_password(tmp_path):
    with scripted(tmp_path, {}) as server:
        no_trust = failure(lambda: listed(server.account(ca_file=None)))
        other = certify(tmp_path, "elsewhere.example.org", "other")
        server._context.load_cert_chain(other, other.with_suffix(".key"))
        other_name = failure(lambda: listed(server.account(ca_file=other)))

    assert "certificate of localhost is not valid" in no_trust.spoken
    assert "I told it no password" in other_name.spoken
    assert server.said == []


def test_no_encryption_gets_no_password(tmp_path):
    with scripted(tmp_path, {}, tls=False) as server:
        errors = [
            failure(lambda: listed(server.account(), timeout_s=1)),
            failure(lambda: listed(server.account(imap_tls="starttls"), timeout_s=1)),
        ]

    assert all("no password" in error.spoken or "reach" in error.spoken for error in errors)
    assert not any(b"s3cret-word" in line for line in server.said)


def test_a_server_that_is_not_there(tmp_path):
    with scripted(tmp_path, {}) as server:
        account = server.account(imap_host="no-such-host.invalid")
        gone = server.account()

    assert "can't find the server" in failure(lambda: listed(account)).spoken
    assert "localhost" in failure(lambda: listed(gone)).spoken


@pytest.mark.parametrize(
    "answer",
    [
        '* LIST (\\HasNoChildren "/" INBOX\r\nTAG OK done',
        "* LIST () NIL {99999999}\r\nTAG OK done",
        "TAG BAD what",
        "* \x00\x01\x02 (((((\r\nTAG OK done",
        "nonsense without end",
        None,
    ],
)
def test_answers_that_make_no_sense(tmp_path, answer):
    with scripted(tmp_path, {"LIST": answer}) as server:
        failure(lambda: listed(server.account(), timeout_s=0.5))


def test_capabilities_that_are_lies(tmp_path):
    """MOVE and UIDPLUS are said to be there, and refused: what they do is done without them."""

    def uid(rest):
        words = rest.split()
        if words[1] in {"MOVE", "EXPUNGE"}:
            return "TAG BAD I know no such thing"
        if words[1] == "FETCH" and "MESSAGE-ID" in rest:
            head = "Message-ID: <a@b>\r\n\r\n"
            name = "BODY[HEADER.FIELDS (MESSAGE-ID)]"
            row = f"* 1 FETCH (UID 7 {name} {{{len(head)}}}\r\n{head})"
            return f"{row}\r\nTAG OK done"
        if words[1] == "FETCH":
            return "* 1 FETCH (UID 7 FLAGS ())\r\nTAG OK done"
        return "* SEARCH\r\nTAG OK done" if words[1] == "SEARCH" else "TAG OK done"

    selected = "* 1 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\nTAG OK [READ-WRITE]"
    answers = {"UID": uid, "SELECT": selected}
    lies = {"capabilities": "IMAP4rev1 MOVE UIDPLUS IDLE"}
    with (
        scripted(tmp_path, answers, **lies) as server,
        Session(Key("home", server.account()), timeout_s=2) as session,
    ):
        move(session, "INBOX", [7], "Archive")
        remove(session, "INBOX", [7])

    said = b"".join(server.said)
    assert said.index(b"UID MOVE") < said.index(b"UID COPY 7") < said.index(b"UID STORE 7")


def test_a_token_that_has_expired(tmp_path, monkeypatch):
    grants = iter(
        [
            httpx.Response(200, json={"access_token": "old", "expires_in": 3600}),
            httpx.Response(200, json={"access_token": "new", "expires_in": 3600}),
            httpx.Response(400, json={"error": "invalid_grant", "hint": "s3cret-word"}),
        ]
    )
    asked = []

    def post(url, **more):
        asked.append((url, more["data"]))
        return next(grants)

    monkeypatch.setattr(httpx, "post", post)
    tokens = []

    def sign_in(rest):
        import base64

        tokens.append(base64.b64decode(rest).decode())
        return "TAG OK done" if "new" in tokens[-1] else "TAG NO expired"

    oauth_of = {"token_url": "https://localhost/token", "client_id": "voiced"}
    inbox = '* LIST () "/" INBOX\r\nTAG OK done'
    answers = {"AUTHENTICATE": sign_in, "LIST": inbox}
    options = {"capabilities": "IMAP4rev1 SASL-IR AUTH=XOAUTH2"}
    with scripted(tmp_path, answers, **options) as server:
        key = Key("home", server.account(oauth=oauth_of))
        with Session(key, timeout_s=2) as session:
            assert [each.name for each in folders_of(session)] == ["INBOX"]
        expired = failure(lambda: key.token(anew=True))

    assert [("old" in token, "new" in token) for token in tokens] == [(True, False), (False, True)]
    assert asked[0][1]["refresh_token"] == "s3cret-word"
    assert expired.spoken == "The sign-in to home has expired."


def test_what_oauth_sends():
    assert oauth.xoauth2("a@b", "t") == "user=a@b\x01auth=Bearer t\x01\x01"
    assert oauth.oauthbearer("a,b=c", "t") == "n,a=a=2Cb=3Dc,\x01auth=Bearer t\x01\x01"


def test_a_keyring_that_keeps_plain_text_is_refused(monkeypatch):
    import keyring
    from keyring.backend import KeyringBackend

    class PlainText(KeyringBackend):
        priority = 1

        def get_password(self, service, username):
            return "s3cret-word"

        def set_password(self, service, username, password):
            raise AssertionError("it got a password")

    monkeypatch.setattr(keyring, "get_keyring", PlainText)
    account = Account(address="a@b.org", imap_host="h", smtp_host="h")

    for act in (
        lambda: keys.secret_of("home", account),
        lambda: keys.keep_secret("home", account, "s3cret-word"),
    ):
        assert isinstance(failure(act), IntentDenied)


def test_a_keyring_that_hangs_is_not_waited_for(monkeypatch):
    import keyring
    from keyring.backend import KeyringBackend

    unlocked, asked = threading.Event(), []

    class Locked(KeyringBackend):
        __module__ = "keyring.backends.SecretService"
        priority = 1

        def get_password(self, service, username):
            asked.append(username)
            assert unlocked.wait(20)
            return "s3cret-word"

        def set_password(self, service, username, password):
            raise AssertionError("it got a password")

    monkeypatch.setattr(keyring, "get_keyring", Locked)
    monkeypatch.setattr(keys, "_RING_S", 0.05)
    account = Account(address="a@b.org", imap_host="h", smtp_host="h")

    for _ in range(3):
        told = failure(lambda: keys.secret_of("home", account))
        assert told.spoken == "Your keyring doesn't answer. Unlock it, and ask me again."
    assert len(asked) == 1, "while it hangs it is not asked again"
    unlocked.set()
    while workers.in_flight():
        time.sleep(0.001)
    assert keys.secret_of("home", account) == "s3cret-word"


@pytest.mark.parametrize("command", [("false",), ("true",), ("/no/such/program",)])
def test_a_command_that_gives_no_secret(command):
    account = Account(address="a@b.org", imap_host="h", smtp_host="h", secret_command=command)

    assert "password of home" in failure(lambda: keys.secret_of("home", account)).spoken


@pytest.mark.parametrize(
    "person",
    [
        Person("a@b.org", "Anna\r\nBcc: evil@x.org"),
        Person("a@b.org", 'Schmidt, Anna" <evil@x.org>, "'),
        Person("a@b.org", "Anna\x00\n\n<p>body"),
        Person("a@b.org", "Schmidt, evil@x.org, whose name is longer than any line of a mail"),
        Person("a@b.org", "evil@x.org, " * 400),
    ],
)
def test_a_name_gets_no_header_and_no_recipient_in(person):
    letter = Letter(ME, (person,), subject="A\r\nBcc: evil@x.org", text="the boat")

    message = message_of(letter, "<a@b>", NOW)
    envelope = enveloped(letter, message, 5)

    assert envelope.recipients == ("a@b.org",)
    assert "evil@x.org" not in [address.addr_spec for address in message["To"].addresses]
    assert b"\r\nBcc:" not in envelope.raw
    assert len(message["To"].addresses) == 1
    assert [each.address for each in read_headers(envelope.raw).to] == ["a@b.org"]


@pytest.mark.parametrize(
    "address", ["", "anna", "a@b.org\r\nBcc: x@y.org", "a b@c.org", "<a@b.org>", "a@b.org, c@d.org"]
)
def test_what_is_no_address_is_refused(address):
    letter = Letter(ME, (Person(address),), text="the boat")

    with pytest.raises(IntentFailed):
        message_of(letter, "<a@b>", NOW)


def test_ten_thousand_recipients_are_refused():
    letter = Letter(ME, tuple(Person(f"p{n}@b.org") for n in range(10_000)), text="the boat")

    error = failure(lambda: message_of(letter, "<a@b>", NOW, most=5))

    assert error.spoken == "That mail has 10000 recipients. I send to 5 at most."


@pytest.mark.parametrize(
    ("person", "warned"),
    [
        (Person("anna@example.org", "Anna"), ""),
        (Person("anna@examp1e.org", "Anna"), "ends in examp1e.org, which is not example.org"),
        (Person("anna@exarnple.org", "Anna"), "which is not example.org"),
        (Person("anna@exam\u0440le.org", "Anna"), "other alphabets"),
        (Person("x@evil.org", "anna@example.org"), "The name says anna@example.org"),
        (Person("anna@elsewhere.net", "Anna"), ""),
    ],
)
def test_addresses_that_look_alike_are_warned_of(person, warned):
    said = " ".join(suspicions(person, {"anna@example.org"}))

    assert warned in said
    assert bool(said) == bool(warned)


def test_refused_recipients_mean_that_nobody_gets_it():
    from voiced_intents.mail.smtp import Envelope, NotSent, deliver

    class Refusing(smtplib.SMTP):
        def __init__(self):
            super().__init__()
            self.asked = []

        def docmd(self, cmd, args=""):
            self.asked.append(f"{cmd} {args}".strip())
            refused = "two@b.org" in args
            return (550, b"no such user") if refused else (250, b"ok")

        def ehlo_or_helo_if_needed(self):
            self.esmtp_features = {}

        def mail(self, sender, options=()):
            return self.docmd("MAIL", sender)

        def rcpt(self, recip, options=()):
            return self.docmd("RCPT", recip)

        def rset(self):
            return self.docmd("RSET")

    connection = Refusing()
    envelope = Envelope("me@b.org", ("one@b.org", "two@b.org"), b"x")

    with pytest.raises(NotSent) as caught:
        deliver(connection, envelope, lambda: pytest.fail("it was sent"))

    assert "two@b.org" in caught.value.spoken
    assert connection.asked[-1] == "RSET"
