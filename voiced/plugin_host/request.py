"""One request to a plugin's process, and what a plugin may take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from voiced.plugin_host.failures import Failure
from voiced.plugin_host.mailbox import Ended
from voiced.plugin_host.process import HostProcess

__all__ = ["Limits", "Request"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a plugin may take."""

    load_s: float = 15.0
    ask_s: float = 4.0
    call_s: float = 60.0
    grace_s: float = 1.0
    address_space_bytes: int = 1 << 30


@dataclass(slots=True)
class Request:
    """One request under way, on the process that it was sent to."""

    number: int
    process: HostProcess
    seen: int = 0

    def next(self, until_s: float) -> dict[str, Any]:
        """The next message of it; ``until_s`` is on the monotonic clock.

        Raises:
            Failure: None came in time, or the process has ended.
        """
        try:
            message = self.process.mailbox.after(self.number, self.seen, until_s)
        except Ended as error:
            complaint = self.process.complaint
            raise Failure(f"{error.reason} ({complaint})" if complaint else error.reason) from error
        if message is None:
            raise Failure("did not answer in time")
        return message

    def send(self, message: Mapping[str, Any]) -> None:
        """Send something that belongs to it.

        Raises:
            Failure: The process does not read.
            WireError: The message cannot be sent.
        """
        try:
            self.process.send({"id": self.number, **message})
        except Ended as error:
            raise Failure(error.reason) from error
