"""What is said unasked: a timer that ends, a reminder that is due. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

__all__ = ["Announcement", "Hearing", "News", "Told"]

Hearing: TypeAlias = Literal["heard", "answered"]
"""What became of an announcement: it was said, or the user said something to it."""

Told: TypeAlias = Mapping[str, Hearing]
"""What became of announcements, by their keys."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """Something to say unasked.

    ``key`` names it where its plugin is told what became of it. ``rings``: a bell comes first, an
    answer is waited for ("stop", or anything else), and a reply is cut off after its sentence.
    ``insists``: it rings, and only words that hush it or an order are an answer. ``entities``: what
    it names, so that "it" and "the second one" mean that from then on. ``room`` is where it is
    said, by the name of a satellite; at the machine itself where that one is not here.
    """

    key: str
    text: str
    rings: bool = False
    insists: bool = False
    entities: tuple[Any, ...] = ()
    room: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """What there is to say now, and when to ask again; None: when anything was done, or later."""

    announcements: tuple[Announcement, ...] = ()
    again_at: datetime | None = None
