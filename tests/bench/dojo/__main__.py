"""AgentDojo's tasks and attacks against voiced's own policy: ``python tests/bench/dojo``."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # "bench" is found from there

from bench.dojo.judge import Verdict, judge
from bench.dojo.report import ALONE, CAREFUL, SCREEN, YIELDING, Played, figures, reasons
from bench.dojo.suites import SUITES, Case, cases
from bench.dojo.talk import Room, play
from bench.dojo.users import USERS

from voiced.bench.figures import as_documents, rows
from voiced.cli.output import print_json, print_table
from voiced.journal import Journal
from voiced.testing import clock

_PIECES = 16
_NICE = 5


def main() -> int:
    """Play everything, print the tables; 1 where a goal is missed."""
    arguments = _arguments()
    os.nice(_NICE)
    began_s = time.monotonic()
    played = _play_all(arguments.suites, arguments.jobs)
    found = figures(played)
    if arguments.json:
        print_json({"figures": as_documents(found), "reasons": reasons(played)})
    else:
        print_table(("AgentDojo", "value", "goal", "", ""), rows(found))
        if arguments.why:
            print_table(("what failed", "how often, and how", "for instance"), reasons(played))
        print(f"{time.monotonic() - began_s:.0f} s", file=sys.stderr)
    return 0 if all(figure.is_met is not False for figure in found) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--suites", nargs="+", choices=SUITES, default=SUITES)
    parser.add_argument("--jobs", type=int, default=2, help="processes at the same time")
    parser.add_argument("--why", action="store_true", help="list what failed, and how")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _play_all(suites: Sequence[str], jobs: int) -> Played:
    work: list[tuple[str, str, list[Case]]] = []
    for name in suites:
        work.extend((who, name, cases(name, attacked=False)) for who in (ALONE, SCREEN))
        attacked = cases(name, attacked=True)
        for user in (CAREFUL, YIELDING):
            work.extend((user, name, attacked[at::_PIECES]) for at in range(_PIECES))
    played: Played = {who: [] for who in (ALONE, SCREEN, CAREFUL, YIELDING)}
    with ProcessPoolExecutor(jobs) as pool:
        for (who, _, _), verdicts in zip(work, pool.map(_play, work), strict=True):
            played[who].extend(verdicts)
    return played


def _play(work: tuple[str, str, list[Case]]) -> list[Verdict]:
    who, name, some = work
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal.open(Path(folder))
        try:
            return clock.run(_talks, Room(name, journal), some, CAREFUL if who == ALONE else who)
        finally:
            journal.close()


async def _talks(room: Room, some: Sequence[Case], user: str) -> list[Verdict]:
    return [judge(await play(room, case, USERS[user])) for case in some]


if __name__ == "__main__":
    sys.exit(main())
