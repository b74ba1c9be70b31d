"""Small changes of a module's code, one at a time: each ought to fail a test.

A mutant turns a comparison, a number, a truth value, a condition or a sign round, returns nothing,
or leaves a call or an exception out. Docstrings, annotations, decorators and log lines stay.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

__all__ = ["Mutant", "mutants", "table_cells"]

_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_CALCULATED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.BitOr: ast.BitAnd,
}

Change = Callable[[ast.AST], ast.AST]


@dataclass(frozen=True, slots=True)
class Mutant:
    """The source of a module with one change at ``line``, and what that was."""

    line: int
    what: str
    source: str


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a module, in the order of its lines."""
    tree = ast.parse(source)
    fixed = _fixed(tree)
    for at, node in enumerate(ast.walk(tree)):
        if at not in fixed:
            for what, change in _changes(node):
                yield Mutant(getattr(node, "lineno", 0), what, _changed(tree, at, change))


def table_cells(source: str, name: str) -> Iterator[Mutant]:
    """Each cell of a dict of tuples of names, turned into each of the other names in it."""
    tree = ast.parse(source)
    nodes = list(ast.walk(tree))
    table = next(
        node
        for node in nodes
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and node.target.id == name
    )
    assert isinstance(table.value, ast.Dict)
    rows = [row for row in table.value.values if isinstance(row, ast.Tuple)]
    cells = [cell for row in rows for cell in row.elts if isinstance(cell, ast.Name)]
    names = sorted({cell.id for cell in cells})
    places = {id(node): at for at, node in enumerate(nodes)}
    for cell in cells:
        for other in names:
            if other != cell.id:
                change = _to_name(other)
                what = f"cell {cell.col_offset}: {cell.id} -> {other}"
                yield Mutant(cell.lineno, what, _changed(tree, places[id(cell)], change))


def _to_name(name: str) -> Change:
    return lambda _: ast.Name(name, ast.Load())


def _changed(tree: ast.Module, at: int, change: Change) -> str:
    """The source with the node at this place of the walk replaced."""
    mutated = copy.deepcopy(tree)
    target = list(ast.walk(mutated))[at]
    _Replace(target, change(target)).visit(mutated)
    return ast.unparse(ast.fix_missing_locations(mutated))


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old = old
        self._new = new

    def visit(self, node: ast.AST) -> ast.AST:
        if node is self._old:
            return self._new
        return super().generic_visit(node)


def _fixed(tree: ast.Module) -> set[int]:
    """The places of the nodes that stay as they are."""
    kept: set[int] = set()
    for node in ast.walk(tree):
        for part in _kept_parts(node):
            kept.update(map(id, ast.walk(part)))
    return {at for at, node in enumerate(ast.walk(tree)) if id(node) in kept}


def _kept_parts(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield from node.decorator_list
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns:
        yield node.returns
    if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation:
        yield node.annotation
    if isinstance(node, ast.Expr) and _is_kept(node.value):
        yield node


def _is_kept(value: ast.expr) -> bool:
    """A docstring, or a line of the log."""
    is_log = isinstance(value, ast.Call) and ast.unparse(value.func).startswith("_log.")
    return is_log or isinstance(value, ast.Constant)


def _changes(node: ast.AST) -> Iterator[tuple[str, Change]]:
    if isinstance(node, ast.expr):
        yield from _of_expression(node)
    elif isinstance(node, ast.stmt):
        yield from _of_statement(node)


def _of_expression(node: ast.expr) -> Iterator[tuple[str, Change]]:
    match node:
        case ast.Compare():
            yield from _of_comparison(node)
        case ast.Constant():
            yield from _of_constant(node.value)
        case ast.BoolOp():
            yield "and <-> or", _turn_junction
        case ast.UnaryOp(op=ast.Not()):
            yield "not x -> x", lambda old: old.operand  # type: ignore[attr-defined]
        case ast.BinOp() if type(node.op) in _CALCULATED:
            yield f"{type(node.op).__name__} turned", _turn_sign
        case ast.IfExp():
            yield "condition turned", _turn_condition


def _of_statement(node: ast.stmt) -> Iterator[tuple[str, Change]]:
    match node:
        case ast.If() | ast.While():
            yield "condition turned", _turn_condition
        case ast.Return(value=ast.expr()) if not _is_none(node.value):
            yield "returns None", lambda _: ast.Return(ast.Constant(None))
        case ast.Expr(value=ast.Call() | ast.Await()) | ast.Raise():
            yield f"left out: {ast.unparse(node)[:60]}", lambda _: ast.Pass()


def _of_constant(value: object) -> Iterator[tuple[str, Change]]:
    if isinstance(value, bool):
        yield f"{value} -> {not value}", lambda _: ast.Constant(not value)
    elif isinstance(value, int | float):
        yield f"{value} -> {value + 1}", lambda _: ast.Constant(value + 1)


def _is_none(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _of_comparison(node: ast.Compare) -> Iterator[tuple[str, Change]]:
    for place, op in enumerate(node.ops):
        for other in _COMPARED[type(op)]:
            yield f"{type(op).__name__} -> {other.__name__}", _to_comparison(place, other)


def _to_comparison(place: int, other: type[ast.cmpop]) -> Change:
    def change(old: ast.AST) -> ast.AST:
        assert isinstance(old, ast.Compare)
        old.ops[place] = other()
        return old

    return change


def _turn_junction(old: ast.AST) -> ast.AST:
    assert isinstance(old, ast.BoolOp)
    old.op = ast.Or() if isinstance(old.op, ast.And) else ast.And()
    return old


def _turn_sign(old: ast.AST) -> ast.AST:
    assert isinstance(old, ast.BinOp)
    old.op = _CALCULATED[type(old.op)]()
    return old


def _turn_condition(old: ast.AST) -> ast.AST:
    assert isinstance(old, ast.IfExp | ast.If | ast.While)
    old.test = ast.UnaryOp(ast.Not(), old.test)
    return old
