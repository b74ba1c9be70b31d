"""What microphone and loudspeaker share: loading PortAudio, finding a device, opening a stream.

Blocking calls run in workers, since a sound server that hangs makes them hang. PortAudio lists the
devices once, when it is loaded: one that is plugged in later is reached by the name "default" only.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import anyio

from voiced.errors import DeviceError, ModelMissing
from voiced.workers import in_worker

__all__ = [
    "BLOCK_S",
    "Device",
    "Direction",
    "Format",
    "close",
    "find",
    "load",
    "names",
    "open_stream",
    "options",
    "supported",
]

Direction: TypeAlias = Literal["input", "output"]
"""Sound in or sound out, as PortAudio calls them."""

BLOCK_S = 0.01
"""Length of the blocks of a callback, in seconds; shorter blocks mean less delay."""

_OPEN_S = 5.0
_CLOSE_S = 2.0
_STAGES: Mapping[Direction, str] = {"input": "microphone", "output": "speaker"}
_INSTEAD: Mapping[Direction, str] = {
    "input": "connect one, or use a recording: voiced run --source PATH.wav",
    "output": "connect one, or write a file: voiced run --sink PATH.wav, voiced say --out PATH.wav",
}
_MEND = (
    "Debian, Ubuntu: sudo apt install libportaudio2; Fedora: sudo dnf install portaudio; "
    "Arch: sudo pacman -S portaudio"
)


@dataclass(frozen=True, slots=True)
class Device:
    """A sound device as PortAudio lists it. ``rate_hz`` is the rate that it likes best."""

    index: int
    name: str
    channels: int
    rate_hz: int


@dataclass(frozen=True, slots=True)
class Format:
    """Rate and channels that a device can be opened with."""

    rate_hz: int
    channels: int


def load(direction: Direction, importer: Callable[[str], Any] = importlib.import_module) -> Any:
    """Import sounddevice.

    Raises:
        ModelMissing: The PortAudio library is not installed.
    """
    try:
        return importer("sounddevice")
    except OSError as error:
        raise ModelMissing(
            "the PortAudio library (libportaudio.so.2) is not installed",
            stage=_STAGES[direction],
            spoken="I can't reach the sound devices: a library is missing.",
            mend=_MEND,
        ) from error


def find(library: Any, direction: Direction, name: str) -> Device:
    """Find a device by its whole name, by a part that only one has, or as "default".

    Raises:
        DeviceError: There is no such device; the message lists those that exist.
    """
    devices = _listed(library, direction)
    if name == "default":
        chosen = int(library.default.device[direction == "output"])
        found = [device for device in devices if device.index == chosen] or list(devices[:1])
    else:
        wanted = name.casefold()
        exact = [device for device in devices if device.name.casefold() == wanted]
        found = exact[:1] or [device for device in devices if wanted in device.name.casefold()]
    if len(found) != 1:
        problem = f"{len(found)} devices match" if found else "no such device:"
        names = ", ".join(repr(device.name) for device in found or devices) or "none at all"
        msg = f"{_STAGES[direction]}: {problem} {name!r}; there are: {names}"
        mend = f"set audio.{_STAGES[direction]} to one of them" if devices else _INSTEAD[direction]
        raise DeviceError(msg, stage=_STAGES[direction], mend=mend)
    return found[0]


def names(direction: Direction) -> Sequence[str]:
    """The devices that there are.

    Raises:
        ModelMissing: The sound library is not installed.
    """
    return tuple(device.name for device in _listed(load(direction), direction))


def _listed(library: Any, direction: Direction) -> Sequence[Device]:
    channels = f"max_{direction}_channels"
    return [
        Device(index, str(entry["name"]), int(entry[channels]), int(entry["default_samplerate"]))
        for index, entry in enumerate(library.query_devices())
        if entry[channels] > 0
    ]


def supported(
    library: Any, direction: Direction, device: Device, rates_hz: Sequence[int]
) -> Format:
    """The first format that the device takes: mono rather than stereo, then by rate.

    Raises:
        DeviceError: It takes none of them.
    """
    check = getattr(library, f"check_{direction}_settings")
    why: Exception | None = None
    for channels in (1, 2):
        for rate_hz in rates_hz:
            try:
                check(device=device.index, channels=channels, dtype="int16", samplerate=rate_hz)
            except (library.PortAudioError, ValueError) as error:
                why = error
            else:
                return Format(rate_hz, channels)
    raise _failure(direction, f"{device.name!r} cannot be opened: {why}") from why


def options(device: Device, form: Format) -> dict[str, Any]:
    """How both directions open a raw stream: int16, short blocks, low latency."""
    return {
        "device": device.index,
        "samplerate": form.rate_hz,
        "channels": form.channels,
        "dtype": "int16",
        "blocksize": int(BLOCK_S * form.rate_hz),
        "latency": "low",
    }


async def open_stream(
    direction: Direction, make: Callable[[], Any], errors: type[Exception]
) -> Any:
    """Make a stream and start it, in a worker. One that opens too late is closed again.

    Raises:
        DeviceError: It could not be opened, or not in time.
    """
    is_late = False

    def make_and_start() -> Any:
        stream = make()
        try:
            stream.start()
        except errors:
            stream.close(ignore_errors=True)
            raise
        if is_late:
            _close(stream)
        return stream

    try:
        with anyio.fail_after(_OPEN_S, shield=True):
            return await in_worker(make_and_start)
    except TimeoutError as error:
        is_late = True
        raise _failure(direction, f"the sound server did not answer for {_OPEN_S} s") from error
    except errors as error:
        raise _failure(direction, f"cannot be opened: {error}") from error


async def close(stream: Any) -> None:
    """Silence and close a stream; one whose server hangs is left behind."""
    with anyio.move_on_after(_CLOSE_S, shield=True):
        await in_worker(_close, stream)


def _close(stream: Any) -> None:
    stream.abort(ignore_errors=True)
    stream.close(ignore_errors=True)


def _failure(direction: Direction, reason: str) -> DeviceError:
    stage = _STAGES[direction]
    return DeviceError(
        f"{stage}: {reason}",
        stage=stage,
        retryable=True,
        mend="voiced doctor shows the devices that work",
    )
