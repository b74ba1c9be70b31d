"""The door for satellites: TLS, then a key, then a link. Nobody else is spoken to.

Who has not proved within a few seconds that he has a key is hung up on; who tries wrong keys waits
longer and longer. A satellite that comes again takes the place of what is left of it.
"""

from __future__ import annotations

import logging
import secrets
import ssl
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
from anyio.abc import SocketAttribute
from anyio.streams.tls import TLSStream

from voiced.engines.wyoming_wire import GONE, Garbled, Message, Wire
from voiced.errors import ConfigError, VoicedError
from voiced.satellites.certificates import certificate_in, serving_with
from voiced.satellites.keys import Admission, KeyBook, proof
from voiced.satellites.link import Link
from voiced.satellites.protocol import CHALLENGE, HELLO, LIMITS, REFUSED, WELCOME
from voiced.workers import in_worker

if TYPE_CHECKING:
    from anyio.abc import ByteStream, TaskStatus

__all__ = ["Door", "Room"]

_log = logging.getLogger(__name__)

Room = Callable[[Link], Coroutine[Any, Any, None]]
"""Runs the session of a room until the frames of its link end."""

_PROVEN_S = 5.0
_MOST_STRANGERS = 16
_MOST_SATELLITES = 8
_NONCE_BYTES = 32
_GRACE_S = 70.0
"""What a room was about to do when its satellite went is ended, as that takes no longer."""

_LOOK_S = 2.0
"""So often it looks whether the keys of those that are here are still good."""

_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 300.0
_MOST_REMEMBERED = 1000


@dataclass(frozen=True, slots=True, eq=False)
class _Guest:
    """A satellite that is here, and the key that it came with."""

    scope: anyio.CancelScope
    admission: Admission


@dataclass(slots=True)
class _Failures:
    """Wrong keys by address: how long it must wait."""

    until_s: dict[str, tuple[float, float]] = field(default_factory=dict[str, tuple[float, float]])

    def must_wait(self, host: str) -> bool:
        return self.until_s.get(host, (0.0, 0.0))[0] > anyio.current_time()

    def count(self, host: str) -> None:
        _, before_s = self.until_s.pop(host, (0.0, _FIRST_WAIT_S / 2))
        wait_s = min(2 * before_s, _LONGEST_WAIT_S)
        while len(self.until_s) >= _MOST_REMEMBERED:
            self.until_s.pop(next(iter(self.until_s)))
        self.until_s[host] = anyio.current_time() + wait_s, wait_s

    def forget(self, host: str) -> None:
        self.until_s.pop(host, None)


