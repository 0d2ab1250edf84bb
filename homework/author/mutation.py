"""Mutants of an answer: the same text with one small mistake in it, made from its syntax tree.

`homework/author/mistaken.py` says which mistakes there are. Only the piece of text that a mistake touches
changes; the number of every other line stays.
"""

from __future__ import annotations

import ast
import dataclasses
import hashlib
from collections.abc import Container, Iterator

from homework.author.edits import Code
from homework.author.mistaken import edits


@dataclasses.dataclass(frozen=True)
class Mutant:
    """An answer with one change.

    Attributes:
        source: the whole changed text.
        line: the first line that changed, counted from 1.
        old, new: the lines that changed, before and after, as one line without indentation.
    """

    source: str
    line: int
    old: str
    new: str

    def rank(self, salt: str) -> str:
        """A place in an order by chance that does not depend on which other mutants there are."""
        return hashlib.sha256(f"{salt}\n{self.old}\n{self.new}".encode()).hexdigest()


def mutants(source: str, lines: Container[int] | None = None) -> list[Mutant]:
    """All mutants of an answer, in the order of the text, each syntax tree once.

    Args:
        lines: numbers of those that may change; all without it.
    """
    code = Code(source)
    known, found = {ast.dump(code.tree)}, []
    for node in places(code.tree):
        if lines is not None and node.lineno not in lines:
            continue
        for edit in edits(code, node):
            changed = code.changed(edit)
            if changed and changed[1] not in known:
                known.add(changed[1])
                found.append(mutant(source, changed[0]))
    return sorted(found, key=lambda each: each.line)


def mutant(source: str, changed: str) -> Mutant:
    """A mutant from both texts."""
    old, new = source.split("\n"), changed.split("\n")
    first = next(number for number, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1])
    while old[first + 1 :] and new[first + 1 :] and old[-1] == new[-1]:
        del old[-1], new[-1]
    return Mutant(changed, first + 1, one_line(old[first:]), one_line(new[first:]))


def one_line(lines: list[str]) -> str:
    return " ".join(filter(None, map(str.strip, lines)))


def places(tree: ast.AST) -> Iterator[ast.expr | ast.stmt | ast.keyword]:
    """The nodes that may change: not what explains (docstrings, annotations, printed words) or raises."""
    for child in ast.iter_child_nodes(tree):
        if explains(child) or is_annotation(tree, child):
            continue
        if isinstance(child, (ast.expr, ast.stmt, ast.keyword)):
            yield child
        yield from places(child)


def explains(node: ast.AST) -> bool:
    """Whether a node is there for the reader, or ends the program with words."""
    if isinstance(node, ast.Expr):
        call = node.value
        if isinstance(call, ast.Constant):
            return True
        return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "print"
    return isinstance(node, (ast.Raise, ast.Assert, ast.JoinedStr, ast.Import, ast.ImportFrom))


def is_annotation(parent: ast.AST, child: ast.AST) -> bool:
    return child in (getattr(parent, "annotation", None), getattr(parent, "returns", None)) and (
        isinstance(parent, (ast.arg, ast.AnnAssign, ast.FunctionDef))
    )
