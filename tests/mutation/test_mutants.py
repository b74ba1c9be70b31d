"""What is changed, and what is left alone."""

from __future__ import annotations

import ast

from cases import every
from mutation.mutants import mutants, table_cells


def changed(source: str) -> list[str]:
    return [mutant.source for mutant in mutants(source)]


@every(
    ("source", "expected"),
    [
        ("a == b", ["a != b"]),
        ("a < b", ["a <= b", "a >= b"]),
        ("a < b < c", ["a <= b < c", "a >= b < c", "a < b <= c", "a < b >= c"]),
        ("a in b", ["a not in b"]),
        ("a and b", ["a or b"]),
        ("a or b", ["a and b"]),
        ("not a", ["a"]),
        ("a + b", ["a - b"]),
        ("a % b", []),
        ("a = 3", ["a = 4"]),
        ("a = 0.5", ["a = 1.5"]),
        ("a = True", ["a = False"]),
        ("a = 'x'", []),
        ("a = b if c else d", ["a = b if not c else d"]),
        ("f(a)", ["pass"]),
        ("raise a", ["pass"]),
        ("'''Say.'''", []),
        ("_log.error('x', 3 + 4)", []),
        ("a: f(3) = b", []),
    ],
)
def test_one_thing_is_changed_at_a_time(source: str, expected: list[str]) -> None:
    assert changed(source) == expected


def test_a_function_returns_nothing_and_its_signature_stays() -> None:
    source = "@wrap(1)\ndef f(a: X[1], b=2) -> Y[1]:\n    '''Say.'''\n    if a:\n        return b"
    found = changed(source)
    assert [line for line in found if "return None" in line] != []
    assert all("@wrap(1)" in line and "X[1]" in line and "Y[1]" in line for line in found)
    assert len(found) == 3
    assert changed("def f():\n    return") == changed("def f():\n    return None") == []


def test_a_mutant_names_its_line_and_the_source_stays() -> None:
    source = "x = 1\ny = a == b"
    tree = ast.dump(ast.parse(source))
    found = list(mutants(source))
    assert [(each.line, each.what) for each in found] == [(1, "1 -> 2"), (2, "Eq -> NotEq")]
    assert ast.dump(ast.parse(source)) == tree


def test_each_cell_of_a_table_becomes_each_other_name_in_it() -> None:
    source = "T: X = {E.a: (_D, _N), E.b: (_C, _N)}\nU = (_D, _N)"
    found = list(table_cells(source, "T"))
    assert len(found) == 4 * 2
    assert len({each.source for each in found}) == len(found)
    assert all(each.source.endswith("U = (_D, _N)") for each in found)
    assert found[0].source.startswith("T: X = {E.a: (_C, _N)")
