"""A connection to PulseAudio or to PipeWire's server of the same protocol.

libpulse runs a thread of its own, in which nothing may block: what it tells comes to the loop
through handovers. No call here waits for the server without a deadline, so one that hangs makes us
deaf, but stops nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from ctypes import c_void_p
from dataclasses import dataclass
from typing import Any

import anyio

from voiced.engines import pulse_library as pulse
from voiced.errors import DeviceCause, DeviceError, ModelMissing
from voiced.sound_notes import Kind
from voiced.workers import Handover, in_worker

__all__ = ["Connection", "Device", "Kind", "Listed", "library", "lost", "pick", "properties"]

_ANSWER_S = 1.5
_HARDWARE = 0x0004
_APPLICATION = b"voiced"
_MEND = "voiced doctor shows the devices that work"
_MEND_NAME = "set audio.{} to one of them"


@dataclass(frozen=True, slots=True)
class Device:
    """A source or a sink. ``is_hardware``: no program stands between it and the sound card."""

    name: str
    description: str
    rate_hz: int
    is_monitor: bool
    is_muted: bool
    is_hardware: bool

    @property
    def names(self) -> tuple[str, str]:
        """What it is known as, in small letters."""
        return self.name.casefold(), self.description.casefold()


@dataclass(frozen=True, slots=True)
class Listed:
    """The devices of one kind, and the name of the one that is used by default."""

    devices: Sequence[Device]
    default: str

    def named(self, name: str) -> Device | None:
        """The device of exactly this name."""
        return next((device for device in self.devices if device.name == name), None)


def library(kind: Kind) -> Any:
    """Load libpulse.

    Raises:
        ModelMissing: It is not installed.
    """
    found = pulse.load()
    if found is None:
        raise ModelMissing(
            "the library libpulse.so.0 is not installed",
            stage=kind,
            spoken="I can't reach the sound server: a library is missing.",
            mend='sudo apt install libpulse0, or set audio.server = "portaudio"',
        )
    return found


def lost(kind: Kind, reason: str, cause: DeviceCause, mend: str = _MEND) -> DeviceError:
    """A device that is lost, or cannot be used now; it may come back."""
    return DeviceError(f"{kind}: {reason}", stage=kind, retryable=True, cause=cause, mend=mend)


def pick(listed: Listed, kind: Kind, wanted: str) -> Device:
    """The device of a name or a description, or of a part that only one has, or "default".

    Raises:
        DeviceError: There is none, or it is the monitor of a loudspeaker, which gives back what we
            say ourselves.
    """
    if wanted == "default":
        found = [device for device in listed.devices if device.name == listed.default]
    else:
        found = _alike(listed.devices, wanted.casefold())
    real = [device for device in found if not device.is_monitor]
    if found and not real:
        reason = f"{found[0].name!r} is the monitor of a loudspeaker, not a microphone"
        raise lost(kind, reason, "gone", _MEND_NAME.format(kind))
    if len(real) != 1:
        names = [device.name for device in real or listed.devices if not device.is_monitor]
        problem = f"{len(real)} devices match" if real else "no such device:"
        there = ", ".join(map(repr, names)) or "none at all"
        reason = f"{problem} {wanted!r}; there are: {there}"
        raise lost(kind, reason, "gone", _MEND_NAME.format(kind) if names else "connect one")
    return real[0]


def _alike(devices: Sequence[Device], wanted: str) -> list[Device]:
    exact = [device for device in devices if wanted in device.names]
    if exact:
        return exact[:1]
    alike = [device for device in devices if any(wanted in name for name in device.names)]
    real = [device for device in alike if not device.is_monitor]
    return real or alike


_running: set[Connection] = set()
"""Connections with a thread: libpulse calls into them, so they must not be freed before."""


class Connection:
    """One client of the sound server, with a thread of libpulse's.

    Args:
        library: libpulse.
        kind: What it is for; errors name it.
        facilities: What changes of the server are told of.

    Attributes:
        streams: What libpulse may call as long as it is connected.
    """

    def __init__(self, library: Any, kind: Kind, facilities: int) -> None:
        self.library = library
        self.kind: Kind = kind
        self.changes: Handover[None] = Handover(1)
        self.streams: set[object] = set()
        self._facilities = facilities
        self._states: Handover[None] = Handover(1)
        self._queries = itertools.count(1)
        self._waiting: dict[int, _Query] = {}
        # libpulse keeps only the addresses of these
        self._on_state = pulse.ContextCall(lambda _context, _data: self._states.push(None))
        self._on_change = pulse.SubscribeCall(lambda *_: self.changes.push(None))
        self._on_server = pulse.ServerCall(self._take_server)
        self._on_device = pulse.DeviceCall(self._take_device)
        self._mainloop: Any = None
        self.context: Any = None

    async def open(self) -> None:
        """Connect.

        Raises:
            DeviceError: There is no server, or it does not answer in time.
        """
        self._begin()
        try:
            with anyio.fail_after(_ANSWER_S):
                while not self.is_ready:
                    if self._state in pulse.CONTEXT_BAD:
                        raise lost(self.kind, f"no sound server: {self.problem}", "server")
                    await self._states.get()
        except TimeoutError as error:
            await self.aclose()
            raise self.no_answer() from error
        except BaseException:
            await self.aclose()
            raise
        with self.locked():
            call = self.library.pa_context_subscribe(self.context, self._facilities, None, None)
            self._forget(call)

    def no_answer(self) -> DeviceError:
        """The server hangs."""
        return lost(self.kind, f"the sound server did not answer for {_ANSWER_S:g} s", "silent")

    def _begin(self) -> None:
        library = self.library
        _running.add(self)
        self._mainloop = library.pa_threaded_mainloop_new()
        api = library.pa_threaded_mainloop_get_api(self._mainloop)
        with properties(library, {"application.name": "voiced"}) as found:
            self.context = library.pa_context_new_with_proplist(api, _APPLICATION, found)
        library.pa_context_set_state_callback(self.context, self._on_state, None)
        library.pa_context_set_subscribe_callback(self.context, self._on_change, None)
        library.pa_context_connect(self.context, None, pulse.NO_AUTOSPAWN, None)
        library.pa_threaded_mainloop_start(self._mainloop)

    async def aclose(self) -> None:
        """Disconnect; may be called twice."""
        mainloop, self._mainloop = self._mainloop, None
        context, self.context = self.context, None
        if mainloop is not None:
            with anyio.CancelScope(shield=True):
                await in_worker(self._end, mainloop, context)

    def _end(self, mainloop: Any, context: Any) -> None:
        library = self.library
        library.pa_threaded_mainloop_lock(mainloop)
        library.pa_context_disconnect(context)
        library.pa_context_unref(context)
        library.pa_threaded_mainloop_unlock(mainloop)
        library.pa_threaded_mainloop_stop(mainloop)
        library.pa_threaded_mainloop_free(mainloop)
        self.streams.clear()
        _running.discard(self)

    @contextmanager
    def locked(self) -> Generator[None]:
        """Keep libpulse's thread out. Never wait in here."""
        mainloop = self._mainloop
        self.library.pa_threaded_mainloop_lock(mainloop)
        try:
            yield
        finally:
            self.library.pa_threaded_mainloop_unlock(mainloop)

    @property
    def _state(self) -> int:
        if self.context is None:
            return min(pulse.CONTEXT_BAD)
        with self.locked():
            return int(self.library.pa_context_get_state(self.context))

    @property
    def is_ready(self) -> bool:
        """Whether the server is connected."""
        return self._state == pulse.CONTEXT_READY

    @property
    def problem(self) -> str:
        """What libpulse says of the last error."""
        if self.context is None:
            return "not connected"
        with self.locked():
            number = self.library.pa_context_errno(self.context)
            return str(self.library.pa_strerror(number).decode())

    async def listed(self) -> Listed:
        """The devices that there are now, of the connection's kind.

        Raises:
            DeviceError: The server is gone, or does not answer in time.
        """
        default = await self._ask("pa_context_get_server_info", self._on_server)
        kind = "source" if self.kind == "microphone" else "sink"
        devices = await self._ask(f"pa_context_get_{kind}_info_list", self._on_device)
        return Listed(devices, default[0] if default else "")

    async def _ask(self, name: str, callback: Any) -> list[Any]:
        query = _Query()
        number = next(self._queries)
        self._waiting[number] = query
        try:
            if not self.is_ready:
                raise lost(self.kind, f"no sound server: {self.problem}", "server")
            with self.locked():
                self._forget(getattr(self.library, name)(self.context, callback, c_void_p(number)))
            with anyio.fail_after(_ANSWER_S):
                await query.done.get()
        except TimeoutError as error:
            raise self.no_answer() from error
        finally:
            self._waiting.pop(number, None)
        return query.found

    def _forget(self, operation: Any) -> None:
        if operation:
            self.library.pa_operation_unref(operation)

    # In libpulse's thread: never waits

    def _take_server(self, _context: Any, info: Any, number: int | None) -> None:
        query = self._waiting.get(number or 0)
        if query is not None:
            if info:
                of = info.contents
                name = of.default_source if self.kind == "microphone" else of.default_sink
                query.found.append((name or b"").decode())
            query.done.push(None)

    def _take_device(self, _context: Any, info: Any, is_last: int, number: int | None) -> None:
        query = self._waiting.get(number or 0)
        if query is None:
            return
        if is_last or not info:
            query.done.push(None)
        else:
            query.found.append(_device(info.contents, self.kind))


class _Query:
    """A question to the server, and what it has answered so far."""

    def __init__(self) -> None:
        self.found: list[Any] = []
        self.done: Handover[None] = Handover(1)


def _device(info: Any, kind: Kind) -> Device:
    return Device(
        (info.name or b"").decode(),
        (info.description or b"").decode(errors="replace"),
        int(info.sample_spec.rate),
        kind == "microphone" and int(info.monitor) != pulse.INVALID,
        bool(info.mute),
        bool(info.flags & _HARDWARE),
    )


@contextmanager
def properties(library: Any, values: dict[str, str]) -> Generator[Any]:
    """A property list of libpulse."""
    made = library.pa_proplist_new()
    for key, value in values.items():
        library.pa_proplist_sets(made, key.encode(), value.encode())
    try:
        yield made
    finally:
        library.pa_proplist_free(made)
