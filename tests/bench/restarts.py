"""How long it is deaf after it was killed or started anew, under a real user manager.

``make bench-restarts``: from the end of the process to the moment at which the next one listens,
by systemd's own clock. Sound goes through a private PulseAudio.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import sound_server
import user_manager
from user_manager import UserManager

from voiced.bench.figures import Figure, as_documents, median, rows
from voiced.cli.output import print_json, print_table
from voiced.service.starts import STARTS_FILE
from voiced.service.units import UNIT

TIMES = 5
GOAL_S = 3.0
KILL, STOP = 9, 19
DROP_IN = "[Unit]\nStartLimitIntervalSec=0\n[Service]\nWatchdogSec=5\n"
VOICED = str(Path(sys.executable).with_name("voiced"))


@dataclass(frozen=True, slots=True)
class Restart:
    """One end and the start after it: from the end to listening, and from the start to it.

    ``cpu_s`` is what it took of the processor, with the time until somebody looked.
    """

    deaf_s: float
    start_s: float
    cpu_s: float


@contextmanager
def serving() -> Generator[UserManager]:
    """The service, installed and listening."""
    with user_manager.running() as manager, user_manager.sounding(manager):
        drop_in = manager.home / ".config/systemd/user" / f"{UNIT}.d" / "bench.conf"
        drop_in.parent.mkdir(parents=True)
        drop_in.write_text(DROP_IN)
        code, told = manager.run(VOICED, "service", "install")
        if code:
            raise RuntimeError(told)
        manager.wait_for(UNIT, "StatusText", "listening", within_s=60)
        yield manager


def after_signal(manager: UserManager, number: int) -> Restart:
    """Kill it, or stop it so that the watchdog does."""
    before = manager.show(UNIT, "MainPID")
    for counted in manager.home.rglob(STARTS_FILE):
        counted.unlink()  # these are no crashes of its own
    manager.kill(UNIT, number)
    return _next(manager, before)


def after_restart(manager: UserManager) -> Restart:
    """Have systemd start it anew."""
    before = manager.show(UNIT, "MainPID")
    manager.systemctl("restart", UNIT)
    return _next(manager, before)


def _next(manager: UserManager, before: str) -> Restart:
    manager.wait_for_another(UNIT, "MainPID", before, "0", within_s=60)
    manager.wait_for(UNIT, "ActiveState", "active", within_s=60)
    ended, started, listens = (
        int(manager.show(UNIT, f"{name}TimestampMonotonic")) / 1e6
        for name in ("ActiveExit", "ExecMainStart", "ActiveEnter")
    )
    return Restart(listens - ended, listens - started, _cpu_s(manager))


def _cpu_s(manager: UserManager) -> float:
    code, told = manager.run("cat", f"/proc/{manager.show(UNIT, 'MainPID')}/stat")
    fields = told.rpartition(")")[2].split()
    return 0.0 if code else (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def figures(name: str, found: Sequence[Restart]) -> list[Figure]:
    """What is told of one way to end it."""
    deaf = [each.deaf_s for each in found]
    start, cpu = (median([getattr(each, name) for each in found]) for name in ("start_s", "cpu_s"))
    return [
        Figure(f"{name}: to listening, most", round(max(deaf), 2), "s", GOAL_S),
        Figure("... median", _rounded(median(deaf)), "s"),
        Figure("... of it the start", _rounded(start), "s", note=f"{len(found)} times"),
        Figure("... of the processor", _rounded(cpu), "s"),
    ]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def main() -> int:
    """Run it and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    if missing := user_manager.what_is_missing() or sound_server.what_is_missing():
        print(missing, file=sys.stderr)
        return 69
    with serving() as manager:
        told = [
            *figures("killed", [after_signal(manager, KILL) for _ in range(chosen.times)]),
            *figures("started anew", [after_restart(manager) for _ in range(chosen.times)]),
            *figures("hung, killed by the watchdog", [after_signal(manager, STOP)]),
        ]
    told.append(Figure("load of the machine", round(os.getloadavg()[0], 1), ""))
    if chosen.json:
        print_json({"restarts": as_documents(told)})
    else:
        print_table(("deaf after an end", "value", "goal", "", ""), rows(told))
    return 0 if all(each.is_met is not False for each in told) else 1


if __name__ == "__main__":
    sys.exit(main())
