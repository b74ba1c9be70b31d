"""The program that keeps the index: started, killed, broken, in step."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import anyio
import anyio.to_thread
import file_tree
import pytest
import yaml

from voiced.composition import companions
from voiced.config import load
from voiced.doctor.plugins import check_plugins
from voiced.plugin import Companion
from voiced.registry import load_plugins
from voiced.testing.context import FakeContext
from voiced_intents import files
from voiced_intents.files import Settings
from voiced_intents.files.finding import IndexSearch, finder, known_tags, limit_note
from voiced_intents.files.index.keeper import Keeper, opened
from voiced_intents.files.index.lookup import Index
from voiced_intents.files.index.place import Orders, is_kept
from voiced_intents.files.index.text import TextReader
from voiced_intents.files.index.watch import Watch
from voiced_intents.files.roots import Area

from .conftest import NOW, Home
from .indexed import kept

pytestmark = pytest.mark.slow  # a process of its own, and real waits for the kernel

LIMIT_S = 20.0
COMPANION, _ = files.COMPANIONS


def until(true: Callable[[], object]) -> float:
    """Wait until something is so; how long that took."""
    start_s = time.monotonic()
    while not true():
        assert time.monotonic() < start_s + LIMIT_S, "it never came to be"
        time.sleep(0.01)
    return time.monotonic() - start_s


@pytest.fixture
def context(home: Home, database: Path) -> FakeContext:
    return FakeContext(now=NOW, settings=Settings(roots=home.roots, index_folder=database.parent))


@contextmanager
def running(context: FakeContext) -> Iterator[subprocess.Popen[bytes]]:
    wanted = COMPANION.start(context)
    assert wanted is not None
    command, line = wanted
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    assert process.stdin is not None
    try:
        process.stdin.write(f"{line}\n".encode())
        process.stdin.flush()
        yield process
    finally:
        process.stdin.close()
        process.wait(LIMIT_S)


def names(context: FakeContext, said: str) -> list[str]:
    with finder(context) as finds:
        return [match.entry.name for match in finds.files(said)]


def is_in_step(context: FakeContext, *, texts: bool = True) -> bool:
    settings = context.settings(Settings)
    assert settings.index_folder
    index = Index.open(settings.index_folder / "index.db", Area.of(settings))
    if index is None:
        return False
    with closing(index):
        return index.is_in_step and not (texts and index.progress().waiting)


def test_it_builds_the_index_and_keeps_it_in_step(home: Home, context: FakeContext) -> None:
    home.add("Documents/old name.txt", text="all about heat pumps")
    with running(context) as keeper:
        until(lambda: is_in_step(context))
        assert names(context, "the text about heat pumps") == ["old name.txt"]
        (home.documents / "old name.txt").rename(home.documents / "zebra.txt")
        until(lambda: names(context, "zebra") == ["zebra.txt"])
        home.add("Documents/new/inner/giraffe.txt")
        until(lambda: names(context, "giraffe") == ["giraffe.txt"])
        home.add("Documents/new/inner/later.txt", text="some words on leopards")
        until(lambda: names(context, "the text about leopards") == ["later.txt"])
        (home.documents / "new").rename(home.downloads / "moved")
        until(lambda: names(context, "giraffe in moved") == ["giraffe.txt"])
        (home.downloads / "moved" / "inner" / "giraffe.txt").unlink()
        until(lambda: names(context, "giraffe") == [])
        assert keeper.poll() is None
    assert keeper.returncode == 0


def test_it_never_follows_a_link_out(home: Home, context: FakeContext) -> None:
    outside = home.folder / "outside"
    outside.mkdir()
    home.add("Documents/a.txt")
    (home.documents / "door").symlink_to(outside)
    with running(context):
        until(lambda: is_in_step(context))
        (outside / "secret zebra.txt").write_text("x")
        home.add("Documents/marker.txt")
        until(lambda: names(context, "marker"))
        assert names(context, "secret zebra") == []


def test_a_kill_costs_nothing_but_time(home: Home, context: FakeContext, database: Path) -> None:
    file_tree.plant(home.folder, 3000)
    for pause_s in (0.6, 0.8, 1.0):
        with running(context) as keeper:
            until(lambda: is_kept(database))
            time.sleep(pause_s)
            keeper.send_signal(signal.SIGKILL)
    with running(context):
        until(lambda: is_in_step(context, texts=False))
        db = sqlite3.connect(database)
        (count,) = db.execute("SELECT count(*) FROM files").fetchone()
        db.close()
        there = [p for root in home.roots for p in root.rglob("*")]
        assert count == len(there)


def test_a_tag_is_seen_when_it_is_set(home: Home, context: FakeContext) -> None:
    path = home.add("Documents/a.txt")
    with running(context):
        until(lambda: is_in_step(context))
        os.setxattr(path, "user.xdg.tags", b"paid")
        until(lambda: known_tags(context) == ["paid"])
        os.removexattr(path, "user.xdg.tags")
        until(lambda: known_tags(context) == [])


def test_an_index_of_another_version_is_built_anew_and_not_told_of(
    home: Home, context: FakeContext, database: Path
) -> None:
    home.add("Documents/zebra.txt")
    with kept(database, home.roots) as store:
        store._db.execute("PRAGMA user_version=1")
    with running(context):
        until(lambda: is_in_step(context) and limit_note(context.settings(Settings)) == "")
        until(lambda: names(context, "zebra") == ["zebra.txt"])
    with closing(sqlite3.connect(database)) as db:
        assert db.execute("SELECT value FROM facts WHERE name = 'rebuilt'").fetchone() == ("",)


def test_a_broken_index_is_built_anew(home: Home, context: FakeContext, database: Path) -> None:
    home.add("Documents/zebra.txt")
    with kept(database, home.roots):
        pass
    for path in database.parent.glob("index.db*"):
        path.write_bytes(b"broken" * 1000)
    with running(context):
        until(lambda: is_in_step(context))
        assert names(context, "zebra") == ["zebra.txt"]
    db = sqlite3.connect(database)
    assert db.execute("SELECT value FROM facts WHERE name = 'rebuilt'").fetchone()[0]
    db.close()


def test_a_second_one_leaves_it_to_the_first(home: Home, context: FakeContext) -> None:
    with running(context):
        until(lambda: is_in_step(context))
        with running(context) as second:
            until(lambda: second.poll() is not None)
        assert second.returncode == 75


def test_the_keeper_reads_again_where_the_kernel_does_not_watch(
    home: Home, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.add("Documents/a.txt")

    def refused(self: Watch, folders: object) -> object:
        raise OSError("OS file watch limit reached")

    monkeypatch.setattr(Watch, "_begun", refused)
    monkeypatch.setattr("voiced_intents.files.index.keeper._RESCAN_S", 0.2)
    orders = Orders(database, home.roots, texts=False, rest=0.0)
    keeper = Keeper(orders, opened(orders))
    try:
        until(lambda: keeper.turn() is not None and keeper.is_in_step)
        home.add("Documents/zebra.txt")
        until(lambda: keeper.turn() is not None and keeper.store.count() == 2)
        assert keeper.store.fact("refusal") == "OS file watch limit reached"
    finally:
        keeper.close()


def test_a_document_that_hangs_or_kills_its_reader_has_no_words(tmp_path: Path) -> None:
    reader = TextReader(limit_s=5.0)
    good = tmp_path / "good.txt"
    good.write_text("fine words")
    pipe_in, pipe_out = os.pipe()
    try:
        reader.begin(pipe_in, "txt")  # nothing ever comes
        assert reader.words(0.01) is None
        assert read(reader) == []
        for extension, words in (("no such kind", []), ("txt", ["fine", "words"])):
            with good.open("rb") as file:
                reader.begin(file.fileno(), extension)
            assert read(reader) == words
    finally:
        reader.close()
        os.close(pipe_in)
        os.close(pipe_out)


def read(reader: TextReader) -> list[str]:
    found: list[str] = []
    until(lambda: (words := reader.words(0.1)) is not None and (found.extend(words) or True))
    return found


@pytest.mark.anyio
async def test_voiced_runs_it_and_ends_it(home: Home, context: FakeContext, database: Path) -> None:
    home.add("Documents/zebra.txt")
    beside = companions.Beside(COMPANION, context)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(companions.keep, beside)
        await anyio.to_thread.run_sync(until, lambda: is_in_step(context))
        tasks.cancel_scope.cancel()
    until(lambda: not is_kept(database))


@pytest.mark.anyio
async def test_a_companion_that_is_not_wanted_is_not_started(context: FakeContext) -> None:
    off = FakeContext(settings=Settings(index=False))
    assert COMPANION.start(off) is None
    with anyio.fail_after(1):
        await companions.keep(companions.Beside(COMPANION, off))


def test_health_says_how_far_it_is(home: Home, database: Path, context: FakeContext) -> None:
    home.add("Documents/a.txt")
    assert isinstance(COMPANION, Companion)
    assert COMPANION.health(context).found.startswith("not begun yet")
    with kept(database, home.roots) as store:
        health = COMPANION.health(context)
        assert (health.is_ok, health.found) == (True, "1 files and folders")
        with store.batch():
            store.note("refusal", "OS file watch limit reached")
        health = COMPANION.health(context)
        assert not health.is_ok
        assert "within a minute" in health.found
        assert "max_user_watches" in health.mend
    assert COMPANION.keeps(context) == [database]


def test_doctor_names_the_index(home: Home, tmp_path: Path) -> None:
    from voiced.doctor.checks import Examination

    env = {"VOICED_FILES__INDEX_FOLDER": str(tmp_path / "state")}
    loaded = load(None, env, lambda _: {"files"})
    plugins = load_plugins(loaded.config.intents)
    what = Examination(loaded, plugins, tmp_path, tmp_path, {})
    assert any(check.name.startswith("index of your files") for check in check_plugins(what))


def test_spoken_requests_find_the_right_file(home: Home, database: Path) -> None:
    """A written set of two hundred, a third of them misheard."""
    file_tree.plant(home.folder, 3000)
    roots = [home.folder / name for name in file_tree.ROOTS]
    requests = yaml.safe_load(Path(__file__).with_name("requests.yaml").read_text())
    assert {kind: len(each) for kind, each in requests.items()} == {"clean": 134, "misheard": 66}
    settings = Settings(roots=tuple(roots), index_folder=database.parent)
    context = FakeContext(now=file_tree.NOW, settings=settings)
    wrong = []
    with kept(database, roots), finder(context) as finds:
        assert isinstance(finds, IndexSearch)
        for said, path in (pair for each in requests.values() for pair in each):
            first = [match.entry.spot.path for match in finds.files(said)[:1]]
            if first != [home.folder / path]:
                wrong.append(said)
    assert len(wrong) <= 10, wrong
