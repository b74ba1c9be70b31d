"""An edit that is killed at any step: the original is whole, and a version whole or not there."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from voiced.plugin import Undo
from voiced_intents import photos
from voiced_intents.files import Settings as FileSettings
from voiced_intents.photos import versions

from .conftest import Context, Home, oriented, seen

pytestmark = pytest.mark.slow  # processes that are killed


class Killed(Context):
    """A context whose process dies between the journal's row and the act, or right after it."""

    before = True

    def change(self, undo: Undo, summary: str) -> AbstractAsyncContextManager[None]:
        return self._dying()

    @asynccontextmanager
    async def _dying(self) -> AsyncGenerator[None, None]:
        if self.before:
            os._exit(1)
        yield
        os._exit(1)


def in_child(body: object) -> None:
    child = os.fork()
    if child == 0:
        try:
            asyncio.run(body())  # type: ignore[operator]
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 1, "it was not killed where it should have been"


@pytest.mark.parametrize("step", ["os.open", "os.write", "copy_tags", "os.fsync", "settle"])
@pytest.mark.parametrize("after", [False, True])
def test_killed_while_the_version_is_written(
    home: Home, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    photo = home.add("Pictures/holiday.jpg", oriented(6))
    before = photo.path.read_bytes()
    context = home.context()

    async def edit() -> None:
        owner, _, name = step.rpartition(".")
        place = versions.os if owner else versions
        real = getattr(place, name)

        def dying(*args: object, **how: object) -> object:
            if name == "open" and not str(args[0]).endswith(".part"):
                return real(*args, **how)
            if after:
                real(*args, **how)
            os._exit(1)

        monkeypatch.setattr(place, name, dying)
        await photos.rotate(context, photo=photo, direction=90)

    in_child(edit)
    assert photo.path.read_bytes() == before
    visible = [name for name in home.names() if not name.startswith(".")]
    assert visible == ["holiday.jpg"]


@pytest.mark.parametrize("before", [True, False])
def test_killed_around_the_act(home: Home, before: bool) -> None:
    photo = home.add("Pictures/holiday.jpg", oriented(6))
    plain = home.context()
    context = Killed(plain.settings(FileSettings), photos.Settings())
    context.before = before
    in_child(lambda: photos.rotate(context, photo=photo, direction=90))
    visible = [name for name in home.names() if not name.startswith(".")]
    assert visible == (["holiday.jpg"] if before else ["holiday (rotated).jpg", "holiday.jpg"])
    if not before:
        assert seen(home.pictures / "holiday (rotated).jpg").size == (48, 64)
