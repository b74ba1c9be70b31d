"""Somebody swaps a folder for a link as fast as he can: ``make bench-links``.

Each try goes through every way in that files are reached by: a look, an open, and the reading of a
folder for the index. What comes back must be ours, or a refusal; anything else is a leak.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from voiced.cli.output import print_json, print_table
from voiced.plugin import IntentError
from voiced_intents.files.index.walk import Reading, read_folder
from voiced_intents.files.roots import Spot

OURS, SECRET = "ours", "secret"
READING = Reading(texts=True, now_ns=0, is_first=True)


def swapping(door: Path, aside: Path, outside: Path) -> int:
    child = os.fork()
    if child == 0:
        try:
            while True:
                door.rename(aside)
                door.symlink_to(outside)
                door.unlink()
                aside.rename(door)
        finally:
            os._exit(1)
    return child


def ways(root: Path, inside: int) -> dict[str, Callable[[], bool]]:
    """Each says whether what it reached is ours."""
    spot = Spot(root, ("door", "a.txt"))

    def opened() -> bool:
        with spot.opened(os.O_RDONLY | os.O_NOFOLLOW) as file:
            return os.read(file, 100) == OURS.encode()

    def listed() -> bool:
        read = read_folder(spot.parent, READING)
        return read is not None and all(row.inode == inside for row in read[0])

    return {
        "look": lambda: spot.look().st_ino == inside,
        "open": opened,
        "list for the index": listed,
    }


def tried(folder: Path, times: int) -> dict[str, Counter[str]]:
    root, outside = folder / "root", folder / "outside"
    for each, text in ((root / "door", OURS), (outside, SECRET)):
        each.mkdir(parents=True)
        (each / "a.txt").write_text(text)
    inside = (root / "door" / "a.txt").stat().st_ino
    found: dict[str, Counter[str]] = {}
    child = swapping(root / "door", root / "aside", outside)
    try:
        for name, way in ways(root, inside).items():
            counts = found[name] = Counter()
            for _ in range(times):
                try:
                    counts["ours" if way() else "leaked"] += 1
                except IntentError:
                    counts["refused"] += 1
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tries", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    start_s = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        found = tried(Path(folder), options.tries)
    took_s = round(time.monotonic() - start_s)
    if options.json:
        print_json({"tries": options.tries, "took_s": took_s, **found})
    else:
        names = ("ours", "refused", "leaked")
        rows = [(way, *(str(counts[name]) for name in names)) for way, counts in found.items()]
        print_table((f"{options.tries} tries each, {took_s} s", *names), rows)
    return 1 if any(counts["leaked"] for counts in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
