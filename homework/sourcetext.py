"""What the text of some cells says about the functions in them; nothing of it is run."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Collection, Iterable, Iterator, Mapping

LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# functions that go through things one by one
LOOPING = frozenset(["map", "filter", "reduce", "vmap", "vectorize", "apply_along_axis", "apply_", "map_"])
HIDING = frozenset(["exec", "eval", "compile", "__import__", "importlib"])
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Sources:
    """The functions and classes of some cells.

    Args:
        sources: the texts of the cells. One that is no Python counts as empty.
        modules: {name: module} that are imported elsewhere: {"F": "torch.nn.functional"}.

    Attributes:
        defined: {name: what defines it: functions, classes, and values that it is set to}.
        imported: {name: the full name of what it stands for}.
    """

    def __init__(self, sources: Iterable[str], modules: Mapping[str, str] | None = None):
        self.defined: dict[str, list[ast.AST]] = {}
        self.imported: dict[str, str] = dict(modules or {})
        for source in sources:
            nodes = list(ast.walk(parsed(source)))
            methods = {id(part) for node in nodes if isinstance(node, ast.ClassDef) for part in node.body}
            for node in nodes:
                if id(node) not in methods or not isinstance(
                    node, FUNCTIONS
                ):  # methods belong to their class
                    self.note(node)

    def note(self, node: ast.AST) -> None:
        """Keep what a definition, an import or an assignment says about names."""
        if isinstance(node, FUNCTIONS):
            self.defined.setdefault(node.name, []).append(node)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            self.imported |= imports_of(node)
        elif (
            isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)
        ):
            name = node.targets[0].id
            if isinstance(node.value, ast.Lambda):
                self.defined.setdefault(name, []).append(node.value)
            elif (full := self.full_name(node.value)) and full != name:
                self.imported.setdefault(name, full)

    def reach(self, name: str) -> dict[str, list[ast.AST]]:
        """{name: its definitions} of a function and of all those that it uses."""
        found: dict[str, list[ast.AST]] = {}
        waiting = [name]
        while waiting:
            current = waiting.pop()
            if current not in found and current in self.defined:
                found[current] = self.defined[current]
                waiting += self.used_by(current)
        return found

    def used_by(self, name: str) -> set[str]:
        """The names of these cells that a definition uses."""
        found = set()
        for definition in self.defined[name]:
            names = {node.id for node in ast.walk(definition) if isinstance(node, ast.Name)}
            found |= names - bound_in(definition)
        return found & self.defined.keys()

    def parts(self, name: str) -> Iterator[ast.AST]:
        for definition in self.defined[name]:
            yield from ast.walk(definition)

    def loops(self, name: str) -> list[str]:
        """Those that hold a loop, or call themselves, among a function or class and all that it uses."""
        reached = self.reach(name)
        return sorted(other for other in reached if self.has_loop(other) or self.calls_itself(other))

    def has_loop(self, name: str) -> bool:
        for definition in self.defined[name]:
            known = self.defined.keys() | bound_in(definition)
            if any(is_loop(node, known) for node in ast.walk(definition)):
                return True
        return False

    def calls_itself(self, name: str) -> bool:
        """Whether a function, or a method of a class, comes by its own name before it is done."""
        if any(isinstance(definition, ast.ClassDef) for definition in self.defined[name]):
            return any(map(methods_call_themselves, self.defined[name]))
        return any(name in self.reach(other) for other in self.used_by(name))

    def uses(self, name: str, names: Iterable[str], only: tuple[str, ...]) -> list[str]:
        """See `homework.style.uses`."""
        found = set()
        for other in self.reach(name):
            for full in self.foreign(other):
                if any(is_part(full, wanted) for wanted in names) or is_beyond(full, only):
                    found.add(full)
        return sorted(found)

    def foreign(self, name: str) -> Iterator[str]:
        """The full names of what a definition uses that these cells do not define. The method of an unknown
        object is its name with a dot: ".softmax"."""
        inner = {id(node.value) for node in self.parts(name) if isinstance(node, ast.Attribute)}
        for node in self.parts(name):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                yield from imports_of(node).values()
            elif isinstance(node, (ast.Name, ast.Attribute)):
                full = self.full_name(node)
                if full is None and isinstance(node, ast.Attribute):
                    yield f".{node.attr}"
                elif full is not None and id(node) not in inner:
                    yield full

    def full_name(self, node: ast.AST) -> str | None:
        """What a name, or a chain of attributes, stands for; None when that cannot be told."""
        words: list[str] = []
        while isinstance(node, ast.Attribute):
            words.insert(0, node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        if node.id in self.imported and node.id not in self.defined:
            return ".".join([self.imported[node.id], *words])
        return node.id if not words and hasattr(builtins, node.id) and node.id not in self.defined else None


def methods_call_themselves(definition: ast.AST) -> bool:
    """Whether a method of a class comes by its own name, by calls of `self`."""
    methods = {part.name: part for part in getattr(definition, "body", []) if isinstance(part, FUNCTIONS)}
    calls = {name: called_on_self(method) & methods.keys() for name, method in methods.items()}
    for name in methods:
        found = waiting = calls[name]
        while waiting:
            waiting = set().union(*(calls[other] for other in waiting)) - found
            found = found | waiting
        if name in found:
            return True
    return False


def called_on_self(method: ast.AST) -> set[str]:
    attributes = (node for node in ast.walk(method) if isinstance(node, ast.Attribute))
    return {node.attr for node in attributes if getattr(node.value, "id", "") in ("self", "cls")}


def bound_in(definition: ast.AST) -> set[str]:
    """The names of a definition's own: its arguments, and what it sets."""
    nodes = list(ast.walk(definition))
    own = {node.arg for node in nodes if isinstance(node, ast.arg)}
    return own | {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def is_loop(node: ast.AST, known: Collection[str]) -> bool:
    """Whether a part of code is a loop, or hides one. `known` are names that mean something else there."""
    if isinstance(node, ast.Name):
        return node.id in LOOPING | HIDING and node.id not in known
    return isinstance(node, LOOPS) or (isinstance(node, ast.Attribute) and node.attr in LOOPING)


def is_part(full: str, wanted: str) -> bool:
    """Whether a full name is a thing that is wanted, or a part of it, or ends with it when it is one word."""
    if "." not in wanted:
        return full.split(".")[-1] == wanted or full.split(".")[0] == wanted
    return full == wanted or full.startswith(wanted + ".")


def is_beyond(full: str, only: tuple[str, ...]) -> bool:
    """Whether a name belongs to a library that is not among these, or hides what it belongs to."""
    if not only or full.startswith("."):
        return False
    root = full.split(".")[0]
    return root not in only and (root in HIDING or not hasattr(builtins, root))


def imports_of(node: ast.Import | ast.ImportFrom) -> dict[str, str]:
    """{name that an import binds: the full name of what it stands for}"""
    if isinstance(node, ast.Import):
        pairs = {alias.asname or alias.name.split(".")[0]: alias for alias in node.names}
        return {name: alias.name if alias.asname else name for name, alias in pairs.items()}
    return {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}


def parsed(source: str) -> ast.AST:
    """A cell's syntax tree, without the lines that only IPython reads; an empty one when it is no Python."""
    try:
        return ast.parse(without_magics(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def without_magics(source: str) -> str:
    """A cell with empty lines in the place of those that only IPython reads."""
    return "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in source.splitlines())
