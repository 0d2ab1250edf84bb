"""Finds in a homework's tests what the split into two programs cannot keep from the student's process."""

from __future__ import annotations

import ast
import dataclasses
import functools
from collections.abc import Iterator

from homework.cells import GIVEN, TEST
from homework.folders import load_source
from homework.split import live_names, split
from homework.splitting.names import Course, Names, wanted
from homework.splitting.syntax import CHAIN, arguments_of, base_of, binds, check_of, is_import, reads, stored

GATHERED = (ast.Tuple, ast.List, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Starred)
OF_ALL = ("zip", "enumerate", "list", "tuple", "reversed", "sorted", "vars")  # what goes in comes out


@dataclasses.dataclass
class Tested:
    """A test of a homework.

    Attributes:
        inner: its program for the student's process.
        came: the names of answers, and of what came out of them.
        inputs: the names of what the answers get.
    """

    tree: ast.Module
    inner: str
    names: Names
    came: set[str] = dataclasses.field(default_factory=set)
    inputs: set[str] = dataclasses.field(default_factory=set)

    def __post_init__(self):
        self.came = set(self.names.live)
        grow(self.came, self.came_of)
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and self.is_asked(node):
                self.inputs |= set().union(*map(reads, arguments_of(node)))
            elif isinstance(node, ast.Subscript) and base_name(node) in self.came:
                self.inputs |= reads(node.slice)

    def came_of(self) -> Iterator[str]:
        for targets, value in bindings(self.tree):
            if self.comes_out(value):
                yield from targets

    def comes_out(self, value: ast.AST) -> bool:
        """Whether a value is an answer's, or holds such."""
        if isinstance(value, ast.Name):
            return value.id in self.came
        if isinstance(value, ast.Call):
            of_all = isinstance(value.func, ast.Name) and value.func.id in OF_ALL
            given = of_all and any(map(self.comes_out, value.args))
            return given or self.is_asked(value) or self.comes_out(value.func)
        if isinstance(value, (ast.Attribute, ast.Subscript)):
            return self.comes_out(value.value)
        return isinstance(value, GATHERED) and any(map(self.comes_out, ast.iter_child_nodes(value)))

    def is_asked(self, call: ast.Call) -> bool:
        """Whether a call hands its arguments to the student's side."""
        if self.names.is_observed(call) or base_name(call.func) in self.came:
            return True
        is_ours = isinstance(call.func, ast.Name) and call.func.id in self.names.functions
        return is_ours and any(reads(part) & self.came for part in arguments_of(call))

    def is_copy(self, value: ast.AST, inputs: set[str]) -> bool:
        """Whether a value is a clone of an input, kept to see whether the input changes."""
        if isinstance(value, (ast.Tuple, ast.List)):
            return all(self.is_copy(part, inputs) for part in value.elts)
        if isinstance(value, (ast.ListComp, ast.DictComp)):
            entry = value.value if isinstance(value, ast.DictComp) else value.elt
            parts = set().union(*(stored(part.target) for part in value.generators))
            return self.is_copy(entry, inputs | parts)
        is_clone = isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute)
        return is_clone and value.func.attr == "clone" and base_name(value) in inputs

    def is_worked_out(self, node: ast.AST) -> bool:
        """Whether a node is a call of a function of ours on inputs, not on answers, which both sides make."""
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            return False
        is_ours = node.func.id in self.names.functions and self.names.is_inner(node)
        return is_ours and not self.is_asked(node) and f"{node.func.id}" in self.inner

    def secrets(self) -> set[str]:
        """What is only wanted, but computed in the student's process: names, or observed calls."""
        found, made = set(), set(self.inputs)
        grow(made, lambda: (n for t, v in bindings(self.tree) if t & made for n in reads(v)))
        for check in checks(self.tree):
            for part in (check.args[1], *(word.value for word in check.keywords)):
                found |= reads(part) - made
                found |= {ast.unparse(n) for n in ast.walk(part) if self.names.is_observed(n)}
            # an input may be made of what a wanted value is computed from, but not of the wanted value itself
            found |= {base_name(part) for part in entries(check.args[1])} - self.inputs
        own = [value for targets, value in bindings(self.tree) if not targets & (self.names.observed | made)]
        for part in (*own, *(part for check in checks(self.tree) for part in wanted(check))):
            found |= {ast.unparse(node) for node in ast.walk(part) if self.is_worked_out(node)}
        statements = [node for node in ast.walk(self.tree) if isinstance(node, ast.stmt)]
        here = set().union(*(binds(node) for node in statements if not is_import(node)))
        inside = {
            n for node in ast.walk(ast.parse(self.inner)) if isinstance(node, ast.stmt) for n in binds(node)
        }
        copies = {name for t, value in bindings(self.tree) if self.is_copy(value, self.inputs) for name in t}
        return {name for name in found if "(" in (name or "")} | (found & here & inside) - self.came - copies

    def too_late(self) -> set[str]:
        """What stands in a lambda of `hints` and would ask the student's process when the test is over."""
        found = set()
        for node in hints_of(self.tree):
            chains = {base_name(part) for part in ast.walk(node) if isinstance(part, CHAIN)}
            found |= (reads(node) & self.names.live) | (chains & self.came)
        return found


@functools.cache
def read_tests(homework: str) -> dict[str, Tested]:
    """{name: test} of a homework"""
    assignment = load_source(homework)
    trees = {
        cell.name: ast.parse(cell.source)
        for cell in assignment.of_kind(GIVEN, TEST)
        if cell.cell_type == "code"
    }
    given = [trees[cell.name] for cell in assignment.of_kind(GIVEN) if cell.name in trees]
    tests = {cell.name: trees[cell.name] for cell in assignment.of_kind(TEST)}
    live, course = live_names(given, tests.values()), Course.of(given)
    parts = split(assignment).tests
    return {
        name: Tested(tree, "\n".join(part.inner for part in parts[name]), Names(tree, live, course))
        for name, tree in tests.items()
    }


def grow(found: set[str], more) -> None:
    """Add to a set until nothing new comes."""
    before = -1
    while before != (before := len(found)):
        found |= set(more())


def bindings(tree: ast.Module) -> Iterator[tuple[set[str], ast.AST]]:
    """(names, the expression that they are bound to or go through)"""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.NamedExpr)):
            yield stored(node), node.value
        elif isinstance(node, (ast.For, ast.comprehension)):
            yield stored(node.target), node.iter


def checks(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if check_of(node) == "expect")


def base_name(node: ast.AST) -> str | None:
    """ "x" of `x`, `x.T` and `x[0].sum()`; None of what begins with no name."""
    base = base_of(node)
    return base.id if isinstance(base, ast.Name) else None


def entries(node: ast.expr) -> list[ast.expr]:
    """The entries of a tuple or list, else the expression itself."""
    is_pair = isinstance(node, (ast.Tuple, ast.List))
    return [part for entry in node.elts for part in entries(entry)] if is_pair else [node]


def hints_of(tree: ast.Module) -> Iterator[ast.Lambda]:
    """The lambdas of all hints, where they stand in the check and where they have a name."""
    words = [word.value for check in checks(tree) for word in check.keywords if word.arg == "hints"]
    named = set().union(*map(reads, words))
    values = [node.value for node in ast.walk(tree) if isinstance(node, ast.Assign) and roots(node) & named]
    for value in (*words, *values):
        yield from (node for node in ast.walk(value) if isinstance(node, ast.Lambda))


def roots(node: ast.Assign) -> set[str | None]:
    return {base_name(target) for target in node.targets}
