"""Files that a command line names, refused and told in the same way by every verb.

A name that no such file can have is wrong usage (2); a file that cannot be read or written is a
request that failed (1), whatever the engine calls it.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import typer

from voiced.errors import ConfigError, DeviceError, VoicedError

__all__ = ["refuse_other_than_wav", "told_as_input", "told_as_output"]


def refuse_other_than_wav(name: str, option: str) -> None:
    """Nothing but WAV can be written, so another name would lie.

    Raises:
        BadParameter: The name does not end in .wav.
    """
    if Path(name).suffix.lower() != ".wav":
        message = f"{name!r}: only WAV files are written, so the name must end in .wav"
        raise typer.BadParameter(message, param_hint=option)


@contextmanager
def told_as_output(name: str, option: str) -> Generator[None]:
    """A speaker that is a file fails as a file does; ``speaker`` and ``null`` are none."""
    try:
        yield
    except DeviceError as error:
        if name in {"speaker", "null"} or error.stage != "speaker":
            raise
        mend = f"choose another file with {option}"
        raise VoicedError(error.message, mend=mend) from error


@contextmanager
def told_as_input() -> Generator[None]:
    """What a named file or folder lacks is no mistake of the configuration."""
    try:
        yield
    except ConfigError as error:
        raise VoicedError(error.message, mend=error.mend) from error
