"""A proxy that speaks TLS on both sides and breaks the connection at one exchange.

What the client sends in one go is an exchange: a command, a literal, the content of a mail. At
number ``cut_at`` (counted over all connections) the connection breaks: before the server gets it,
or after the server has answered and before the client hears of it. Everything else passes.
"""

from __future__ import annotations

import select
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from mail_servers import HOST, server_context

_WAIT_S = 10.0
_ANSWER_S = 0.3


class Chaos:
    """Between a client and one port of a server.

    Attributes:
        count: How many exchanges there were.
        was_cut: Whether it has broken a connection.
        said: What the client said in the exchange that was cut.
    """

    def __init__(self, certificate: Path, port: int, *, starttls: bool = False) -> None:
        self._upstream_port = port
        self._starttls = starttls
        self._server = server_context(certificate)
        self._client = ssl.create_default_context(cafile=certificate)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.delay: Callable[[bytes], bool] = lambda _said: False
        self.reset()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def reset(self, cut_at: int = 0, *, after: bool = False) -> None:
        self.count, self.cut_at, self.after = 0, cut_at, after
        self.was_cut, self.said, self.mark = False, b"", b""

    def stops_after(self, mark: bytes) -> None:
        """Break after the server has got the exchange that holds these bytes."""
        self.reset(after=True)
        self.mark = mark

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(_WAIT_S)

    def _listen(self) -> None:
        while True:
            try:
                accepted, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(accepted,), daemon=True).start()

    def _serve(self, accepted: socket.socket) -> None:
        with suppress(OSError):
            client = self._server.wrap_socket(accepted, server_side=True)
            with client, self._connect(client) as server:
                self._pass(client, server)

    def _connect(self, client: ssl.SSLSocket) -> ssl.SSLSocket:
        raw = socket.create_connection(("127.0.0.1", self._upstream_port))
        if self._starttls:  # IMAP alone: the greeting was heard in the clear, and is passed on
            greeting = raw.recv(4096)
            raw.sendall(b"chaos STARTTLS\r\n")
            assert b"chaos OK" in raw.recv(4096)
            client.sendall(greeting)
        return self._client.wrap_socket(raw, server_hostname=HOST)

    def _pass(self, client: ssl.SSLSocket, server: ssl.SSLSocket) -> None:
        while True:
            for ready in _ready(client, server):
                data = _received(ready)
                if data is None:
                    continue
                if not data:
                    return
                if ready is server:
                    client.sendall(data)
                    continue
                self.count += 1
                if self.count == self.cut_at or (self.mark and self.mark in data):
                    self.was_cut, self.said = True, data[:200]
                    self._cut(server, data)
                    return
                server.sendall(data)

    def _cut(self, server: ssl.SSLSocket, data: bytes) -> None:
        if self.after:
            server.sendall(data)
            server.settimeout(_ANSWER_S)
            with suppress(TimeoutError):  # it was a part of a command
                server.recv(1 << 20)


def _ready(*sockets: ssl.SSLSocket) -> list[ssl.SSLSocket]:
    waiting = [each for each in sockets if each.pending()]
    return waiting or select.select(sockets, [], [])[0]


def _received(ready: ssl.SSLSocket) -> bytes | None:
    """What has come; None where it was TLS's own."""
    ready.setblocking(False)
    try:
        return ready.recv(1 << 20)
    except ssl.SSLWantReadError:
        return None
    finally:
        ready.setblocking(True)
