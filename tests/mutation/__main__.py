"""Do the tests notice? Every cell of the policy's table flipped, and what guards it, mutated.

``python tests/mutation`` copies the project, changes one thing at a time in the copy, and runs the
tests concerned. It prints who survived, and a score for each module; 1 where a cell or more than a
fifth of a module's mutants survived. A module's name as an argument tries only that one.
"""

from __future__ import annotations

import compileall
import contextlib
import importlib
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from mutation.mutants import Mutant, mutants, table_cells

HOME = Path(__file__).parents[2]
LEAST_SCORE = 0.8
_COPIED = ("voiced", "tests", "pyproject.toml", "docs")
_WORKERS = 2
_LONGEST_S = 60.0
_NICE = 5
_PRELOADED = ("numpy", "anyio", "trio", "pytest", "hypothesis", "pydantic", "hassil", "rapidfuzz")
_OPTIONS = (
    *("-x", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0", "-m", "not slow"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # libraries are imported beforehand
)

TABLES = (("voiced/policy.py", "_TABLE"), ("voiced/policy.py", "_LEFT"))
_DISPATCH = (
    *("test_guard.py", "test_confirmation.py", "test_outbox.py", "test_dispatch.py"),
    "test_away.py",
)
TESTS: dict[str, Sequence[str]] = {
    "voiced/policy.py": ["test_policy.py", "test_confirmation.py", "test_away.py"],
    "voiced/planning/plan.py": ["test_plan.py", "test_guard.py"],
    "voiced/planning/judging.py": ["test_plan.py", "test_guard.py"],
    "voiced/trust/user_words.py": ["test_user_words.py"],
    "voiced/thinking/planner_view.py": ["test_planner_view.py"],
    "voiced/dispatch/guard.py": ["test_guard.py"],
    "voiced/dispatch/away.py": ["test_away.py"],
    "voiced/dispatch/questions.py": ["test_confirmation.py"],
    "voiced/dispatch/outbox.py": ["test_outbox.py"],
    "voiced/dispatch/dispatcher.py": _DISPATCH,
    "voiced/dispatch/execution.py": _DISPATCH,
    "voiced/dispatch/settling.py": _DISPATCH,
    "voiced/journal/journal.py": ["test_journal_store.py", "test_journal.py"],
    "voiced/journal/records.py": ["test_journal.py"],
    "voiced/journal/store.py": ["test_journal_store.py", "test_journal.py"],
    "voiced/journal/processes.py": ["test_journal_store.py"],
}


@dataclass(frozen=True, slots=True)
class Trial:
    """A mutant of a module, and the tests that ought to notice; ``is_cell``: it is of the table."""

    module: str
    mutant: Mutant
    tests: Sequence[str]
    is_cell: bool = False


@dataclass(slots=True)
class Running:
    """A child that tries a mutant in a copy of the project."""

    trial: Trial
    copy: Path
    end_s: float


def main() -> int:
    """Try every mutant, and print what was found."""
    os.nice(_NICE)
    for name in _PRELOADED:
        importlib.import_module(name)
    wanted = [name for name in TESTS if not sys.argv[1:] or sys.argv[1] in name]
    sources = {name: (HOME / name).read_text(encoding="utf-8") for name in wanted}
    trials = list(_trials(sources))
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        copies = [_copied(Path(folder) / str(number)) for number in range(_WORKERS)]
        for module in wanted:
            if not _passes(copies[0], module):
                print(f"{module}: its tests fail without any mutant", file=sys.stderr)
                return 1
        tried = _try_all(trials, copies, sources)
        survivors = [trial for trial, is_killed in tried if not is_killed]
    is_good = _report(wanted, trials, survivors)
    print(f"{time.monotonic() - began_s:.0f} s", file=sys.stderr)
    return 0 if is_good else 1


def _trials(sources: Mapping[str, str]) -> Iterator[Trial]:
    for module, table in TABLES:
        if module in sources:
            for mutant in table_cells(sources[module], table):
                yield Trial(module, mutant, ["test_policy.py"], is_cell=True)
    for module, source in sources.items():
        for mutant in mutants(source):
            yield Trial(module, mutant, TESTS[module])


def _copied(folder: Path) -> Path:
    folder.mkdir()
    skip = shutil.ignore_patterns("__pycache__", "engines", "bench")
    for name in _COPIED:
        if (HOME / name).is_dir():
            shutil.copytree(HOME / name, folder / name, ignore=skip if name == "tests" else None)
        else:
            shutil.copy(HOME / name, folder / name)
    compileall.compile_dir(folder, quiet=2)
    for module in TESTS:  # the cache of a module goes by its size and its second
        for kept in (folder / module).parent.glob(f"__pycache__/{Path(module).stem}.*"):
            kept.unlink()
    return folder


def _passes(copy: Path, module: str) -> bool:
    child = _start(copy, TESTS[module])
    return os.waitpid(child, 0)[1] == 0


def _start(copy: Path, tests: Sequence[str]) -> int:
    child = os.fork()
    if child:
        return child
    code = 1
    with contextlib.suppress(BaseException):
        code = _run(copy, tests)
    os._exit(code)


def _run(copy: Path, tests: Sequence[str]) -> int:
    """Run tests in a copy of the project; this process is the copy's own."""
    import pytest

    os.setsid()
    os.chdir(copy)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    os.environ["PYTHONPATH"] = str(copy)
    sys.path.insert(0, str(copy))
    paths = [f"tests/{name}" for name in tests]
    return int(pytest.main([*_OPTIONS, *paths]))


def _try_all(
    trials: Sequence[Trial], copies: Sequence[Path], sources: Mapping[str, str]
) -> Iterator[tuple[Trial, bool]]:
    free, waiting = list(copies), list(reversed(trials))
    running: dict[int, Running] = {}
    while waiting or running:
        while free and waiting:
            copy, trial = free.pop(), waiting.pop()
            (copy / trial.module).write_text(trial.mutant.source, encoding="utf-8")
            child = _start(copy, trial.tests)
            running[child] = Running(trial, copy, time.monotonic() + _LONGEST_S)
        for child, each in list(running.items()):
            done, status = os.waitpid(child, os.WNOHANG)
            if not done and time.monotonic() > each.end_s:
                os.killpg(child, signal.SIGKILL)  # it never ends, and that was noticed, too
                done, status = os.waitpid(child, 0)
            if done:
                del running[child]
                whole = sources[each.trial.module]
                (each.copy / each.trial.module).write_text(whole, encoding="utf-8")
                free.append(each.copy)
                yield each.trial, status != 0
        time.sleep(0.01)


def _report(modules: Sequence[str], trials: Sequence[Trial], survivors: Sequence[Trial]) -> bool:
    for each in survivors:
        print(f"survived: {each.module}:{each.mutant.line}: {each.mutant.what}")
    cells = [each for each in trials if each.is_cell]
    bad_cells = [each for each in survivors if each.is_cell]
    is_good = not bad_cells
    if cells:
        killed = len(cells) - len(bad_cells)
        print(f"{'cells of the tables':34} {killed:4} of {len(cells):4} killed")
    total = dead = 0
    for module in modules:
        tried = sum(each.module == module and not each.is_cell for each in trials)
        killed = tried - sum(each.module == module and not each.is_cell for each in survivors)
        total, dead = total + tried, dead + killed
        score = killed / tried
        is_good = is_good and score >= LEAST_SCORE
        print(f"{module:34} {killed:4} of {tried:4} killed, {score:.0%}")
    print(f"{'all':34} {dead:4} of {total:4} killed, {dead / total:.0%}")
    return is_good


if __name__ == "__main__":
    sys.exit(main())
