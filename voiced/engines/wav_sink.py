"""A speaker that writes what was heard into a WAV file, on the session's own timeline.

The file can be read at any time, after a crash too: its header is brought up to date with every
write. Nothing here knows about devices.
"""

from __future__ import annotations

import os
import wave
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

import anyio

from voiced.audio import Resampler, Samples, silence
from voiced.errors import DeviceError
from voiced.sound.paced_playback import PacedPlayback
from voiced.workers import Exclusive

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["WavSpeaker"]

_SAMPLE_BYTES = 2
_MAX_SAMPLES = (2**32 - 64) // _SAMPLE_BYTES
_SETTLE_S = 1.0


class WavSpeaker:
    """Writes a mono WAV file of 16 bits whose first sample is the moment of ``prepare``.

    Silence between leases is written too, so that second 12 of the file is second 12 of the
    session.

    Args:
        path: The file; an existing one is replaced.
        rate_hz: Rate of the file, in hertz.
    """

    def __init__(self, path: str | os.PathLike[str], rate_hz: int = 24_000) -> None:
        self._path = Path(path)
        self._rate_hz = rate_hz
        self._sink: _WavSink | None = None
        self._lease: PacedPlayback | None = None

    async def prepare(self) -> None:
        """Create the file. The second call does nothing.

        Raises:
            DeviceError: The file cannot be written.
        """
        if self._sink is None:
            sink = _WavSink(self._path, self._rate_hz)
            await sink.open()
            self._sink = sink

    def open(self) -> PacedPlayback:
        """Lease the speaker; the lease before is stopped.

        Raises:
            DeviceError: ``prepare`` was not called.
        """
        if self._sink is None:
            raise _failure(self._path, "is not open: prepare the speaker first")
        if self._lease is not None:
            self._lease.stop()
        self._lease = PacedPlayback(anyio.current_time, self._sink)
        return self._lease

    def played(self, samples: int) -> Samples:
        """Silence: no room hears a file."""
        return silence(samples)

    async def aclose(self) -> None:
        """Write the rest, with the silence until now, and close the file.

        Raises:
            DeviceError: The rest could not be written; the file holds what came before.
        """
        sink, self._sink = self._sink, None
        if sink is not None:
            if self._lease is not None:
                self._lease.stop()
            await sink.close(anyio.current_time())


class _WavSink:
    """Lines up heard sound on the file's timeline; slow work is done in a worker."""

    def __init__(self, path: Path, rate_hz: int) -> None:
        self._path = path
        self._rate_hz = rate_hz
        self._start_s = 0.0
        self._at = 0  # samples on the timeline so far, the ones not yet written included
        self._pending: deque[Samples | int] = deque()  # sound, or the length of a silence
        self._pending_samples = 0
        self._resampler: Resampler | None = None
        self._file: _WavFile | None = None
        self._alone = Exclusive()

    async def open(self) -> None:
        self._file = await self._alone.run(_WavFile, self._path, self._rate_hz)
        self._start_s = anyio.current_time()

    async def close(self, now_s: float) -> None:
        self.end()
        self._fill_until(now_s)
        if self._file is not None:
            pieces = self._taken()
            await self._alone.run(self._file.finish, pieces)

    async def settle(self) -> None:
        if self._pending_samples >= _SETTLE_S * self._rate_hz and self._file is not None:
            pieces = self._taken()
            await self._alone.run(self._file.write, pieces)

    def write(self, samples: Samples, rate_hz: int, at_s: float) -> None:
        if self._resampler is None:
            self._fill_until(at_s)
            self._resampler = Resampler(rate_hz, self._rate_hz)
        self._append(self._resampler.feed(samples))

    def end(self) -> None:
        if self._resampler is not None:
            self._append(self._resampler.flush())
            self._resampler = None

    def _fill_until(self, at_s: float) -> None:
        gap = round((at_s - self._start_s) * self._rate_hz) - self._at
        if gap > 0:
            self._pending.append(gap)
            self._count(gap)

    def _append(self, samples: Samples) -> None:
        if len(samples):
            self._pending.append(samples)
            self._count(len(samples))

    def _count(self, samples: int) -> None:
        self._at += samples
        self._pending_samples += samples

    def _taken(self) -> list[Samples | int]:
        pieces = list(self._pending)
        self._pending.clear()
        self._pending_samples = 0
        return pieces


class _WavFile:
    """The file itself; blocking."""

    def __init__(self, path: Path, rate_hz: int) -> None:
        self._path = path
        self._rate_hz = rate_hz
        self._written = 0
        try:
            self._raw: IO[bytes] = path.open("wb")
        except OSError as error:
            raise _failure(path, f"cannot be written: {error.strerror}") from error
        self._wave = wave.Wave_write(self._raw)
        self._wave.setnchannels(1)
        self._wave.setsampwidth(_SAMPLE_BYTES)
        self._wave.setframerate(rate_hz)
        try:
            self.write([])
        except DeviceError:
            with suppress(DeviceError):
                self._close()
            raise

    def write(self, pieces: list[Samples | int]) -> None:
        try:
            for samples in self._blocks(pieces):
                self._check_room(len(samples))
                self._wave.writeframes(samples.tobytes())
                self._written += len(samples)
            self._wave.writeframes(b"")
            self._raw.flush()
        except OSError as error:
            raise _failure(self._path, f"cannot be written: {error.strerror}") from error

    def finish(self, pieces: list[Samples | int]) -> None:
        try:
            self.write(pieces)
        finally:
            self._close()

    def _close(self) -> None:
        try:
            with self._raw:
                self._wave.close()
        except OSError as error:
            raise _failure(self._path, f"cannot be written: {error.strerror}") from error

    def _check_room(self, samples: int) -> None:
        if self._written + samples > _MAX_SAMPLES:
            hours = _MAX_SAMPLES / self._rate_hz / 3600
            raise _failure(self._path, f"is full: a WAV file holds {hours:.0f} hours")

    def _blocks(self, pieces: list[Samples | int]) -> Iterator[Samples]:
        """The pieces, long silences in blocks of a second, so that hours take no memory."""
        for piece in pieces:
            if not isinstance(piece, int):
                yield piece
                continue
            for offset in range(0, piece, self._rate_hz):
                yield silence(min(self._rate_hz, piece - offset))


def _failure(path: Path, reason: str) -> DeviceError:
    return DeviceError(
        f"{path}: {reason}",
        stage="speaker",
        spoken="I can't write the sound file.",
        mend="choose another file with --sink",
    )
