"""Switching to one of 500 open tabs by what it is about: ``make bench-browser``.

Measures from the final transcript to the tab that is shown, with all built-in intents and a journal
on disk, and how much memory the tabs cost the assistant. The browser is one in memory, in a process
of its own, or with ``--real`` Debian's Chromium with the extension in it.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import anyio

sys.path.insert(0, str(Path(__file__).parents[1]))

from browser_fake import FakeBrowser

from voiced.asking import ask
from voiced.cli.output import print_json, print_table
from voiced.composition.brain import Brain, open_brain
from voiced.config import load
from voiced.registry import plugin_names
from voiced_intents.browser.link import browsers
from voiced_intents.browser.wire import tabs_of

TIMES = 50
KINDS = (
    "wooden plastic green yellow heavy hollow ancient modern Italian Norwegian electric wireless "
    "cheap famous frozen painted quiet broken folding medieval portable roasted summer winter rural"
).split()
THINGS = (
    "chairs guitars bicycles kettles carpets bridges castles lanterns noodles mushrooms ladders "
    "telescopes violins tractors blankets helmets gardens umbrellas compasses windmills"
).split()
TOPICS = [f"{kind} {thing}" for thing in THINGS for kind in KINDS]


def resident_mb() -> float:
    gc.collect()
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def title_of(topic: str, number: int) -> str:
    return f"{topic.capitalize()}: everything to know, part {number % 7} - Site {number % 40}"


def serve() -> None:
    """A browser in memory: a number on standard input, and it has as many tabs."""
    with FakeBrowser("Chromium") as fake:
        fake.add_tab("https://start.example/", "Start")
        print("joined", flush=True)
        for line in sys.stdin:
            for number, topic in enumerate(TOPICS[: int(line)]):
                host = f"https://site{number % 40}.example"
                url = f"{host}/{topic.replace(' ', '-').lower()}"
                fake.add_tab(url, title_of(topic, number), active=False)
            print("opened", flush=True)


@contextlib.contextmanager
def in_memory() -> Iterator[Callable[[int], None]]:
    command = [sys.executable, __file__, "--serve"]
    process = subprocess.Popen(command, stdin=-1, stdout=-1, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.readline()

    def fill(count: int) -> None:
        print(count, file=process.stdin, flush=True)
        process.stdout.readline()

    try:
        yield fill
    finally:
        process.stdin.close()
        process.wait()


def rooms() -> Any:
    """The module that starts real browsers for the tests."""
    import importlib.util

    path = Path(__file__).parents[1] / "browser" / "conftest.py"
    spec = importlib.util.spec_from_file_location("browser_rooms", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@contextlib.contextmanager
def chromium() -> Iterator[Callable[[int], None]]:
    import threading
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    started = rooms().started

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if not self.path[1:].isdigit():
                self.send_error(404)
                return
            number = int(self.path[1:])
            body = f"<title>{title_of(TOPICS[number], number)}</title>".encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    root = f"http://127.0.0.1:{server.server_port}"
    with started("Chromium") as room:
        os.environ["XDG_RUNTIME_DIR"] = room.env["XDG_RUNTIME_DIR"]

        def fill(count: int) -> None:
            for number in range(count):
                room.call("tabs.open", url=f"{root}/{number}", background=True)
                if number % 50 == 49:
                    print(f"  {number + 1} tabs", file=sys.stderr)
            named = lambda: sum("everything" in tab.title for tab in room.tabs()) == count  # noqa: E731
            room.wait(named, "the titles")

        yield fill
    server.shutdown()


async def switched(brain: Brain, count: int) -> list[float]:
    """Milliseconds from the words to the tab, each for another tab."""
    times = []
    for number in range(TIMES):
        topic = TOPICS[number * count // TIMES]
        began_s = time.perf_counter()
        answered = await ask(brain.thinker, f"switch to the tab about {topic}")
        times.append(1000 * (time.perf_counter() - began_s))
        assert answered.outcome == "completed", answered
        [front] = [each for each in open_tabs() if each.is_active]
        assert front.title.startswith(topic.capitalize()), (topic, front.title)
        if number % 10 == 0:
            await brain.dispatcher.refresh()
    return times


def activated() -> list[float]:
    """Milliseconds that the browser alone takes to show a tab."""
    browser, times = browsers()[0], []
    for tab in open_tabs()[:: max(1, len(open_tabs()) // 20)]:
        began_s = time.perf_counter()
        browser.call("tabs.activate", id=tab.id)
        times.append(1000 * (time.perf_counter() - began_s))
    return times


def open_tabs() -> Any:
    return tabs_of(browsers()[0].call("tabs.list"))


async def measured(fill: Callable[[int], None], count: int) -> Mapping[str, Any]:
    async with open_brain(load(None, os.environ, plugin_names)) as brain:
        for _ in range(8):  # warm
            await ask(brain.thinker, "what tabs do I have")
            await ask(brain.thinker, "switch to the tab about nothing at all")
            await brain.dispatcher.refresh()
        before_mb = resident_mb()
        await anyio.to_thread.run_sync(fill, count)
        began_s = time.perf_counter()
        await brain.dispatcher.refresh()
        refreshed_s = time.perf_counter() - began_s
        times = await switched(brain, count)
        after_mb = resident_mb()
        alone = await anyio.to_thread.run_sync(activated)
        intents = len(brain.dispatcher.intents)
    return {
        "open tabs": count,
        "intents": intents,
        f"from the words to the tab, ms median of {TIMES}": round(statistics.median(times), 1),
        "from the words to the tab, ms at most": round(max(times), 1),
        "of that in the browser alone, ms median": round(statistics.median(alone), 1),
        "grammar made anew, ms": round(1000 * refreshed_s, 1),
        "memory before, MB": round(before_mb, 1),
        "memory more with the tabs, MB": round(after_mb - before_mb, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tabs", type=int, default=500)
    parser.add_argument("--real", action="store_true", help="Debian's Chromium")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.serve:
        serve()
        return
    with tempfile.TemporaryDirectory(prefix="vb") as home:
        for name in ("RUNTIME_DIR", "DATA_HOME", "CONFIG_HOME", "STATE_HOME"):
            os.environ[f"XDG_{name}"] = home
        os.environ["HOME"] = home
        with chromium() if options.real else in_memory() as fill:
            found = anyio.run(measured, fill, options.tabs)
    if options.json:
        print_json(found)
    else:
        print_table(("what", "measured"), [(name, str(each)) for name, each in found.items()])


if __name__ == "__main__":
    main()
