"""The whole examination, from Python to the folders."""

from __future__ import annotations

import os
import sys

from voiced.composition.engines import uses_pulse
from voiced.config import journal_folder
from voiced.doctor.checks import Check, Examination
from voiced.doctor.desktop import check_desktop
from voiced.doctor.devices import check_devices
from voiced.doctor.engines import check_engines
from voiced.doctor.plugins import check_plugins
from voiced.doctor.services import check_portaudio, check_sound_server
from voiced.doctor.tool_servers import check_tool_servers
from voiced.journal import fault_of

__all__ = ["examine"]

_OLDEST, _FIRST_TOO_NEW = (3, 11), (3, 14)


def examine(what: Examination) -> tuple[Check, ...]:
    """Look at everything. Takes a few seconds at most; changes nothing."""
    return (
        _python(),
        _config_file(what),
        *check_engines(what),
        check_portaudio(is_needed=not uses_pulse(what.loaded.config)),
        *check_devices(what.loaded.config),
        check_sound_server(what.env),
        *check_desktop(what.env),
        _journal(what),
        *check_plugins(what),
        *check_tool_servers(what.loaded.config),
    )


def _python() -> Check:
    version = sys.version_info[:2]
    found = ".".join(str(part) for part in sys.version_info[:3])
    ok = _OLDEST <= version < _FIRST_TOO_NEW
    mend = "" if ok else "install Python 3.11, 3.12 or 3.13"
    return Check("Python", ok=ok, found=found, mend=mend, is_needed=True)


def _config_file(what: Examination) -> Check:
    path = what.loaded.path
    found = str(path) if path else f"none ({what.loaded.file}): all defaults"
    return Check("configuration", ok=True, found=found, is_needed=True)


def _journal(what: Examination) -> Check:
    folder = journal_folder(what.loaded.config.journal)
    if not (folder / "journal.db").exists():
        nearest = next(place for place in (folder, *folder.parents) if place.exists())
        if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
            return Check("journal", ok=True, found=f"{folder}: not begun yet", is_needed=True)
        mend = "set [journal] folder to a folder that you may write"
        return Check("journal", ok=False, found=f"{nearest}: no", mend=mend, is_needed=True)
    fault = fault_of(folder)
    found = fault or str(folder / "journal.db")
    mend = "voiced run sets it aside and begins a new one" if fault else ""
    return Check("journal", ok=not fault, found=found, mend=mend, is_needed=True)
