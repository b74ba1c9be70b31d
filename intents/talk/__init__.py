"""Talk about the conversation itself: help, stop, again, undo, how it is said, spelling."""

from __future__ import annotations

from voiced_intents.talk.again import repeat, stop
from voiced_intents.talk.changes import recall, undo
from voiced_intents.talk.forgetting import start_over
from voiced_intents.talk.help import explain
from voiced_intents.talk.manner import faster, louder, normal, quieter, slower, whisper
from voiced_intents.talk.spelling import spell

__all__ = [
    "explain",
    "faster",
    "louder",
    "normal",
    "quieter",
    "recall",
    "repeat",
    "slower",
    "spell",
    "start_over",
    "stop",
    "undo",
    "whisper",
]
