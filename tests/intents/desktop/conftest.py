"""A desktop made of fakes, and calls by spoken words."""

from __future__ import annotations

from typing import Any

import pytest
from desktop_fakes import FakeDesktop

from voiced.plugin import Intent, Undoer
from voiced.testing.context import FakeContext
from voiced_intents import desktop
from voiced_intents.desktop.edges import using

UNDOERS = tuple(each for each in vars(desktop).values() if isinstance(each, Undoer))


class Desk(FakeDesktop):
    """The desktop, and somebody who speaks to it."""

    def __init__(self, tmp_path, env=None) -> None:
        super().__init__(tmp_path, env)
        self.folder = tmp_path / "applications"
        self.folder.mkdir()
        self.context = FakeContext(
            settings=desktop.Settings(
                application_folders=(self.folder,), screenshot_folder=tmp_path / "shots"
            )
        )

    def has_app(self, name: str, **keys: str) -> None:
        """Install an application."""
        entry = {"Type": "Application", "Name": name.title(), "Exec": f"{name} %U", **keys}
        lines = [f"{key.replace('__', '[')}={value}" for key, value in entry.items() if value]
        text = "\n".join(["[Desktop Entry]", *lines])
        (self.folder / f"{name}.desktop").write_text(text, encoding="utf-8")

    def value(self, intent: Intent, slot: str, words: str) -> Any:
        found = intent.slots[slot].type.resolve(words, self.context)
        assert found, f"{words!r} is no {slot}"
        return found[0].value

    async def say(self, intent: Intent, **said: str) -> str:
        values = {slot: self.value(intent, slot, words) for slot, words in said.items()}
        return (await intent(self.context, **values)).text

    async def undo(self) -> str:
        return await self.context.undo_with(*UNDOERS)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path)
    with using(made.edges):
        yield made
