"""Makes the inner and the outer program of a test, or of what a homework gives; see `homework.split`."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Sequence

from homework.splitting.inner import InnerMaker
from homework.splitting.names import Course, Names
from homework.splitting.outer import OuterMaker
from homework.splitting.rewriting import Numbers
from homework.splitting.syntax import reads_all


@dataclasses.dataclass
class Programs:
    """A test, or what a homework gives, as two programs: source text, empty when there is nothing to do."""

    inner: str
    outer: str


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
        made = [inner.block(part) for part in parts]
        more = set().union(*(reads_all(node) for block in made for node in block), frozenset()) - needed
        if not more:
            break
        needed |= more
    outer = OuterMaker(names, numbers, marks, inner)
    return [Programs(text(ours), text(outer.block(part))) for ours, part in zip(made, parts, strict=True)]


def text(block: list[ast.stmt]) -> str:
    return ast.unparse(ast.fix_missing_locations(ast.Module(block, [])))
