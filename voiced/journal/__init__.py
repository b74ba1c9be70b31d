"""The journal: what was done and, if wanted, what was said. SQLite; undo, search, forget."""

from voiced.journal.journal import Journal
from voiced.journal.records import Change, ChangeState, Erased, Missed, Record, Said, Speaker
from voiced.journal.store import fault_of

__all__ = [
    "Change",
    "ChangeState",
    "Erased",
    "Journal",
    "Missed",
    "Record",
    "Said",
    "Speaker",
    "fault_of",
]
