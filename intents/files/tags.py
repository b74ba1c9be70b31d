"""The tags of files, as other programs keep them too: the extended attribute ``user.xdg.tags``.

Source: freedesktop.org, CommonExtendedAttributes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress

from voiced.plugin import normalise, one_line, sound_similarity

__all__ = ["NAME", "fitting", "tags_of", "tags_under"]

NAME = "user.xdg.tags"
_LONGEST_BYTES = 4096
_SOUNDS_LIKE = 0.85


def tags_of(descriptor: int) -> tuple[str, ...]:
    """The tags of an open file; none where it has none, or its disk keeps none."""
    with suppress(OSError):
        return _split(os.getxattr(descriptor, NAME))
    return ()


def tags_under(folder: int, name: str) -> tuple[str, ...]:
    """The tags of what a name in an open folder is, never through a link."""
    with suppress(OSError):
        return _split(os.getxattr(f"/proc/self/fd/{folder}/{name}", NAME, follow_symlinks=False))
    return ()


def _split(raw: bytes) -> tuple[str, ...]:
    texts = raw[:_LONGEST_BYTES].decode("utf-8", "replace").split(",")
    tags = (one_line(text).strip() for text in texts)
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def fitting(said: str, known: Iterable[str]) -> list[str]:
    """The tags that were meant: those that are called so, else those that sound most like it."""
    words = " ".join(normalise(said))
    spoken = {tag: " ".join(normalise(tag)) for tag in known}
    same = [tag for tag, form in spoken.items() if form == words]
    if same or not words:
        return same
    scored = {tag: sound_similarity(words, form) for tag, form in spoken.items() if form}
    best = max(scored.values(), default=0.0)
    return [tag for tag, score in scored.items() if score == best >= _SOUNDS_LIKE]
