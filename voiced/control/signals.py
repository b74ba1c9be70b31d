"""Unix signals: what stops the daemon, and what a key, a cron job or systemd may send it.

SIGINT and SIGTERM stop it. SIGHUP stops it where there is a terminal that may have been closed, and
reloads where there is none. SIGUSR1 presses or releases the push-to-talk key, SIGUSR2 is "stop".
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

import anyio

__all__ = ["OURS", "has_terminal", "heed", "stopping", "unharmed"]

OURS = (signal.SIGUSR1, signal.SIGUSR2)
"""Without us they would end the process."""


def has_terminal() -> bool:
    """Whether a terminal controls this process, so that it would be told of its closing."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC))
    except OSError:
        return False
    return True


def stopping(*, hangup_stops: bool) -> tuple[signal.Signals, ...]:
    """The signals that stop it; nohup has said already that a hangup is nothing to it."""
    ends = (signal.SIGINT, signal.SIGTERM)
    if not hangup_stops or signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        return ends
    return (*ends, signal.SIGHUP)


@contextmanager
def unharmed() -> Generator[None]:
    """Before there is a session, and after it, our signals mean nothing, and do nothing."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in OURS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


async def heed(
    stops: tuple[signal.Signals, ...],
    stop: Callable[[], None],
    actions: Mapping[signal.Signals, Callable[[], object]] = MappingProxyType({}),
) -> None:
    """Do what signals ask for, until one stops it.

    Args:
        stops: The signals that stop it.
        stop: Stops it.
        actions: What the other signals do.
    """
    try:
        with anyio.open_signal_receiver(*stops, *actions) as received:
            async for number in received:
                if number in stops:
                    stop()
                    return
                actions[number]()
    finally:
        for number in set(OURS) & actions.keys():
            signal.signal(number, signal.SIG_IGN)
