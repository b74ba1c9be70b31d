"""Programs for the user, started apart from us where we are a service.

A service is closed off and ends with all its processes; a browser that somebody asked for must
be neither.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

__all__ = ["apart"]


def apart(command: Sequence[str], environ: Mapping[str, str] | None = None) -> list[str]:
    """The command itself, or what has the user's systemd run it, with the same exit code.

    Args:
        command: A program and its arguments.
        environ: What it needs in its environment beside ours.
    """
    if os.environ.get("SYSTEMD_EXEC_PID") != str(os.getpid()):  # systemd did not start us
        return list(command)
    more = [
        f"--setenv={name}={value}"
        for name, value in (environ or {}).items()
        if os.environ.get(name) != value
    ]
    own = ["systemd-run", "--user", "--quiet", "--collect", "--wait", "--same-dir"]
    return [*own, *more, "--", *command]
