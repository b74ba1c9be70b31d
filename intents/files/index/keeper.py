"""The program that keeps the index in step: ``python -m voiced_intents.files.index.keeper``.

It gets its orders as one line of JSON on its standard input, and ends when that is closed. It works
at the lowest priority, in short steps with pauses, and tells nothing but through the database.
"""

from __future__ import annotations

import ctypes
import os
import platform
import select
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from voiced.plugin import IntentError
from voiced_intents.files.names import is_protected, split_extension
from voiced_intents.files.roots import Spot

from .place import Orders, taken
from .store import BrokenIndex, OtherIndex, Store
from .text import TextReader
from .walk import Reading, Walk
from .watch import Watch

__all__ = ["Keeper", "main", "opened"]

_STEP_FOLDERS = 40
_WORK_S = 0.2
_LONGEST_REST_S = 0.15
_RESCAN_S = 60.0
_FIRST_CHECK_S = 600.0
_CHECK_S = 6 * 3600.0
_WAIT_AFTER_FAULT_S = 30.0
_NICE = 15
_IOPRIO_SET = {"x86_64": 251, "aarch64": 30}
_IDLE_CLASS = 3 << 13


@dataclass(slots=True)
class Keeper:
    """Builds the index, and keeps it in step for as long as it is asked to go on."""

    orders: Orders
    store: Store
    reader: TextReader = field(default_factory=TextReader)
    _watch: Watch = field(default_factory=Watch, init=False)
    _pass: Walk | None = field(default=None, init=False)
    _news: Walk | None = field(default=None, init=False)
    _again: Walk | None = field(default=None, init=False)
    _open: int | None = field(default=None, init=False)
    """The document that is being read."""
    _due_s: float = field(default=0.0, init=False)
    _refusal: str = field(default="", init=False)

    def __post_init__(self) -> None:
        with self.store.batch():
            self.store.note("scope", self.orders.scope)
            self.store.note("refusal", "")
        self._watch.add(
            Path(os.fsdecode(root)) / os.fsdecode(path) for root, path in self.store.folders()
        )
        self._watch.renewed()

    @property
    def is_in_step(self) -> bool:
        """Whether everything was read, and nothing waits but the texts of documents."""
        is_idle = not (self._pass or self._news or self._again)
        return is_idle and self._number("whole") > 0

    def turn(self) -> bool:
        """Do a little of what is to be done; False where there was nothing."""
        is_idle = self.is_in_step and not self.store.wanting_text(1)
        self._follow(self._watch.wait() if is_idle or self._watch.is_ready else ())
        start_s = time.monotonic()
        if self._pass is None and start_s >= self._due_s:
            self._begin()
        worked = self._walk_on(start_s) or self._read_on(start_s)
        if self._watch.refusal != self._refusal:
            self._heed_refusal()
        if worked:
            time.sleep(min(_LONGEST_REST_S, self.orders.rest * (time.monotonic() - start_s)))
        return worked

    def close(self) -> None:
        """End what was started."""
        self._watch.close()
        self.reader.close()
        self.store.close()

    def _begin(self) -> None:
        """Begin a pass, or go on with the one that was cut off."""
        whole, scan = self._number("whole"), self._number("scan")
        if scan <= whole:
            scan = whole + 1
        with self.store.batch():
            self.store.note("scan", str(scan))
        reading = Reading(self.orders.texts, time.time_ns(), is_first=not whole)
        self._pass = Walk(self.store, reading, scan)
        self._pass.add(Spot(root, ()) for root in self.orders.roots)

    def _number(self, name: str) -> int:
        return int(self.store.fact(name) or 0)

    def _walk_on(self, start_s: float) -> bool:
        """What has just changed comes first, then what was read before it was watched."""
        walk = self._news or self._again or self._pass
        if walk is None:
            return False
        while not walk.is_done and time.monotonic() < start_s + _WORK_S:
            with self.store.batch():
                self._watch.add(spot.path for spot in walk.step(_STEP_FOLDERS))
                if walk is self._pass:
                    self.store.note("seen", str(walk.seen))
        if walk.is_done:
            self._end(walk)
        return True

    def _end(self, walk: Walk) -> None:
        if walk is self._pass:
            self._pass = None
            self._end_pass(walk)
        elif walk is self._news:
            self._news = None
        else:
            self._again = None
        if self._pass is None:
            self._read_again(self._watch.renewed())

    def _end_pass(self, walk: Walk) -> None:
        with self.store.batch():
            self.store.note("whole", str(walk.scan))
        wait_s = _CHECK_S if walk.scan > 1 else _FIRST_CHECK_S
        self._due_s = time.monotonic() + (_RESCAN_S if self._watch.refusal else wait_s)

    def _heed_refusal(self) -> None:
        """Where the kernel does not watch (any more), everything is read again soon, and often."""
        self._refusal = self._watch.refusal
        with self.store.batch():
            self.store.note("refusal", self._refusal)
        self._due_s = min(self._due_s, time.monotonic() + _RESCAN_S)

    def _read_again(self, folders: Iterable[Path]) -> None:
        """What came or went after a folder was read, and before it was watched."""
        spots = [spot for folder in folders if (spot := self._spot(folder)) is not None]
        if spots:
            reading = Reading(self.orders.texts, time.time_ns(), is_first=False)
            self._again = self._again or Walk(self.store, reading, if_changed=True)
            self._again.add(spots)

    def _follow(self, folders: Iterable[Path]) -> None:
        """Have folders read again in which something has changed."""
        spots = [spot for folder in sorted(folders) if (spot := self._spot(folder)) is not None]
        if spots:
            reading = Reading(self.orders.texts, time.time_ns(), is_first=False)
            self._news = self._news or Walk(self.store, reading)
            self._news.add(spots)

    def _spot(self, folder: Path) -> Spot | None:
        for root in self.orders.roots:
            if folder.is_relative_to(root):
                parts = folder.relative_to(root).parts
                return None if any(map(is_protected, parts)) else Spot(root, parts)
        return None

    def _read_on(self, start_s: float) -> bool:
        """Read documents, the newest first, as many as there is time for."""
        end_s = start_s + _WORK_S
        while time.monotonic() < end_s:
            if self._open is None:
                if not self._next_document():
                    return False
                continue
            words = self.reader.words(max(0.01, end_s - time.monotonic()))
            if words is not None:
                with self.store.batch():
                    self.store.read(self._open, words)
                self._open = None
        return True

    def _next_document(self) -> bool:
        """Have the next document read; False where there is none."""
        for identity, root, path, name in self.store.wanting_text(1):
            inner = [os.fsdecode(part) for part in path.split(b"/") if part]
            spot = Spot(Path(os.fsdecode(root)), (*inner, os.fsdecode(name)))
            extension = split_extension(spot.name)[1][1:].lower()
            try:
                with spot.opened(os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK) as opened:
                    self.reader.begin(opened, extension)
            except IntentError:  # gone, or not ours to read: there are no words
                with self.store.batch():
                    self.store.read(identity, ())
                return True
            self._open = identity
            return True
        return False


