"""Mistakes in operators, numbers, axes and slices."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise

from homework.author import neighbours as near
from homework.author.edits import Code, Edit


def operator(code: Code, node: ast.BinOp) -> Iterator[Edit]:
    """Another operator; one of the two terms left out; the terms exchanged."""
    old, new = near.SYMBOLS[type(node.op)], near.OPERATORS[type(node.op)]
    left, right = code.text(node.left), code.text(node.right)
    yield joined(code, node, node.left, node.right, old, new)
    yield code.replace(node, left)
    if isinstance(node.op, near.BOTH_TERMS):
        yield code.replace(node, right)
    if isinstance(node.op, near.NOT_SYMMETRIC):
        texts = ("{} {} {}", "{} {} ({})", "({}) {} {}", "({}) {} ({})")
        yield code.replace(node, *(text.format(right, old, left) for text in texts))


def joined(code: Code, whole: ast.AST, left: ast.AST, right: ast.AST, old: str, new: str) -> Edit:
    """Two terms with another operator between them."""
    before = code.data[code.start(whole) : code.end(left)].decode()
    after = code.data[code.start(right) : code.end(whole)].decode()
    kept = before + code.between(left, right).replace(old, new, 1) + after
    return code.replace(whole, kept, f"({code.text(left)}) {new} ({code.text(right)})")


def assigned_operator(code: Code, node: ast.AugAssign) -> Iterator[Edit]:
    """Another operator; the value alone."""
    target, value = code.text(node.target), code.text(node.value)
    yield code.exchange(node, f"{target} {near.OPERATORS[type(node.op)]}= {value}")
    yield code.exchange(node, f"{target} = {value}")


def comparison(code: Code, node: ast.Compare) -> Iterator[Edit]:
    sides = [node.left, *node.comparators]
    for number, op in enumerate(node.ops):
        old, *others = near.COMPARISONS[type(op)]
        left, right = sides[number], sides[number + 1]
        start, end = code.end(left), code.start(right)
        for new in others:
            yield Edit(start, end, (code.between(left, right).replace(old, new, 1),))


def both(code: Code, node: ast.BoolOp) -> Iterator[Edit]:
    """`or` for `and`; a condition left out."""
    word = "or" if isinstance(node.op, ast.And) else "and"
    texts = [code.text(value) for value in node.values]
    yield code.replace(node, f" {word} ".join(texts), f" {word} ".join(f"({text})" for text in texts))
    old = "and" if word == "or" else "or"
    for number in range(len(texts)):
        kept = texts[:number] + texts[number + 1 :]
        yield code.replace(node, f" {old} ".join(kept), f" {old} ".join(f"({text})" for text in kept))


def sign(code: Code, node: ast.UnaryOp) -> Iterator[Edit]:
    """A minus, a `not` or a `~` left out; a negative number changed."""
    yield code.replace(node, code.text(node.operand))
    value = getattr(node.operand, "value", None)
    if isinstance(node.op, ast.USub) and type(value) in (int, float):
        yield from (code.replace(node, text) for text in numbers_near(-value))


# ---------------------------------------------------------------- constants


def constant(code: Code, node: ast.Constant) -> Iterator[Edit]:
    parent = code.parents[node]
    if isinstance(node.value, bool):
        if not (isinstance(parent, ast.keyword) and parent.arg == "keepdim"):  # left out by `keyword`
            yield code.replace(node, str(not node.value))
    elif type(node.value) in (int, float) and not isinstance(parent, ast.UnaryOp):
        near_by = axes_near(node.value) if is_axis(code, node) else numbers_near(node.value)
        if node.value == 0 and counts_axes(parent):
            near_by = ["1"]
        yield from (code.replace(node, text) for text in near_by)


def numbers_near(value: float) -> list[str]:
    if isinstance(value, int):
        return [str(value + 1), str(value - 1)]
    return [repr(2 * value), repr(value / 2)] if value else ["1.0"]


def axes_near(axis: int) -> list[str]:
    return {0: ["1", "-1"], 1: ["0", "2"]}.get(axis, [str(axis - 1), str(axis + 1)])


def is_axis(code: Code, node: ast.AST) -> bool:
    """Whether a number, or the tuple or list that it stands in, is an axis of a tensor."""
    parent = code.parents[node]
    if isinstance(parent, (ast.Tuple, ast.List)):
        node, parent = parent, code.parents[parent]
    if isinstance(parent, ast.keyword):
        return parent.arg in ("dim", "axis", "dims")
    if isinstance(parent, ast.Call) and isinstance(parent.func, ast.Attribute) and node in parent.args:
        place = near.AXES.get(parent.func.attr)
        return place is not None and parent.args.index(node) >= place + is_module(parent.func.value)
    return False


def is_shape(node: ast.AST) -> bool:
    """Whether this is `x.shape[…]`."""
    return isinstance(node, ast.Subscript) and getattr(node.value, "attr", "") == "shape"


def counts_axes(node: ast.AST) -> bool:
    """Whether this asks for the length or the stride of an axis: most of these tensors have one or two."""
    return is_shape(node) or getattr(getattr(node, "func", None), "attr", "") in ("size", "stride")


def is_module(node: ast.AST) -> bool:
    """Whether this is `torch`, `nn.functional` and the like."""
    return getattr(node, "attr", getattr(node, "id", None)) in near.MODULES


def pairs(code: Code, node: ast.Tuple) -> Iterator[Edit]:
    """Neighbours exchanged in what is returned, one left out of several axes."""
    parent = code.parents[node]
    if isinstance(parent, ast.Return):
        yield from exchanged(code, node.elts)
    elif node.elts and isinstance(parent, (ast.keyword, ast.Call)) and is_axis(code, node.elts[0]):
        for number in range(len(node.elts)):
            kept = ", ".join(code.text(e) for e in node.elts[:number] + node.elts[number + 1 :])
            yield code.replace(node, f"({kept},)")
    elif isinstance(parent, ast.Call):
        yield from exchanged(code, node.elts)


def exchanged(code: Code, nodes: list[ast.expr]) -> Iterator[Edit]:
    """Each two neighbours in each other's place."""
    for first, second in pairwise(nodes):
        if not isinstance(first, ast.Starred) and not isinstance(second, ast.Starred):
            text = code.text(second) + code.between(first, second) + code.text(first)
            yield Edit(code.start(first), code.end(second), (text,))


def bounds(code: Code, node: ast.Slice) -> Iterator[Edit]:
    """A bound of a slice, or its step, left out; a bound that is no number moved."""
    parts = [code.text(part) if part else "" for part in (node.lower, node.upper, node.step)]
    for number, part in enumerate((node.lower, node.upper, node.step)):
        if part is None:
            continue
        left = ["" if other == number else text for other, text in enumerate(parts)]
        yield code.exchange(node, ":".join(left if left[2] else left[:2]))
        if number < 2 and not is_number(part):
            yield from (code.replace(part, f"{parts[number]} {op} 1") for op in "+-")


def is_number(node: ast.AST) -> bool:
    return isinstance(getattr(node, "operand", node), ast.Constant)


def shape(code: Code, node: ast.Subscript) -> Iterator[Edit]:
    """Height for width, counted from the end."""
    if is_shape(node):
        other = {"-1": "-2", "-2": "-1"}.get(code.text(node.slice))
        if other:
            yield code.exchange(node.slice, other)
