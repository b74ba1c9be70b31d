"""The process killed before every step of every change: nothing lost, nothing half done.

A step is a call into the operating system that may change something. After each kill the way back,
which was on the disk before the change, must lead to where everything was.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import zipfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from types import FrameType

import pytest
from limits import in_child

from voiced.plugin import FileEntity, IntentError, Undo, Undoer
from voiced.testing.context import FakeContext
from voiced_intents import files
from voiced_intents.files.claims import claims_folder
from voiced_intents.files.listing import entry_at
from voiced_intents.files.roots import Spot
from voiced_intents.files.trash import Trash

from .conftest import NOW, Home

pytestmark = pytest.mark.slow  # hundreds of processes that are killed

PRECIOUS = "precious"
UNDOERS = {value.operation: value for value in vars(files).values() if isinstance(value, Undoer)}
STEPS = frozenset("write fsync mkdir rmdir unlink rename fchmod utime setxattr removexattr".split())
"""Calls that may change something; a kill before any other is one after the last of these.

So is opening a file for more than reading."""
WRAPPED = frozenset(["rename_noreplace"])
FOR_MORE_THAN_READING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class Journaled(FakeContext):
    """A context whose way back is on the disk before the change, as the journal's is."""

    def __init__(self, home: Home, journal: Path) -> None:
        super().__init__(now=NOW, settings=home.context().settings(files.Settings))
        self.journal = journal

    def change(self, undo: Undo, summary: str) -> AbstractAsyncContextManager[None]:
        return self._written(undo)

    @asynccontextmanager
    async def _written(self, undo: Undo) -> AsyncGenerator[None, None]:
        draft = self.journal.with_suffix(".part")
        draft.write_text(json.dumps({"operation": undo.operation, "data": undo.data}))
        draft.rename(self.journal)
        yield


