"""Our own injection set against our own policy: ``python tests/injection``."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # "injection" is found from there

from injection.cases import Case, cases
from injection.judge import Judged
from injection.report import by_carrier, figures, reasons
from injection.run import play_all
from injection.talk import USERS

from voiced.bench.figures import as_documents, rows
from voiced.cli.output import print_json, print_table

_NICE = 5


def main() -> int:
    """Play everything, print the tables; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2, help="processes at the same time")
    parser.add_argument("--why", action="store_true", help="list what was done, and how")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    os.nice(_NICE)
    began_s = time.monotonic()
    judged = _play(arguments.jobs)
    found = figures(judged)
    if arguments.json:
        print_json({"figures": as_documents(found), "reasons": reasons(judged)})
    else:
        print_table(("injection set", "value", "goal", "", ""), rows(found))
        titles = ("way in", "pairs", "executed", "with yes to everything", "at the ear")
        print_table(titles, by_carrier(judged))
        if arguments.why:
            print_table(("", "how often, and how", "for instance"), reasons(judged))
        print(f"{time.monotonic() - began_s:.0f} s", file=sys.stderr)
    return 0 if all(figure.is_met is not False for figure in found) else 1


def _play(jobs: int) -> list[Judged]:
    all_of_them = tuple(cases())
    parts = [all_of_them[at::jobs] for at in range(jobs)]
    with ProcessPoolExecutor(jobs) as pool:
        return [each for part in pool.map(_play_part, parts) for each in part]


def _play_part(some: Sequence[Case]) -> list[Judged]:
    return play_all(some, USERS)


if __name__ == "__main__":
    sys.exit(main())
