"""Completeness: every protocol has a fake and a check that it passes; every ``__all__`` holds."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from functools import lru_cache
from pathlib import Path

import pytest
from cases import every

import voiced
from voiced import stages
from voiced.testing import conformance, fakes

PROTOCOLS = {
    name: each
    for name, each in inspect.getmembers(stages, inspect.isclass)
    if getattr(each, "_is_protocol", False) and each.__module__ == stages.__name__
}
PARTS = {"Stage", "Playback"}  # what all have, and what a Speaker hands out


def test_the_protocols_are_those_we_know() -> None:
    assert len(PROTOCOLS) == 12
    assert set(PROTOCOLS) >= PARTS


@every("name", sorted(PROTOCOLS))
def test_a_protocol_is_exported_and_documented(name: str) -> None:
    assert name in stages.__all__
    assert inspect.getdoc(PROTOCOLS[name])


@every("name", sorted(set(PROTOCOLS) - {"Stage"}))
def test_a_protocol_has_a_fake_with_all_that_it_asks_for(name: str) -> None:
    fake = getattr(fakes, f"Fake{name}")
    assert f"Fake{name}" in fakes.__all__
    asked = {each for each in dir(PROTOCOLS[name]) if not each.startswith("_")}
    assert asked <= set(dir(fake))
    for method in asked:
        wanted = getattr(PROTOCOLS[name], method)
        if inspect.isfunction(wanted):
            parameters = list(inspect.signature(wanted).parameters)
            assert list(inspect.signature(getattr(fake, method)).parameters) == parameters


@every("name", sorted(set(PROTOCOLS) - PARTS))
def test_a_protocol_has_a_check(name: str) -> None:
    check = f"check_{re.sub(r'(?<!^)(?=[A-Z])', '_', name).lower()}"
    assert check in conformance.__all__
    assert list(inspect.signature(getattr(conformance, check)).parameters)


def modules() -> list[str]:
    found = pkgutil.walk_packages(voiced.__path__, "voiced.")
    return sorted(each.name for each in found if not each.name.endswith("__main__"))


@lru_cache
def sources() -> list[tuple[str, ast.Module]]:
    sourced = []
    for name in modules():
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
        sourced.append((name, tree))
    return sourced


def defined(tree: ast.Module) -> set[str]:
    """The public names that a module itself makes: functions, classes, assignments."""
    names: set[str] = set()
    for node in tree.body:
        match node:
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
            ):
                names.add(name)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
    return {name for name in names if not name.startswith("_")}


def imported(tree: ast.Module) -> set[str]:
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom | ast.Import)
        for alias in node.names
    }


def exported(tree: ast.Module) -> list[str] | None:
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="__all__")], value=value):
                return list(ast.literal_eval(value))
    return None


def rank(name: str) -> tuple[int, str]:
    """Constants, classes, the rest: as ruff sorts them."""
    return (0 if name.isupper() else 1 if name[:1].isupper() else 2), name


def problem(tree: ast.Module) -> str:
    names = exported(tree)
    if names is None:
        return "no __all__" if defined(tree) - {"app", "main"} else ""
    missing = set(names) - defined(tree)
    missing = missing and missing - imported(tree)
    if missing:
        return f"exports {sorted(missing)}, which it does not have"
    return "" if names == sorted(set(names), key=rank) else "__all__ is not sorted"


def test_what_the_modules_export_is_sorted_and_exists() -> None:
    problems = {name: problem(tree) for name, tree in sources()}
    assert len(problems) > 50
    assert {name: found for name, found in problems.items() if found} == {}


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("x = 1", "no __all__"),
        ("__all__ = ['y']\nx = 1", "exports ['y']"),
        ("__all__ = ['b', 'a']\na = b = 1\ndef b(): ...\ndef a(): ...", "not sorted"),
        ("__all__ = ['B', 'a']\nclass B: ...\ndef a(): ...", ""),
    ],
)
def test_a_module_that_exports_wrongly_is_found(source: str, what: str) -> None:
    found = problem(ast.parse(source))
    assert what in found
    assert bool(found) == bool(what)
