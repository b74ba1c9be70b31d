"""The user's own browser: its tabs, windows, bookmarks, history and pages.

An extension in the browser (``extension/``) speaks to a small program that the browser starts
(``voiced_intents.browser_host``), and that program listens on a socket for ``link``. Only what the
registry collects is named here; the code lives in the modules beside it.
"""

from __future__ import annotations

from .arranging import (
    move_several,
    move_tab,
    mute_tab,
    pin_tab,
    place_tab,
    undo_move,
    undo_set,
    unmute_tab,
    unpin_tab,
)
from .bookmarking import (
    add_bookmark,
    find_bookmarks,
    remove_bookmark,
    unbookmark_page,
    undo_add_bookmark,
    undo_remove_bookmark,
)
from .closing import (
    close_all,
    close_others,
    close_several,
    close_tab,
    close_window,
    reopen_tab,
    undo_close,
    undo_close_window,
)
from .examining import check_browsers
from .going import find_on_page, go_back, go_forward, reload_page, scroll_page, undo_step
from .opening import new_tab, new_window, open_bookmark, open_site, private_window
from .reading import ask_page, read_on, read_page, summarise_page
from .remembering import clear_history, find_visit
from .settings import Settings
from .switching import list_tabs, list_windows, step_tab, switch_tab, undo_switch

CHECKS = (check_browsers,)

__all__ = [
    "CHECKS",
    "Settings",
    "add_bookmark",
    "ask_page",
    "clear_history",
    "close_all",
    "close_others",
    "close_several",
    "close_tab",
    "close_window",
    "find_bookmarks",
    "find_on_page",
    "find_visit",
    "go_back",
    "go_forward",
    "list_tabs",
    "list_windows",
    "move_several",
    "move_tab",
    "mute_tab",
    "new_tab",
    "new_window",
    "open_bookmark",
    "open_site",
    "pin_tab",
    "place_tab",
    "private_window",
    "read_on",
    "read_page",
    "reload_page",
    "remove_bookmark",
    "reopen_tab",
    "scroll_page",
    "step_tab",
    "summarise_page",
    "switch_tab",
    "unbookmark_page",
    "undo_add_bookmark",
    "undo_close",
    "undo_close_window",
    "undo_move",
    "undo_remove_bookmark",
    "undo_set",
    "undo_step",
    "undo_switch",
    "unmute_tab",
    "unpin_tab",
]
