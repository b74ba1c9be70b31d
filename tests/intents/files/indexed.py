"""An index of a test's folders, made here and now, without the keeper's process."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from voiced_intents.files.index.extract import words_of
from voiced_intents.files.index.place import scope_of, taken
from voiced_intents.files.index.store import Store
from voiced_intents.files.index.walk import Reading, Walk
from voiced_intents.files.names import split_extension
from voiced_intents.files.roots import Spot


def walk(store: Store, roots: Sequence[Path], scan: int = 1, *, is_first: bool = True) -> Walk:
    """One whole pass."""
    done = Walk(store, Reading(texts=True, now_ns=time.time_ns(), is_first=is_first), scan)
    done.add(Spot(root, ()) for root in roots)
    while not done.is_done:
        with store.batch():
            done.step(100)
    return done


def read_texts(store: Store) -> None:
    """The words of every document that was not read yet."""
    while documents := store.wanting_text(100):
        with store.batch():
            for identity, root, path, name in documents:
                file = Path(os.fsdecode(root)) / os.fsdecode(path) / os.fsdecode(name)
                with file.open("rb") as opened:
                    extension = split_extension(file.name)[1][1:].lower()
                    store.read(identity, words_of(opened, extension))


@contextmanager
def kept(database: Path, roots: Sequence[Path]) -> Iterator[Store]:
    """A whole index of the roots, and the lock of who keeps it in step."""
    store = Store.open(database)
    walk(store, roots)
    read_texts(store)
    with store.batch():
        store.note("scope", scope_of(tuple(roots), texts=True))
        store.note("whole", "1")
    lock = taken(database)
    assert lock is not None
    try:
        yield store
    finally:
        os.close(lock)
        store.close()
