"""kill -9 in the middle of every change that can be taken back: ``python tests/bench/kills``."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # "bench" is found from there

from bench.kills.play import play
from bench.kills.report import by_act, failures, figures

from voiced.bench.figures import as_documents, rows
from voiced.cli.output import print_json, print_table

_NICE = 5


def main() -> int:
    """Kill, look, print the tables; 1 where anything was lost, twice, or not whole."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=7, help="of the moments")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    os.nice(_NICE)
    began_s = time.monotonic()
    outcomes = play(arguments.kills, arguments.seed)
    found = figures(outcomes)
    if arguments.json:
        print_json({"figures": as_documents(found), "failures": failures(outcomes)})
    else:
        print_table(("kills", "value", "goal", "", ""), rows(found))
        print_table(("act", "kills", "interrupted, told", "taken back"), by_act(outcomes))
        for line in failures(outcomes):
            print(line)
        print(f"{time.monotonic() - began_s:.0f} s", file=sys.stderr)
    return 0 if all(figure.is_met is not False for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main())