def _be_polite() -> None:
    with suppress(OSError):
        os.nice(_NICE)
    number = _IOPRIO_SET.get(platform.machine())
    if number is not None:
        ctypes.CDLL(None).syscall(number, 1, 0, _IDLE_CLASS)


def _is_over() -> bool:
    """Whether who started us has gone."""
    readable, _, _ = select.select([sys.stdin], [], [], 0)
    return bool(readable) and not os.read(sys.stdin.fileno(), 1)


def opened(orders: Orders) -> Store:
    """The index of these orders: a new one where it was broken or is of other folders."""
    note = ""
    try:
        store = Store.open(orders.database)
        if store.fact("scope") in ("", orders.scope):
            return store
        store.close()
    except OtherIndex:
        note = ""
    except BrokenIndex:
        note = str(time.time_ns())
    for ending in ("", "-wal", "-shm"):
        orders.database.with_name(orders.database.name + ending).unlink(missing_ok=True)
    store = Store.open(orders.database)
    with store.batch():
        store.note("rebuilt", note)
    return store


def _keep(orders: Orders) -> None:
    """Keep the index until nobody wants it any more, or it breaks."""
    keeper = Keeper(orders, opened(orders))
    try:
        while not _is_over():
            keeper.turn()
    finally:
        keeper.close()


def main() -> int:
    """Keep the index; 0 at the end, 75 where another one keeps it."""
    orders = Orders.of(sys.stdin.readline())
    _be_polite()
    if taken(orders.database) is None:
        return 75
    while not _is_over():
        try:
            _keep(orders)
        except BrokenIndex:
            continue  # it is opened anew, and built anew where it cannot be
        except (OSError, IntentError):  # the disk is full, or a root is gone: later again
            time.sleep(_WAIT_AFTER_FAULT_S)
    return 0


if __name__ == "__main__":
    sys.exit(main())
