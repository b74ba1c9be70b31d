"""When the user's turn begins and ends, and when speech interrupts: pure state machines, no I/O.

``taking`` is the state machine; ``rules`` how patient it is; ``inputs`` what it is told besides the
sound; ``decisions`` what comes out. ``hearing`` says what of the sound counts as speech,
``stretch`` counts it, ``pauses`` says how long a silence has to be, ``overlap`` what interrupts.
"""

from voiced.turns.decisions import (
    BargedIn,
    Decision,
    OverlapBegan,
    OverlapHeld,
    OverlapPassed,
    UtteranceBegan,
    UtteranceEnded,
    UtterancePaused,
    UtteranceReopened,
    UtteranceResumed,
)
from voiced.turns.hearing import Sound
from voiced.turns.inputs import Phase, Reading, Said
from voiced.turns.pauses import Outlook, PauseMemory
from voiced.turns.rules import Rules
from voiced.turns.taking import TurnTaking

__all__ = [
    "BargedIn",
    "Decision",
    "Outlook",
    "OverlapBegan",
    "OverlapHeld",
    "OverlapPassed",
    "PauseMemory",
    "Phase",
    "Reading",
    "Rules",
    "Said",
    "Sound",
    "TurnTaking",
    "UtteranceBegan",
    "UtteranceEnded",
    "UtterancePaused",
    "UtteranceReopened",
    "UtteranceResumed",
]
