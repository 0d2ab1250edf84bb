"""Mistakes in calls and in names."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from homework.author import neighbours as near
from homework.author.edits import Code, Edit
from homework.author.mistaken_values import exchanged, is_module


def call(code: Code, node: ast.Call) -> Iterator[Edit]:
    """The call left out, its first arguments exchanged, a `range` shortened."""
    function = node.func
    name = getattr(function, "attr", getattr(function, "id", ""))
    if ("." * isinstance(function, ast.Attribute)) + name not in near.CONVERSIONS:
        yield from dropped(code, node, name)
    if name == "range":
        yield from shorter(code, node)
    elif name == "permute":
        yield from exchanged(code, node.args)
    elif name == "einsum":
        yield from exchanged(code, node.args[1:3])
    elif name not in near.COMMUTES:
        yield from exchanged(code, node.args[:2])


def dropped(code: Code, node: ast.Call, name: str) -> Iterator[Edit]:
    """`x` for `x.m(…)` and for `f(x, …)`."""
    function = node.func
    if isinstance(function, ast.Attribute) and not is_module(function.value):
        if code.text(function.value) != "super()":
            yield code.replace(node, code.text(function.value))
    elif node.args and name[:1].islower() and name not in near.MAKERS:  # a class makes something else
        first = node.args[0]
        if not isinstance(first, ast.Starred) and not isinstance(getattr(first, "value", None), str):
            yield code.replace(node, code.text(first))


def shorter(code: Code, node: ast.Call) -> Iterator[Edit]:
    """A `range` without its first or its last number."""
    texts = [code.text(argument) for argument in node.args]
    first, last = (["0"] if len(texts) == 1 else []) + texts[:1], 0 if len(texts) == 1 else 1
    if len(texts) == 1:
        yield code.replace(node, f"range(1, {texts[0]})")
    elif len(texts) == 2:
        yield code.replace(node, f"range({first[-1]} + 1, {texts[1]})")
    if len(texts) < 3:
        yield code.replace(node.args[last], f"{texts[last]} - 1")


def keyword(code: Code, node: ast.keyword) -> Iterator[Edit]:
    """A named argument left out."""
    parent = code.parents[node]
    if not isinstance(parent, ast.Call) or node.arg is None:
        return
    others = sorted([*parent.args, *(k for k in parent.keywords if k is not node)], key=code.start)
    before = [other for other in others if code.start(other) < code.start(node)]
    start = code.end(before[-1]) if before else code.start(node)
    end = code.end(node) if before or not others else code.start(others[0])
    yield Edit(start, end, ("",))


# ---------------------------------------------------------------- names


def attribute(code: Code, node: ast.Attribute) -> Iterator[Edit]:
    """Another function or type, a `.T` left out."""
    if node.attr in ("T", "mT", "H", "mH", "data", "grad"):
        yield code.replace(node, code.text(node.value))
    is_type = is_module(node.value) and node.attr in near.TYPES
    other = near.TYPES[node.attr] if is_type else near.NAMES.get(node.attr)
    if other and isinstance(node.ctx, ast.Load):
        yield code.exchange(node, code.text(node)[: -len(node.attr)] + other)


def name(code: Code, node: ast.Name) -> Iterator[Edit]:
    """Another built-in function; another parameter of the same function."""
    parent = code.parents[node]
    if isinstance(parent, ast.Call) and parent.func is node:
        if node.id in near.BUILT_IN:
            yield code.exchange(node, near.BUILT_IN[node.id])
        return
    if isinstance(parent, ast.Call) and code.text(parent.func) == "len":  # inputs of one length
        return
    function = code.scope(node)
    if isinstance(node.ctx, ast.Load) and isinstance(function, ast.FunctionDef):
        names = [argument.arg for argument in function.args.args if argument.arg != "self"]
        if node.id in names and len(names) > 1:
            yield code.exchange(node, names[(names.index(node.id) + 1) % len(names)])
