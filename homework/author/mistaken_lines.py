"""Mistakes in conditions, and statements left out."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from homework.author.edits import Code, Edit


def condition(code: Code, node: ast.If | ast.IfExp) -> Iterator[Edit]:
    yield code.exchange(node.test, "True")
    yield code.exchange(node.test, "False")


def filtered(code: Code, node: ast.ListComp) -> Iterator[Edit]:
    """A condition in a comprehension that always holds."""
    for part in node.generators:
        yield from (code.exchange(test, "True") for test in part.ifs)


def deleted(code: Code, node: ast.stmt) -> Iterator[Edit]:
    """A statement left out, unless every use of what it makes would be an error."""
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        names = [part for part in ast.walk(node) if isinstance(getattr(part, "ctx", None), ast.Store)]
        if not all(has_another(code, node, part) for part in names):
            return
    yield code.exchange(node, "pass")


def has_another(code: Code, statement: ast.stmt, target: ast.AST) -> bool:
    """Whether what is assigned here has a value without it, as far as the text tells."""
    if isinstance(target, (ast.Subscript, ast.Tuple, ast.List, ast.Starred)):
        return True
    if isinstance(target, ast.Attribute):
        same = [
            other
            for other in ast.walk(code.tree)
            if isinstance(other, ast.Attribute) and ast.dump(other) == ast.dump(target)
        ]
        return len(same) > 1 or not code.text(target).startswith("self.")
    function = code.scope(statement)
    same = [other for other in ast.walk(function) if isinstance(other, ast.Name) and other.id == target.id]
    given = [part.arg for part in ast.walk(function) if isinstance(part, ast.arg)]
    return target.id in given or sum(isinstance(other.ctx, ast.Store) for other in same) > 1
