"""A microphone that plays a sound file: WAV, FLAC or OGG, any usual rate, up to 8 channels.

The file is read in blocks, so that hours of sound take no memory. Nothing here knows devices.
"""

from __future__ import annotations

import logging
import os
import stat
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import anyio.lowlevel
import numpy as np

from voiced.audio import RATE_HZ, AudioFrame, Framer, Resampler, Samples, silence, to_int16
from voiced.errors import AudioFormatError
from voiced.workers import Exclusive, in_worker

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

__all__ = ["Pace", "SoundFileMicrophone"]

_log = logging.getLogger(__name__)

_LOWEST_HZ = 4_000
_HIGHEST_HZ = 384_000
_MOST_CHANNELS = 8
_BLOCK_S = 2.0
_CLOSE_S = 2.0
_MEND = "give a WAV, FLAC or OGG file"


class Pace(Enum):
    """When a frame is handed over."""

    CLOCK = "clock"
    """When the loop's clock reaches the frame's end, as a microphone would."""
    NONE = "none"
    """As soon as it is wanted."""


class SoundFileMicrophone:
    """Plays a sound file as if it were spoken now, by the loop's clock, real or virtual.

    Args:
        path: The file.
        trailing_s: Silence added after the sound, so that the end of speech can be noticed.
        pace: When frames are handed over.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        trailing_s: float = 1.5,
        pace: Pace = Pace.CLOCK,
    ) -> None:
        self._path = Path(path)
        self._trailing = round(trailing_s * RATE_HZ)
        self._pace = pace

    async def prepare(self) -> None:
        """Look whether the file can be played.

        Raises:
            AudioFormatError: Which file, and why not.
        """
        source = await in_worker(_SoundSource, self._path)
        await in_worker(source.close)

    async def aclose(self) -> None:
        """Do nothing: the file is closed when ``frames`` ends."""

    async def frames(self) -> AsyncGenerator[AudioFrame]:
        """The whole sound from its beginning, mono, 16 kHz, in frames of 20 ms, then silence.

        Raises:
            AudioFormatError: The file cannot be played, or not to its end.
        """
        source = await in_worker(_SoundSource, self._path)
        alone = Exclusive()  # a read that was abandoned may still be at work when we close
        try:
            framer = Framer()
            start_s = anyio.current_time()
            while (samples := await alone.run(source.read)) is not None:
                for frame in framer.feed(samples):
                    await self._wait_for(frame, start_s)
                    yield frame
            for frame in (*framer.feed(silence(self._trailing)), *framer.flush()):
                await self._wait_for(frame, start_s)
                yield frame
        finally:
            with anyio.move_on_after(_CLOSE_S, shield=True):
                await alone.run(source.close)

    async def _wait_for(self, frame: AudioFrame, start_s: float) -> None:
        if self._pace is Pace.CLOCK:
            await anyio.sleep_until(start_s + frame.end / RATE_HZ)
        elif frame.start % RATE_HZ == 0:
            await anyio.lowlevel.checkpoint()


class _SoundSource:
    """The file, read block by block; blocking."""

    def __init__(self, path: Path) -> None:
        import soundfile

        self._path = path
        self._soundfile: Any = soundfile
        _check_file(path)
        with self._translated():
            self._sound = soundfile.SoundFile(path)
        self._left = int(self._sound.frames)
        self._rate_hz = int(self._sound.samplerate)
        self._resampler: Resampler | None = None
        try:
            self._check_format()
            self._first: Samples | None = self._next_block()
        except AudioFormatError:
            self.close()
            raise
        self._resampler = Resampler(self._rate_hz, RATE_HZ)
        _warn_if_cut(path, self._sound)

    def read(self) -> Samples | None:
        """The next part at 16 kHz, or None at the end."""
        if self._resampler is None:
            return None
        block, self._first = self._first, None
        if block is None:
            block = self._next_block()
        if len(block):
            return self._resampler.feed(block)
        rest = self._resampler.flush()
        self._resampler = None
        return rest

    def close(self) -> None:
        self._sound.close()

    def _next_block(self) -> Samples:
        with self._translated():
            sound = self._sound.read(int(_BLOCK_S * self._rate_hz), dtype="float32", always_2d=True)
        if not np.isfinite(sound).all():
            raise AudioFormatError(
                file=str(self._path), reason="holds values that are not numbers", mend=_MEND
            )
        return to_int16(sound.mean(axis=1))

    def _check_format(self) -> None:
        reason = ""
        if not self._left:
            reason = "holds no sound (0 samples)"
        elif not _LOWEST_HZ <= self._rate_hz <= _HIGHEST_HZ:
            reason = f"has {self._rate_hz} Hz; {_LOWEST_HZ} to {_HIGHEST_HZ} Hz can be played"
        elif self._sound.channels > _MOST_CHANNELS:
            reason = f"has {self._sound.channels} channels; at most {_MOST_CHANNELS} can be mixed"
        if reason:
            raise AudioFormatError(file=str(self._path), reason=reason)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except self._soundfile.SoundFileError as error:
            cause = str(error).partition(": ")[2] or str(error)
            raise AudioFormatError(
                file=str(self._path), reason=f"cannot be read as sound: {cause}", mend=_MEND
            ) from error


def _check_file(path: Path) -> None:
    """Say what is wrong with the file itself, before its format is looked at."""
    try:
        status = path.stat()
        reason = _not_a_file(status)
        if not reason:
            with path.open("rb"):
                pass
    except (OSError, ValueError) as error:
        reason = _refusal(error)
        raise AudioFormatError(file=str(path), reason=reason, mend=_MEND) from error
    if reason:
        raise AudioFormatError(file=str(path), reason=reason, mend=_MEND)


def _not_a_file(status: os.stat_result) -> str:
    if stat.S_ISDIR(status.st_mode):
        return "is a folder"
    if not stat.S_ISREG(status.st_mode):
        return "is not a regular file"
    return "" if status.st_size else "is empty (0 bytes)"


def _refusal(error: OSError | ValueError) -> str:
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return "there is no such file"
        case PermissionError():
            return "may not be read: permission denied"
        case OSError():
            return f"cannot be opened: {error.strerror}"
    return "is not a file name"


def _warn_if_cut(path: Path, sound: Any) -> None:
    """A recording that was cut short is played as far as it goes."""
    if "(should be" in sound.extra_info:
        _log.warning(
            "%s is shorter than its header says: %.1f s are there",
            path.name,
            sound.frames / sound.samplerate,
        )
