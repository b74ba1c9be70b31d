"""The home folder of the tests of files, indexed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from voiced_intents.files.index.store import Store

from ..conftest import Home
from .indexed import kept


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
