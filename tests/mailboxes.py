"""Mails to fill mailboxes with, and the keeper of an index as a program of its own."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from voiced.testing.context import FakeContext
from voiced_intents import mail

FIRST = "Anna Ben Carla David Eva Felix Gina Hans Ida Jonas Klara Leo Mia Noah Olga Paul".split()
LAST = "Schmidt Miller Okafor Rossi Novak Tanaka Silva Berg Costa Dubois Ivanov Khan".split()
WORDS = (
    "meeting budget invoice holiday report window garden printer lecture concert contract ticket"
    " draft summary question answer project schedule kitchen delivery repair insurance school"
    " doctor train flight hotel dinner photo music paper engine bicycle weather market bank"
).split()
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


def simple(number: int, *, sender: str = "", subject: str = "", text: str = "") -> bytes:
    """One mail; what is not given is made up, the same for the same number."""
    luck = random.Random(number)
    who = sender or f"{luck.choice(FIRST)} {luck.choice(LAST)}"
    address = f"{who.lower().replace(' ', '.')}@example.org"
    about = subject or " ".join(luck.choices(WORDS, k=4))
    words = text or " ".join(luck.choices(WORDS, k=120))
    date = format_datetime(NOW - timedelta(minutes=17 * number))
    return (
        f"From: {who} <{address}>\r\nTo: me@example.org\r\nSubject: {about}\r\nDate: {date}\r\n"
        f"Message-ID: <m{number}@example.org>\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{words}\r\n"
    ).encode()


@contextmanager
def keeper(context: FakeContext) -> Iterator[subprocess.Popen[bytes]]:
    """The program that keeps the index, as the daemon starts it."""
    companion = mail.COMPANIONS[0]
    wanted = companion.start(context)
    assert wanted is not None
    process = subprocess.Popen(wanted[0], stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(f"{wanted[1]}\n".encode())
    process.stdin.flush()
    try:
        yield process
    finally:
        process.stdin.close()
        process.wait(20)


def until(is_so: Callable[[], object], limit_s: float = 30.0) -> float:
    """Wait for a condition; how long it took."""
    start_s = time.monotonic()
    while not is_so():
        if time.monotonic() > start_s + limit_s:
            raise TimeoutError("it did not come")
        time.sleep(0.02)
    return time.monotonic() - start_s
