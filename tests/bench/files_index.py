"""The index of files on a home folder of 200,000 files: ``make bench-files``.

Measures the first index and its memory, how soon a change is seen, how long a spoken request takes
to be decided, and how often the right file comes first in the written set of requests.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).parents[1]))

import file_tree

from voiced.cli.output import print_json, print_table
from voiced.testing.context import FakeContext
from voiced_intents import files
from voiced_intents.files import Settings
from voiced_intents.files.finding import finder
from voiced_intents.files.index.lookup import Index, Progress
from voiced_intents.files.roots import Area
from voiced_intents.files.slot import FILE

REQUESTS = Path(__file__).parents[1] / "intents" / "files" / "requests.yaml"
ASKED = "the PDF from yesterday about heat pumps"
MEANT = "heat pump offer Miller.pdf"
AMBIGUITY = 0.06
TIMES = 50
CHANGES = 20
TEXTS_S = 60.0
LIMIT_S = 900.0


@contextmanager
def keeper(context: FakeContext) -> Iterator[subprocess.Popen[bytes]]:
    companion, _ = files.COMPANIONS
    wanted = companion.start(context)
    assert wanted is not None
    process = subprocess.Popen(wanted[0], stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(f"{wanted[1]}\n".encode())
    process.stdin.flush()
    try:
        yield process
    finally:
        process.stdin.close()
        process.wait()


def progress(context: FakeContext) -> Progress | None:
    settings = context.settings(Settings)
    assert settings.index_folder
    index = Index.open(settings.index_folder / "index.db", Area.of(settings))
    if index is None:
        return None
    with closing(index):
        return index.progress()


class Memory:
    """The largest resident memory of a process and its children together, in MB."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.most_mb = 0.0

    def look(self) -> None:
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        resident_kb = 0
        for pid in (self.pid, *children):
            try:
                status = Path(f"/proc/{pid}/status").read_text()
            except OSError:
                continue
            resident_kb += int(status.split("VmRSS:")[1].split()[0]) if "VmRSS:" in status else 0
        self.most_mb = max(self.most_mb, resident_kb / 1024)


def cpu_s(pid: int) -> float:
    """Processor time of a process, its children that have ended not among it."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait(is_so: Callable[[], object], memory: Memory, limit_s: float = LIMIT_S) -> float:
    start_s = time.monotonic()
    while not is_so() and time.monotonic() < start_s + limit_s:
        memory.look()
        time.sleep(0.05)
    return time.monotonic() - start_s


def changes(context: FakeContext, folder: Path, memory: Memory) -> list[float]:
    """How long new files took to be found by their names, in seconds."""
    took = []
    for number in range(CHANGES):
        name = f"quokka {'abcdefghijklmnopqrstuvwxyz'[number]}x{number}"
        (folder / f"{name}.txt").write_text("new")
        start_s = time.monotonic()
        while not _named(context, f"{name}.txt"):
            time.sleep(0.005)
        took.append(time.monotonic() - start_s)
        memory.look()
        time.sleep(0.1)
    return took


def _named(context: FakeContext, name: str) -> bool:
    settings = context.settings(Settings)
    assert settings.index_folder
    index = Index.open(settings.index_folder / "index.db", Area.of(settings))
    assert index is not None
    with closing(index):
        return bool(index.named(name))


def asked(context: FakeContext, home: Path) -> tuple[list[float], dict[str, tuple[int, int]], int]:
    """Times in ms, and for each part of the set how many were right, and how many it has."""
    times, right, near = [], {}, 0
    for kind, pairs in yaml.safe_load(REQUESTS.read_text()).items():
        good = 0
        for said, path in pairs:
            start_s = time.perf_counter()
            with finder(context) as finds:
                found = finds.files(said)
            times.append(1000 * (time.perf_counter() - start_s))
            good += bool(found) and found[0].entry.spot.path == home / path
            near += len(found) > 1 and found[0].score - found[1].score < AMBIGUITY
        right[kind] = (good, len(pairs))
    return times, right, near


def decided(context: FakeContext) -> list[float]:
    times = []
    for _ in range(TIMES):
        start_s = time.perf_counter()
        first = FILE.resolve(ASKED, context)[0]
        times.append(1000 * (time.perf_counter() - start_s))
        assert first.spoken == MEANT, first.spoken
    return times


def measured(folder: Path, count: int) -> Mapping[str, Any]:
    home, state = folder / "home", folder / "state"
    planted = file_tree.plant(home, count)
    roots = tuple(home / name for name in file_tree.ROOTS)
    settings = Settings(roots=roots, index_folder=state)
    context = FakeContext(now=file_tree.NOW, settings=settings)
    with keeper(context) as process:
        memory = Memory(process.pid)
        first_s = wait(lambda: (p := progress(context)) and p.is_whole, memory)
        first_cpu_s = cpu_s(process.pid)
        before = progress(context)
        assert before is not None
        start_s = time.monotonic()
        wait(lambda: (p := progress(context)) and not p.waiting, memory, TEXTS_S)
        after = progress(context)
        assert after is not None
        texts = (before.waiting - after.waiting) / (time.monotonic() - start_s)
        seen = changes(context, home / "Documents" / "Letters", memory)
        times, right, near = asked(context, home)
        one = decided(context)
    size_mb = sum(path.stat().st_size for path in state.iterdir()) / 1e6
    return {
        "files": planted,
        "first index, s": round(first_s, 1),
        "first index, s of processor time": round(first_cpu_s, 1),
        "documents read, a second": round(texts, 1),
        "memory of keeper and reader, MB at most": round(memory.most_mb, 1),
        "size of the index, MB": round(size_mb, 1),
        "change seen, ms median": round(1000 * statistics.median(seen)),
        "change seen, ms at most": round(1000 * max(seen)),
        f'"{ASKED}" decided, ms median of {TIMES}': round(statistics.median(one), 1),
        f'"{ASKED}" decided, ms at most': round(max(one), 1),
        "any request decided, ms median": round(statistics.median(times), 1),
        "any request decided, ms 95 of 100": round(sorted(times)[int(0.95 * len(times))], 1),
        **{f"{kind}: right one first": f"{n} of {of}" for kind, (n, of) in right.items()},
        "asked which one": near,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=200_000)
    parser.add_argument("--folder", help="where the tree is made for as long as it takes")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="voiced-files-", dir=options.folder))
    os.environ["HOME"] = str(folder)
    try:
        found = measured(folder, options.files)
    finally:
        shutil.rmtree(folder)
    if options.json:
        print_json(found)
    else:
        print_table(("measured", "figure"), [(name, str(value)) for name, value in found.items()])


if __name__ == "__main__":
    main()
