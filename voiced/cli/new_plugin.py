"""``voiced intents new``: the text of a plugin that works, and of its test."""

from __future__ import annotations

import keyword
import os
from collections.abc import Collection
from pathlib import Path
from string import Template

from voiced.errors import PluginError

__all__ = ["write_plugin"]

_PLUGIN = Template('''\
"""The plugin $name: what can be said, and what is done."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from voiced.plugin import TEXT, Context, Effect, Reply, intent


class Settings(BaseModel):
    """The section [$name] of voiced.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    greeting: str = Field("Hello", description="The word that greets.")


@intent(
    "$name.greet",
    sentences=["[please] let $spoken greet {text:person}"],
    effect=Effect.R0,
    examples=["let $spoken greet Maria"],
)
async def greet(context: Context, person: Annotated[str, TEXT]) -> Reply:
    """Greet somebody."""
    settings = context.settings(Settings)
    return Reply(f"{settings.greeting}, {person}!")
''')

_TEST = Template('''\
"""Tests of the plugin $name."""

from __future__ import annotations

from pathlib import Path

import anyio

from voiced.registry import load_plugin_file
from voiced.testing.context import FakeContext

plugin = load_plugin_file(Path(__file__).with_name("$name.py"))


def test_greets_by_name() -> None:
    async def run() -> str:
        return (await plugin.module.greet(FakeContext(), person="Maria")).text

    assert anyio.run(run) == "Hello, Maria!"
''')


def write_plugin(name: str, folder: Path, taken: Collection[str]) -> tuple[Path, Path]:
    """Write ``NAME.py`` and ``test_NAME.py``; neither may be there already.

    Args:
        name: The plugin's name and section.
        folder: Made if need be.
        taken: Names of sections and plugins that there are.

    Returns:
        The plugin and its test.

    Raises:
        PluginError: The name will not do, or a file is there already or cannot be written.
    """
    plain = name.isascii() and name.isidentifier() and name == name.lower()
    if not plain or keyword.iskeyword(name) or name.startswith(("_", "test_")):
        reason = f"{name[:40]!r} cannot be the name of a plugin"
        raise PluginError(reason, plugin=name, mend="use a Python name in small letters")
    if name in taken:
        raise PluginError(f"there is a plugin or a section {name} already", plugin=name)
    values = {"name": name, "spoken": name.replace("_", " ")}
    paths = (folder / f"{name}.py", folder / f"test_{name}.py")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in paths:
            if path.exists():
                raise PluginError(f"{path} is there already", plugin=name)
        for path, text in zip(paths, (_PLUGIN, _TEST), strict=True):
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            with os.fdopen(os.open(path, flags, 0o644), "w", encoding="utf-8") as stream:
                stream.write(text.substitute(values))
    except OSError as error:
        message = f"{folder}: cannot be written: {error.strerror}"
        raise PluginError(message, plugin=name) from error
    return paths
