"""Searching the web by voice: three results with their sources, more of one, and opening it."""

from __future__ import annotations

from .opening import open_result
from .searching import search_web, tell_more
from .settings import Settings

__all__ = ["Settings", "open_result", "search_web", "tell_more"]
