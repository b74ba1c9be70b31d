"""Who may start the host: a browser, for our own extension."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["CHROMIUM_ID", "CHROMIUM_ORIGIN", "FIREFOX_ID", "HOST_NAME", "is_ours"]

HOST_NAME = "voiced.browser"
FIREFOX_ID = "voiced@voiced.invalid"
CHROMIUM_ID = "lhldbnjfdloolbdfikgfmjhafdfebfaa"
"""Follows from the key in the extension's manifest."""
CHROMIUM_ORIGIN = f"chrome-extension://{CHROMIUM_ID}/"


def is_ours(arguments: Sequence[str]) -> bool:
    """Whether these are the arguments that a browser gives for our extension.

    Chromium and its relatives give the extension's origin first; Firefox gives the path of the
    host's manifest and the id of the add-on.
    """
    match list(arguments):
        case [origin, *_] if origin.startswith("chrome-extension:"):
            return origin == CHROMIUM_ORIGIN
        case [manifest, identity]:
            return manifest.endswith(f"/{HOST_NAME}.json") and identity == FIREFOX_ID
        case _:
            return False
