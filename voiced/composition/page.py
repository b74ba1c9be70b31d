"""The page on this machine as a companion of the daemon, where [web] wants it up all the time."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from voiced.config import Loaded
from voiced.plugin import Companion, Health, SlotContext

__all__ = ["PAGE_FOLDER", "missing_libraries", "page_of", "port_of"]

PAGE_FOLDER = "web"
"""Beside the control socket: where the page is, who may come in."""

_PORT_FILE = "port"
_LIBRARIES = ("jinja2", "prometheus_client", "python_multipart", "starlette", "uvicorn")
_ANSWER_S = 0.5
_INSTALL = "pip install 'voiced[web]'"


def missing_libraries() -> tuple[str, ...]:
    """What the page needs and is not installed."""
    return tuple(name for name in _LIBRARIES if find_spec(name) is None)


def port_of(folder: Path) -> int | None:
    """Where the page says that it is; None where it does not run."""
    try:
        return int((folder / _PORT_FILE).read_text("ascii"))
    except (OSError, ValueError):
        return None


def page_of(loaded: Loaded) -> Companion:
    """The page beside the daemon."""
    from voiced.control.place import folder_of  # else what is typed would wait for numpy

    folder = folder_of(os.environ) / PAGE_FOLDER
    named = ("--config", str(loaded.path)) if loaded.path is not None else ()

    def start(_: SlotContext) -> tuple[Sequence[str], str]:
        return (sys.executable, "-m", "voiced.cli", *named, "web", "--beside"), ""

    def health(_: SlotContext) -> Health:
        return _health(folder, loaded.config.web.port)

    return Companion("page", start, health, lambda _: [folder])


def _health(folder: Path, port: int) -> Health:
    missing = missing_libraries()
    if missing:
        return Health(is_ok=False, found=f"{', '.join(missing)} not installed", mend=_INSTALL)
    where = port_of(folder)
    if where is None or not _answers(where):
        mend = "see what voiced web says; another port: port in [web] of voiced.toml"
        return Health(is_ok=False, found=f"not at 127.0.0.1:{port}", mend=mend)
    return Health(is_ok=True, found=f"at 127.0.0.1:{where}; voiced web opens it")


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), _ANSWER_S).close()
    except OSError:
        return False
    return True
