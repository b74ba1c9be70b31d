"""The desktop: applications, windows, media, volume, brightness, screen, notifications.

Only what the registry collects is named here; the code lives in the modules beside it.
"""

from __future__ import annotations

from .levels import (
    mute,
    set_brightness,
    set_volume,
    step_brightness,
    step_volume,
    tell_brightness,
    tell_volume,
    undo_brightness,
    undo_volume,
    unmute,
)
from .media import (
    list_players,
    next_track,
    pause,
    play,
    previous_track,
    undo_media,
    what_is_playing,
)
from .moving import (
    close_window,
    list_windows,
    maximise_window,
    minimise_window,
    open_app,
    switch_app,
    switch_window,
    undo_window,
)
from .notifications import listen
from .screen import lock_screen, take_screenshot, undo_screenshot
from .settings import Settings

__all__ = [
    "Settings",
    "close_window",
    "list_players",
    "list_windows",
    "listen",
    "lock_screen",
    "maximise_window",
    "minimise_window",
    "mute",
    "next_track",
    "open_app",
    "pause",
    "play",
    "previous_track",
    "set_brightness",
    "set_volume",
    "step_brightness",
    "step_volume",
    "switch_app",
    "switch_window",
    "take_screenshot",
    "tell_brightness",
    "tell_volume",
    "undo_brightness",
    "undo_media",
    "undo_screenshot",
    "undo_volume",
    "undo_window",
    "unmute",
    "what_is_playing",
]
