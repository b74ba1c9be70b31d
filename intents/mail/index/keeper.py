"""The program that keeps the index of mail: ``python -m voiced_intents.mail.index.keeper``.

It gets its orders as one line of JSON on its standard input, and ends when that is closed. Each
account has a process of its own, so that a server that hangs holds nobody up.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from voiced.plugin import IntentError
from voiced_intents.mail.imap import Session
from voiced_intents.mail.oauth import Key
from voiced_intents.mail.outgoing import Outgoing
from voiced_intents.mail.refusals import SignInRefused
from voiced_intents.mail.sending import Sender

from .place import Orders, database, taken
from .store import BrokenIndex, Store
from .sync import Sync

__all__ = ["Keeper", "main"]

_NICE = 10
_PEEK_S = 1.0
_IDLE_S = 540.0
_POLL_S = 30.0
_ROUND_S = 300.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 5.0, 300.0
_REFUSED_PAUSE_S = 900.0
_SOON_S = 0.5
_REST = 0.3
_ARRIVED = {b"EXISTS", b"RECENT"}
_LEFT = b"EXPUNGE"


@dataclass(slots=True)
class Keeper:
    """Keeps the index of one account. ``is_over`` waits that many seconds, or until the end."""

    sync: Sync
    is_over: Callable[[float, Any], bool]
    _round_s: float = field(default=0.0, init=False)
    _peek_s: float = field(default=0.0, init=False)

    def keep(self) -> None:
        """Go on until it is over.

        Raises:
            IntentError: The server cannot be reached, or says no.
        """
        self.sync.begin()
        self._note("trouble", "")
        self._round_s = time.monotonic() + _ROUND_S
        while not self.is_over(0.0, None):
            self.turn()

    def turn(self) -> None:
        """Fetch something, or wait for something to happen."""
        start_s = time.monotonic()
        if self.sync.step():
            if start_s >= self._peek_s:
                self._peek()
            self.is_over(_REST * (time.monotonic() - start_s), None)
            return
        self._note("whole", "yes")
        if start_s >= self._round_s:
            self._go_round()
            return
        self._wait(min(_IDLE_S, self._round_s - start_s))

    def _peek(self) -> None:
        """New mail is not to wait until all the old is read."""
        self._peek_s = time.monotonic() + _PEEK_S
        if self.sync.has_changed(self.sync.inbox):
            self.sync.look(self.sync.inbox)

    def _go_round(self) -> None:
        """Look at the other folders, where something may have been moved or marked."""
        self._round_s = time.monotonic() + _ROUND_S
        for folder in self.sync.folders:
            if self.sync.has_changed(folder):
                self.sync.look(folder)

    def _wait(self, longest_s: float) -> None:
        session = self.sync.session
        session.opened(self.sync.inbox)  # from now on the server tells what changes
        if self.sync.has_changed(self.sync.inbox):
            self.sync.look(self.sync.inbox)
            return
        if not session.has("IDLE"):
            if not self.is_over(min(longest_s, _POLL_S), None):
                self._peek()
            return
        try:
            happened = session.once(
                lambda client: self._idle(client, longest_s), self.sync.inbox, writes=False
            )  # as it was opened: opened anew, it would not tell what came in between
        except IntentError as error:
            if not _said_no(error):
                raise
            session.lacks("IDLE")
            return
        if happened:
            self._look_after(happened)

    def _look_after(self, happened: set[bytes]) -> None:
        """Look at what the server has told of in the inbox."""
        if happened <= _ARRIVED:
            self.sync.look_for_new(self.sync.inbox)
            return
        self.sync.look(self.sync.inbox)
        if _LEFT in happened:  # it may have gone into another folder
            self._round_s = min(self._round_s, time.monotonic() + _SOON_S)

    def _idle(self, client: Any, longest_s: float) -> set[bytes]:
        """Wait for the server to say that something has changed in the inbox; what that was."""
        end_s = time.monotonic() + longest_s
        client.idle()
        happened: Sequence[Any] = ()
        is_over = False
        while not is_over and time.monotonic() < end_s:
            happened = [] if _is_read_already(client) else client.idle_check(0)
            if happened or _is_read_already(client):
                break
            is_over = self.is_over(end_s - time.monotonic(), client.socket())
        _, more = client.idle_done()
        return {_what(each) for each in (*happened, *more)} - {b""}

    def _note(self, name: str, value: str) -> None:
        if self.sync.store.fact(name) != value:
            with self.sync.store.batch():
                self.sync.store.note(name, value)


def _is_read_already(client: Any) -> bool:
    """Whether something came together with the answer to IDLE: the socket does not tell of it."""
    connection = client.socket()
    timeout_s = connection.gettimeout()
    connection.settimeout(0.0)
    try:
        return bool(client._imap.file.peek(1))  # noqa: SLF001 - it offers no other way
    except OSError:  # nothing is there
        return False
    finally:
        connection.settimeout(timeout_s)


def _what(response: Any) -> bytes:
    """EXISTS, EXPUNGE, FETCH or RECENT; empty for what only says that the server is there."""
    is_about = isinstance(response, tuple) and len(response) > 1 and isinstance(response[0], int)
    return bytes(response[1]).upper() if is_about and isinstance(response[1], bytes) else b""


def _said_no(error: IntentError) -> bool:
    from imaplib import IMAP4  # noqa: PLC0415

    cause = error.__cause__
    return isinstance(cause, IMAP4.error) and not isinstance(cause, IMAP4.abort)


def _is_over(wait_s: float, also: Any) -> bool:
    """Whether who started us has gone; waits for that, or for something on the other socket."""
    watched = [sys.stdin] if also is None else [sys.stdin, also]
    readable, _, _ = select.select(watched, [], [], max(0.0, wait_s))
    return sys.stdin in readable and not os.read(sys.stdin.fileno(), 1)


def _keep_one(orders: Orders) -> int:
    ((name, account),) = orders.accounts.items()
    path = database(orders.folder, name)
    if taken(path) is None:
        return 75
    pause_s = _FIRST_PAUSE_S
    key = Key(name, account, orders.timeout_s)
    while not _is_over(0.0, None):
        store = Store.open(path)
        try:
            with Session(key, timeout_s=orders.timeout_s) as session:
                _put_sent(orders, key, session)
                Keeper(Sync(session, store, orders.texts), _is_over).keep()
        except IntentError as error:
            with suppress(BrokenIndex, OSError), store.batch():
                store.note("trouble", f"{error.spoken} {error.mend}".strip())
            is_fresh = store.fact("whole") and pause_s == _FIRST_PAUSE_S
            pause_s = _FIRST_PAUSE_S if is_fresh else min(2 * pause_s, _LONGEST_PAUSE_S)
            pause_s = _REFUSED_PAUSE_S if isinstance(error, SignInRefused) else pause_s
            _is_over(pause_s, None)
        except BrokenIndex:
            path.unlink(missing_ok=True)
        except OSError:  # the disk is full: later again
            _is_over(_LONGEST_PAUSE_S, None)
        finally:
            store.close()
    return 0


def _put_sent(orders: Orders, key: Key, session: Session) -> None:
    """What a kill or a drop has kept out of the folder Sent."""
    outgoing = Outgoing(orders.folder / "sent" / "outgoing.db")
    outgoing.settle_interrupted()
    with suppress(IntentError):
        Sender(key, outgoing, orders.timeout_s).copy_all(session)


def _keep_all(orders: Orders) -> int:
    """A process for each account, started again where one ends."""
    command = [sys.executable, "-P", "-m", f"{__package__}.keeper"]
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        while True:
            for name in orders.accounts:
                if name not in running or running[name].poll() is not None:
                    running[name] = _started(command, orders.only(name))
            if _is_over(_FIRST_PAUSE_S, None):
                return 0
    finally:
        for process in running.values():
            if process.stdin is not None:
                process.stdin.close()
        for process in running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(2)
            process.kill()


def _started(command: list[str], orders: Orders) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    if process.stdin is not None:
        with suppress(BrokenPipeError):
            process.stdin.write(f"{orders.model_dump_json()}\n".encode())
            process.stdin.flush()
    return process


def main() -> int:
    """Keep the index; 0 at the end, 75 where another one keeps it."""
    orders = Orders.model_validate_json(sys.stdin.readline())
    with suppress(OSError):
        os.nice(_NICE)
    return _keep_one(orders) if len(orders.accounts) == 1 else _keep_all(orders)


if __name__ == "__main__":
    sys.exit(main())
