"""Parts of a cell's source, as they stand: the statements that define a name, or all but the stubs."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterable

from homework.definitions import STUB, bound_by, state_of, statements, tree_of

UNWRITTEN = itertools.count()  # tells apart what cannot be written


def same_code(first: str, second: str) -> bool:
    """Whether two sources differ in layout and remarks at most."""
    trees = [tree_of(first), tree_of(second)]
    return first == second or (None not in trees and dump_of(trees[0]) == dump_of(trees[1]))


def dump_of(node: ast.AST) -> str:
    """By what code is recognised elsewhere. Nothing is like what cannot be written: a huge number."""
    try:
        return ast.dump(node)
    except (ValueError, RecursionError):
        return f"code {next(UNWRITTEN)}"


def dumps_of(source: str) -> set[str]:
    """The statements of a source's top level, to recognise them elsewhere."""
    tree = tree_of(source)
    return {dump_of(node) for node in tree.body} if tree else set()


def loads_of(nodes: Iterable[ast.AST]) -> set[str]:
    """The names that code uses."""
    return {part.id for node in nodes for part in ast.walk(node) if isinstance(part, ast.Name)}


def needed(source: str, names: Iterable[str], known: set[str] = frozenset()) -> str:
    """The statements of a source that bind these names, and those that bind what they use, as they stand.

    `known` are statements (see `dumps_of`) to leave out.
    """
    tree, chosen, more = tree_of(source), set(), set(names)
    body = [node for node in tree.body if dump_of(node) not in known] if tree else []
    binds = {node: set().union(*map(bound_by, statements(ast.Module([node], [])))) for node in body}
    while more:
        found = {node for node in body if binds[node] & more} - chosen
        chosen |= found
        more = loads_of(found)
    return lines_of(source, [node for node in body if node in chosen])


def needed_of_all(sources: list[str], names: Iterable[str], known: set[str]) -> str:
    """As `needed`, of the last of these sources, with what it uses of those above it."""
    used, texts = set(names), []
    for source in reversed(sources):
        texts.append(needed(source, used, known))
        tree = tree_of(texts[-1])
        used |= loads_of([tree]) if tree else set()
    return "\n".join(filter(None, reversed(texts)))


def without_stubs(source: str, names: Iterable[str]) -> str:
    """The source without the handed-out stubs of these names."""
    tree = tree_of(source)
    body = tree.body if tree else []
    stubs = [node for node in body if set(names) & bound_by(node) and state_of(node, set()) == STUB]
    return lines_of(source, [node for node in body if node not in stubs]) if stubs else source


def lines_of(source: str, nodes: Iterable[ast.stmt]) -> str:
    """The lines on which statements stand, decorators with them."""
    lines, kept = source.split("\n"), []
    for node in nodes:
        first = min([node.lineno, *(part.lineno for part in getattr(node, "decorator_list", []))])
        kept += [number for number in range(first, node.end_lineno + 1) if number not in kept[-1:]]
    return "\n".join(lines[number - 1] for number in dict.fromkeys(kept))
