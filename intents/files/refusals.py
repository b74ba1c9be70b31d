"""How a refusal is said: operating system errors as sentences. Names stay out of log messages."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from voiced.plugin import IntentDenied, IntentError, IntentFailed, one_line

__all__ = ["denied", "failed", "only_nearly", "said", "told"]


def said(name: str) -> str:
    """A file name as it can be shown and spoken: valid text on one line."""
    return one_line(name) or "no name"


def failed(message: str, spoken: str, mend: str = "") -> IntentFailed:
    """Tried and failed; ``message`` is for logs and holds no name, ``spoken`` may."""
    return IntentFailed(message, spoken=spoken, mend=mend)


def denied(message: str, spoken: str, mend: str = "") -> IntentDenied:
    """Refused on principle; ``message`` is for logs and holds no name, ``spoken`` may."""
    return IntentDenied(message, spoken=spoken, mend=mend)


_NO_ROOM = "The disk is full, so I changed nothing."
_SENTENCES = {
    errno.ENOENT: "{name} is not there any more.",
    errno.ENOTDIR: "{name} is not there any more.",
    errno.EEXIST: "There is already something called {name}. I left both as they are.",
    errno.ENOTEMPTY: "{name} is not empty, so I left it.",
    errno.EACCES: "I don't have permission for {name}.",
    errno.EPERM: "I don't have permission for {name}.",
    errno.EROFS: "I can't change {name}, it can only be read.",
    errno.ENAMETOOLONG: "The name {name} is too long.",
    errno.ENOSPC: _NO_ROOM,
    errno.EDQUOT: _NO_ROOM,
    errno.EFBIG: "That would be too large a file for that disk, so I changed nothing.",
    errno.EXDEV: "{name} would leave its disk, and I can't do that here.",
}
_DENIALS = {
    errno.ELOOP: ("a link is in the way", "{name} is behind a link, and I don't follow links."),
    errno.ENOSYS: (
        "this kernel has no openat2 or renameat2, so nothing can be opened safely",
        "This computer's Linux is too old for me to touch files safely.",
    ),
    errno.EINVAL: (
        "this file system cannot rename without the risk of overwriting",
        "The disk of {name} can't promise that nothing is overwritten, so I changed nothing.",
    ),
}
_MENDS = {errno.ENOSYS: "use Linux 5.6 or newer, or allow openat2 in the sandbox"}


def _refusal(error: OSError, name: str) -> IntentError:
    number = error.errno or 0
    if number in _DENIALS:
        message, spoken = _DENIALS[number]
        return denied(message, spoken.format(name=said(name)), _MENDS.get(number, ""))
    spoken = _SENTENCES.get(number, "That did not work with {name}.")
    return failed(f"the file system refused: {os.strerror(number)}", spoken.format(name=said(name)))


@contextmanager
def told(name: str) -> Iterator[None]:
    """Turn an OSError of the body into the refusal that is spoken about ``name``."""
    try:
        yield
    except OSError as error:
        raise _refusal(error, name) from error


def only_nearly(name: str) -> IntentFailed:
    """What was said fits nothing whole; the nearest is told, and never taken for it."""
    text = f"Nothing fits all of that. The nearest is {said(name)}: say its name if you mean it."
    return failed("nothing fits all that was said", text)
