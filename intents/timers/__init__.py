"""Timers, alarms and reminders. They are kept on disk, and ring while ``voiced run`` listens.

Only what the registry collects is named here; the code lives in the modules beside it.
"""

from __future__ import annotations

from voiced.plugin import Keeps

from .alarms import cancel_alarm, list_alarms, set_alarm, snooze
from .forgetting import count_ended, forget_ended
from .keeping import undo_cancel, undo_set
from .reminders import add_reminder, cancel_reminder, list_reminders
from .ringing import ring
from .settings import Settings
from .timing import (
    cancel_all,
    cancel_timer,
    lengthen,
    list_timers,
    shorten,
    start_timer,
    time_left,
    undo_adjust,
)

FORGETTERS = (forget_ended,)
FORGETTABLE = (count_ended,)
KEEPS: tuple[Keeps, ...] = (
    ("timers, alarms and reminders", lambda context: context.settings(Settings).path),
)

__all__ = [
    "FORGETTABLE",
    "FORGETTERS",
    "KEEPS",
    "Settings",
    "add_reminder",
    "cancel_alarm",
    "cancel_all",
    "cancel_reminder",
    "cancel_timer",
    "lengthen",
    "list_alarms",
    "list_reminders",
    "list_timers",
    "ring",
    "set_alarm",
    "shorten",
    "snooze",
    "start_timer",
    "time_left",
    "undo_adjust",
    "undo_cancel",
    "undo_set",
]
