"""Small programs of the desktop: found, fed, read to a limit, and not waited for long.

What they print in failing may hold what was copied, so it is looked at and never told.
"""

from __future__ import annotations

import os
import selectors
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from voiced.errors import DeskError

__all__ = ["Programs", "Ran"]

_MOST_BYTES = 32 * 2**20
_PIECE_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Ran:
    """How a program ended; ``complaint`` is for looking at only."""

    code: int
    output: bytes = b""
    complaint: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Programs:
    """The programs that the environment's PATH holds.

    ``wait_s`` is how long one may run; ``most_bytes`` how much is taken from it.
    """

    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)
    wait_s: float = 3.0
    most_bytes: int = _MOST_BYTES

    @property
    def is_wayland(self) -> bool:
        """Whether this is a Wayland session."""
        return bool(self.environ.get("WAYLAND_DISPLAY"))

    @property
    def is_x11(self) -> bool:
        """Whether there is an X server, be it one inside a Wayland session."""
        return bool(self.environ.get("DISPLAY"))

    def has(self, name: str) -> bool:
        """Whether the program is installed."""
        return shutil.which(name, path=self.environ.get("PATH", os.defpath)) is not None

    def feed(self, command: Sequence[str], data: bytes) -> Ran:
        """Run a program that takes ``data``; it may go on in the background to hand it out.

        Raises:
            DeskError: It cannot be started, or takes too long.
        """
        try:
            ran = subprocess.run(
                list(command),
                input=data,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # it stays open in the background
                env=dict(self.environ),
                timeout=self.wait_s,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise _too_slow(command[0]) from error
        except OSError as error:
            raise _unstartable(command[0], error) from error
        return Ran(ran.returncode)

    def read(self, command: Sequence[str]) -> Ran:
        """Run a program and take what it prints.

        Raises:
            DeskError: It cannot be started, takes too long, or prints too much.
        """
        try:
            process = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=dict(self.environ),
            )
        except OSError as error:
            raise _unstartable(command[0], error) from error
        with process:
            try:
                output, complaint = self._collect(process, command[0])
                code = process.wait(self.wait_s)
            except subprocess.TimeoutExpired as error:
                raise _too_slow(command[0]) from error
            finally:
                if process.poll() is None:
                    process.kill()
        return Ran(code, output, complaint)

    def _collect(self, process: subprocess.Popen[bytes], name: str) -> tuple[bytes, str]:
        until_s = time.monotonic() + self.wait_s
        found: dict[int, bytearray] = {}
        with selectors.DefaultSelector() as selector:
            for stream in (process.stdout, process.stderr):
                if stream is not None:
                    selector.register(stream, selectors.EVENT_READ)
                    found[stream.fileno()] = bytearray()
            while selector.get_map():
                left_s = until_s - time.monotonic()
                if left_s <= 0:
                    raise _too_slow(name)
                for key, _ in selector.select(left_s):
                    piece = os.read(key.fd, _PIECE_BYTES)
                    if not piece:
                        selector.unregister(key.fileobj)
                    found[key.fd] += piece
                    if len(found[key.fd]) > self.most_bytes:
                        raise _too_much(name, self.most_bytes)
        output, complaint = found.values()
        return bytes(output), complaint.decode("utf-8", "replace")


def _too_slow(name: str) -> DeskError:
    return DeskError(f"{name}: no answer in time", spoken="Your desktop did not answer in time.")


def _too_much(name: str, most_bytes: int) -> DeskError:
    return DeskError(
        f"{name}: more than {most_bytes} bytes", spoken="That is too much for me to take."
    )


def _unstartable(name: str, error: OSError) -> DeskError:
    return DeskError(
        f"{name}: cannot be started: {error.strerror}",
        spoken=f"The program {name} could not be started.",
        mend=f"see what `{name}` says in a terminal",
    )
