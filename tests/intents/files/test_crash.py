"""A kill in the middle of a change, and others that interfere: nothing is lost."""

from __future__ import annotations

import asyncio
import os
import random
import resource
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from limits import in_child

from voiced.plugin import FileEntity, IntentDenied, IntentError, Undo
from voiced.testing.context import FakeContext
from voiced_intents import files
from voiced_intents.files.changes import Carrying, Renaming
from voiced_intents.files.copying import Budget
from voiced_intents.files.records import stamp_data
from voiced_intents.files.roots import Area, Spot
from voiced_intents.files.search import Search
from voiced_intents.files.trashing import Trashing

from .conftest import NOW, Home, names

pytestmark = pytest.mark.slow  # processes that are killed again and again

NOBODY = 65534


class Killed(FakeContext):
    """A context whose process dies between the journal's row and the act, or right after it."""

    def __init__(self, home: Home, *, before: bool) -> None:
        super().__init__(now=NOW, settings=home.context().settings(files.Settings))
        self.before = before

    def change(self, undo: Undo, summary: str) -> AbstractAsyncContextManager[None]:
        return self._dying()

    @asynccontextmanager
    async def _dying(self) -> AsyncGenerator[None, None]:
        if self.before:
            os._exit(1)
        yield
        os._exit(1)


def entity(path: Path) -> FileEntity:
    return FileEntity(path, "text", 7, None, NOW)


Call = Callable[[FakeContext, Path, Path], Awaitable[object]]
CALLS: dict[str, Call] = {
    "rename": lambda c, p, _: files.rename_file(c, file=entity(p), new_name="b"),
    "move": lambda c, p, to: files.move_file(c, file=entity(p), folder=entity(to)),
    "trash": lambda c, p, _: files.trash_file(c, file=entity(p)),
    "copy": lambda c, p, to: files.copy_file(c, file=entity(p), folder=entity(to)),
}


def visible(*folders: Path) -> list[Path]:
    """Files with the contents in question, hidden drafts and notes of the trash left out."""
    found = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [p for p in found if p.read_text() == "precious" and not p.name.startswith(".")]


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("what", list(CALLS))
@pytest.mark.parametrize("is_far", [False, True])
def test_a_kill_around_the_act_leaves_the_file_exactly_once(
    home: Home, other_disk: Path, what: str, before: bool, is_far: bool
) -> None:
    path = home.add("Documents/a.txt", text="precious")
    goal = other_disk if is_far else home.downloads
    context = Killed(home, before=before)
    in_child(lambda: asyncio.run(CALLS[what](context, path, goal)))
    times = 2 if what == "copy" and not before else 1
    assert len(visible(home.folder, other_disk)) == times
    assert path.exists() == (before or what == "copy")


async def _to_and_fro(home: Home, path: Path) -> None:
    while True:
        context = home.context()
        await files.rename_file(context, file=entity(path), new_name="b")
        await context.undo_with(files.undo_rename)
        await files.move_file(context, file=entity(path), folder=entity(home.downloads))
        await context.undo_with(files.undo_move)
        await files.trash_file(context, file=entity(path))
        await context.undo_with(files.undo_trash)


def test_a_kill_at_any_moment_leaves_the_file_exactly_once(home: Home) -> None:
    path = home.add("Documents/a.txt", text="precious")
    moments = random.Random(7)
    places = set()
    for _ in range(40):
        child = os.fork()
        if child == 0:
            try:
                asyncio.run(_to_and_fro(home, path))
            finally:
                os._exit(1)
        time.sleep(moments.uniform(0.01, 0.03))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        (found,) = visible(home.folder)
        places.add(found.parent.name)
        found.rename(path)
    assert len(places) > 1


def test_a_move_to_another_disk_that_is_cut_off_is_put_right_by_undo(
    home: Home, other_disk: Path
) -> None:
    path = home.add("Documents/a.txt", text="precious")
    context = home.context()
    area = Area.of(context.settings(files.Settings))
    change = Carrying(area.spot(path), area.spot(other_disk / "a.txt"), Budget(10, 10**6))
    change.prepare()
    record = change.undo()
    change.draft.show("a.txt")  # and here the power goes
    assert len(visible(home.folder, other_disk)) == 2
    said = asyncio.run(files.undo_move.function(context, record.data))  # type: ignore[arg-type]
    assert said == "a.txt is still in Documents; its copy is in the trash."
    assert path.read_text() == "precious"
    assert not (other_disk / "a.txt").exists()


