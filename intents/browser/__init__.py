"""The user's own browser: its tabs, windows, bookmarks, history and pages.

An extension in the browser (``extension/``) speaks to a small program that the browser starts
(``voiced_intents.browser_host``), and that program listens on a socket for ``link``.
"""

from .examining import check_browsers

__all__ = ["CHECKS"]

CHECKS = (check_browsers,)
