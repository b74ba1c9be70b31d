"""Two different mail servers on loopback with TLS: Debian's dovecot, and pymap with aiosmtpd."""

from __future__ import annotations

import datetime
import ipaddress
import os
import pwd
import re
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from imaplib import IMAP4, IMAP4_SSL, Time2Internaldate
from pathlib import Path

from voiced_intents.mail.oauth import Key
from voiced_intents.mail.settings import Account, Settings

PASSWORD = "correct-horse"
LIMIT_S = 20.0
SMALL_BYTES = 2000
_MOST_USERS = 100
HOST = "localhost"


def free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def certify(folder: Path, name: str = HOST, stem: str = "cert") -> Path:
    """A certificate of its own authority, with its key beside it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName(names[: 2 if name == HOST else 1]), False)
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    (folder / f"{stem}.pem").write_bytes(certificate.public_bytes(pem))
    (folder / f"{stem}.key").write_bytes(private)
    return folder / f"{stem}.pem"


def server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    return context


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end_s = time.monotonic() + LIMIT_S
    while True:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        if process.poll() is not None or time.monotonic() > end_s:
            raise RuntimeError(f"the server did not start: {log.read_text()}")
        time.sleep(0.02)


@dataclass
class MailServer:
    """A running server. ``user`` makes a new mailbox, empty."""

    folder: Path
    ca: Path
    imap_port: int
    smtp_port: int
    imap_tls: str = "tls"
    users: list[str] = field(default_factory=list)
    arrived: list[tuple[str, tuple[str, ...], bytes]] = field(default_factory=list)
    """What the relay took: sender, recipients, content."""

    def account(self, user: str, **changes: object) -> Account:
        known: dict[str, object] = {
            "address": f"{user}@{HOST}",
            "user": user,
            "imap_host": HOST,
            "imap_port": self.imap_port,
            "imap_tls": self.imap_tls,
            "smtp_host": HOST,
            "smtp_port": self.smtp_port,
            "secret_command": ("echo", PASSWORD),
            "ca_file": self.ca,
        }
        return Account.model_validate(known | changes)

    def settings(self, user: str, folder: Path, **changes: object) -> Settings:
        known = {"accounts": {"home": self.account(user)}, "folder": folder, "timeout_s": 10}
        return Settings.model_validate(known | changes)

    def key(self, user: str, **changes: object) -> Key:
        return Key("home", self.account(user, **changes))

    @contextmanager
    def raw(self, user: str) -> Iterator[IMAP4]:
        """The standard library's client, signed in."""
        context = ssl.create_default_context(cafile=self.ca)
        client: IMAP4
        if self.imap_tls == "tls":
            client = IMAP4_SSL(HOST, self.imap_port, ssl_context=context)
        else:
            client = IMAP4(HOST, self.imap_port)
            client.starttls(context)
        client.login(user, PASSWORD)
        try:
            yield client
        finally:
            with suppress(OSError, IMAP4.error):
                client.logout()

    def put(self, user: str, *messages: bytes, folder: str = "INBOX", flags: str = "") -> None:
        with self.raw(user) as client:
            for message in messages:
                kind, answer = client.append(folder, flags, _came(message), message)
                assert kind == "OK", answer

    def all(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """Every message of a folder, whole, the oldest first; those marked as deleted are not."""
        with self.raw(user) as client:
            kind, answer = client.select(folder, readonly=True)
            assert kind == "OK", answer
            _, found = client.search(None, "UNDELETED")
            rows = []
            for number in found[0].split():
                _, row = client.fetch(number.decode(), "(BODY.PEEK[])")
                rows.append(row[0][1])
            return rows


def _came(message: bytes) -> str | None:
    """When it came: at the time that stands in it, where one does."""
    found = re.search(rb"^Date: ([^\r\n]+)", message, re.MULTILINE)
    date = parsedate_to_datetime(found[1].decode()) if found else None
    return Time2Internaldate(date) if date else None


DOVECOT = """
base_dir = {d}/run
state_dir = {d}/run
instance_name = voiced-{pid}
protocols = imap submission lmtp
listen = 127.0.0.1
log_path = {d}/log
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
first_valid_uid = 1
ssl = required
ssl_cert = <{d}/cert.pem
ssl_key = <{d}/cert.key
disable_plaintext_auth = yes
auth_mechanisms = plain login
auth_username_format = %Ln
auth_failure_delay = 0
mail_location = maildir:~/Maildir
mail_fsync = never
mail_max_userip_connections = 100
hostname = localhost
mail_plugins = quota
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = passwd-file
  args = {d}/users
}}
plugin {{
  quota = maildir:User quota
}}
protocol imap {{
  mail_plugins = quota imap_quota
}}
namespace inbox {{
  inbox = yes
  mailbox Drafts {{
    special_use = \\Drafts
    auto = subscribe
  }}
  mailbox Sent {{
    special_use = \\Sent
    auto = subscribe
  }}
  mailbox Trash {{
    special_use = \\Trash
    auto = subscribe
  }}
  mailbox Archive {{
    special_use = \\Archive
    auto = subscribe
  }}
}}
submission_relay_host = 127.0.0.1
submission_relay_port = {relay}
submission_relay_trusted = no
service lmtp {{
  unix_listener lmtp {{
    mode = 0666
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  service_count = 0
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {imap}
    ssl = yes
  }}
}}
service submission-login {{
  chroot =
  service_count = 0
  inet_listener submission {{
    port = {smtp}
    ssl = yes
  }}
}}
"""


class Dovecot(MailServer):
    """IMAP and submission of dovecot; what is sent goes through a relay into its inboxes."""

    @staticmethod
    def is_there() -> bool:
        return Path("/usr/sbin/dovecot").exists()

    def __init__(self) -> None:
        folder = Path(tempfile.mkdtemp(prefix="voiced-mail-"))
        folder.chmod(0o755)
        super().__init__(folder, certify(folder), free_port(), free_port())
        is_root = os.geteuid() == 0
        me = pwd.getpwnam("nobody" if is_root else pwd.getpwuid(os.getuid()).pw_name)
        self._uid, self._gid = me.pw_uid, me.pw_gid
        (folder / "users").write_text(self._lines())
        (folder / "home").mkdir()
        os.chown(folder / "home", self._uid, self._gid)
        (folder / "run").mkdir()
        relay = free_port()
        self._relay = relay_to(self, relay)
        names = ("dovecot", "dovecot", "dovenull") if is_root else (me.pw_name,) * 3
        config = DOVECOT.format(
            d=folder, pid=os.getpid(), relay=relay, imap=self.imap_port, smtp=self.smtp_port,
            internal=names[0], group=names[1] if is_root else _group(me.pw_gid), login=names[2],
            password=PASSWORD,
        )  # fmt: skip
        (folder / "dovecot.conf").write_text(config)
        command = ["/usr/sbin/dovecot", "-F", "-c", str(folder / "dovecot.conf")]
        with (folder / "stderr").open("wb") as errors:
            self._process = subprocess.Popen(command, stdout=errors, stderr=errors)
        wait_for(self.imap_port, self._process, folder / "stderr")
        wait_for(self.smtp_port, self._process, folder / "stderr")

    def _lines(self) -> str:
        """All users at once: what is written into the file later, dovecot may not see in time."""
        names = [(f"user{each}", "") for each in range(_MOST_USERS)]
        names += [(f"small{each}", f"userdb_quota_rule=*:bytes={SMALL_BYTES}") for each in range(5)]
        return "".join(
            f"{name}::{self._uid}:{self._gid}::{self.folder}/home/{name}::{more}\n"
            for name, more in names
        )

    def user(self, *, is_small: bool = False) -> str:
        """A new mailbox; a small one has room for ``SMALL_BYTES``."""
        kind = "small" if is_small else "user"
        name = f"{kind}{sum(each.startswith(kind) for each in self.users)}"
        self.users.append(name)
        return name

    def deliver(self, sender: str, recipients: list[str], content: bytes) -> None:
        with smtplib.LMTP(str(self.folder / "run" / "lmtp")) as lmtp:
            lmtp.sendmail(sender, recipients, content)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(10)
        self._relay.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def _group(gid: int) -> str:
    import grp

    return grp.getgrgid(gid).gr_name


def relay_to(server: Dovecot, port: int):
    """A relay that notes what it gets, and delivers it."""
    import asyncio

    from aiosmtpd.controller import Controller

    class Relay:
        async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
            recipients = tuple(envelope.rcpt_tos)
            server.arrived.append((envelope.mail_from, recipients, envelope.content))
            local = [each for each in recipients if each.split("@")[0] in server.users]
            if local:
                content = envelope.content
                await asyncio.to_thread(server.deliver, envelope.mail_from, local, content)
            return "250 OK"

    controller = Controller(Relay(), hostname="127.0.0.1", port=port)
    controller.start()
    return controller


class Pymap(MailServer):
    """pymap keeps the mail, asked for TLS with STARTTLS; aiosmtpd takes what is sent."""

    def __init__(self) -> None:
        folder = Path(tempfile.mkdtemp(prefix="voiced-mail-"))
        super().__init__(folder, certify(folder), free_port(), free_port(), imap_tls="starttls")
        self.users.append("dora")
        pymap = Path(sys.executable).with_name("pymap")
        command = [
            str(pymap), "--no-service", "admin", "--no-service", "managesieve",
            "--host", "127.0.0.1", "--port", str(self.imap_port),
            "--cert", str(self.ca), "--key", str(self.ca.with_suffix(".key")),
            "dict", "--demo-user", "dora", "--demo-password", PASSWORD,
        ]  # fmt: skip
        with (folder / "stderr").open("wb") as errors:
            self._process = subprocess.Popen(command, stdout=errors, stderr=errors)
        self._smtp = self._submission()
        wait_for(self.imap_port, self._process, folder / "stderr")

    def user(self) -> str:
        """The one user it has, with nothing in the mailbox."""
        with self.raw("dora") as client:
            _, rows = client.list()
            names = [row.split(b' "/" ')[-1].strip(b'"').decode() for row in rows if row]
            for name in names:
                if name.upper() != "INBOX":
                    client.delete(name)
            client.select("INBOX")
            _, found = client.search(None, "ALL")
            if found[0]:
                client.store(found[0].replace(b" ", b",").decode(), "+FLAGS", r"(\Deleted)")
                client.expunge()
            for name in ("Sent", "Drafts", "Trash"):
                client.create(name)
        self.arrived.clear()
        return "dora"

    def _submission(self):
        from aiosmtpd.controller import Controller
        from aiosmtpd.smtp import SMTP, AuthResult

        server = self

        class Inbox:
            async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
                recipients = tuple(envelope.rcpt_tos)
                server.arrived.append((envelope.mail_from, recipients, envelope.content))
                return "250 OK"

        def check(_server, _session, _envelope, _mechanism, data):
            is_right = (data.login, data.password) == (b"dora", PASSWORD.encode())
            return AuthResult(success=is_right, handled=is_right)

        class Submission(Controller):
            def factory(self):
                return SMTP(self.handler, authenticator=check, auth_require_tls=False,
                            auth_required=True, enable_SMTPUTF8=True)  # fmt: skip

        context = server_context(self.ca)
        controller = Submission(
            Inbox(), hostname="127.0.0.1", port=self.smtp_port, ssl_context=context
        )
        controller.start()
        return controller

    def close(self) -> None:
        self._process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._smtp.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