@pytest.mark.anyio
async def test_a_move_to_another_disk_and_back(home: Home, other_disk: Path) -> None:
    home.add("Documents/project/a.txt", text="precious")
    home.add("Documents/project/sub/b.txt")
    before = home.state()
    context = home.context()
    folder = FileEntity(home.documents / "project", "folder", 0, None, NOW)
    await files.move_file(context, file=folder, folder=entity(other_disk))
    assert not folder.path.exists()
    assert (other_disk / "project" / "sub" / "b.txt").read_text() == "content"
    modified = (other_disk / "project" / "a.txt").stat().st_mtime
    await context.undo_with(files.undo_move)
    assert home.state() == before
    assert names(other_disk) == []
    assert (home.documents / "project" / "a.txt").stat().st_mtime == modified


@pytest.mark.anyio
async def test_hidden_files_and_links_do_not_go_to_another_disk(
    home: Home, other_disk: Path
) -> None:
    home.add("Documents/project/.git/config")
    before = home.state()
    folder = FileEntity(home.documents / "project", "folder", 0, None, NOW)
    context = home.context()
    with pytest.raises(IntentDenied, match="would be lost"):
        await files.move_file(context, file=folder, folder=entity(other_disk))
    assert home.state() == before
    assert names(other_disk) == []
    assert not context.made


@pytest.mark.anyio
async def test_the_trash_of_another_disk_lies_there_and_gives_back(
    home: Home, other_disk: Path
) -> None:
    path = other_disk / "a.txt"
    path.write_text("precious")
    context = home.context()
    top = Path("/dev/shm") / f".Trash-{os.getuid()}"
    was_there = top.exists()
    try:
        await files.trash_file(context, file=entity(path))
        info = next(
            each
            for each in (top / "info").iterdir()
            if str(path.relative_to("/dev/shm")) in each.read_text()
        )
        assert f"Path={path.relative_to('/dev/shm')}\n" in info.read_text()
        await context.undo_with(files.undo_trash)
        assert path.read_text() == "precious"
        assert not info.exists()
    finally:
        if not was_there:
            shutil.rmtree(top, ignore_errors=True)


class Spy(FakeContext):
    """A context in which somebody does something between the resolving and the act."""

    def __init__(self, home: Home, deed: Callable[[], object]) -> None:
        super().__init__(now=NOW, settings=home.context().settings(files.Settings))
        self.deed = deed

    @asynccontextmanager
    async def _changing(self, change: object) -> AsyncGenerator[None, None]:
        self.deed()
        async with super()._changing(change) as nothing:  # type: ignore[arg-type]
            yield nothing


@pytest.mark.anyio
@pytest.mark.parametrize("what", ["rename", "move", "trash", "copy"])
async def test_a_name_that_is_taken_at_the_last_moment_is_not_overwritten(
    home: Home, other_disk: Path, what: str
) -> None:
    path = home.add("Documents/a.txt", text="precious")

    def take() -> None:
        home.add("Documents/b.txt", text="other")
        home.add("Downloads/a.txt", text="other")
        taken = home.folder / ".local/share/Trash/files/a.txt"
        if taken.parent.exists():
            taken.write_text("other")

    context = Spy(home, take)
    with pytest.raises(IntentError):
        await CALLS[what](context, path, home.downloads)
    assert not context.made[0].is_done
    assert path.read_text() == "precious"
    texts = [p.read_text() for p in home.folder.rglob("*.txt")]
    assert texts.count("precious") == 1
    assert not list(home.folder.rglob(".voiced-*"))
    assert not list(home.folder.rglob("*.trashinfo"))


@pytest.mark.anyio
@pytest.mark.parametrize("what", ["rename", "move", "trash"])
async def test_a_file_that_changes_at_the_last_moment_is_left(home: Home, what: str) -> None:
    path = home.add("Documents/a.txt", text="precious")
    context = Spy(home, lambda: path.write_text("edited"))
    with pytest.raises(IntentError) as caught:
        await CALLS[what](context, path, home.downloads)
    assert caught.value.spoken == "a.txt has been changed since. I left it as it is."
    assert path.read_text() == "edited"


