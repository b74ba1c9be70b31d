"""A home folder with real files in it, and a context whose roots are its folders."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from voiced.testing.context import FakeContext
from voiced_intents.files import Settings
from voiced_intents.files.index.store import Store

from .indexed import kept

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday


class Home:
    """Documents, Downloads and Pictures below a folder of the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.documents = folder / "Documents"
        self.downloads = folder / "Downloads"
        self.pictures = folder / "Pictures"
        for each in (self.documents, self.downloads, self.pictures):
            each.mkdir(parents=True)
        self.roots = (self.documents, self.downloads, self.pictures)

    def add(self, name: str, *, days_ago: float = 30, text: str = "content") -> Path:
        """A file such as "Documents/budget.xlsx", changed so many days before NOW."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        moment = (NOW - timedelta(days=days_ago)).timestamp()
        os.utime(path, (moment, moment))
        return path

    def context(self, **settings: object) -> FakeContext:
        """A context at NOW whose roots are the three folders."""
        return FakeContext(now=NOW, settings=Settings(roots=self.roots, **settings))

    def state(self) -> dict[str, str]:
        """Every file with its contents, hidden ones too, links as their goals."""
        found = {}
        for path in sorted(self.folder.rglob("*")):
            name = os.fsdecode(os.fsencode(path.relative_to(self.folder)))
            if path.is_symlink():
                found[name] = f"-> {path.readlink()}"
            elif path.is_file():
                found[name] = path.read_text()
            else:
                found[name] = "folder"
        return found


def names(folder: Path) -> list[str]:
    """All that lies in a folder."""
    return sorted(each.name for each in folder.iterdir())


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    folder = tmp_path / "home"
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return Home(folder)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def other_disk(home: Home) -> Iterator[Path]:
    """A folder on another device than the home folder, which is a root too."""
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == home.folder.stat().st_dev:
        pytest.skip("needs /dev/shm on a device of its own")
    folder = Path(tempfile.mkdtemp(dir=memory)) / "Stick"
    folder.mkdir()
    home.roots = (*home.roots, folder)
    yield folder
    shutil.rmtree(folder.parent)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "state" / "index.db"


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    opened = Store.open(database)
    yield opened
    opened.close()


@pytest.fixture
def indexed(home: Home, database: Path) -> Iterator[Home]:
    """A home whose index is in step with what ``full`` holds."""
    fill(home)
    with kept(database, home.roots):
        yield home


def fill(home: Home) -> None:
    for name, days_ago in (
        ("Documents/budget 2025.xlsx", 300),
        ("Documents/budget 2026.xlsx", 12),
        ("Documents/Letter_to_Anna.odt", 61),
        ("Documents/taxes/return 2024.pdf", 320),
        ("Documents/taxes/dentist receipt.txt", 20),
        ("Downloads/invoice march.pdf", 0.9),
        ("Downloads/manual.pdf", 5),
        ("Pictures/IMG_20240103.jpg", 700),
        ("Pictures/holiday/beach.png", 100),
    ):
        home.add(name, days_ago=days_ago)
    home.add("Documents/machines.md", days_ago=1, text="All about heat pumps, and boilers.")
