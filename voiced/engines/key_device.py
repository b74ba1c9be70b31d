"""A button of its own: a keyboard, a pedal or a GPIO key, by Linux's input devices."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import TYPE_CHECKING

import anyio

from voiced.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from voiced.activation.keys import KeyAct

__all__ = ["ButtonDevice"]

_EVENT = struct.Struct("llHHi")
"""The kernel's input_event: seconds, microseconds, type, code, value."""

_EV_KEY = 1
_UP, _DOWN = 0, 1
_DEVICES = Path("/dev/input")
_NAMES = Path("/sys/class/input")


class ButtonDevice:
    """Push-to-talk by an input device. Others may read it, too: it is not taken from them.

    Args:
        device: Its name as the kernel has it, or its file.
        code: Which of its keys; 0: any.
        toggles: Each press counts for press and release by turns.
        names: Where the kernel tells the names of its devices.
    """

    def __init__(
        self, device: str, code: int = 0, *, toggles: bool = False, names: Path = _NAMES
    ) -> None:
        self._device = device
        self._code = code
        self._toggles = toggles
        self._names = names

    async def acts(self) -> AsyncGenerator[KeyAct]:
        """Presses and releases; what the kernel repeats of a held key is none.

        Raises:
            EngineError: There is no such device, it may not be read, or it is gone.
        """
        path = self._path()
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise self._failure(f"{path} cannot be opened: {error.strerror}") from error
        try:
            while True:
                try:
                    await anyio.wait_readable(descriptor)
                except PermissionError as error:  # a plain file: nothing comes of it
                    raise self._failure(f"{path} is no input device") from error
                for act in self._read(descriptor):
                    yield act
        finally:
            os.close(descriptor)

    def _read(self, descriptor: int) -> list[KeyAct]:
        try:
            data = os.read(descriptor, 64 * _EVENT.size)
        except OSError as error:
            raise self._failure(f"it is gone: {error.strerror}") from error
        if not data:
            raise self._failure("it is gone")
        acts: list[KeyAct] = []
        for _, _, kind, code, value in _EVENT.iter_unpack(
            data[: len(data) - len(data) % _EVENT.size]
        ):
            if kind != _EV_KEY or self._code not in (0, code) or value not in (_UP, _DOWN):
                continue
            if self._toggles:
                acts += ["toggle"] * value
            else:
                acts.append("press" if value == _DOWN else "release")
        return acts

    def _path(self) -> Path:
        if self._device.startswith("/"):
            return Path(self._device)
        known: list[str] = []
        for file in sorted(self._names.glob("event*/device/name")):
            try:
                name = file.read_text(encoding="utf-8", errors="replace").strip()
            except OSError:  # it has just gone
                continue
            known.append(name)
            if name.casefold() == self._device.casefold():
                return _DEVICES / file.parent.parent.name
        there = ", ".join(map(repr, known)) or "none"
        raise self._failure(f"there is no such device; there are {there}")

    def _failure(self, reason: str) -> EngineError:
        return EngineError(
            f"button {self._device!r}: {reason}",
            stage="key",
            retryable=True,
            mend="see /proc/bus/input/devices for the names; to read one, be in the group input",
        )
