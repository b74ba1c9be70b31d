"""Two channels of sound in a FLAC file: written when a turn is kept, read when it is replayed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from voiced.audio import RATE_HZ
from voiced.errors import AudioFormatError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["read_flac", "write_flac"]

_CHANNELS = 2


def write_flac(path: Path, sound: NDArray[np.int16]) -> None:
    """Write int16 sound of shape (n, 2) at 16 kHz; what was in the file is replaced.

    Raises:
        AudioFormatError: It cannot be written: the disk is full, say.
    """
    import soundfile

    try:
        soundfile.write(path, sound, RATE_HZ, format="FLAC", subtype="PCM_16")
    except (soundfile.SoundFileError, OSError) as error:
        raise _failure(path, "written", error) from error


def read_flac(path: Path) -> NDArray[np.int16]:
    """The sound of a file of two channels at 16 kHz: int16 of shape (n, 2).

    Raises:
        AudioFormatError: It cannot be read, or is no such file.
    """
    import soundfile

    try:
        sound, rate_hz = soundfile.read(path, dtype="int16", always_2d=True)
    except (soundfile.SoundFileError, OSError) as error:
        raise _failure(path, "read", error) from error
    if rate_hz != RATE_HZ or sound.shape[1] != _CHANNELS:
        reason = f"has {sound.shape[1]} channels at {rate_hz} Hz, not {_CHANNELS} at {RATE_HZ} Hz"
        raise AudioFormatError(file=str(path), reason=reason)
    samples: NDArray[np.int16] = sound
    return samples


def _failure(path: Path, done: str, error: Exception) -> AudioFormatError:
    cause = str(error).partition(": ")[2] or str(error)
    return AudioFormatError(file=str(path), reason=f"cannot be {done}: {cause}")
