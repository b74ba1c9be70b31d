"""Which recogniser and voice fit a machine, and why. Nothing but reckoning."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from voiced.config.editing import KeyValue
from voiced.setting_up.boards import board_of
from voiced.setting_up.machine import Machine
from voiced.setting_up.speed import WHISPER_GFLOP, Speed, expected_s

__all__ = ["EMBEDDED", "MOST_S", "WHISPER", "Advice", "recogniser_for", "voice_for", "whisper_keys"]

EMBEDDED = "pocketsphinx"
WHISPER = "faster-whisper"

MOST_S = 1.2
"""An order is waited for no longer than this."""

_MEMORY_MB = {"tiny.en": 900, "base.en": 1200, "small.en": 2000}
"""What the machine needs, so that half of it is left: they take 280, 310 and 470 MB."""

_PIPER_MB, _PIPER_GFLOPS = 900, 25.0
_BUILT_IN_VOICE, _NICE_VOICE = "default", "joe"


@dataclass(frozen=True, slots=True)
class Advice:
    """What is recommended.

    Attributes:
        choice: The engine and the model ("faster-whisper base.en"), or the voice.
        reason: Why, in plain words.
        keys: What has to be set in the section.
        model: What has to be downloaded; empty: nothing.
        package: What has to be installed with pip first; empty: nothing.
    """

    choice: str
    reason: str
    keys: Mapping[str, KeyValue]
    model: str = ""
    package: str = ""


def recogniser_for(machine: Machine, speed: Speed, packages: Collection[str]) -> Advice:
    """The recogniser: the largest Whisper that answers in time, else the built-in one."""
    fitting = [name for name in WHISPER_GFLOP if not _against(name, machine, speed)]
    if not fitting:
        return _embedded(machine, speed)
    name = fitting[-1]
    larger = list(WHISPER_GFLOP)[len(fitting) :]
    reason = f"about {expected_s(name, speed):.1f} s for an order"
    if larger:
        reason += f"; {larger[0]} does not fit: {_against(larger[0], machine, speed)}"
    missing = "" if "faster_whisper" in packages else "'voiced[whisper]'"
    return Advice(f"{WHISPER} {name}", reason, whisper_keys(name, machine), name, missing)


def whisper_keys(model: str, machine: Machine) -> dict[str, KeyValue]:
    """What has to be set in [transcriber] for a Whisper model."""
    board = board_of(machine.board)
    keys: dict[str, KeyValue] = {"engine": WHISPER, "model": model}
    if board is not None:
        keys["threads"] = max(1, min(board.threads, machine.cores))
    return keys


def _embedded(machine: Machine, speed: Speed) -> Advice:
    against = _against(next(iter(WHISPER_GFLOP)), machine, speed)
    return Advice(EMBEDDED, f"Whisper does not fit: {against}", {"engine": EMBEDDED, "model": ""})


def _against(model: str, machine: Machine, speed: Speed) -> str:
    """Why a Whisper model does not fit; empty: it does."""
    board = board_of(machine.board)
    sizes = list(WHISPER_GFLOP)
    if board and (not board.largest or sizes.index(model) > sizes.index(board.largest)):
        return board.why
    if machine.memory_mb < _MEMORY_MB[model]:
        return f"{_MEMORY_MB[model]} MB of memory are wanted, there are {machine.memory_mb}"
    taken_s = expected_s(model, speed)
    if taken_s > MOST_S:
        return f"about {taken_s:.1f} s for an order is too slow"
    return ""


def voice_for(machine: Machine, speed: Speed, packages: Collection[str]) -> Advice:
    """The voice: one of piper's where the machine is fast enough, else the built-in one."""
    against = _against_piper(machine, speed)
    if against:
        return Advice(_BUILT_IN_VOICE, against, {"voice": _BUILT_IN_VOICE})
    missing = "" if "piper" in packages else "'voiced[piper]'"
    reason = "sounds like a person, and this machine is fast enough for it"
    return Advice(_NICE_VOICE, reason, {"voice": _NICE_VOICE}, _NICE_VOICE, missing)


def _against_piper(machine: Machine, speed: Speed) -> str:
    board = board_of(machine.board)
    if board and not board.piper:
        return board.why
    if machine.memory_mb < _PIPER_MB:
        return f"{_PIPER_MB} MB of memory are wanted for piper, there are {machine.memory_mb}"
    if speed.gflops < _PIPER_GFLOPS:
        return "piper would begin to speak late on this machine"
    return ""
