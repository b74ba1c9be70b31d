"""What a sound device tells of itself beside its sound. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, runtime_checkable

__all__ = ["Kind", "Note", "SoundNote", "TellsNotes", "WaitsForDevices"]

Kind: TypeAlias = Literal["microphone", "speaker"]

Note: TypeAlias = Literal["uses", "muted", "only zeros", "unmuted", "too loud", "too quiet"]
"""It is another device from now on; it is muted at the system, gives not even noise, as one with a
switch of its own, or neither any longer; how loud speech is.
"""


@dataclass(frozen=True, slots=True)
class SoundNote:
    """One such fact; ``name`` is the device as people know it."""

    device: Kind
    note: Note
    name: str = ""


@runtime_checkable
class TellsNotes(Protocol):
    """A live microphone or speaker that tells more than its sound."""

    def notes(self) -> tuple[SoundNote, ...]:
        """What is new since this was last asked; synchronous and cheap."""
        ...


@runtime_checkable
class WaitsForDevices(Protocol):
    """A microphone that knows when looking for it again is worth while."""

    async def changed(self) -> None:
        """Wait until a device came, went or changed."""
        ...
