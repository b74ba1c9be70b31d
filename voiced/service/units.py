"""voiced as a service of the user's systemd: its units, and what systemctl says of them.

Everything here blocks. Nothing but the user's own folder of units is written to.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from voiced.errors import VoicedError

__all__ = [
    "FAILED_UNIT",
    "UNIT",
    "Ran",
    "Service",
    "ServiceError",
    "code_in_tmp",
    "own_command",
    "run_program",
    "unit_folder",
    "why_given_up",
]

UNIT = "voiced.service"
FAILED_UNIT = "voiced-failed.service"

_UNITS = (UNIT, FAILED_UNIT)
_COMMAND = "%h/.local/bin/voiced"
_TEMPORARY = "BindReadOnlyPaths=-/tmp/.X11-unix"
_WAIT_S = 120.0
_NOT_THERE = 127

_SANDBOX = (
    "PrivateUsers=yes",
    "ProtectSystem=strict",
    "PrivateTmp=yes",
    "ProtectProc=invisible",
    "ProtectKernelTunables=yes",
    "ProtectKernelLogs=yes",
    "CapabilityBoundingSet=",
)
"""What a kernel or a distribution may not let a user have."""

_NO_SANDBOX = """\
# This computer gives your own services no view of their own (user namespaces are switched off),
# so these protections are left out; all others hold.
[Service]
PrivateUsers=no
PrivateMounts=no
ProtectSystem=no
ReadWritePaths=
PrivateTmp=no
BindReadOnlyPaths=
ProtectProc=default
ProtectKernelTunables=no
ProtectKernelModules=no
ProtectKernelLogs=no
ProtectControlGroups=no
ProtectClock=no
ProtectHostname=no
CapabilityBoundingSet=~
"""


class ServiceError(VoicedError):
    """The service cannot be installed, asked or removed."""

    exit_code = 69
    default_spoken = "My service cannot be managed here."


@dataclass(frozen=True, slots=True)
class Ran:
    """How a program ended, and what it said."""

    code: int
    output: str
    complaint: str = ""


def run_program(command: Sequence[str]) -> Ran:
    """Run a program to its end; 127 where it is not there."""
    try:
        ran = subprocess.run(
            list(command), capture_output=True, text=True, timeout=_WAIT_S, check=False
        )
    except FileNotFoundError:
        return Ran(_NOT_THERE, "", f"{command[0]} is not installed")
    except (OSError, subprocess.TimeoutExpired) as error:
        return Ran(126, "", f"{command[0]}: {type(error).__name__}")
    return Ran(ran.returncode, ran.stdout, ran.stderr.strip())


@dataclass(frozen=True, slots=True)
class Service:
    """The units of one user.

    Attributes:
        folder: Where the user's units are.
        command: What runs voiced: a path and options that stand before the verb.
        run: Runs a program.
        code: Folders that it runs from, which a service does not see by itself.
    """

    folder: Path
    command: Sequence[str]
    run: Callable[[Sequence[str]], Ran] = run_program
    code: Sequence[Path] = ()

    @property
    def is_installed(self) -> bool:
        """Whether its unit is there."""
        return (self.folder / UNIT).is_file()

    def install(self) -> list[str]:
        """Write the units, have it started now and at every login; what was done, in sentences.

        Raises:
            ServiceError: There is no user manager, or it refuses.
        """
        self._demand_manager()
        told = [f"{self._write(name, self._unit(name))} is written." for name in _UNITS]
        drop_in = f"{UNIT}.d/no-sandbox.conf"
        if self._has_sandbox():
            (self.folder / drop_in).unlink(missing_ok=True)
        else:
            self._write(drop_in, _NO_SANDBOX)
            told.append(
                "This computer gives your services no view of their own, so a part of the "
                f"protection is left out: {self.folder / drop_in}."
            )
        self._demand("daemon-reload")
        self._demand("enable", UNIT)
        self._demand("restart", UNIT)
        told.append("voiced listens, now and after every login.")
        return told

    def status(self) -> dict[str, str]:
        """What systemd knows of it.

        Raises:
            ServiceError: There is no user manager.
        """
        self._demand_manager()
        wanted = "LoadState ActiveState SubState StatusText NRestarts Result UnitFileState MainPID"
        shown = self._demand("show", UNIT, *(f"--property={name}" for name in wanted.split()))
        pairs = (line.partition("=") for line in shown.output.splitlines())
        return {name: value for name, _, value in pairs if name}

    def remove(self) -> list[str]:
        """Stop it, and take its units away; nothing else of the user's is touched.

        Raises:
            ServiceError: There is no user manager, or it refuses.
        """
        self._demand_manager()
        if not self.is_installed:
            return ["It was not installed."]
        self._demand("disable", "--now", UNIT)
        self._systemctl("stop", FAILED_UNIT)
        for name in _UNITS:
            (self.folder / name).unlink(missing_ok=True)
        drop_ins = self.folder / f"{UNIT}.d"
        (drop_ins / "no-sandbox.conf").unlink(missing_ok=True)
        if drop_ins.is_dir() and not any(drop_ins.iterdir()):
            drop_ins.rmdir()
        self._demand("daemon-reload")
        self._systemctl("reset-failed", UNIT)
        return ["voiced is stopped and starts no more by itself."]

    def logs_command(self, *, follow: bool) -> list[str]:
        """What shows its log."""
        more = ["--follow"] if follow else ["--pager-end"]
        return ["journalctl", "--user", "--unit", UNIT, "--unit", FAILED_UNIT, *more]

    def _systemctl(self, *words: str) -> Ran:
        return self.run(["systemctl", "--user", "--no-pager", *words])

    def _demand(self, *words: str) -> Ran:
        ran = self._systemctl(*words)
        if ran.code:
            raise ServiceError(
                f"systemctl --user {' '.join(words[:2])}: {ran.complaint or ran.code}",
                mend="voiced service logs",
            )
        return ran

    def _demand_manager(self) -> None:
        ran = self._systemctl("is-system-running")
        if ran.code == _NOT_THERE:
            raise ServiceError(
                "there is no systemd on this computer",
                mend="have your session start `voiced run` (its autostart, or a line of cron:"
                " @reboot voiced run)",
            )
        if ran.output.strip() in ("", "offline", "unknown"):
            raise ServiceError(
                f"no user manager of systemd answers: {ran.complaint or 'it is off'}",
                mend="run this in a login of your own, not by su or sudo; on a computer without a"
                " desktop: sudo loginctl enable-linger $USER",
            )

    def _has_sandbox(self) -> bool:
        properties = [f"--property={each}" for each in _SANDBOX]
        command = ["systemd-run", "--user", "--quiet", "--wait", "--collect", *properties, "true"]
        return self.run(command).code == 0

    def _unit(self, name: str) -> str:
        text = resources.files("voiced_systemd").joinpath(name).read_text(encoding="utf-8")
        shown = "".join(f"\nBindReadOnlyPaths={_quoted(str(each))}" for each in self.code)
        text = text.replace(_TEMPORARY, _TEMPORARY + shown)
        return text.replace(_COMMAND, " ".join(_escaped(word) for word in self.command))

    def _write(self, name: str, text: str) -> Path:
        path = self.folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise ServiceError(f"{path}: cannot be written: {error.strerror}") from error
        return path


def code_in_tmp() -> list[Path]:
    """What voiced runs from, where that lies in a folder of which a service has one of its own."""
    folders = {Path(sys.prefix).resolve(), Path(__file__).resolve().parents[2]}
    tops = [Path(each).resolve() for each in ("/tmp", "/var/tmp")]  # noqa: S108 - nothing is made there
    return sorted(each for each in folders if any(top in each.parents for top in tops))


def _escaped(word: str) -> str:
    """A word as a unit's command line holds it."""
    return _quoted(word).replace("$", "$$")


def _quoted(word: str) -> str:
    """A word as any line of a unit holds it."""
    quoted = word.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + quoted.replace("%", "%%") + '"'


def why_given_up(exit_status: str) -> str:
    """The sentences that say why the service was given up."""
    stopped = "I have stopped, because"
    reasons = {
        "78": f"{stopped} my configuration has a mistake.",
        "69": f"{stopped} something that I need is not there.",
        "75": "I am running already, so my service was not started.",
    }
    reason = reasons.get(exit_status, f"{stopped} I failed again and again.")
    return f"{reason} The command voiced doctor says more."


def unit_folder() -> Path:
    """Where a user's own units are."""
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "systemd" / "user"


def own_command(argument: str) -> str | None:
    """The path of the command that runs now, or of the one that is installed."""
    found = shutil.which(argument) or shutil.which("voiced")
    return str(Path(found).absolute()) if found else None
