"""``voiced intents new``: a plugin that works, with its sentences and its test.

Either a package for others, or one file for the user's own folder.
"""

from __future__ import annotations

import keyword
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from string import Template

from voiced.errors import PluginError

__all__ = ["write_package", "write_plugin"]

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

_SENTENCES = Template("""\
language: en
tests:
  - sentences:
      - "let $spoken greet Maria"
      - "please let $spoken greet Maria"
    intent:
      name: $name.greet
      slots:
        person: Maria
  - sentences:
      - "greet the sun"
    intent: null
""")

_TEST_OF_FILE = Template('''\
"""Tests of the plugin $name."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest

from voiced.registry import load_plugin_file
from voiced.testing.context import FakeContext
from voiced.testing.sentences import SentenceTest, check_sentence, read_sentences

HERE = Path(__file__).parent
plugin = load_plugin_file(HERE / "$name.py")
$tests''')

_TEST_OF_PACKAGE = Template('''\
"""Tests of the plugin $name."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest
import voiced_$name

from voiced.registry import plugin_of
from voiced.testing.context import FakeContext
from voiced.testing.sentences import SentenceTest, check_sentence, read_sentences

plugin = plugin_of(voiced_$name)
$tests''')

_TESTS = Template("""

@pytest.mark.parametrize("test", read_sentences($sentences), ids=str)
def test_sentence(test: SentenceTest) -> None:
    check_sentence(test, plugin)


def test_greets_by_name() -> None:
    async def run() -> str:
        return (await plugin.module.greet(FakeContext(), person="Maria")).text

    assert anyio.run(run) == "Hello, Maria!"
""")

_PROJECT = Template("""\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "voiced-$dashed"
version = "0.1.0"
description = "The plugin $name for the voice assistant voiced"
readme = "README.md"
requires-python = ">=3.11"
dependencies = ["voiced"]

[project.entry-points."voiced.intents"]
$name = "voiced_$name"

[tool.setuptools]
packages = ["voiced_$name"]

[tool.setuptools.package-data]
voiced_$name = ["*.yaml"]
""")

_README = Template("""\
# voiced-$dashed

A plugin for the voice assistant voiced.

    voiced intents test .          tries its sentences, and runs its tests
    pip install -e .               installs it where voiced is installed
    voiced intents enable $name    lets it run, in this version
    voiced ask "let $spoken greet Maria"
""")


def write_plugin(name: str, folder: Path, taken: Collection[str]) -> tuple[Path, ...]:
    """Write ``NAME.py``, ``NAME.yaml`` and ``test_NAME.py``; none may be there already.

    Args:
        name: The plugin's name and section.
        folder: Made if need be.
        taken: Names of sections and plugins that there are.

    Returns:
        The files; the plugin comes first.

    Raises:
        PluginError: The name will not do, or a file is there already or cannot be written.
    """
    words = _words(name, taken)
    tests = _TESTS.substitute(sentences=f'HERE / "{name}.yaml"')
    texts = {
        folder / f"{name}.py": _PLUGIN.substitute(words),
        folder / f"{name}.yaml": _SENTENCES.substitute(words),
        folder / f"test_{name}.py": _TEST_OF_FILE.substitute(words, tests=tests),
    }
    return _write(name, texts, mode=0o700)


def write_package(name: str, folder: Path, taken: Collection[str]) -> tuple[Path, ...]:
    """Write a package ``voiced-NAME`` that can be installed, into a folder of that name.

    Returns:
        The files; pyproject.toml comes first.

    Raises:
        PluginError: The name will not do, or a file is there already or cannot be written.
    """
    words = _words(name, taken)
    place = folder / f"voiced-{words['dashed']}"
    module = place / f"voiced_{name}"
    beside = f'Path(voiced_{name}.__file__).with_name("sentences.yaml")'
    tests = _TESTS.substitute(sentences=beside)
    texts = {
        place / "pyproject.toml": _PROJECT.substitute(words),
        place / "README.md": _README.substitute(words),
        module / "__init__.py": _PLUGIN.substitute(words),
        module / "sentences.yaml": _SENTENCES.substitute(words),
        place / "tests" / f"test_{name}.py": _TEST_OF_PACKAGE.substitute(words, tests=tests),
    }
    return _write(name, texts, mode=0o755)


def _words(name: str, taken: Collection[str]) -> dict[str, str]:
    plain = name.isascii() and name.isidentifier() and name == name.lower()
    if not plain or keyword.iskeyword(name) or name.startswith(("_", "test_")):
        reason = f"{name[:40]!r} cannot be the name of a plugin"
        raise PluginError(reason, plugin=name, mend="use a Python name in small letters")
    if name in taken:
        raise PluginError(f"there is a plugin or a section {name} already", plugin=name)
    return {"name": name, "spoken": name.replace("_", " "), "dashed": name.replace("_", "-")}


def _write(name: str, texts: Mapping[Path, str], mode: int) -> tuple[Path, ...]:
    for path in texts:
        if path.exists():
            raise PluginError(f"{path} is there already", plugin=name)
    for path, text in texts.items():
        try:
            path.parent.mkdir(mode=mode, parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            with os.fdopen(os.open(path, flags, 0o644), "w", encoding="utf-8") as stream:
                stream.write(text)
        except OSError as error:
            message = f"{path}: cannot be written: {error.strerror}"
            raise PluginError(message, plugin=name) from error
    return tuple(texts)
