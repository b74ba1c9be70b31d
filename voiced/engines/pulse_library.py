"""libpulse through ctypes: the structures, constants and calls that are used here, and no more.

PulseAudio and PipeWire both serve it. Its binary interface has not changed for years.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Mapping
from ctypes import (
    CFUNCTYPE,
    POINTER,
    Structure,
    c_char_p,
    c_int,
    c_size_t,
    c_uint8,
    c_uint32,
    c_uint64,
    c_void_p,
)
from pathlib import Path
from typing import Any

__all__ = [
    "CONTEXT_BAD",
    "CONTEXT_READY",
    "FACILITY_SERVER",
    "FACILITY_SINK",
    "FACILITY_SOURCE",
    "INVALID",
    "MONO_S16",
    "NO_AUTOSPAWN",
    "STREAM_BAD",
    "STREAM_READY",
    "BufferAttr",
    "ContextCall",
    "DeviceCall",
    "DeviceInfo",
    "RequestCall",
    "SampleSpec",
    "ServerCall",
    "ServerInfo",
    "StreamCall",
    "SubscribeCall",
    "has_server",
    "load",
    "mono",
    "server_is_there",
]

_NAME = "libpulse.so.0"
_CHANNELS_MAX = 32

INVALID = 0xFFFFFFFF
"""No index, or: let the server choose."""

MONO_S16 = 3
"""The sample format: 16 bits, little endian."""

NO_AUTOSPAWN = 1
CONTEXT_READY = 4
CONTEXT_BAD = frozenset({5, 6})
STREAM_READY = 2
STREAM_BAD = frozenset({3, 4})
FACILITY_SINK = 0x0001
FACILITY_SOURCE = 0x0002
FACILITY_SERVER = 0x0080
"""What a subscription may be for."""


class SampleSpec(Structure):
    """``pa_sample_spec``."""

    _fields_ = (("format", c_int), ("rate", c_uint32), ("channels", c_uint8))


class _ChannelMap(Structure):
    _fields_ = (("channels", c_uint8), ("map", c_int * _CHANNELS_MAX))


class _Volume(Structure):
    _fields_ = (("channels", c_uint8), ("values", c_uint32 * _CHANNELS_MAX))


class BufferAttr(Structure):
    """``pa_buffer_attr``: sizes in bytes."""

    _fields_ = (
        ("maxlength", c_uint32),
        ("tlength", c_uint32),
        ("prebuf", c_uint32),
        ("minreq", c_uint32),
        ("fragsize", c_uint32),
    )


class ServerInfo(Structure):
    """``pa_server_info``."""

    _fields_ = (
        ("user_name", c_char_p),
        ("host_name", c_char_p),
        ("server_version", c_char_p),
        ("server_name", c_char_p),
        ("sample_spec", SampleSpec),
        ("default_sink", c_char_p),
        ("default_source", c_char_p),
        ("cookie", c_uint32),
        ("channel_map", _ChannelMap),
    )


class DeviceInfo(Structure):
    """The beginning of ``pa_source_info`` and of ``pa_sink_info``, which are alike.

    ``monitor``: of a source, the sink that it is the monitor of, or ``INVALID``.
    """

    _fields_ = (
        ("name", c_char_p),
        ("index", c_uint32),
        ("description", c_char_p),
        ("sample_spec", SampleSpec),
        ("channel_map", _ChannelMap),
        ("owner_module", c_uint32),
        ("volume", _Volume),
        ("mute", c_int),
        ("monitor", c_uint32),
        ("monitor_name", c_char_p),
        ("latency", c_uint64),
        ("driver", c_char_p),
        ("flags", c_int),
    )


ContextCall = CFUNCTYPE(None, c_void_p, c_void_p)
SubscribeCall = CFUNCTYPE(None, c_void_p, c_int, c_uint32, c_void_p)
ServerCall = CFUNCTYPE(None, c_void_p, POINTER(ServerInfo), c_void_p)
DeviceCall = CFUNCTYPE(None, c_void_p, POINTER(DeviceInfo), c_int, c_void_p)
StreamCall = CFUNCTYPE(None, c_void_p, c_void_p)
RequestCall = CFUNCTYPE(None, c_void_p, c_size_t, c_void_p)

# name: (result, arguments); all pointers that we only pass on are c_void_p
_CALLS: Mapping[str, tuple[Any, tuple[Any, ...]]] = {
    "pa_threaded_mainloop_new": (c_void_p, ()),
    "pa_threaded_mainloop_start": (c_int, (c_void_p,)),
    "pa_threaded_mainloop_stop": (None, (c_void_p,)),
    "pa_threaded_mainloop_free": (None, (c_void_p,)),
    "pa_threaded_mainloop_lock": (None, (c_void_p,)),
    "pa_threaded_mainloop_unlock": (None, (c_void_p,)),
    "pa_threaded_mainloop_get_api": (c_void_p, (c_void_p,)),
    "pa_proplist_new": (c_void_p, ()),
    "pa_proplist_free": (None, (c_void_p,)),
    "pa_proplist_sets": (c_int, (c_void_p, c_char_p, c_char_p)),
    "pa_context_new_with_proplist": (c_void_p, (c_void_p, c_char_p, c_void_p)),
    "pa_context_connect": (c_int, (c_void_p, c_char_p, c_int, c_void_p)),
    "pa_context_disconnect": (None, (c_void_p,)),
    "pa_context_unref": (None, (c_void_p,)),
    "pa_context_get_state": (c_int, (c_void_p,)),
    "pa_context_errno": (c_int, (c_void_p,)),
    "pa_strerror": (c_char_p, (c_int,)),
    "pa_context_set_state_callback": (None, (c_void_p, ContextCall, c_void_p)),
    "pa_context_set_subscribe_callback": (None, (c_void_p, SubscribeCall, c_void_p)),
    "pa_context_subscribe": (c_void_p, (c_void_p, c_int, c_void_p, c_void_p)),
    "pa_context_get_server_info": (c_void_p, (c_void_p, ServerCall, c_void_p)),
    "pa_context_get_source_info_list": (c_void_p, (c_void_p, DeviceCall, c_void_p)),
    "pa_context_get_sink_info_list": (c_void_p, (c_void_p, DeviceCall, c_void_p)),
    "pa_operation_unref": (None, (c_void_p,)),
    "pa_stream_new_with_proplist": (
        c_void_p,
        (c_void_p, c_char_p, POINTER(SampleSpec), c_void_p, c_void_p),
    ),
    "pa_stream_connect_record": (c_int, (c_void_p, c_char_p, POINTER(BufferAttr), c_int)),
    "pa_stream_connect_playback": (
        c_int,
        (c_void_p, c_char_p, POINTER(BufferAttr), c_int, c_void_p, c_void_p),
    ),
    "pa_stream_disconnect": (c_int, (c_void_p,)),
    "pa_stream_unref": (None, (c_void_p,)),
    "pa_stream_get_state": (c_int, (c_void_p,)),
    "pa_stream_get_context": (c_void_p, (c_void_p,)),
    "pa_stream_get_device_name": (c_char_p, (c_void_p,)),
    "pa_stream_get_latency": (c_int, (c_void_p, POINTER(c_uint64), POINTER(c_int))),
    "pa_stream_set_state_callback": (None, (c_void_p, StreamCall, c_void_p)),
    "pa_stream_set_moved_callback": (None, (c_void_p, StreamCall, c_void_p)),
    "pa_stream_set_read_callback": (None, (c_void_p, RequestCall, c_void_p)),
    "pa_stream_set_write_callback": (None, (c_void_p, RequestCall, c_void_p)),
    "pa_stream_peek": (c_int, (c_void_p, POINTER(c_void_p), POINTER(c_size_t))),
    "pa_stream_drop": (c_int, (c_void_p,)),
    "pa_stream_readable_size": (c_size_t, (c_void_p,)),
    "pa_stream_write": (c_int, (c_void_p, c_char_p, c_size_t, c_void_p, ctypes.c_int64, c_int)),
}


def load() -> Any | None:
    """The library with its calls declared; None where it is not installed."""
    try:
        library = ctypes.CDLL(_NAME)
    except OSError:
        return None
    for name, (result, arguments) in _CALLS.items():
        call = getattr(library, name)
        call.restype = result
        call.argtypes = arguments
    return library


def server_is_there(env: Mapping[str, str]) -> bool:
    """Whether the environment names a server, or its socket is where it usually is."""
    if env.get("PULSE_SERVER"):
        return True
    runtime = env.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    folder = env.get("PULSE_RUNTIME_PATH") or f"{runtime}/pulse"
    try:
        return (Path(folder) / "native").exists()
    except OSError:
        return False


def has_server(library: Any, stream: Any) -> bool:
    """Whether a stream's server is still connected. In libpulse's thread, or with its lock."""
    context = library.pa_stream_get_context(stream)
    return bool(context) and library.pa_context_get_state(context) == CONTEXT_READY


def mono(rate_hz: int) -> SampleSpec:
    """One channel of int16."""
    return SampleSpec(MONO_S16, rate_hz, 1)
