"""The table of faults names tests that exist, and leaves no row out."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
TABLE = TESTS.parent / "docs" / "faults.md"
PROVED_AT_LEAST = 49
"""So many rows have a test; a row that loses its own is noticed."""


def rows() -> dict[int, str]:
    found = re.findall(r"^\| (\d+) \|.*\|.*\| (.*) \|$", TABLE.read_text(), re.MULTILINE)
    return {int(number): proof for number, proof in found}


@cache
def functions(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text())
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in tree.body if isinstance(node, kinds))


def test_no_row_is_left_out() -> None:
    assert list(rows()) == list(range(1, 51))


@pytest.mark.parametrize("number", range(1, 51))
def test_the_tests_that_a_row_names_exist(number: int) -> None:
    proof = rows()[number]
    named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", proof)
    assert named or proof.startswith("Open"), "neither a test nor open"
    assert proof.count("`") == 2 * len(named), "not all of it was understood"
    for path, name in named:
        assert name in functions(TESTS / path), f"{path} has no {name}"


def test_no_row_has_lost_its_test() -> None:
    assert sum(not proof.startswith("Open") for proof in rows().values()) >= PROVED_AT_LEAST
