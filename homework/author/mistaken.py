"""Which small mistakes a piece of an answer can have: the changes that `mutation.py` makes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise

from homework.author import neighbours as near
from homework.author.edits import Code, Edit


def edits(code: Code, node: ast.AST) -> Iterator[Edit]:
    """All changes of one node."""
    for kind, rules in RULES.items():
        if isinstance(node, kind):
            for rule in rules:
                yield from rule(code, node)


# ---------------------------------------------------------------- operators


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
    if isinstance(parent, ast.Subscript):
        return is_shape(parent)
    if isinstance(parent, ast.Call) and isinstance(parent.func, ast.Attribute) and node in parent.args:
        place = near.AXES.get(parent.func.attr)
        return place is not None and parent.args.index(node) >= place + is_module(parent.func.value)
    return False


def is_shape(node: ast.Subscript) -> bool:
    return isinstance(node.value, ast.Attribute) and node.value.attr == "shape"


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


# ---------------------------------------------------------------- calls


def call(code: Code, node: ast.Call) -> Iterator[Edit]:
    """The call left out, its first arguments exchanged, a `range` shortened."""
    function = node.func
    if isinstance(function, ast.Attribute) and not is_module(function.value):
        if not isinstance(function.value, ast.Call) or code.text(function.value) != "super()":
            yield code.replace(node, code.text(function.value))
    elif node.args and not is_text_or_starred(node.args[0]) and is_small(function):
        yield code.replace(node, code.text(node.args[0]))
    name = getattr(function, "attr", getattr(function, "id", ""))
    if name == "range":
        yield from shorter(code, node)
    elif name == "permute":
        yield from exchanged(code, node.args)
    elif name == "einsum":
        yield from exchanged(code, node.args[1:3])
    elif name not in near.COMMUTES:
        yield from exchanged(code, node.args[:2])


def is_text_or_starred(node: ast.expr) -> bool:
    return isinstance(node, ast.Starred) or isinstance(getattr(node, "value", None), str)


def is_small(function: ast.expr) -> bool:
    """Whether a call gives something of the kind of its first argument, as far as its name tells."""
    name = getattr(function, "attr", getattr(function, "id", ""))
    makers = ("range", "zip", "enumerate", "len", "isinstance", "getattr", "arange", "zeros", "ones", "rand")
    return name[:1].islower() and name not in makers


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
    function = code.scope(node)
    if isinstance(node.ctx, ast.Load) and isinstance(function, ast.FunctionDef):
        names = [argument.arg for argument in function.args.args if argument.arg != "self"]
        if node.id in names and len(names) > 1:
            yield code.exchange(node, names[(names.index(node.id) + 1) % len(names)])


# ---------------------------------------------------------------- slices, entries, conditions, statements


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
