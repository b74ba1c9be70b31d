"""No home, another locale, no bus, no descriptors: it answers, or says in one line why not."""

from __future__ import annotations

import contextlib
import io
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from limits import in_child, on_a_read_only_disk

from voiced import cli

ASK = ["ask", "what", "day", "is", "it"]


@cache
def _warm() -> None:
    """Import here what each child would import, and what pytest's own hooks would."""
    import tracemalloc  # noqa: F401

    cli.execute(["match", "what day is it"])


def answer(environ: dict[str, str | None], asked: Sequence[str] = ASK) -> str:
    """What the command line says in this environment, and how it ends."""
    for name, value in environ.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    sys.argv = ["voiced", *asked]
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli._answer()
    return f"{code} {out.getvalue()}{err.getvalue()}"


@pytest.mark.parametrize(
    "environ",
    [
        {"HOME": None, "XDG_RUNTIME_DIR": None},
        {"HOME": "/nonexistent", "XDG_CONFIG_HOME": None},
        {"DBUS_SESSION_BUS_ADDRESS": None, "DISPLAY": None, "WAYLAND_DISPLAY": None},
        {"DBUS_SESSION_BUS_ADDRESS": "nonsense", "DISPLAY": "nonsense"},
        {"TZ": "Nonsense/Zone", "LC_ALL": "POSIX", "LANG": None},
        {"PATH": None, "SHELL": None, "USER": None, "LOGNAME": None},
    ],
    ids=" ".join,
)
def test_it_answers_in_any_environment(home: Path, environ: dict[str, str | None]) -> None:
    _warm()
    said = in_child(lambda: answer(environ))
    assert said.startswith("0 Today is "), said


@pytest.mark.slow
def test_it_answers_in_the_c_locale(home: Path) -> None:
    (home / "documents" / "Übersicht.txt").write_text("x")
    done = subprocess.run(
        [sys.executable, "-m", "voiced.cli", "ask", "what are my recent files"],
        env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert b"Traceback" not in done.stderr, done.stderr
    assert done.returncode == 0, done.stderr
    assert b"bersicht" in done.stdout


def test_without_descriptors_it_says_why_and_answers_when_there_are_some(home: Path) -> None:
    def body() -> str:
        sys.unraisablehook = sys.__unraisablehook__  # pytest's own opens files
        said: list[str] = []
        there = len(list(Path("/proc/self/fd").iterdir()))
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        for more in (0, 1, 2, 3, 4, 6, 8, 12, 30):
            resource.setrlimit(resource.RLIMIT_NOFILE, (there + more, hard))
            said.append(answer({}))
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        said.append(answer({}))
        return "\n--\n".join(said)

    _warm()
    *starved, fed = in_child(body).split("\n--\n")
    assert fed.startswith("0 Today is ")
    assert any("no more files can be opened" in each for each in starved)
    for each in starved:
        assert each[:3] in ("0 T", "1 v", "69 "), each
        assert "Traceback" not in each


@pytest.mark.parametrize("is_new", [True, False])
def test_a_home_that_may_only_be_read_is_read_and_nothing_is_changed(
    home: Path, *, is_new: bool
) -> None:
    def body() -> str:
        requests = ("what day is it", "create a folder called boats in documents")
        return "\n--\n".join(answer({}, ["ask", *each.split()]) for each in requests)

    _warm()
    if not is_new:
        assert answer({}).startswith("0 Today is ")
    before = sorted(home.rglob("*"))
    told, refused = on_a_read_only_disk(home, body).split("\n--\n")
    assert told.startswith("0 Today is ")
    assert "can't write to the disk" in refused
    assert "Traceback" not in told + refused
    assert sorted(home.rglob("*")) == before
