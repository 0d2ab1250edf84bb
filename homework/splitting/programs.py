"""Makes the inner and the outer program of a test, or of what a homework gives; see `homework.split`."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Sequence

from homework.splitting.inner import InnerMaker
from homework.splitting.names import Course, Names, is_judged
from homework.splitting.outer import OuterMaker
from homework.splitting.rewriting import Numbers
from homework.splitting.syntax import is_import, reads_all, stored


@dataclasses.dataclass
class Programs:
    """A test, or what a homework gives, as two programs.

    Attributes:
        inner, outer: source text, empty when there is nothing to do.
        inputs: source text that makes the inputs which the judge sends; empty without any.
        sent: the names of these inputs.
    """

    inner: str
    outer: str
    inputs: str = ""
    sent: tuple[str, ...] = ()


def make_programs(
    parts: Sequence[list[ast.stmt]],
    live: frozenset[str],
    course: Course,
    numbers: Numbers,
    is_given: bool = False,
) -> list[Programs]:
    """The two programs of each part; all parts share their names.

    Args:
        parts: statements.
        live: the names that answers bind.
        course: what the homework gives.
        is_given: these are the homework's own functions: nothing of them is left out.
    """
    tree = ast.Module([statement for part in parts for statement in part], [])
    names, marks, needed = Names(tree, live, course), {}, set()
    while True:
        inner = InnerMaker(names, numbers, marks, needed, is_given)
        made, sent = [], []
        for part in parts:
            made.append(inner.block(part))
            sent.append(list(inner.sent.values()))
            inner.sent = {}
        more = set().union(*(reads_all(node) for block in made for node in block), frozenset()) - needed
        if not more:
            break
        needed |= more
    outer = OuterMaker(names, numbers, marks, inner)
    means = [node for node in tree.body if is_import(node) or is_judged(node)]
    return [
        Programs(
            text(ours),
            text(outer.block(part)),
            text([*means, *inputs]) if inputs else "",
            tuple(sorted(set().union(*map(stored, inputs)) & needed)) if inputs else (),
        )
        for ours, part, inputs in zip(made, parts, sent, strict=True)
    ]


def text(block: list[ast.stmt]) -> str:
    return ast.unparse(ast.fix_missing_locations(ast.Module(block, [])))
