"""Whether an echo canceller is needed: asked of the sound server, through ``pactl`` if it is there.

It is not where the sound goes into ears, and not where the server cancels the echo itself. Without
an answer it is: where there is nothing to cancel, it changes nothing.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from subprocess import DEVNULL
from typing import Any, TypeAlias

import anyio

__all__ = ["EchoChoice", "Listing", "choose", "chosen_for", "listing"]

Entry: TypeAlias = Mapping[str, Any]
"""A sink or a source, as ``pactl --format=json list`` has it."""

_ANSWER_S = 1.5
_BY_DEFAULT = frozenset({"default", "sysdefault", "pulse", "pulseaudio", "pipewire"})
_IN_EARS = re.compile(r"head[- ]?(phone|set)|ear(phone|piece|bud)", re.IGNORECASE)
_CANCELS = re.compile(r"echo[-_ .]?cancel", re.IGNORECASE)
_FORM = "device.form_factor"
_NAMES = ("node.name", "node.group", "device.description", "media.name")


@dataclass(frozen=True, slots=True)
class Listing:
    """What the sound server has, and which of it is used by default."""

    sinks: Sequence[Entry]
    sources: Sequence[Entry]
    default_sink: str = ""
    default_source: str = ""


@dataclass(frozen=True, slots=True)
class EchoChoice:
    """Whether we cancel the echo in this process, and why."""

    cancels: bool
    reason: str


async def chosen_for(speaker: str, microphone: str) -> EchoChoice:
    """Ask the sound server and choose, for the devices of the configuration."""
    return choose(await listing(), speaker, microphone)


def choose(found: Listing | None, speaker: str, microphone: str) -> EchoChoice:
    """Choose by what the sound server said; None: it said nothing."""
    if found is None:
        return EchoChoice(cancels=True, reason="the sound server was not asked, or did not answer")
    sink = _entry(found.sinks, speaker, found.default_sink)
    source = _entry(found.sources, microphone, found.default_source)
    if sink is not None and (ear := _in_ears(sink)):
        return EchoChoice(cancels=False, reason=f"the sound goes into ears: {ear}")
    if source is not None and _cancels(source):
        name = source.get("name", "")
        if sink is not None and _cancels(sink):
            return EchoChoice(cancels=False, reason=f"the sound server cancels it: {name}")
        reason = f"{name} cancels only what is played to its own sink, and we play to another"
        return EchoChoice(cancels=True, reason=reason)
    if sink is None:
        return EchoChoice(cancels=True, reason=f"the sound server knows no speaker {speaker!r}")
    return EchoChoice(cancels=True, reason=f"{sink.get('name', '')} is heard in the room")


def _entry(entries: Sequence[Entry], wanted: str, default: str) -> Entry | None:
    """The entry of a device as PortAudio names it; None if that is not clear."""
    name = default if wanted.casefold() in _BY_DEFAULT else wanted
    exact = [entry for entry in entries if entry.get("name") == name]
    if exact:
        return exact[0]
    part = name.casefold()
    alike = [entry for entry in entries if part in str(entry.get("description", "")).casefold()]
    return alike[0] if name and len(alike) == 1 else None


def _in_ears(sink: Entry) -> str:
    """What says that it is a headset; an empty string if nothing does."""
    form = str(_properties(sink).get(_FORM, ""))
    if _IN_EARS.search(form):
        return form
    active = sink.get("active_port")
    for port in sink.get("ports") or ():
        if isinstance(port, Mapping) and active and port.get("name") == active:
            words = [str(port.get(key, "")) for key in ("type", "name", "description")]
            return next((word for word in words if _IN_EARS.search(word)), "")
    return str(active) if isinstance(active, str) and _IN_EARS.search(active) else ""


def _cancels(entry: Entry) -> bool:
    words = [str(entry.get("name", "")), str(entry.get("driver", ""))]
    words += [str(_properties(entry).get(key, "")) for key in _NAMES]
    return any(_CANCELS.search(word) for word in words)


def _properties(entry: Entry) -> Mapping[str, Any]:
    properties = entry.get("properties")
    return properties if isinstance(properties, Mapping) else {}


async def listing(program: str = "pactl") -> Listing | None:
    """Ask the sound server; None if it cannot be asked, or does not answer in time."""
    path = shutil.which(program)
    if path is None:
        return None
    with anyio.move_on_after(_ANSWER_S):
        info = await _ask(path, "info")
        sinks = await _ask(path, "list", "sinks")
        sources = await _ask(path, "list", "sources")
        if isinstance(info, Mapping) and isinstance(sinks, list) and isinstance(sources, list):
            return Listing(
                [entry for entry in sinks if isinstance(entry, Mapping)],
                [entry for entry in sources if isinstance(entry, Mapping)],
                str(info.get("default_sink_name", "")),
                str(info.get("default_source_name", "")),
            )
    return None


async def _ask(program: str, *words: str) -> Any:
    """What it prints, parsed; None if it fails, or is too old to print JSON."""
    plain = os.environ | {"LC_ALL": "C"}  # in some languages its numbers are no JSON
    try:
        done = await anyio.run_process(
            [program, "--format=json", *words], check=False, env=plain, stderr=DEVNULL
        )
        return json.loads(done.stdout) if done.returncode == 0 else None
    except (OSError, ValueError):
        return None
