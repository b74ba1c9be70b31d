"""Questions about what is on the screen, or in a picture."""

from __future__ import annotations

from .looking import allow_pictures, look_at_picture, look_at_screen, read_screen

__all__ = ["allow_pictures", "look_at_picture", "look_at_screen", "read_screen"]
