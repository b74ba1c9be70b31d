"""Files that may not be touched, that vanish, and that change between the asking and the act."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from limits import as_nobody

from voiced.plugin import IntentDenied, IntentFailed
from voiced_intents import files

from .conftest import Home
from .verbs import CHANGES, READS, notes, paths, thing

pytestmark = pytest.mark.anyio
VERBS = {**CHANGES, **READS}


@pytest.fixture
def open_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A home folder that others may look into, and change nothing of."""
    top = Path(tempfile.mkdtemp())
    top.chmod(0o755)
    (top / "data").mkdir()
    (top / "data").chmod(0o777)
    monkeypatch.setenv("HOME", str(top / "home"))
    monkeypatch.setenv("XDG_DATA_HOME", str(top / "data"))
    yield Home(top / "home")
    shutil.rmtree(top)


def closed(home: Home) -> Callable[[int], None]:
    """Takes the rights of everybody to change the folders of a home."""

    def change(mode: int) -> None:
        for folder in home.roots:
            folder.chmod(mode)

    return change


@pytest.mark.parametrize("verb", list(CHANGES))
def test_in_a_folder_without_permission_nothing_happens(open_home: Home, verb: str) -> None:
    path = open_home.add("Documents/a.txt", text="precious")
    path.chmod(0o444)
    found, to = thing(path), thing(open_home.downloads)
    before = paths(open_home.folder)
    closed(open_home)(0o555)
    try:
        said = as_nobody(lambda: asyncio.run(CHANGES[verb](open_home.context(), found, to)))  # type: ignore[arg-type]
    finally:
        closed(open_home)(0o755)
    assert said.startswith("IntentFailed: I don't have permission for "), said
    assert paths(open_home.folder) == before
    assert not list(open_home.folder.parent.rglob("*.trashinfo"))


def test_no_folder_is_made_where_that_is_not_allowed(open_home: Home) -> None:
    closed(open_home)(0o555)
    try:
        said = as_nobody(
            lambda: asyncio.run(files.create_folder(open_home.context(), new_name="new"))  # type: ignore[arg-type]
        )
    finally:
        closed(open_home)(0o755)
    assert said == "IntentFailed: I don't have permission for new."


@pytest.mark.parametrize("verb", ["read", "copy", "duplicate", "compress", "tag", "extract"])
def test_a_file_that_may_not_be_read_is_left(open_home: Home, verb: str) -> None:
    path = open_home.add("Documents/a.zip" if verb == "extract" else "Documents/a.txt")
    found, to = thing(path), thing(open_home.downloads)
    path.chmod(0o000)
    closed(open_home)(0o777)
    before = sorted(open_home.folder.rglob("*"))
    calls = {**VERBS, "extract": lambda c, f, _: files.extract_archive(c, file=f)}
    said = as_nobody(lambda: asyncio.run(calls[verb](open_home.context(), found, to)))  # type: ignore[arg-type]
    assert said == f"IntentFailed: I don't have permission for {path.name}."
    assert sorted(open_home.folder.rglob("*")) == before


def test_a_folder_that_may_not_be_read_is_left_out_of_a_size(open_home: Home) -> None:
    open_home.add("Documents/all/locked/a.txt").parent.chmod(0o000)
    open_home.add("Documents/all/b.txt")
    whole = thing(open_home.documents / "all")
    said = as_nobody(
        lambda: asyncio.run(files.tell_size(open_home.context(), file=whole)).text  # type: ignore[arg-type, attr-defined]
    )
    assert said == "all holds at least one file with 7 bytes."


@pytest.mark.parametrize("verb", list(VERBS))
async def test_what_vanished_since_it_was_found_is_said(home: Home, verb: str) -> None:
    path = home.add("Documents/a.txt")
    found = thing(path)
    path.unlink()
    before = paths(home.folder)
    context = home.context(opener=("true",))
    with pytest.raises(IntentFailed) as caught:
        await VERBS[verb](context, found, thing(home.downloads))
    assert caught.value.spoken == "a.txt is not there any more."
    assert not context.made
    assert paths(home.folder) == before
    assert not notes(home)


@pytest.mark.parametrize("verb", list(VERBS))
async def test_what_became_a_link_or_a_device_since_is_refused(home: Home, verb: str) -> None:
    path = home.add("Documents/a.txt")
    found = thing(path)
    secret = home.folder / "secret.txt"
    secret.write_text("secret")
    for change in (lambda: path.symlink_to(secret), lambda: os.mkfifo(path)):
        path.unlink()
        change()
        context = home.context(opener=("true",))
        with pytest.raises(IntentDenied) as caught:
            await VERBS[verb](context, found, thing(home.downloads))
        assert caught.value.spoken in (
            "a.txt is behind a link, and I don't follow links.",
            "a.txt is not a plain file.",
        )
        assert not context.made
    assert secret.read_text() == "secret"


@pytest.mark.parametrize("verb", ["move", "copy", "move several"])
async def test_a_folder_that_vanished_since_is_said(home: Home, verb: str) -> None:
    path = home.add("Documents/a.txt")
    goal = home.documents / "taxes"
    goal.mkdir()
    to = thing(goal)
    goal.rmdir()
    with pytest.raises(IntentFailed) as caught:
        await CHANGES[verb](home.context(), thing(path), to)
    assert caught.value.spoken == "taxes is not there any more."
    assert path.read_text() == "content"


@pytest.mark.parametrize("verb", ["trash several", "move several", "number", "add the date"])
@pytest.mark.parametrize("deed", ["edited", "replaced", "made a folder"])
async def test_of_several_nothing_is_changed_that_was_not_read_back(
    home: Home, verb: str, deed: str
) -> None:
    path = home.add("Documents/a.txt", days_ago=3)
    found = thing(path)
    path.unlink()
    if deed == "made a folder":
        path.mkdir()
    else:
        home.add("Documents/a.txt", days_ago=3 if deed == "replaced" else 1, text="another one")
    before = paths(home.folder)
    context = home.context()
    with pytest.raises(IntentFailed) as caught:
        await CHANGES[verb](context, found, thing(home.downloads))
    assert caught.value.spoken == "a.txt has been changed since. I changed nothing."
    assert not context.made
    assert paths(home.folder) == before