def test_a_link_that_is_swapped_in_never_leads_out(home: Home) -> None:
    """A child swaps a folder for a link as fast as it can, while we look through it."""
    outside = home.folder / "outside"
    outside.mkdir()
    (outside / "a.txt").write_text("secret")
    home.add("Documents/door/a.txt", text="mine")
    door, aside = home.documents / "door", home.documents / "aside"
    inside = (door / "a.txt").stat().st_ino
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
    try:
        seen, refused = _looked(Spot(home.documents, ("door", "a.txt")), 4000)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    assert seen <= {inside}
    assert refused


def _looked(spot: Spot, times: int) -> tuple[set[int], int]:
    seen, refused = set(), 0
    for _ in range(times):
        try:
            seen.add(spot.stamp().inode)
        except IntentError:
            refused += 1
    return seen, refused


@pytest.fixture
def open_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A home folder that another user may reach, with things in it that he may not change."""
    if os.getuid() != 0:
        pytest.skip("only root can become another user to be without permission")
    top = Path(tempfile.mkdtemp())
    top.chmod(0o755)
    monkeypatch.setenv("HOME", str(top / "home"))
    monkeypatch.setenv("XDG_DATA_HOME", str(top / "data"))
    (top / "data").mkdir()
    (top / "data").chmod(0o777)
    yield Home(top / "home")
    shutil.rmtree(top)


@pytest.mark.parametrize("what", list(CALLS))
def test_without_permission_nothing_happens_and_that_is_said(open_home: Home, what: str) -> None:
    path = open_home.add("Documents/a.txt", text="precious")
    before = open_home.state()
    answer = in_child(
        lambda: asyncio.run(CALLS[what](open_home.context(), path, open_home.downloads)),
        user=NOBODY,
    )
    assert answer.startswith("IntentFailed: I don't have permission for ")
    assert open_home.state() == before
    assert not list(open_home.folder.parent.rglob("*.trashinfo"))


def test_a_file_that_may_not_be_read_is_not_copied(open_home: Home) -> None:
    path = open_home.add("Documents/a.txt", text="precious")
    path.chmod(0o600)
    open_home.downloads.chmod(0o777)
    answer = in_child(
        lambda: asyncio.run(CALLS["copy"](open_home.context(), path, open_home.downloads)),
        user=NOBODY,
    )
    assert answer == "IntentFailed: I don't have permission for a.txt."
    assert names(open_home.downloads) == []


def test_a_folder_that_may_not_be_read_is_left_out_of_a_search(open_home: Home) -> None:
    open_home.add("Documents/locked/a.txt").parent.chmod(0o700)
    open_home.add("Documents/free.txt")
    answer = in_child(
        lambda: sorted(entry.name for entry in Search(open_home.context()).listing.entries),
        user=NOBODY,
    )
    assert answer == str(["Documents", "Downloads", "Pictures", "free.txt", "locked"])


def test_a_full_disk_leaves_no_half_copy(home: Home) -> None:
    path = home.add("Documents/big.bin", text="x" * 100_000)
    before = home.state()

    def copy() -> object:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
        return asyncio.run(CALLS["copy"](home.context(), path, home.downloads))

    assert in_child(copy).startswith("IntentFailed: ")
    assert home.state() == before


def test_a_change_that_is_called_off_leaves_nothing(home: Home) -> None:
    path = home.add("Documents/a.txt", text="precious")
    area = Area.of(home.context().settings(files.Settings))
    trashing = Trashing(area.spot(path), lambda: NOW)
    trashing.prepare()
    assert list(home.folder.rglob("*.trashinfo"))
    trashing.discard()
    assert not list(home.folder.rglob("*.trashinfo"))
    renaming = Renaming(area.spot(path), area.spot(path.with_name("b.txt")))
    renaming.prepare()
    renaming.discard()
    assert path.exists()
    assert stamp_data(area.spot(path).stamp())["size_bytes"] == len("precious")
