"""The command line: arguments, exit codes, printing. What a verb does is in the rest of voiced.

Exit codes: 0 done, 1 the request failed, 2 wrong usage, 69 a service is unavailable, 78 wrong
configuration; 130 after Ctrl-C. Each file of this package is a group of verbs; what they need is
imported when they run, so that ``voiced --help`` is quick. Nothing is imported here, so that
Ctrl-C is quiet from the first moment on.
"""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

__all__ = ["execute", "main"]

_INTERRUPTED = 130
_OBJECTS_UNTIL_COLLECTION = 50_000
_UNWRITABLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO})
"""What writing an answer meets on a full or broken disk."""

_UNAVAILABLE = 69
_NO_MORE_FILES = frozenset({errno.EMFILE, errno.ENFILE})


def execute(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    from voiced.cli.verbs import execute as execute_verb

    return execute_verb(arguments)


def main() -> None:
    """The entry point of the command ``voiced``."""
    try:
        exit_code = _answer()
    except KeyboardInterrupt:
        exit_code = _INTERRUPTED
    if exit_code == _INTERRUPTED:  # Python itself would die by the signal, if it came in an exec()
        _leave(exit_code)
    sys.exit(exit_code)


def _leave(exit_code: int) -> NoReturn:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(exit_code)


def _answer() -> int:
    reconfigure = getattr(sys.stdout, "reconfigure", None)  # not every stdout is a terminal's
    if reconfigure is not None:  # an answer may hold letters that a terminal lacks
        reconfigure(errors="backslashreplace")
    gc.set_threshold(_OBJECTS_UNTIL_COLLECTION)  # starting makes many objects, and all of them stay
    try:
        exit_code = execute(sys.argv[1:])
        sys.stdout.flush()
    except OSError as error:
        if error.errno in _NO_MORE_FILES:
            sys.unraisablehook = lambda _: None  # what is half made complains when it is freed
            print("voiced: no more files can be opened: raise ulimit -n", file=sys.stderr)
            return _UNAVAILABLE
        if error.errno not in _UNWRITABLE:
            raise
        print(f"voiced: the answer cannot be written: {error.strerror}", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes at its end
        exit_code = 1
    return exit_code
