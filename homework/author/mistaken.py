"""Which small mistakes a piece of an answer can have: the changes that `mutation.py` makes."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from homework.author.edits import Code, Edit
from homework.author.mistaken_calls import attribute, call, keyword, name
from homework.author.mistaken_lines import condition, deleted, filtered
from homework.author.mistaken_values import (
    assigned_operator,
    both,
    bounds,
    comparison,
    constant,
    operator,
    pairs,
    shape,
    sign,
)

RULES = {
    ast.BinOp: [operator],
    ast.AugAssign: [assigned_operator, deleted],
    ast.Compare: [comparison],
    ast.BoolOp: [both],
    ast.UnaryOp: [sign],
    ast.Constant: [constant],
    ast.Tuple: [pairs],
    ast.Call: [call],
    ast.keyword: [keyword],
    ast.Attribute: [attribute],
    ast.Name: [name],
    ast.Slice: [bounds],
    ast.Subscript: [shape],
    (ast.If, ast.IfExp): [condition],
    (ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp): [filtered],
    (ast.Assign, ast.AnnAssign, ast.Expr): [deleted],
}


def edits(code: Code, node: ast.AST) -> Iterator[Edit]:
    """All changes of one node."""
    for kind, rules in RULES.items():
        if isinstance(node, kind):
            for rule in rules:
                yield from rule(code, node)
