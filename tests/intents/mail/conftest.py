"""Real mail servers, started once for all tests; the tests are marked ``mail``."""

from __future__ import annotations

import pytest
from mail_fake import mail_house
from mail_servers import Dovecot, Pymap
from mailboxes import simple


@pytest.fixture(scope="session")
def dovecot():
    if not Dovecot.is_there():
        pytest.skip(
            "needs dovecot: sudo apt install dovecot-imapd dovecot-submissiond dovecot-lmtpd"
        )
    server = Dovecot()
    yield server
    server.close()


@pytest.fixture(scope="session")
def pymap():
    server = Pymap()
    yield server
    server.close()


@pytest.fixture(params=["dovecot", "pymap"])
def server(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def house(tmp_path):
    """A mailbox on a server in memory: one mail from Anna, two from a shop."""
    with mail_house(tmp_path) as made:
        made.put(
            "INBOX",
            simple(1, sender="Anna Schmidt", subject="A boat"),
            simple(2, sender="Shop News", subject="Sale"),
            simple(3, sender="Shop News", subject="Last chance"),
        )
        made.index()
        yield made
