"""Names that the user gave to the people in his pictures: tags in the file's own attributes.

``user.xdg.tags`` is what file managers of the desktop show and search. No face is looked at.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from contextlib import suppress

from voiced.plugin import IntentFailed
from voiced_intents.files.refusals import failed, said, told
from voiced_intents.files.roots import Spot
from voiced_intents.files.tags import NAME as TAGS
from voiced_intents.files.tags import tags_of as tags_in

__all__ = ["FAVORITE", "TAGS", "copy_tags", "tags_of", "write_tags"]

FAVORITE = "favorite"
_LONGEST = 4096
_NO_ATTRIBUTES = (errno.ENOTSUP, errno.EOPNOTSUPP)
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK


def tags_of(spot: Spot) -> tuple[str, ...]:
    """The tags of a file; none where the file system has no such attributes.

    Raises:
        IntentError: It is gone or may not be read.
    """
    with spot.opened(_READ) as opened:
        return tags_in(opened)


def _raw(descriptor: int) -> bytes:
    with suppress(OSError):
        return os.getxattr(descriptor, TAGS)[:_LONGEST]
    return b""


def write_tags(spot: Spot, tags: Sequence[str], expected: Sequence[str]) -> None:
    """Give a file other tags than those that it is expected to have.

    Raises:
        IntentFailed: Its tags have changed, there are too many, or the disk keeps none.
    """
    raw = ",".join(tags).encode()
    if len(raw) > _LONGEST:
        raise failed("too many tags", f"{said(spot.name)} has too many tags already.")
    with spot.opened(_READ) as opened:
        if tags_in(opened) != tuple(expected):
            raise IntentFailed(
                "the tags were changed by somebody else",
                spoken=f"The tags of {said(spot.name)} have been changed since. I left them.",
            )
        try:
            if raw:
                os.setxattr(opened, TAGS, raw)
            else:
                os.removexattr(opened, TAGS)
        except OSError as error:
            if error.errno in _NO_ATTRIBUTES:
                raise failed(
                    "the file system keeps no attributes",
                    f"The disk of {said(spot.name)} can't keep names of people.",
                ) from error
            with told(spot.name):
                raise


def copy_tags(source: int, target: int) -> None:
    """From one open file to another, where there are any and the disk keeps them."""
    raw = _raw(source)
    if raw:
        with suppress(OSError):
            os.setxattr(target, TAGS, raw)
