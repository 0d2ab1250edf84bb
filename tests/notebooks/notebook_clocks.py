"""No lesson stops because a machine is slow: what a clock said is printed, and never asserted."""

import ast
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode
from notebook_checks import check, code_cells, where

from homework.definitions import tree_of

CLOCKS = {"perf_counter", "process_time", "monotonic", "time_ns", "perf_counter_ns"}


@check
def no_assert_on_a_clock(notebook: NotebookNode, path: Path) -> list[str]:
    """A slow or busy machine would stop the lesson: times are printed."""
    problems = []
    for i, cell in code_cells(notebook):
        tree = tree_of(cell.source)
        names = measured(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Assert) and names_in(node) & names:
                problems.append(f"{where(i, cell)}: asserts a time: {ast.unparse(node)[:80]}")
    return problems


def measured(tree: ast.AST) -> set[str]:
    """The names that hold what a clock said, or what was made of that."""
    names: set[str] = set()
    while (
        found := {
            name
            for value, target in given(tree)
            if names_in(value) & (CLOCKS | names)
            for name in bound_in(target)
        }
        - names
    ):
        names |= found
    return names


def given(tree: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """(value, what it is given to) of all assignments, and of what is put into a list."""
    for node in ast.walk(tree):
        if isinstance(node, ast.AugAssign):
            yield node.value, node.target
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                alike = isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
                yield from (
                    zip(node.value.elts, target.elts, strict=False) if alike else [(node.value, target)]
                )
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "append":
            yield node.args[0], node.func.value


def bound_in(target: ast.AST) -> set[str]:
    """The names that an assignment binds or fills: of `took[name]` the table alone."""
    if isinstance(target, (ast.Subscript, ast.Attribute)):
        return bound_in(target.value)
    return {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}


def names_in(node: ast.AST) -> set[str]:
    """The names in an expression, those of methods and functions of modules among them."""
    parts = list(ast.walk(node))
    functions = {part.attr for part in parts if isinstance(part, ast.Attribute)} & CLOCKS
    return functions | {part.id for part in parts if isinstance(part, ast.Name)}
