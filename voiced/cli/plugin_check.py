"""``voiced intents test``: examples and sentences through the real matcher; a plugin's tests."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

from voiced.config import Loaded
from voiced.doctor.plugins import slot_context, with_sentences
from voiced.errors import PluginError
from voiced.grammar import Grammar
from voiced.plugin import SlotContext
from voiced.registry import Plugin, Source, source_of_file
from voiced.registry.hosting import open_plugin
from voiced.testing.sentences import SentenceTest, mistake_of, read_sentences

__all__ = [
    "SentenceResult",
    "TestReport",
    "check_sentences",
    "open_path",
    "run_tests",
    "sentence_files",
]

S = TypeVar("S")

_TESTS_S = 300.0
_GROUP = "voiced.intents"


@dataclass(frozen=True, slots=True)
class SentenceResult:
    """One sentence: the intent that was expected, and what is wrong, or an empty string."""

    text: str
    expected: str | None
    wrong: str

    @property
    def ok(self) -> bool:
        """Whether it was understood."""
        return not self.wrong


@dataclass(frozen=True, slots=True)
class TestReport:
    """How a plugin's own tests went; ``ok`` None: there are none, or there is no pytest."""

    ok: bool | None
    report: str


def open_path(path: Path, loaded: Loaded) -> Plugin:
    """The plugin of a file, or of the folder of a package, in a process of its own.

    Raises:
        PluginError: There is none, or it cannot be loaded.
    """
    choice = loaded.config.intents
    if path.is_file():
        return open_plugin(source_of_file(path.absolute()), choice)
    project = path / "pyproject.toml"
    if not project.is_file():
        raise PluginError(f"there is no plugin file {path}", plugin=path.stem)
    name, module = _entry_point(project)
    roots = [str(root) for root in (path.absolute(), path.absolute() / "src") if root.is_dir()]
    return open_plugin(_in_roots(Source(name, module=module, paths=tuple(roots))), choice)


def _in_roots(source: Source) -> Source:
    """The source with only the root in which its module lies."""
    top = source.module.partition(".")[0]
    for root in source.paths:
        if (Path(root) / top).is_dir() or (Path(root) / f"{top}.py").is_file():
            return Source(source.name, module=source.module, paths=(root,))
    raise PluginError(f"there is no module {source.module} in {source.paths[0]}")


def _entry_point(project: Path) -> tuple[str, str]:
    try:
        table: Any = tomllib.loads(project.read_text(encoding="utf-8"))
        points: dict[str, str] = table["project"]["entry-points"][_GROUP]
        ((name, module),) = points.items()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"{project}: names no plugin, or more than one"
        raise PluginError(reason, mend=f"add [project.entry-points.{_GROUP!r}]") from error
    return name, module


def check_sentences(
    subject: Plugin, others: Iterable[Plugin], loaded: Loaded
) -> tuple[SentenceResult, ...]:
    """Match the examples and the sentence tests of a plugin against the sentences of all plugins.

    Raises:
        PluginError: A template, a phrase or a file of sentences is wrong, or there are none.
        ConfigError: A section of a plugin has a mistake.
    """
    rivals = with_sentences((plugin for plugin in others if plugin.name != subject.name), loaded)
    plugins = [subject, *rivals]
    context = slot_context(loaded, plugins)
    intents = [item for plugin in plugins for item in plugin.intents]
    results = list(_examples(subject, Grammar.compile(intents, context)))
    for path in sentence_files(subject):
        tests = read_sentences(path)
        if subject.host is not None and tests[0].settings:
            subject.host.configure(tests[0].settings, str(path))
        then = _At(tests[0].now, context)
        grammar = Grammar.compile(intents, then)
        results += [_result(subject, test, grammar, then) for test in tests]
    if not results:
        message = f"the plugin {subject.name} has no examples and no sentences to try"
        raise PluginError(message, plugin=subject.name, mend="give @intent examples=[...]")
    return tuple(results)


class _At:
    """A slot context at another time."""

    def __init__(self, now: datetime, inner: SlotContext) -> None:
        self.now = now
        self._inner = inner

    def settings(self, kind: type[S]) -> S:
        """The settings of the one within."""
        return self._inner.settings(kind)


def _examples(subject: Plugin, grammar: Grammar) -> Iterator[SentenceResult]:
    for item in subject.intents:
        for text in item.examples:
            found = grammar.match([(text, 1.0)])
            name = found[0].intent if found else "nothing"
            wrong = "" if name == item.name else f"{text!r} is understood as {name}"
            yield SentenceResult(text, item.name, wrong)


def _result(
    subject: Plugin, test: SentenceTest, grammar: Grammar, context: SlotContext
) -> SentenceResult:
    if test.intent is not None:
        wrong = mistake_of(test, grammar, subject.intents, context)
        return SentenceResult(test.text, test.intent, wrong)
    found = grammar.match([(test.text, 1.0)])
    is_own = bool(found) and any(found[0].intent == item.name for item in subject.intents)
    wrong = f"{test.text!r} is understood as {found[0].intent}" if is_own else ""
    return SentenceResult(test.text, None, wrong)


def sentence_files(subject: Plugin) -> Sequence[Path]:
    """The files of sentence tests of a plugin: NAME.yaml beside its file, or in its package."""
    if not subject.file:
        return []
    file = Path(subject.file)
    beside = (file.with_suffix(".yaml"), file.with_name("sentences.yaml"))
    wanted = beside[1:] if file.name == "__init__.py" else beside[:1]
    return [path for path in wanted if path.is_file()]


def run_tests(subject: Plugin, project: Path | None = None) -> TestReport:
    """Run a plugin's own tests with pytest, in a process of its own.

    They are ``test_NAME.py`` beside a plugin's file, or the folder ``tests`` of a ``project``.
    """
    beside = Path(subject.file).with_name(f"test_{subject.name}.py")
    tests = beside if project is None else project.absolute() / "tests"
    if not tests.exists():
        return TestReport(None, f"no tests of its own ({tests.name})")
    if find_spec("pytest") is None:
        return TestReport(None, "its tests were not run: pip install pytest")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tests)]
    where = tests.parent
    roots = os.pathsep.join((str(where), str(where / "src"), os.environ.get("PYTHONPATH", "")))
    env = {**os.environ, "PYTHONPATH": roots.rstrip(os.pathsep)}
    try:
        ended = subprocess.run(
            command,
            cwd=where,
            env=os.environ if project is None else env,
            capture_output=True,
            text=True,
            timeout=_TESTS_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return TestReport(ok=False, report=f"its tests took longer than {_TESTS_S:.0f} s")
    return TestReport(ended.returncode == 0, (ended.stdout + ended.stderr).strip())
