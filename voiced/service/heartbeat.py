"""What the service manager is told: ready, alive, and how it is.

Ready is who has heard a real frame, or is muted on purpose. Alive is who has heard another frame
since the last beat, or knows that there is nothing to hear: it is muted, or its microphone is lost
and looked for. That the loop turns is shown by the beat itself, which is made in it.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field

import anyio

from voiced.errors import SynthesisError
from voiced.events import DeviceFound, DeviceLost, EngineChanged, Event, ModeChanged
from voiced.stages import Synthesizer, Voice

__all__ = ["Heartbeat", "is_awaited", "notify", "prove_voice", "watchdog_s"]

_log = logging.getLogger(__name__)

_BEATS = 4
"""So many beats in the time after which a silent service is killed."""

_IDLE_BEAT_S = 5.0
_LOOK_S = 0.1
_PATIENCE = "EXTEND_TIMEOUT_USEC=30000000"
"""It is not ready, but it is at it: its microphone is looked for."""


def notify(state: str) -> None:
    """Tell systemd, if it started us and listens."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
        try:
            sender.connect(address)
            sender.sendall(state.encode())
        except OSError as error:
            _log.warning("systemd was not told %s: %s", state, error)


def is_awaited() -> bool:
    """Whether systemd waits for us to be ready."""
    return bool(os.environ.get("NOTIFY_SOCKET"))


async def prove_voice(synthesizer: Synthesizer, voice: Voice) -> None:
    """Have a word spoken that nobody hears.

    Raises:
        SynthesisError: There was no sound in it.
    """
    async with aclosing(synthesizer.synthesize("Ready.", voice)) as pieces:
        async for piece in pieces:
            if piece.samples.any():
                return
    raise SynthesisError(f"the voice {voice.name} makes no sound")


def watchdog_s(environ: Mapping[str, str]) -> float | None:
    """After how long a silence this process is killed; None where nobody watches."""
    is_ours = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    limit = environ.get("WATCHDOG_USEC", "")
    return int(limit) / 1e6 if is_ours and limit.isdigit() and int(limit) else None


@dataclass(slots=True)
class Heartbeat:
    """Takes all events of a session, and looks at how much it has heard.

    Attributes:
        tell: Takes what systemd is told.
        limit_s: After how long a silence it kills us; None where it does not watch.
    """

    tell: Callable[[str], None] = notify
    limit_s: float | None = None
    _heard: int = field(default=0, init=False)
    _told: int = field(default=0, init=False)
    _is_ready: bool = field(default=False, init=False)
    _mode: str = field(default="", init=False)
    _is_lost: bool = field(default=False, init=False)
    _simpler: dict[str, str] = field(default_factory=dict[str, str], init=False)
    _status: str = field(default="", init=False)

    def hear(self, samples: int) -> None:
        """So many real samples have come from the microphone until now."""
        self._heard = samples
        if samples and not self._is_ready:
            self._be_ready()

    def take(self, event: Event) -> None:
        """Learn from an event how it is."""
        match event:
            case ModeChanged():
                self._mode = event.mode
                if event.mode == "muted" and not self._is_ready:
                    self._be_ready()
            case DeviceLost(device="microphone"):
                self._is_lost = True
            case DeviceFound(device="microphone"):
                self._is_lost = False
            case EngineChanged():
                self._simpler.pop(event.stage, None)
                if event.level:
                    self._simpler[event.stage] = event.engine or "nothing"
            case _:
                return
        self._tell_status()

    def beat(self) -> None:
        """Tell that it is alive, if it is; call it ``_BEATS`` times before the limit."""
        is_heard = self._heard != self._told
        self._told = self._heard
        knows_why = self._mode == "muted" or self._is_lost
        if self._is_lost and not self._is_ready:
            self.tell(_PATIENCE)
        if is_heard or knows_why:
            self.tell("WATCHDOG=1")

    async def run(self, heard: Callable[[], int]) -> None:
        """Look at how much was heard, and beat, until cancelled."""
        every_s = _IDLE_BEAT_S if self.limit_s is None else self.limit_s / _BEATS
        beat_s = anyio.current_time() + every_s
        while True:
            await anyio.sleep(every_s if self._is_ready else min(every_s, _LOOK_S))
            self.hear(heard())
            if self._is_ready or anyio.current_time() >= beat_s:
                beat_s = anyio.current_time() + every_s
                self.beat()

    def _be_ready(self) -> None:
        self._is_ready = True
        self.tell("READY=1")
        self._tell_status()

    def _tell_status(self) -> None:
        status = "the microphone is gone: I can't hear you" if self._is_lost else self._mode
        for stage, engine in sorted(self._simpler.items()):
            status += f"; degraded: {engine} works as {stage}"
        if status != self._status and (self._is_ready or self._is_lost):
            self._status = status
            self.tell(f"STATUS={status}")
