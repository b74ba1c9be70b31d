"""What can go wrong with an OpenAI-compatible server, as typed errors with a sentence and a mend.

No requests here. Nothing that a server wrote gets into a message but its error code: servers quote
prompts and keys in their texts.
"""

from __future__ import annotations

import math
import re
import socket
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from voiced.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["FaultTeller", "Peer", "Refusal"]

_OVERFLOW = re.compile(
    r"exceed_context_size|context_length_exceeded|maximum context|context (size|length|window)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Peer:
    """What kind of server is spoken to, and which errors its stage raises.

    ``noun`` is how the assistant calls it, in mid-sentence; ``section`` is its section of
    voiced.toml; ``path`` is the endpoint under the base URL.
    """

    noun: str
    section: str
    path: str
    error: type[EngineError]
    timeout: type[EngineError]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is not what was asked for.

    ``code`` is the server's error code if it looks like one; ``text`` is the start of the body,
    for looking at only: it may quote what a person said. ``redirect`` is the host it points to.
    """

    status: int
    code: str = ""
    text: str = field(default="", repr=False)
    retry_after_s: float | None = None
    is_page: bool = False
    redirect: str = ""

    @property
    def is_overflow(self) -> bool:
        """Whether the prompt was too long for the model."""
        return self.status in {400, 413, 422, 500} and bool(_OVERFLOW.search(self.text))


class FaultTeller:
    """Makes errors for one server.

    Args:
        peer: What kind of server it is.
        address: Its base URL without credentials and query.
        model: Its model's name, or an empty string.
    """

    def __init__(self, peer: Peer, address: str, model: str = "") -> None:
        self.peer = peer
        self._address = address
        self._model = model

    @property
    def _noun(self) -> str:
        return self.peer.noun[:1].upper() + self.peer.noun[1:]

    def error(
        self, what: str, *, spoken: str, mend: str = "", retryable: bool = False
    ) -> EngineError:
        """The stage's error; ``what`` goes on after the server's address."""
        return self.peer.error(
            f"{self._address}: {what}", spoken=spoken, mend=mend, retryable=retryable
        )

    def malformed(self, what: str) -> EngineError:
        """The server answered, but not in its protocol."""
        return self.error(
            what,
            spoken=f"{self._noun} answered with something I don't understand.",
            mend=f"check that [{self.peer.section}] url is an OpenAI-compatible server",
            retryable=True,
        )

    def too_slow(self, seconds: float) -> EngineError:
        """Nothing came for so long."""
        return self.peer.timeout(
            f"{self._address}: no answer within {seconds:g} s",
            spoken=f"{self._noun} took too long to answer.",
            mend=f"raise the timeouts in [{self.peer.section}] or use a smaller model",
            retryable=True,
        )

    def stalled(self, seconds: float) -> EngineError:
        """The answer began and then nothing came for so long."""
        return self.peer.timeout(
            f"{self._address}: the answer stalled for {seconds:g} s",
            spoken="I lost the rest.",
            retryable=True,
        )

    def lost(self, why: str) -> EngineError:
        """The answer began and broke off."""
        return self.error(f"the answer broke off: {why}", spoken="I lost the rest.", retryable=True)

    def unreachable(self, error: BaseException) -> EngineError:
        """The connection could not be made."""
        roots = list(_roots(error))
        if any(isinstance(root, socket.gaierror) for root in roots):
            return self.error(
                "no computer has that name",
                spoken=f"I can't find the computer of {self.peer.noun}.",
                mend=f"check the host in [{self.peer.section}] url, and the network",
                retryable=True,
            )
        if any(isinstance(root, ssl.SSLError) for root in roots):
            return self.error(
                "no secure connection could be made",
                spoken=f"I can't make a secure connection to {self.peer.noun}.",
                mend="check the certificate (SSL_CERT_FILE names your own authority), "
                "or whether the server speaks http, not https",
            )
        return self.error(
            f"cannot connect ({type(roots[-1]).__name__})",
            spoken=f"{self._noun} is off.",
            mend=f"start the server, or correct [{self.peer.section}] url",
            retryable=True,
        )

    def refused(self, refusal: Refusal) -> EngineError:
        """The error for an answer that is not what was asked for."""
        if refusal.redirect:
            return self.error(
                f"redirects to {refusal.redirect}; not followed, the key would go with it",
                spoken=f"{self._noun} has moved.",
                mend=f"set [{self.peer.section}] url to the new address if you trust it",
            )
        if refusal.is_overflow:
            return self._overflow(refusal)
        tell = self._by_status().get(refusal.status)
        if tell is not None:
            return tell(refusal)
        if refusal.is_page:
            return self.malformed(f"answered {refusal.status} with a web page")
        broken = refusal.status >= 500  # noqa: PLR2004 - where the server's own faults begin
        return self.error(
            f"answered {_status(refusal)}",
            spoken=f"{self._noun} {'has a fault.' if broken else 'did not take my request.'}",
            mend="look at the server's log",
            retryable=broken,
        )

    def _by_status(self) -> dict[int, Callable[[Refusal], EngineError]]:
        return {401: self._denied, 403: self._denied, 404: self._missing, 429: self._busy}

    def _overflow(self, refusal: Refusal) -> EngineError:
        return self.error(
            f"answered {_status(refusal)}: longer than the model's context",
            spoken=f"That is more than {self.peer.noun} can hold.",
            mend="start a new conversation, or give the server a larger context",
        )

    def _denied(self, refusal: Refusal) -> EngineError:
        return self.error(
            f"answered {_status(refusal)}: the key was refused",
            spoken=f"The key was refused by {self.peer.noun}.",
            mend=f"set the right key: [{self.peer.section}.key] env or command",
        )

    def _missing(self, refusal: Refusal) -> EngineError:
        if "model" in refusal.text.lower() and not refusal.is_page:
            return self.error(
                f"answered {_status(refusal)}: has no model {self._model!r}",
                spoken=f"{self._noun} does not have the model that I ask for.",
                mend=f"correct the model's name in [{self.peer.section}]",
            )
        return self.error(
            f"answered {_status(refusal)} to {self.peer.path}",
            spoken=f"There is a server, but it is not {self.peer.noun}.",
            mend=f"correct [{self.peer.section}] url; it usually ends in /v1",
        )

    def _busy(self, refusal: Refusal) -> EngineError:
        when = "later" if refusal.retry_after_s is None else f"in {_spoken(refusal.retry_after_s)}"
        return self.error(
            f"answered {_status(refusal)}: too many requests, try again {when}",
            spoken=f"{self._noun} is busy, try again {when}.",
            retryable=True,
        )


def _status(refusal: Refusal) -> str:
    return f"{refusal.status} {refusal.code}".strip()


def _spoken(seconds: float) -> str:
    count, unit = math.ceil(seconds), "second"
    if count > 120:  # noqa: PLR2004 - nobody counts more seconds than that
        count, unit = math.ceil(count / 60), "minute"
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def _roots(error: BaseException) -> Iterator[BaseException]:
    """The error and everything that it came from; the innermost cause is the last one."""
    yield error
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _roots(inner)
    cause = error.__cause__ or error.__context__
    if cause is not None:
        yield from _roots(cause)
