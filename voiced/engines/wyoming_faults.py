"""What can go wrong with a Wyoming server, as typed errors; and a conversation with one.

Nothing that the server wrote gets into a message but its error's code.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import anyio

from voiced.engines.wyoming_wire import GONE, Garbled, Limits, Message, connected

if TYPE_CHECKING:
    from voiced.engines.wyoming_wire import Wire
    from voiced.errors import EngineError

__all__ = ["Peer", "described"]

_CONNECT_TIMEOUT_S = 3.0
_CODE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,39}", re.IGNORECASE)
_SERVER_LIMITS = Limits(data=4 * 1024 * 1024)
"""A speech server may list a thousand voices."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A Wyoming server, and what to call it.

    ``noun`` is how the assistant calls it, in mid-sentence; ``section`` its section of voiced.toml;
    ``error`` what its stage raises.
    """

    address: str
    noun: str
    section: str
    error: type[EngineError]
    timeout_s: float

    @asynccontextmanager
    async def talking(self) -> AsyncGenerator[Wire]:
        """A connection; whatever breaks it is this peer's error.

        Raises:
            EngineError: There is no server, it hung up, was too slow, or sent no Wyoming.
        """
        if not self.address:
            raise self.error(
                f"[{self.section}] wyoming is not set",
                spoken=f"I don't know where {self.noun} is.",
                mend=f"set [{self.section}] wyoming to tcp://HOST:PORT",
            )
        is_open = False
        connecting_s = min(_CONNECT_TIMEOUT_S, self.timeout_s)
        try:
            async with connected(self.address, connecting_s, _SERVER_LIMITS) as wire:
                is_open = True
                yield wire
        except TimeoutError as error:
            raise self._too_slow(self.timeout_s if is_open else connecting_s) from error
        except Garbled as error:
            raise self.malformed(str(error)) from error
        except GONE as error:
            raise (self._lost() if is_open else self._unreachable(error)) from error

    def malformed(self, what: str) -> EngineError:
        """It answered, but not as it should."""
        return self._error(
            what,
            f"{self._noun} answered with something I don't understand.",
            f"check that [{self.section}] wyoming names the right server",
        )

    def refused(self, answer: Message) -> EngineError:
        """It said that something went wrong."""
        code = answer.text("code")
        told = f" ({code})" if _CODE.fullmatch(code) else ""
        return self._error(f"it failed{told}", f"{self._noun} has a problem.", "see its own log")

    @property
    def _noun(self) -> str:
        return self.noun[:1].upper() + self.noun[1:]

    def _error(self, what: str, spoken: str, mend: str) -> EngineError:
        return self.error(f"{self.address}: {what}", spoken=spoken, mend=mend, retryable=True)

    def _unreachable(self, error: BaseException) -> EngineError:
        mend = f"start the server, or correct [{self.section}] wyoming"
        what = f"cannot connect ({type(error).__name__})"
        return self._error(what, f"{self._noun} is off.", mend)

    def _lost(self) -> EngineError:
        return self._error("it hung up", f"{self._noun} hung up.", "see its own log")

    def _too_slow(self, seconds: float) -> EngineError:
        mend = f"raise [{self.section}] timeout_s, or use a smaller model there"
        return self._error(
            f"no answer within {seconds:g} s", f"{self._noun} took too long to answer.", mend
        )


async def described(peer: Peer, kind: str) -> list[dict[str, Any]]:
    """The programs of a ``kind`` ("asr", "tts") that a server says it has.

    Raises:
        EngineError: See ``Peer.talking``; or it has none of that kind.
    """
    async with peer.talking() as wire:
        with anyio.fail_after(peer.timeout_s):
            await wire.write(Message("describe"))
            answer = await wire.read()
            while answer.type != "info":
                answer = await wire.read()
    found: Any = answer.data.get(kind)
    listed: list[Any] = found if isinstance(found, list) else []
    programs: list[dict[str, Any]] = [each for each in listed if isinstance(each, dict)]
    if not programs:
        raise peer.malformed(f"the server has nothing of the kind {kind!r}")
    return programs
