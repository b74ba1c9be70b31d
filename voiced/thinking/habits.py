"""What a session is told of its owner and of its place, besides the rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from voiced.activation.gate import GateRules
from voiced.audio import RATE_HZ, AudioFrame, Samples
from voiced.turns import PauseMemory

__all__ = ["Habits", "Tap"]

Tap: TypeAlias = Callable[[AudioFrame, Samples], None]
"""Takes each frame of the microphone as it came, and what left the speaker meanwhile."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How a session behaves where the rules leave it open.

    ``duck_db`` is how much softer a reply gets at a suspicion; ``pre_roll`` the samples kept from
    before speech was noticed; ``pauses`` the owner's pauses, which the session learns (None: it
    learns nothing); ``tap`` takes all sound, for instance to keep it; ``gate`` says what makes it
    listen (None: nothing has to).
    """

    duck_db: float = 24.0
    pre_roll: int = RATE_HZ
    pauses: PauseMemory | None = None
    tap: Tap | None = None
    gate: GateRules | None = None
