"""``voiced intents test``: a plugin's examples through the real matcher, and its own tests."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from voiced.config import Loaded
from voiced.doctor.plugins import slot_context, with_sentences
from voiced.errors import PluginError
from voiced.grammar import Grammar
from voiced.registry import Plugin

__all__ = ["ExampleResult", "TestReport", "check_examples", "run_tests"]

_TESTS_S = 300.0


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """One example: the intent that it belongs to and the one that was understood, or ""."""

    text: str
    expected: str
    found: str

    @property
    def ok(self) -> bool:
        """Whether it was understood."""
        return self.found == self.expected


@dataclass(frozen=True, slots=True)
class TestReport:
    """How a plugin's own tests went; ``ok`` None: there are none, or there is no pytest."""

    ok: bool | None
    report: str


def check_examples(
    subject: Plugin, others: Iterable[Plugin], loaded: Loaded
) -> tuple[ExampleResult, ...]:
    """Match every example of a plugin against the sentences of all plugins that can be built.

    Raises:
        PluginError: A template or a phrase is wrong, or the plugin has no examples.
        ConfigError: A section of a plugin has a mistake.
    """
    rivals = with_sentences((plugin for plugin in others if plugin.name != subject.name), loaded)
    plugins = [subject, *rivals]
    context = slot_context(loaded, plugins)
    grammar = Grammar.compile([item for plugin in plugins for item in plugin.intents], context)
    results: list[ExampleResult] = []
    for item in subject.intents:
        for text in item.examples:
            matches = grammar.match([(text, 1.0)])
            results.append(ExampleResult(text, item.name, matches[0].intent if matches else ""))
    if not results:
        message = f"the plugin {subject.name} has no examples to try"
        raise PluginError(message, plugin=subject.name, mend="give @intent examples=[...]")
    return tuple(results)


def run_tests(subject: Plugin) -> TestReport:
    """Run ``test_NAME.py`` beside the plugin's file with pytest, in a process of its own."""
    file = Path(subject.module.__file__ or "")
    tests = file.with_name(f"test_{subject.name}.py")
    if not tests.is_file():
        return TestReport(None, f"no tests of its own ({tests.name})")
    if find_spec("pytest") is None:
        return TestReport(None, "its tests were not run: pip install pytest")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tests)]
    try:
        ended = subprocess.run(
            command, cwd=tests.parent, capture_output=True, text=True, timeout=_TESTS_S, check=False
        )
    except subprocess.TimeoutExpired:
        return TestReport(ok=False, report=f"its tests took longer than {_TESTS_S:.0f} s")
    return TestReport(ended.returncode == 0, (ended.stdout + ended.stderr).strip())
