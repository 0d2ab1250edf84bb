"""What a cell of code defines at its top level, and how far each name is written."""

from __future__ import annotations

import ast
import dataclasses
import enum
import re
from collections.abc import Iterator

MOST_PARSED = 60_000  # characters of one cell that are read as Python; no answer is so long
COMMAND = re.compile(
    r"^([ \t]*)(?:[%!].*|\?{0,2}[\w.]+\?{0,2}[ \t]*(?<=\?)[ \t]*|\?{1,2}[\w.]+[ \t]*)$", re.M
)
ASSIGNED_COMMAND = re.compile(r"^([ \t]*\w[\w., \t]*=[ \t]*)[%!].*$", re.M)
DEFINITION = r"^[ \t#>]*(?:async[ \t]+)?(?:def|class)[ \t]+{name}\b"


class State(enum.IntEnum):
    """How far a name is written."""

    STUB = 0  # as it was handed out
    BEGUN = 1  # a class with stubs left in it, or a definition in code that is no valid Python
    WRITTEN = 2


STUB, BEGUN, WRITTEN = State


@dataclasses.dataclass(frozen=True)
class Code:
    """What a cell of code defines.

    Attributes:
        parsed: whether it is valid Python, magics aside.
        states: {name bound at the top level: how far it is written}.
        imported: those of them that are imported.
        is_empty: whether there is nothing but remarks.
        raises: whether the handed-out `raise NotImplementedError()` stands at the top level.
    """

    parsed: bool
    states: dict[str, State]
    imported: frozenset[str] = frozenset()
    is_empty: bool = False
    raises: bool = False

    @classmethod
    def of(cls, source: str) -> Code:
        """The definitions of a cell. Never raises, whatever the cell holds."""
        tree = tree_of(source)
        if tree is None:
            return cls(parsed=False, states={})
        states: dict[str, State] = {}
        imported: set[str] = set()
        parents = {base.id for node in ast.walk(tree) for base in bases_of(node)}
        for statement in statements(tree):
            state = state_of(statement, parents)
            for name in bound_by(statement):
                states[name] = max(state, states.get(name, STUB))
            if isinstance(statement, (ast.Import, ast.ImportFrom)):
                imported |= bound_by(statement)
        body = [node for node in tree.body if not is_remark(node)]
        raises = any(is_stub_raise(node) for node in body)
        return cls(True, states, frozenset(imported), not body, raises)

    @property
    def has_stub(self) -> bool:
        """Whether something in it is still as it was handed out."""
        return self.raises or any(state < WRITTEN for state in self.states.values())

    @property
    def has_answer(self) -> bool:
        """Whether something in it is written, be it in part; an import is not."""
        return any(state > STUB for name, state in self.states.items() if name not in self.imported)


def tree_of(source: str) -> ast.Module | None:
    """The syntax tree; line numbers are those of the source. None when it is no valid Python, or too long."""
    if len(source) > MOST_PARSED:
        return None
    for text in (source, without_commands(source)):
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return None


def without_commands(source: str) -> str:
    """The source with `pass` for the lines that only IPython understands; as many lines as before."""
    return COMMAND.sub(r"\1pass", ASSIGNED_COMMAND.sub(r"\1None", source))


def statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """The statements of the top level and those inside of `if`, `try`, `with` and loops there, in order."""
    todo: list[ast.AST] = list(reversed(tree.body))
    while todo:
        node = todo.pop()
        if isinstance(node, ast.stmt):
            yield node
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        inner = [part for part in ast.iter_child_nodes(node) if is_block(part)]
        todo.extend(reversed(inner))


def is_block(node: ast.AST) -> bool:
    return isinstance(node, (ast.stmt, ast.ExceptHandler, ast.match_case))


def bound_by(statement: ast.stmt) -> set[str]:
    """The names that a statement binds itself, without those of the statements inside it."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {statement.name}
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return {alias.asname or alias.name.split(".")[0] for alias in statement.names}
    names = set()
    for part in ast.iter_child_nodes(statement):
        if not is_block(part):
            inner = (node for node in ast.walk(part) if isinstance(node, ast.Name))
            names.update(node.id for node in inner if isinstance(node.ctx, ast.Store))
    return names


def state_of(statement: ast.stmt, parents: set[str]) -> State:
    """How far what a statement binds is written. A class with children may well be abstract."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return STUB if is_stub(statement) else WRITTEN
    if not isinstance(statement, ast.ClassDef) or statement.name in parents:
        return WRITTEN
    methods = [node for node in statement.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    stubs = [is_stub(method) for method in methods if not is_abstract(method)]
    if not any(stubs):
        return WRITTEN
    return STUB if all(stubs) else BEGUN


def bases_of(node: ast.AST) -> list[ast.Name]:
    bases = node.bases if isinstance(node, ast.ClassDef) else []
    return [base for base in bases if isinstance(base, ast.Name)]


def is_abstract(method: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    inner = (node for decorator in method.decorator_list for node in ast.walk(decorator))
    return any("abstract" in getattr(node, "attr", getattr(node, "id", "")) for node in inner)


def is_stub(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function does nothing but raise NotImplementedError, as it was handed out."""
    body = [node for node in function.body if not is_remark(node)]
    return len(body) == 1 and is_stub_raise(body[0])


def is_remark(node: ast.stmt) -> bool:
    """A docstring, `pass`, `...`, or the call of the parent's __init__ that stands in some stubs."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) or is_parents_init(node.value)
    return isinstance(node, ast.Pass)


def is_parents_init(node: ast.expr) -> bool:
    """Whether it is `super().__init__()`. Not by ast.unparse: a long sum or a huge number makes it raise."""
    match node:
        case ast.Call(ast.Attribute(ast.Call(ast.Name("super"), [], []), "__init__"), [], []):
            return True
    return False


def is_stub_raise(node: ast.stmt) -> bool:
    raised = node.exc if isinstance(node, ast.Raise) else None
    raised = raised.func if isinstance(raised, ast.Call) else raised
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"


def mentions(source: str, name: str) -> bool:
    """Whether a text seems to define a name, be it in a remark or in code that is no valid Python."""
    return bool(re.search(DEFINITION.format(name=re.escape(name)), source, re.MULTILINE))
