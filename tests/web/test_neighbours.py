"""Whose a connection is; and that another user of the machine does not get in with a cookie."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import closing

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from voiced.web.doors import Doors, cookie_name
from voiced.web.neighbours import can_tell, is_of_another, user_of
from voiced.web.tokens import KeyRing

PORT = 8417
OWN = f"voiced.localhost:{PORT}"
NOBODY = 65_534

tells = pytest.mark.skipif(not can_tell(), reason="this kernel does not say whose a connection is")

_CALL = """
import encodings.idna, os, socket, sys  # not to be read as another user
os.setuid(int(sys.argv[1]))
line = socket.create_connection(("127.0.0.1", int(sys.argv[2])))
print(line.getsockname()[1], flush=True)
sys.stdin.read()
"""


@tells
def test_a_connection_of_ours_is_ours_until_it_is_closed():
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        server = listener.getsockname()
        line = socket.create_connection(server)
        client = line.getsockname()
        assert user_of(client, server) == os.geteuid()
        assert not is_of_another({"client": client, "server": server})
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        line.close()
        assert user_of(client, server) is None
        assert is_of_another({"client": client, "server": server})
        assert user_of(server, client) != os.geteuid()  # it listens, and is no connection


@tells
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can call as another user")
def test_a_connection_of_another_user_is_not_ours():
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        server = listener.getsockname()
        command = [sys.executable, "-c", _CALL, str(NOBODY), str(server[1])]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as caller:
            assert caller.stdout is not None
            client = ("127.0.0.1", int(caller.stdout.readline()))
            assert user_of(client, server) == NOBODY
            assert is_of_another({"client": client, "server": server})
            caller.communicate()


@pytest.mark.parametrize("scope", [{}, {"client": None, "server": None}, {"client": ("x", 1)}])
def test_who_cannot_be_looked_up_is_another(scope):
    assert is_of_another(scope)
    assert is_of_another({"client": ("nowhere", 1), "server": ("127.0.0.1", 2)})


def test_the_cookie_is_not_enough_for_another_user(tmp_path):
    keys, is_other = KeyRing(tmp_path), True
    doors = Doors(
        PlainTextResponse("in"), keys, (OWN,), PORT, is_of_another=lambda _scope: is_other
    )
    client = TestClient(doors, base_url=f"http://{OWN}")
    client.cookies.set(cookie_name(PORT), keys.spend(keys.issue()))
    for path in ("/", "/journal", "/enter?token=x"):
        answer = client.get(path)
        assert answer.status_code == 403
        assert "another user of this machine" in answer.text
    for path in ("/static/app.css", "/metrics"):
        assert client.get(path).text == "in"
    is_other = False
    assert client.get("/").text == "in"
