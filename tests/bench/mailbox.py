"""A mailbox of 50,000 mails on a real server: ``python tests/bench/mailbox.py``.

Measures the first index and its memory, how long a mail takes to be found, and how soon a new one
is in the index, also while the first index is being made.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from mail_servers import Dovecot
from mailboxes import NOW, keeper, simple, until
from rich.console import Console
from rich.progress import Progress as Bar

from voiced.cli.output import print_json, print_table
from voiced.testing.context import FakeContext
from voiced_intents.mail.index.lookup import Index, Query

ASKED = Query(people=("anna",), words=("boat",))
TIMES = 50
ARRIVALS = 10
LIMIT_S = 580.0


def resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def fill(server: Dovecot, user: str, number: int) -> None:
    """Straight into the Maildir: nobody waits for 50,000 deliveries."""
    folder = server.folder / "home" / user / "Maildir"
    for inner in ("cur", "new", "tmp"):
        (folder / inner).mkdir(parents=True, exist_ok=True)
    for each in range(number):
        about = "about the boat" if each % 5000 == 4321 else ""
        sender = "Anna Schmidt" if about else ""
        (folder / "cur" / f"{1_700_000_000 + each}.M{each}P1.host:2,S").write_bytes(
            simple(each, subject=about, sender=sender)
        )
    for path in (folder.parent, folder, *folder.rglob("*")):
        os.chown(path, server._uid, server._gid)


def arrivals(server: Dovecot, user: str, index: Index, first: int, number: int) -> list[float]:
    """From the end of a delivery to its mail being in the index, in seconds."""
    took = []
    for each in range(first, first + number):
        server.deliver("x@localhost", [user], simple(each))
        took.append(until(lambda each=each: index.by_message_id("home", f"<m{each}@example.org>")))
    return took


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=50_000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    server = Dovecot()
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = measured(server, Path(folder), arguments.mails)
        finally:
            server.close()
    if arguments.json:
        print_json(found)
    else:
        rows = [(name, f"{value:g}") for name, value in found.items()]
        print_table(("mailbox", "value"), rows)
    return 0


def measured(server: Dovecot, folder: Path, number: int) -> dict[str, float]:
    user = server.user()
    fill(server, user, number)
    settings = server.settings(user, folder / "index")
    index = Index(settings)
    start_s, most_mb, headers_s = time.monotonic(), 0.0, 0.0
    while_s: list[float] = []
    with (
        keeper(FakeContext(now=NOW, settings=settings)) as process,
        Bar(console=Console(stderr=True)) as bar,
    ):
        task = bar.add_task("mails", total=2 * number)
        while time.monotonic() < start_s + LIMIT_S:
            (state,) = index.progress()
            read = state.known - state.waiting if state.is_whole else 0
            bar.update(task, completed=min(state.known, number) + read)
            most_mb = max(most_mb, resident_mb(process.pid))
            if state.known >= number and not headers_s:
                headers_s = time.monotonic() - start_s
                while_s = arrivals(server, user, index, 900_000, 3)
            if headers_s and state.is_whole and not state.waiting:
                break
            time.sleep(0.2)
        whole_s = time.monotonic() - start_s
        after_s = arrivals(server, user, index, 910_000, ARRIVALS)
        most_mb = max(most_mb, resident_mb(process.pid))
    finds = []
    for _ in range(TIMES):
        began_s = time.perf_counter()
        hits = index.find(ASKED)
        finds.append(1000 * (time.perf_counter() - began_s))
    size_mb = sum(path.stat().st_size for path in (folder / "index").glob("*.db*")) / 2**20
    return {
        "mails": number,
        "headers, s": round(headers_s, 1),
        "headers and words, s": round(whole_s, 1),
        "most memory of the keeper, MB": round(most_mb, 1),
        "index on disk, MB": round(size_mb, 1),
        "mails from Anna about the boat": len(hits),
        "find, median ms": round(statistics.median(finds), 2),
        "find, slowest ms": round(max(finds), 2),
        "new mail while words are read, slowest s": round(max(while_s, default=0.0), 2),
        "new mail by IDLE, median s": round(statistics.median(after_s), 2),
        "new mail by IDLE, slowest s": round(max(after_s), 2),
    }


if __name__ == "__main__":
    sys.exit(main())