class Killer:
    """Ends the process before the ``last``-th step."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.steps = 0

    def called(self, frame: FrameType, event: str, arg: object) -> None:
        name = frame.f_code.co_name if event == "call" else getattr(arg, "__name__", "")
        if (event == "c_call" and name in STEPS) or (event == "call" and name in WRAPPED):
            self._step()

    def audited(self, event: str, args: tuple[object, ...]) -> None:
        """See ``sys.addaudithook``: a file that is opened comes with its flags."""
        if event == "open" and isinstance(args[2], int) and args[2] & FOR_MORE_THAN_READING:
            self._step()

    def _step(self) -> None:
        self.steps += 1
        if self.steps == self.last:
            os._exit(9)


def entity(path: Path) -> FileEntity:
    return entry_at(Spot(path.parent, (path.name,))).entity()


Call = Callable[[Journaled, Home, Path], Awaitable[object]]


async def _restore(context: Journaled, home: Home, _: Path) -> object:
    return await files.restore_file(context, trashed="gone")


def _three(home: Home) -> Sequence[FileEntity]:
    return tuple(entity(home.documents / f"{name}.txt") for name in ("a", "b", "c"))


CALLS: dict[str, Call] = {
    "rename": lambda c, h, _: files.rename_file(
        c, file=entity(h.documents / "a.txt"), new_name="x"
    ),
    "move": lambda c, h, _: files.move_file(
        c, file=entity(h.documents / "a.txt"), folder=entity(h.downloads)
    ),
    "move far": lambda c, h, far: files.move_file(
        c, file=entity(h.documents / "folder"), folder=entity(far)
    ),
    "copy": lambda c, h, _: files.copy_file(
        c, file=entity(h.documents / "folder"), folder=entity(h.downloads)
    ),
    "trash": lambda c, h, _: files.trash_file(c, file=entity(h.documents / "a.txt")),
    "restore": _restore,
    "folder": lambda c, h, _: files.create_folder(c, new_name="new", folder=entity(h.documents)),
    "compress": lambda c, h, _: files.compress_file(c, file=entity(h.documents / "folder")),
    "extract": lambda c, h, _: files.extract_archive(c, file=entity(h.documents / "packed.zip")),
    "trash several": lambda c, h, _: files.trash_files(c, several=_three(h)),
    "move several": lambda c, h, _: files.move_files(
        c, several=_three(h), folder=entity(h.downloads)
    ),
    "number": lambda c, h, _: files.number_files(c, several=_three(h), new_name="x"),
}


def fill(home: Home) -> None:
    for name in ("a.txt", "b.txt", "c.txt", "folder/d.txt", "folder/sub/e.txt"):
        home.add(f"Documents/{name}", text=f"{PRECIOUS} {name}")
    with zipfile.ZipFile(home.documents / "packed.zip", "w") as archive:
        archive.writestr("in/f.txt", f"{PRECIOUS} f")
        archive.writestr("g.txt", f"{PRECIOUS} g")
    gone = home.add("Documents/gone.txt", text=f"{PRECIOUS} gone")
    asyncio.run(files.trash_file.function(home.context(), file=entity(gone)))


def visible(*folders: Path) -> dict[str, bytes]:
    """Every file that a user sees, with its contents; the trash and hidden drafts are none."""
    found = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if not any(part.startswith(".") for part in path.parts[len(folder.parts) :]):
                found[str(path)] = path.read_bytes() if path.is_file() else b""
    return found


def everywhere(home: Home, far: Path) -> list[bytes]:
    """The precious contents wherever they are, the trash included, hidden drafts left out."""
    trash = Trash(home.folder / ".local" / "share" / "Trash").folder / "files"
    seen = {**visible(home.folder, far), **visible(trash)}
    return sorted(content for content in seen.values() if content.startswith(b"precious"))


def is_whole(files_seen: dict[str, bytes]) -> bool:
    """Whether no file is cut off, and every archive can be read."""
    for path, content in files_seen.items():
        if path.endswith(".zip"):
            with zipfile.ZipFile(path) as archive:
                if archive.testzip() is not None:
                    return False
        elif path.endswith(".txt") and len(content) <= len(b"precious "):
            return False
    return True


def killed_at(step: int, what: str, home: Home, far: Path, journal: Path) -> int:
    """Run a change in a process that dies before that step; how many steps it made."""

    def body() -> int:
        killer = Killer(step)
        context = Journaled(home, journal)
        sys.addaudithook(killer.audited)  # for good, and the process ends with the change
        sys.setprofile(killer.called)
        try:
            asyncio.run(CALLS[what](context, home, far))  # type: ignore[arg-type]
        finally:
            sys.setprofile(None)
        return killer.steps

    return int(in_child(body) or "0")


def restarted(home: Home, far: Path, journal: Path) -> None:
    """What the user may do after a restart: take back what was begun, if anything was."""
    if not journal.exists():
        return
    row = json.loads(journal.read_text())
    context = home.context()
    with suppress(IntentError):  # it was never made, and that is said
        asyncio.run(UNDOERS[row["operation"]].function(context, row["data"]))  # type: ignore[arg-type]


@pytest.mark.parametrize("what", list(CALLS))
def test_a_kill_before_any_step_loses_nothing(
    home: Home, other_disk: Path, tmp_path: Path, what: str
) -> None:
    fill(home)
    before, precious = visible(home.folder, other_disk), everywhere(home, other_disk)
    journal = tmp_path / "journal.json"
    step, done = 0, False
    while not done:
        step += 1
        journal.unlink(missing_ok=True)
        done = killed_at(step, what, home, other_disk, journal) > 0
        now = visible(home.folder, other_disk)
        assert is_whole(now), f"half done at step {step}"
        lost = set(precious) - set(everywhere(home, other_disk))
        assert not lost, f"lost at step {step}"
        files.UNFINISHED.tidy(home.context())
        assert left_over(home, other_disk) == [], f"left over from step {step}"
        restarted(home, other_disk, journal)
        assert visible(home.folder, other_disk) == before, f"not taken back from step {step}"
        assert left_over(home, other_disk) == [], f"left over by taking back step {step}"
    assert step > 5


def left_over(home: Home, far: Path) -> list[Path]:
    """Drafts and claims on them, and notes in the trash of which nothing is there."""
    info = home.folder / ".local" / "share" / "Trash" / "info"
    notes = [
        note
        for note in info.glob("*.trashinfo")
        if not (info.parent / "files" / note.name.removesuffix(".trashinfo")).exists()
    ]
    drafts = [path for top in (home.folder, far) for path in top.rglob(".voiced-*")]
    return [*notes, *drafts, *claims_folder().glob("*")]
