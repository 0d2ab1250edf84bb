"""The text of an answer beside its syntax tree, and changes of pieces of it."""

from __future__ import annotations

import ast
import dataclasses
from itertools import accumulate


@dataclasses.dataclass(frozen=True)
class Edit:
    """A piece of text to be replaced.

    Attributes:
        start, end: where it lies, in bytes.
        texts: what may stand there instead, the one that reads best first. The last one says what is meant:
            the first that gives the same syntax tree as the last is taken.
    """

    start: int
    end: int
    texts: tuple[str, ...]


class Code:
    """A source with its syntax tree, and where in the text each node stands.

    Attributes:
        parents: {node: the node that it belongs to}.
    """

    def __init__(self, source: str):
        self.source, self.data = source, source.encode()
        self.tree = ast.parse(source)
        self.starts = [0, *accumulate(len(line) for line in self.data.splitlines(keepends=True))]
        self.parents = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def start(self, node: ast.AST) -> int:
        return self.starts[node.lineno - 1] + node.col_offset

    def end(self, node: ast.AST) -> int:
        return self.starts[node.end_lineno - 1] + node.end_col_offset

    def text(self, first: ast.AST, last: ast.AST | None = None) -> str:
        """The text of a node, or from one node to the end of another."""
        return self.data[self.start(first) : self.end(last or first)].decode()

    def between(self, first: ast.AST, second: ast.AST) -> str:
        """The text after a node and before another."""
        return self.data[self.end(first) : self.start(second)].decode()

    def replace(self, node: ast.AST, *texts: str) -> Edit:
        """Another expression in place of a node."""
        return Edit(self.start(node), self.end(node), (*texts, f"({texts[-1]})"))

    def exchange(self, node: ast.AST, *texts: str) -> Edit:
        """Another text in place of a node, which may be no expression."""
        return Edit(self.start(node), self.end(node), texts)

    def scope(self, node: ast.AST) -> ast.AST:
        """The function that a node belongs to, or the whole."""
        while node in self.parents:
            node = self.parents[node]
            if isinstance(node, (ast.FunctionDef, ast.Lambda)):
                return node
        return node

    def changed(self, edit: Edit) -> tuple[str, str] | None:
        """The changed source and its tree in words; None when the change gives no Python."""
        old, found = self.data[edit.start : edit.end].decode(), None
        for text in reversed(edit.texts):
            lost = old.count("\n") - text.count("\n")
            for shown in dict.fromkeys((text, text + "\n" * lost)):  # later lines keep their numbers
                source = (self.data[: edit.start] + shown.encode() + self.data[edit.end :]).decode()
                tree = tree_of(source)
                if tree is not None and (found is None or tree == found[1]):
                    found = source, tree
        return found


def tree_of(source: str) -> str | None:
    """The syntax tree in words; None when it is no Python."""
    try:
        return ast.dump(ast.parse(source))
    except SyntaxError:
        return None