class Door:
    """Lets satellites in.

    Args:
        folder: Where the keys and the certificate lie.
        room: Runs the session of each.
        tell: Takes a sentence when one comes or goes.
    """

    def __init__(self, folder: Path, room: Room, tell: Callable[[str], None]) -> None:
        self._folder = folder
        self._book = KeyBook(folder)
        self._room = room
        self._tell = tell
        self._failures = _Failures()
        self._strangers = 0
        self._guests: dict[str, _Guest] = {}
        self._certificate = b""

    @property
    def names(self) -> tuple[str, ...]:
        """The satellites that are here."""
        return tuple(sorted(self._guests))

    async def serve(
        self,
        host: str,
        port: int,
        *,
        task_status: TaskStatus[int] = anyio.TASK_STATUS_IGNORED,
    ) -> None:
        """Let them in until cancelled; tells the port.

        Raises:
            ConfigError: Nobody can listen there.
            VoicedError: There is no certificate.
        """
        context = await in_worker(serving_with, self._folder)
        self._certificate = await in_worker(certificate_in, self._folder)
        try:
            listener = await anyio.create_tcp_listener(local_host=host, local_port=port)
        except OSError as error:
            raise ConfigError(
                file="voiced.toml",
                key="satellites.listen",
                reason=f"nobody can listen at {host}:{port}: {error.strerror or error}",
                mend="choose another port, or an address of this machine",
            ) from error
        async with listener:
            task_status.started(listener.extra(SocketAttribute.local_port))  # noqa: S610 - anyio's
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._look_at_keys)
                await listener.serve(partial(self._meet, context))

    async def _look_at_keys(self) -> None:
        """Hang up on a satellite whose key or rights were taken away, or made anew."""
        while True:
            await anyio.sleep(_LOOK_S)
            for name, guest in list(self._guests.items()):
                if await self._admission_of(name) != guest.admission:
                    guest.scope.cancel()

    async def _admission_of(self, name: str) -> Admission | None:
        try:
            return await in_worker(self._book.admission_of, name)
        except VoicedError as error:
            _log.error("no satellite can come in: %s", error)
            return None

    async def _meet(self, context: ssl.SSLContext, stream: ByteStream) -> None:
        """Speak to whoever connects; nothing that he does gets out of here."""
        try:
            if self._strangers < _MOST_STRANGERS:
                host = str(stream.extra(SocketAttribute.remote_address, ("?",))[0])  # noqa: S610 - anyio's
                wire, name, admission = await self._met(context, stream, host)
                if admission is not None:
                    await self._let_in(wire, name, admission)
        except (Garbled, TimeoutError, ssl.SSLError, *GONE) as error:
            _log.info("somebody at the door for satellites left: %s", type(error).__name__)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.aclose_forcefully(stream)

    async def _met(
        self, context: ssl.SSLContext, stream: ByteStream, host: str
    ) -> tuple[Wire, str, Admission | None]:
        """The encrypted connection, whose it is, and with what he is let in: None if not proved."""
        self._strangers += 1
        try:
            with anyio.fail_after(_PROVEN_S):
                tls = await TLSStream.wrap(
                    stream, server_side=True, ssl_context=context, standard_compatible=False
                )
                wire = Wire(tls, LIMITS)
                if self._failures.must_wait(host):
                    await wire.write(Message(REFUSED, {"reason": "wait"}))
                    return wire, "", None
                return wire, *await self._proven(wire, host)
        finally:
            self._strangers -= 1

    async def _proven(self, wire: Wire, host: str) -> tuple[str, Admission | None]:
        """Name and admission of a satellite that proved that it has the key; None for others."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        await wire.write(Message(CHALLENGE, {"nonce": nonce.hex()}))
        hello = await wire.read()
        name = hello.text("name")
        admission = await self._admission_of(name) if hello.type == HELLO else None
        key = secrets.token_bytes(_NONCE_BYTES) if admission is None else admission.key
        known = proof(key, nonce, name, self._certificate).encode()
        is_proved = secrets.compare_digest(known, hello.text("proof").encode())
        if not is_proved or admission is None:
            self._failures.count(host)
            _log.warning("somebody tried to come in as a satellite, with a wrong key")
            await wire.write(Message(REFUSED, {"reason": "key"}))
            return "", None
        if name not in self._guests and len(self._guests) >= _MOST_SATELLITES:
            await wire.write(Message(REFUSED, {"reason": "full"}))
            return "", None
        self._failures.forget(host)
        await wire.write(Message(WELCOME, {"name": name}))
        return name, admission

    async def _let_in(self, wire: Wire, name: str, admission: Admission) -> None:
        before = self._guests.get(name)
        if before is not None:
            before.scope.cancel()
        link = Link(wire, name, admission.rights)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._room, link, name=f"room-{name}")
            with anyio.CancelScope() as scope:
                guest = self._guests[name] = _Guest(scope, admission)
                self._tell(f"The satellite {name} is here.")
                try:
                    await link.run()
                finally:
                    if self._guests.get(name) is guest:
                        del self._guests[name]
                        self._tell(f"The satellite {name} is gone.")
            await wire.aclose()
            tasks.cancel_scope.deadline = anyio.current_time() + _GRACE_S
