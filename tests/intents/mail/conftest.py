"""Real mail servers, started once for all tests; the tests are marked ``mail``."""

from __future__ import annotations

import pytest
from mail_servers import Dovecot, Pymap


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
