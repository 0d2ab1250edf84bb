"""Small questions about Python's syntax trees: what a node reads, binds, begins with."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator

CHECKS = ("expect", "require", "at_least", "at_most")  # of `homework.checks`
BUILTINS = frozenset(dir(builtins))
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
CHAIN = (ast.Attribute, ast.Subscript, ast.Call)


def definitions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    return (node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.ClassDef)))


def is_definition(statement: ast.stmt) -> bool:
    return isinstance(statement, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef))


def is_import(statement: ast.stmt) -> bool:
    return isinstance(statement, (ast.Import, ast.ImportFrom))


def reads(node: ast.AST | None) -> frozenset[str]:
    """The names that a node reads from the scope where it stands; functions in it count with what they read
    from outside of themselves."""
    if node is None:
        return frozenset()
    if isinstance(node, ast.Name):
        return frozenset() if isinstance(node.ctx, ast.Store) else frozenset([node.id])
    found = frozenset().union(*(reads(part) for part in ast.iter_child_nodes(node)))
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        own = {part.arg for part in ast.walk(node.args) if isinstance(part, ast.arg)}
        if not isinstance(node, ast.Lambda):
            own |= frozenset().union(*map(binds, node.body))
        outside = [*node.args.defaults, *node.args.kw_defaults, *getattr(node, "decorator_list", [])]
        return (found - own) | frozenset().union(*map(reads, outside))
    if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
        targets = {
            name.id
            for part in node.generators
            for name in ast.walk(part.target)
            if isinstance(name, ast.Name)
        }
        return (found - targets) | reads(node.generators[0].iter)
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        return found | {node.target.id}
    return found


def binds(node: ast.AST) -> frozenset[str]:
    """The names that a statement binds in the scope where it stands."""
    if is_definition(node):
        return frozenset([node.name])
    if is_import(node):
        return frozenset((alias.asname or alias.name).split(".")[0] for alias in node.names)
    found = set()
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            found.add(part.id)
        elif isinstance(part, ast.ExceptHandler) and part.name:
            found.add(part.name)
        elif is_definition(part):
            found.add(part.name)
            continue
        if not isinstance(part, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            waiting += ast.iter_child_nodes(part)
    return frozenset(found)


def dotted(node: ast.expr) -> str:
    """ "torch.autograd.grad" of such an expression; "" of another."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def base_of(node: ast.expr) -> ast.expr:
    """What a chain of attributes, entries and calls begins with."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node


def check_of(node: ast.AST) -> str:
    """The name of the check that a node is a call of, such as "expect"; else ""."""
    name = dotted(node.func).split(".")[-1] if isinstance(node, ast.Call) else ""
    return name if name in CHECKS else ""


def is_read_before_binding(tree: ast.Module, name: str) -> bool:
    """Whether a statement of the program reads a name before one binds it."""
    for statement in tree.body:
        is_simple = not hasattr(statement, "body")
        if is_simple and name in reads(statement):
            return True
        if name in binds(statement):
            return False
        if not is_definition(statement) and name in reads(statement):
            return True
    return False


def stored(node: ast.AST) -> set[str]:
    """The names that a target or a statement binds."""
    parts = [node] if isinstance(node, (ast.Name, ast.Tuple, ast.List, ast.Starred)) else None
    if parts is None:
        parts = getattr(node, "targets", None) or [getattr(node, "target", None)]
    names = (name for part in parts if part is not None for name in ast.walk(part))
    return {name.id for name in names if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)}


def arguments_of(node: ast.AST) -> list[ast.expr]:
    """The arguments of a call; none of anything else."""
    return [*node.args, *(word.value for word in node.keywords)] if isinstance(node, ast.Call) else []


def calls_along(node: ast.expr) -> Iterable[ast.Call]:
    """The calls on the way from the end of a chain to its base."""
    while isinstance(node, CHAIN):
        if isinstance(node, ast.Call):
            yield node
        node = node.func if isinstance(node, ast.Call) else node.value


def targets_of(node: ast.Assign | ast.AnnAssign | ast.AugAssign) -> list[ast.expr]:
    """The single targets of an assignment."""
    waiting, found = list(node.targets) if isinstance(node, ast.Assign) else [node.target], []
    while waiting:
        target = waiting.pop()
        if isinstance(target, (ast.Tuple, ast.List)):
            waiting += target.elts
        else:
            found.append(target.value if isinstance(target, ast.Starred) else target)
    return found


def is_simple(node: ast.stmt) -> bool:
    """Whether a statement does something without a block of its own."""
    if isinstance(node, ast.Expr):
        return not isinstance(node.value, ast.Constant)
    return isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign))


def has_work(block: list[ast.stmt]) -> bool:
    """Whether a block does more than go on or leave."""
    return any(
        not isinstance(node, (ast.Pass, ast.Break, ast.Continue, ast.Global, ast.Nonlocal)) for node in block
    )


def with_body(node: ast.FunctionDef, body: list[ast.stmt]) -> ast.FunctionDef:
    return type(node)(**dict(ast.iter_fields(node)) | {"body": body or [ast.Pass()]})


def reads_all(node: ast.AST) -> set[str]:
    """All names that stand in a node but are not stored there."""
    return {
        part.id
        for part in ast.walk(node)
        if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Store)
    }


def is_backward(node: ast.Expr) -> bool:
    return isinstance(node.value, ast.Call) and dotted(node.value.func).endswith(".backward")


def stays_as_it_is(node: ast.stmt) -> bool:
    """Whether a statement is the same in both programs."""
    return is_import(node) or isinstance(node, (ast.Pass, ast.Break, ast.Continue, ast.Global, ast.Nonlocal))
