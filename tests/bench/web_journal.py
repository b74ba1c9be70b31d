"""A journal day of 10,000 turns on the page: ``python tests/bench/web_journal.py``.

The journal is filled as the assistant fills it, statement by statement; the turns are kept beside
it. The page is `voiced web`, a process of its own, asked over HTTP with the cookie of a session.
Measured is from the request to the last byte of the answer. ``--days`` fills more such days.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

sys.path.insert(0, str(Path(__file__).parents[1]))

from turn_events import a_turn

from voiced.cli.output import note, print_json, print_table
from voiced.events import Event, Timing, TurnEnded, TurnId
from voiced.journal import Journal
from voiced.memory.turn_store import KeptTurn
from voiced.memory.turn_store import _line as line_of
from voiced.private_files import append, locked
from voiced.timeline import TimelineBuilder

PORT = 8433
TURNS = 10_000
TIMES = 20
GOAL_MS = 300.0


def fill_journal(folder: Path, days: int) -> None:
    """Question, change and answer: 10,000 turns a day, 8 seconds each; one text of 1 MB."""
    noon = datetime.now().astimezone().replace(hour=0, minute=0, second=1)
    now = [0.0]
    with closing(Journal.open(folder, transcripts=True, clock=lambda: now[0])) as journal:
        for day in range(days - 1, -1, -1):
            began_s = (noon - timedelta(days=day)).timestamp()
            for turn in range(TURNS):
                now[0] = began_s + turn * 8.0
                journal.say(turn, "user", f"what is the weather in town {turn} today")
                if turn % 5 == 0:
                    move = (f"moved report {turn} into Holiday", "files.move", {"source": "a"})
                    journal.done(journal.begin("files.move", turn, *move))
                journal.say(turn, "assistant", f"It is {turn % 30} degrees in town {turn}.")
            note(f"a day of {TURNS} turns is there")
        journal.say(TURNS, "user", "a very long speech " * 55_000)


def fill_turns(folder: Path) -> None:
    """10,000 kept turns of the last 30 days."""
    now = datetime.now().astimezone()
    lines = []
    for number in range(TURNS):
        builder = TimelineBuilder(words=True)
        events: list[Event] = a_turn(TurnId(number + 1))
        ms = 200.0 + number % 400
        last = events[-1]
        assert isinstance(last, TurnEnded)
        events[-1] = replace(last, timing_ms=Timing(ms, ms, ms, ms, ms))
        timeline = next(found for each in events if (found := builder.hear(each)) is not None)
        at = now - timedelta(days=30) * ((TURNS - number) / TURNS)
        lines.append(line_of(KeptTurn(number + 1, at, timeline)))
    with locked(folder):
        append(folder / "turns.jsonl", b"".join(lines))


@contextmanager
def page_server(env: dict[str, str]) -> Iterator[httpx.Client]:
    """The page, and a client that came in."""
    command = [sys.executable, "-m", "voiced.cli", "web", "--no-open", "--port", str(PORT)]
    process = subprocess.Popen(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        link = urlsplit(process.stdout.readline().strip())
        base = f"http://127.0.0.1:{PORT}"
        with httpx.Client(base_url=base, trust_env=False, timeout=60.0) as client:
            client.get(f"{link.path}?{link.query}").raise_for_status()
            yield client
    finally:
        process.terminate()
        process.wait(10)


def timed(client: httpx.Client, path: str, times: int) -> dict[str, Any]:
    took: list[float] = []
    size = 0
    for _ in range(times):
        began_s = time.perf_counter()
        answer = client.get(path)
        took.append((time.perf_counter() - began_s) * 1000)
        answer.raise_for_status()
        size = len(answer.content)
    return {
        "first_ms": round(took[0], 1),
        "median_ms": round(statistics.median(took), 1),
        "most_ms": round(max(took), 1),
        "kib": round(size / 1024),
    }


def measure(home: Path, days: int, times: int) -> dict[str, dict[str, Any]]:
    env = {**os.environ, "HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
    for name in ("CACHE", "CONFIG", "DATA", "STATE"):
        env[f"XDG_{name}_HOME"] = str(home / name.lower())
    (home / "config" / "voiced").mkdir(parents=True)
    (home / "config" / "voiced" / "voiced.toml").write_text("[trace]\nkeep_turns = 10000\n")
    state = home / "state" / "voiced"
    fill_journal(state, days)
    fill_turns(state / "traces")
    today = datetime.now().astimezone().date()
    first = today - timedelta(days=days - 1)
    pages = {
        "the day of 10,000 turns": "/journal",
        "the middle of it": f"/journal?day={today}&before={days * 22_000 - 11_000}",
        "its oldest page": f"/journal?day={today}&before={(days - 1) * 22_000 + 60}",
        "the first day": f"/journal?day={first}",
        "words that all hold": "/journal?q=weather",
        "words that one holds": "/journal?q=town+9999",
        "a text of 1 MB, whole": f"/journal/{days * 22_000 + 1}",
        "10,000 kept turns": "/turns",
        "the oldest kept turn": "/turns/1",
        "figures of a day": "/figures",
        "figures of 30 days": "/figures?over=month",
    }
    with page_server(env) as client:
        return {name: timed(client, path, times) for name, path in pages.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=1)
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="voiced-bench-") as folder:
        found = measure(Path(folder), arguments.days, arguments.times)
    is_met = found["the day of 10,000 turns"]["most_ms"] < GOAL_MS
    if arguments.json:
        print_json({"pages": found, "goal_ms": GOAL_MS, "is_met": is_met})
    else:
        titles = ("page", "first ms", "median ms", "most ms", "KiB")
        print_table(titles, ([name, *map(str, row.values())] for name, row in found.items()))
        verdict = "met" if is_met else "MISSED"
        print(f"goal: a day of 10,000 turns opens in {GOAL_MS:.0f} ms: {verdict}")
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
