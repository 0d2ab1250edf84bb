"""Splits a test into what runs beside the student's code and what the judge decides.

A test stays as readable as it is: `expect(answer(x), wanted, "answer(x)")`. From its syntax tree two programs
are made. The inner one, for the student's process, builds the inputs and calls the answers; of the judgement
it has nothing: no wanted value, no hint, no comparison. The outer one, for the judge, is the whole test, in
which every step that only the student's process can take is replaced by what came out of it.

Both programs meet at *steps*: a call, an attribute, an entry or a name that may belong to the student's side.
Each has a number. `homework.inside` and `homework.outside` hold the functions that the steps call.

Names used below:
    live      names that the student's answers bind
    maybe     names that may hold an object which stays in the student's process
    touched   names of inputs that the student's code got, and may have changed or kept
"""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterable

from homework.cells import GIVEN, HIDDEN, TEST, Assignment, Cell
from homework.sourcetext import without_magics
from homework.splitting.names import Course
from homework.splitting.programs import Programs, make_programs
from homework.splitting.rewriting import Numbers
from homework.splitting.syntax import (
    BUILTINS,
    binds,
    dotted,
    is_definition,
    is_import,
    is_read_before_binding,
    reads,
)


@dataclasses.dataclass
class Split:
    """A homework, split.

    Attributes:
        live: the names that the answers bind.
        given: {name of a given cell: two programs: for the student's process its functions and classes,
            for the judge's all that needs no answer}.
        kept: {name of a given cell: the other names that it binds without the student's help}.
        tests: {name of a test: (its visible part, its hidden part)}.
    """

    live: frozenset[str]
    given: dict[str, Programs]
    kept: dict[str, list[str]]
    tests: dict[str, tuple[Programs, Programs]]


class NoPython(ValueError):
    """A given cell or a test cannot be read any more. The text names it."""


def parsed(cell: Cell) -> ast.Module:
    """The syntax tree of a cell, without the lines that only IPython reads."""
    try:
        return ast.parse(without_magics(cell.source))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        words = f"the locked cell {cell.name} was changed, and is no Python any more: {problem}"
        raise NoPython(words) from None


def split(assignment: Assignment) -> Split:
    """Split the tests of a homework. Raises NoPython when a given cell or a test cannot be read."""
    trees = {
        cell.name: parsed(cell)
        for cell in assignment.cells
        if cell.cell_type == "code" and cell.kind in (GIVEN, TEST)
    }
    given = {cell.name: trees[cell.name] for cell in assignment.of_kind(GIVEN) if cell.name in trees}
    tests = {cell.name: trees[cell.name] for cell in assignment.of_kind(TEST)}
    live = live_names(given.values(), tests.values())
    course = Course.of(given.values())
    numbers = Numbers()
    found, kept = {}, {}
    for name, tree in given.items():
        ours = [
            statement for statement in tree.body if not reads(statement) & live or is_definition(statement)
        ]
        kept[name] = sorted(set().union(*(binds(s) for s in ours if not is_definition(s))) - live)
        found[name] = given_programs(ours, live, course, numbers)
    cells = {cell.name: cell for cell in assignment.of_kind(TEST)}
    return Split(
        live,
        found,
        kept,
        {name: split_test(cells[name], tree, live, course, numbers) for name, tree in tests.items()},
    )


def given_programs(
    statements: list[ast.stmt], live: frozenset[str], course: Course, numbers: Numbers
) -> Programs:
    """The two programs of what a cell gives: both have its functions; the judge's has its statements too."""
    functions = [s for s in statements if is_definition(s) or is_import(s)]
    made = make_programs([functions], live, course, numbers, is_given=True)[0]
    outer = ast.parse(made.outer).body
    order = iter(outer)
    whole = [next(order) if is_definition(s) or is_import(s) else s for s in statements if not is_print(s)]
    return Programs(made.inner, ast.unparse(ast.Module(whole, [])))


def is_print(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and dotted(statement.value.func) == "print"
    )


def split_test(
    cell: Cell, tree: ast.Module, live: frozenset[str], course: Course, numbers: Numbers
) -> tuple[Programs, Programs]:
    """The programs of the visible and of the hidden part of a test."""
    hidden, parts = hidden_lines(cell.source), ([], [])
    for statement in tree.body:
        parts[statement.lineno in hidden].append(statement)
    visible, secret = make_programs(parts, live, course, numbers)
    return visible, secret


def hidden_lines(source: str) -> set[int]:
    """The numbers of the lines between the markers of hidden tests."""
    lines, is_hidden = set(), False
    for number, line in enumerate(source.splitlines(), 1):
        if line.strip() in HIDDEN:
            is_hidden = line.strip() == HIDDEN[0]
        elif is_hidden:
            lines.add(number)
    return lines


def live_names(given: Iterable[ast.Module], tests: Iterable[ast.Module]) -> frozenset[str]:
    """The names that only answers bind, or given statements that use such names."""
    bound: dict[str, bool] = {}  # by given cells; whether by a definition
    statements = [statement for tree in given for statement in tree.body]
    for statement in statements:
        bound |= dict.fromkeys(binds(statement), is_definition(statement) or is_import(statement))
    read = set().union(*(reads(s) for s in statements), frozenset())
    for tree in tests:
        own = set().union(*(binds(s) for s in tree.body), frozenset())
        wanted = set().union(*(reads(s) for s in tree.body), frozenset())
        read |= {name for name in wanted if name not in own or is_read_before_binding(tree, name)}
    live = {name for name in read if name not in bound and name not in BUILTINS}
    while True:
        more = set()
        for statement in statements:
            if not is_definition(statement) and not is_import(statement) and reads(statement) & live:
                more |= {name for name in binds(statement) if not bound.get(name)}
        if more <= live:
            return frozenset(live)
        live |= more
