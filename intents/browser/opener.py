"""A page opened by the desktop: for browsers that have not joined."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence

from voiced.plugin import IntentFailed, apart

from .addresses import is_web_url

__all__ = ["browse"]

_WAIT_S = 1.5

# Openers that still ran when we stopped waiting; the next call collects those that have ended.
_opened: list[subprocess.Popen[bytes]] = []


def browse(url: str, command: Sequence[str]) -> None:
    """Open a page. Blocks for a moment, to hear whether it failed.

    Raises:
        IntentFailed: It is no page, or there is no browser.
    """
    program = command[0]
    if not is_web_url(url):
        raise IntentFailed("not an http or https URL", spoken="That is no page that I can open.")
    if shutil.which(program) is None:
        raise IntentFailed(
            f"{program}: not installed",
            spoken=f"I can't open pages here, because the program {program} is missing.",
            mend="install xdg-utils, or set opener in the section [browser] of voiced.toml",
        )
    _opened[:] = [process for process in _opened if process.poll() is None]
    try:
        process = subprocess.Popen(
            apart([*command, url]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        reason = f"{program}: {error.strerror}"
        raise IntentFailed(reason, spoken=f"The program {program} could not be started.") from error
    try:
        code = process.wait(_WAIT_S)
    except subprocess.TimeoutExpired:
        _opened.append(process)
        return
    if code:
        raise IntentFailed(
            f"{program} ended with exit code {code}",
            spoken="The page could not be opened. There may be no browser.",
            mend="see what `xdg-open https://example.org` says in a terminal",
        )
