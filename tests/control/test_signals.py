"""Signals: what stops it, what it does, and what must not end it."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator

import anyio
import pytest

from voiced.control import signals


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (*signals.OURS, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_hangup_stops_it_unless_nohup_said_otherwise() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    assert signal.SIGHUP in signals.stopping(hangup_stops=True)
    assert signal.SIGHUP not in signals.stopping(hangup_stops=False)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    assert signals.stopping(hangup_stops=True) == (signal.SIGINT, signal.SIGTERM)


def _asked(**how: object) -> str:
    code = "from voiced.control.signals import has_terminal; print(has_terminal())"
    done = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True, **how
    )
    return done.stdout.strip()


def test_whether_a_terminal_can_be_closed_is_known() -> None:
    assert _asked(start_new_session=True) == "False"
    master, slave = pty.openpty()
    script = "import fcntl, os, termios; os.setsid(); fcntl.ioctl(%d, termios.TIOCSCTTY, 0)"
    code = f"{script % slave}; import voiced.control.signals as s; print(s.has_terminal())"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, pass_fds=[slave], check=True)
    assert done.stdout.strip() == "True"
    os.close(master)
    os.close(slave)


def test_our_signals_do_no_harm_before_there_is_a_session() -> None:
    signal.signal(signal.SIGUSR1, signal.SIG_DFL)
    with signals.unharmed():
        os.kill(os.getpid(), signal.SIGUSR1)
        os.kill(os.getpid(), signal.SIGUSR2)
    assert signal.getsignal(signal.SIGUSR1) is signal.SIG_DFL


def test_signals_do_what_they_are_for_until_one_stops_it() -> None:
    done: list[str] = []

    def act(what: str, following: signal.Signals) -> None:
        done.append(what)
        os.kill(os.getpid(), following)

    async def main() -> None:
        with anyio.fail_after(5):
            async with anyio.create_task_group() as tasks:
                actions = {
                    signal.SIGUSR1: lambda: act("toggle", signal.SIGUSR2),
                    signal.SIGUSR2: lambda: act("stop", signal.SIGHUP),
                    signal.SIGHUP: lambda: act("reload", signal.SIGTERM),
                }
                stops = signals.stopping(hangup_stops=False)
                with signals.unharmed():
                    tasks.start_soon(signals.heed, stops, lambda: done.append("end"), actions)
                    await anyio.wait_all_tasks_blocked()
                    os.kill(os.getpid(), signal.SIGUSR1)
                    while "end" not in done:  # noqa: ASYNC110
                        await anyio.sleep(0.001)
                    os.kill(os.getpid(), signal.SIGUSR1)  # it is over: nobody takes it, nobody dies

    anyio.run(main)
    assert done == ["toggle", "stop", "reload", "end"]
