"""From an event of the daemon to the page in a real browser: ``make bench-web``.

The daemon's side is the real feed on the real control socket, in a process of its own; the page is
`voiced web`; the browser is Debian's Chromium without a screen. Measured are the time from
``Feed.hear`` to the change in the page, how many of 10,000 events the page missed, and what page
and browser cost while it is open and nothing happens but the microphone's level.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from browser_programs import Chromium, wait_for
from control_lab import Lab, serving

from voiced.audio import AudioFrame, Samples
from voiced.cli.output import print_json, print_table
from voiced.events import TranscriptPartial, TurnId
from voiced.workers import in_worker

PORT = 8431
TIMES = 300
EVENTS = 10_000
BURST = 50
IDLE_S = 20.0
FRAME = 320
ROOM = 60
"""The noise of a quiet room: about -55 dBFS."""

WATCH = """
(() => {
  window.seen = new Map();
  new MutationObserver((records) => {
    for (const record of records)
      for (const node of record.addedNodes) {
        const [, number, sent] = /(\\d+) at (\\d+)/.exec(node.textContent) ?? [];
        if (number && !seen.has(number)) seen.set(number, Date.now() - sent);
      }
  }).observe(document.querySelector("#turns"), { childList: true, subtree: true });
})()
"""


# The daemon's side


async def daemon(folder: Path) -> None:
    """A feed that says what it is told to on standard input: a number of events, or nothing."""
    async with serving(folder) as lab, anyio.create_task_group() as tasks:
        tasks.start_soon(hear_room, lab)
        print("ready", flush=True)
        told = 0
        while line := await in_worker(sys.stdin.readline):
            count, pause_s, burst = line.split()
            for _ in range(int(count) // int(burst)):
                for _ in range(int(burst)):
                    told += 1
                    text = f"{told} at {time.time_ns() // 1_000_000}"
                    lab.feed.hear(TranscriptPartial(0, TurnId(1), text))
                await anyio.sleep(float(pause_s))
            print("told", flush=True)
        tasks.cancel_scope.cancel()


async def hear_room(lab: Lab) -> None:
    noise = np.random.default_rng(7)
    far: Samples = np.zeros(FRAME, np.int16)
    at = 0
    while True:
        near = (noise.standard_normal(FRAME) * ROOM).astype(np.int16)
        lab.feed.tap(AudioFrame(near, 16_000, at), far)
        at += FRAME
        await anyio.sleep(0.02)


class Daemon:
    def __init__(self, folder: Path) -> None:
        command = [sys.executable, __file__, "--daemon", str(folder)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.read("ready")

    def read(self, wanted: str) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline().strip() == wanted

    def tell(self, count: int, pause_s: float, burst: int = 1) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{count} {pause_s} {burst}\n")
        self.process.stdin.flush()
        self.read("told")


# What it costs


def cpu_s(pids: list[int]) -> float:
    """The processor's time that these processes took."""
    ticks = 0
    for pid in pids:
        try:
            stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(stat[11]) + int(stat[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def family(group: int) -> list[int]:
    """The processes of a process group."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            stat = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(stat[2]) == group:
            found.append(int(path.parent.name))
    return found


def share_of_core(pids: list[int], for_s: float) -> float:
    """In percent."""
    before, began_s = cpu_s(pids), time.monotonic()
    time.sleep(for_s)
    return round(100 * (cpu_s(pids) - before) / (time.monotonic() - began_s), 2)


# The measurement


@contextmanager
def page_server(env: dict[str, str]) -> Iterator[tuple[int, str]]:
    command = [sys.executable, "-m", "voiced.cli", "web", "--no-open", "--port", str(PORT)]
    process = subprocess.Popen(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        yield process.pid, process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(10)


def measure(home: Path, idle_s: float) -> dict[str, Any]:
    env = {**os.environ, "HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
    for name in ("CACHE", "CONFIG", "DATA", "STATE"):
        env[f"XDG_{name}_HOME"] = str(home / name.lower())
    with ExitStack() as stack:
        told_by = Daemon(home)
        stack.callback(told_by.process.wait, 10)
        stack.callback(told_by.process.kill)
        server, link = stack.enter_context(page_server(env))
        alone = share_of_core([server], idle_s / 2)
        browser = Chromium(home, env, extends=False)
        stack.callback(browser.end)
        wait_for(lambda: browser.targets("page"), "a page")
        time.sleep(2.0)
        empty = share_of_core(family(browser.process.pid), idle_s / 2)
        target = browser.command("Target.createTarget", url=link)["targetId"]
        ask = partial(browser.evaluate, target)
        wait_for(lambda: is_there(ask), "the page")
        ask(WATCH)
        told_by.tell(TIMES, 0.05)
        wait_for(lambda: ask("seen.size") >= TIMES, "the events")
        times = sorted(json.loads(ask("JSON.stringify([...seen.values()])")))
        told_by.tell(EVENTS, 0.02, BURST)
        missed = TIMES + EVENTS - settled(ask)
        time.sleep(2.0)
        group = family(browser.process.pid)
        before, began_s = (cpu_s([server]), cpu_s(group)), time.monotonic()
        time.sleep(idle_s)
        took_s = time.monotonic() - began_s
        return {
            "event_to_page_ms": {
                "median": statistics.median(times),
                "p95": times[int(len(times) * 0.95)],
                "most": times[-1],
                "events": len(times),
            },
            "missed": missed,
            "of": TIMES + EVENTS,
            "idle_percent_of_a_core": {
                "server_without_page": alone,
                "browser_without_page": empty,
                "server": round(100 * (cpu_s([server]) - before[0]) / took_s, 2),
                "browser": round(100 * (cpu_s(group) - before[1]) / took_s, 2),
            },
        }


def is_there(ask: Any) -> bool:
    """Whether the page is there and has its line to the server."""
    try:
        return bool(ask("document.body?.dataset.line") == "here")
    except AssertionError:  # it is just being opened
        return False


def settled(ask: Any) -> int:
    """How many were seen, once no more come."""
    seen = -1
    while (now := ask("seen.size")) != seen:
        seen = now
        time.sleep(1.0)
    return int(seen)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--idle-s", type=float, default=IDLE_S)
    parser.add_argument("--daemon", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.daemon is not None:
        anyio.run(daemon, options.daemon)
        return
    with tempfile.TemporaryDirectory(prefix="voiced-web-") as folder:
        found = measure(Path(folder), options.idle_s)
    if options.json:
        print_json(found)
        return
    times, idle = found["event_to_page_ms"], found["idle_percent_of_a_core"]
    rows = [
        ("event to page, median", f"{times['median']:.0f} ms"),
        ("event to page, p95", f"{times['p95']} ms"),
        ("event to page, most", f"{times['most']} ms"),
        ("events missed", f"{found['missed']} of {found['of']}"),
        ("idle, page's server without a page", f"{idle['server_without_page']} % of a core"),
        ("idle, page's server", f"{idle['server']} % of a core"),
        ("idle, browser without the page", f"{idle['browser_without_page']} % of a core"),
        ("idle, browser", f"{idle['browser']} % of a core"),
    ]
    print_table(("what", "measured"), rows)


if __name__ == "__main__":
    main()
