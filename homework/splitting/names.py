"""What the names of a test may hold: values, objects of the student's side, inputs that it got."""

from __future__ import annotations

import ast
import dataclasses
import functools
from collections.abc import Collection, Iterable

from homework import steps
from homework.splitting.syntax import (
    BUILTINS,
    CHAIN,
    COMPREHENSIONS,
    arguments_of,
    base_of,
    binds,
    calls_along,
    check_of,
    definitions,
    dotted,
    is_definition,
    is_import,
    is_read_before_binding,
    reads,
    stored,
)

# What `steps.INNER` holds, as it is written in tests.
INNER = frozenset(
    f.__name__ if f.__module__ == "builtins" else f"{f.__module__}.{f.__name__}" for f in steps.INNER
)
OBSERVERS = frozenset(["observe", "loops_in", "uses", "torch_calls"])  # of `homework`


@dataclasses.dataclass(frozen=True)
class Course:
    """What a homework gives: its functions and classes, those of its functions that are `@observer` or
    `@judged`, and what it imports."""

    functions: frozenset[str]
    observers: frozenset[str]
    judged: frozenset[str]
    imported: frozenset[str]

    @classmethod
    def of(cls, trees: Collection[ast.Module]) -> Course:
        found = [definition for tree in trees for definition in definitions(tree)]
        judged = frozenset(definition.name for definition in found if is_judged(definition))
        found = [definition for definition in found if not is_judged(definition)]
        observers = [
            d for d in found if any(dotted(part).split(".")[-1] == "observer" for part in d.decorator_list)
        ]
        imported = [binds(node) for tree in trees for node in ast.walk(tree) if is_import(node)]
        return cls(
            frozenset(d.name for d in found),
            frozenset(d.name for d in observers),
            judged,
            frozenset().union(*imported),
        )


def is_judged(definition: ast.stmt) -> bool:
    """Whether a given function is the judge's alone: it gets values only."""
    return any(dotted(part).split(".")[-1] == "judged" for part in getattr(definition, "decorator_list", []))


class Names:
    """What the names of a program may hold.

    Attributes:
        live: bound by the student's answers.
        maybe: may hold an object that stays in the student's process.
        touched: hold objects that the student's code got and may have kept, such as a network to be trained.
        inputs: hold tensors and the like that the student's code got, and may have changed.
        observed: what is judged is computed from them. Wanted values alone are not.
        functions: of the course and of the program itself: they run in both programs.
    """

    def __init__(self, tree: ast.Module, live: frozenset[str], course: Course):
        bound = {name for node in tree.body if not is_definition(node) for name in binds(node)}
        self.live = live = frozenset(n for n in live if n not in bound or is_read_before_binding(tree, n))
        self.imported = course.imported | {
            n for node in ast.walk(tree) if is_import(node) for n in binds(node)
        }
        self.functions = course.functions | {d.name for d in definitions(tree) if not is_judged(d)}
        self.observers = course.observers
        self.judged = course.judged | {d.name for d in definitions(tree) if is_judged(d)}
        # what stands in a judged function never meets the student's side
        self.tree = tree = ast.Module([node for node in tree.body if not is_judged(node)], [])
        arguments = {part.arg for part in ast.walk(tree) if isinstance(part, ast.arg)}
        self.maybe, self.touched, self.inputs = set(live) | arguments, set(), set()
        self.observed = set()
        self.maybe |= asking(tree, live)
        self.plain = plain_names(tree, self.imported)
        self.settle(self.spread)
        self.settle(self.spread_observed)

    def settle(self, spread) -> None:
        """Go on until nothing is added."""

        def sizes() -> list[int]:
            return [len(names) for names in (self.maybe, self.touched, self.inputs, self.observed)]

        before: list[int] = []
        while before != (before := sizes()):
            spread()

    def spread(self) -> None:
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.AugAssign)):
                if node.value is not None and self.stays(node.value):
                    self.maybe |= stored(node)
                if stored(node) & self.fetched and isinstance(node.value, CHAIN):  # `row = x[1:]`
                    self.inputs |= self.objects_in([base_of(node.value)]) & self.plain
            elif isinstance(node, (ast.For, ast.comprehension)):
                if self.stays(node.iter) or any(self.stays(a) for a in arguments_of(node.iter)):
                    self.maybe |= stored(node.target)
            elif isinstance(node, ast.With) and any(reads(part) & self.both for part in node.body):
                self.touched |= {
                    name for item in node.items if item.optional_vars for name in stored(item.optional_vars)
                }
            if isinstance(node, ast.Call) and self.is_inner(node):
                self.touched |= self.objects_in(arguments_of(node)) - self.plain
                self.inputs |= self.objects_in(arguments_of(node)) & self.plain
            if isinstance(node, ast.Expr) and self.is_done(node):
                self.touched |= self.objects_in([node.value])

    def spread_observed(self) -> None:
        for node in ast.walk(self.tree):
            if check_of(node):
                for part in judged_arguments(node):
                    self.observed |= reads(part)
            elif isinstance(node, ast.Assert):
                self.observed |= reads(node)
            elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr)):
                if stored(node) & self.observed:
                    self.observed |= reads(node.value)
            elif isinstance(node, (ast.For, ast.comprehension)) and stored(node.target) & self.observed:
                self.observed |= reads(node.iter)
            elif isinstance(node, ast.Return):
                self.observed |= reads(node)
            elif isinstance(node, (ast.If, ast.While)):
                self.observed |= reads(node.test)

    @functools.cached_property
    def derived(self) -> set[str]:
        """The names of values computed from what came of the student's code: a loss, for instance."""
        found: set[str] = set()
        while True:
            nodes = (
                n for n in ast.walk(self.tree) if isinstance(n, (ast.Assign, ast.AnnAssign, ast.AugAssign))
            )
            more = {
                name
                for node in nodes
                if node.value is not None and reads(node.value) & (self.maybe | found)
                for name in stored(node)
            }
            if more <= found:
                return found
            found |= more

    @property
    def fetched(self) -> set[str]:
        """The names whose values may have to come from the student's process."""
        return self.live | self.touched | self.inputs

    @property
    def both(self) -> set[str]:
        return self.maybe | self.touched

    def objects_in(self, nodes: Iterable[ast.AST]) -> set[str]:
        """The names in some expressions that hold things of the program: no modules, functions, builtins."""
        found = set().union(*(reads(node) for node in nodes), frozenset())
        return found - self.imported - self.functions - BUILTINS - self.live

    def stays(self, node: ast.AST) -> bool:
        """Whether the value of an expression may be an object that stays in the student's process."""
        if isinstance(node, ast.Name):
            return node.id in self.both
        if isinstance(node, CHAIN):
            base = base_of(node)
            if isinstance(base, ast.Name) and base.id in self.both:
                return True
            if isinstance(node, ast.Call):
                return self.is_inner(node)
            return self.stays(node.value)
        if isinstance(
            node, (ast.Tuple, ast.List, ast.Set, ast.Dict, ast.Starred, ast.IfExp, ast.BoolOp, ast.NamedExpr)
        ):
            return any(self.stays(part) for part in ast.iter_child_nodes(node))
        if isinstance(node, COMPREHENSIONS):
            return any(self.stays(part) for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr))
        return False

    def is_done(self, node: ast.Expr) -> bool:
        """Whether a statement is done for what it does to objects of either side, not by a call of theirs."""
        value = node.value
        if (
            check_of(value)
            or not reads(node) & self.both
            or is_own_function(value, self)
            or calls_judged(value, self)
        ):
            return False
        return not (isinstance(value, ast.Call) and self.stays(value.func))

    def is_observed(self, node: ast.AST) -> bool:
        """Whether a node is a call that is made in the student's process, with all that stands in it."""
        if not isinstance(node, ast.Call):
            return False
        name = dotted(node.func)
        if name.split(".")[-1] in OBSERVERS or name in self.observers:
            return True
        return name == "torch.autograd.grad" and any(reads(part) & self.maybe for part in arguments_of(node))

    def is_inner(self, node: ast.Call) -> bool:
        """Whether a call may have to be made in the student's process."""
        if self.is_observed(node):
            return True
        base = base_of(node.func)
        if isinstance(base, ast.Name) and base.id in self.both:
            return True
        if isinstance(node.func, CHAIN) and any(self.is_inner(p) for p in calls_along(node.func)):
            return True
        if dotted(node.func) in INNER:
            return any(self.stays(part) for part in arguments_of(node))
        known = isinstance(node.func, ast.Name) and node.func.id in self.functions
        return known and any(reads(part) & self.both for part in arguments_of(node))


def asking(tree: ast.Module, live: frozenset[str]) -> set[str]:
    """The functions of a program that call answers, themselves or through one another."""
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    found: set[str] = set()
    while more := {node.name for node in functions if reads(node) & (live | found)} - found:
        found |= more
    return found


def plain_names(tree: ast.Module, imported: set[str]) -> set[str]:
    """The names that surely hold tensors, numbers and the like, or lists of them: nothing with parameters."""
    sources: dict[str, list[ast.expr | None]] = {
        part.arg: [None] for part in ast.walk(tree) if isinstance(part, ast.arg)
    }
    for node in ast.walk(tree):
        value = node.iter if isinstance(node, (ast.For, ast.comprehension)) else getattr(node, "value", None)
        if isinstance(
            node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr, ast.For, ast.comprehension)
        ):
            is_used_up = isinstance(value, ast.GeneratorExp) and isinstance(node, ast.Assign)
            is_used_up = is_used_up and isinstance(node.targets[0], ast.Name)
            for name in stored(node):
                sources.setdefault(name, []).append(None if is_used_up else value)
        elif isinstance(node, ast.With):
            for name in {n for item in node.items if item.optional_vars for n in stored(item.optional_vars)}:
                sources.setdefault(name, []).append(None)
    plain = set(sources)
    while True:
        kept = {
            name
            for name in plain
            if all(v is not None and is_plain(v, plain, imported) for v in sources[name])
        }
        if kept == plain:
            return plain
        plain = kept


def is_plain(node: ast.expr, plain: set[str], imported: set[str]) -> bool:
    """Whether an expression surely gives a tensor, a number and the like, or a container of them."""
    if "requires_grad" in ast.unparse(node):
        return False
    if isinstance(node, (ast.Constant, ast.BinOp, ast.UnaryOp, ast.Compare, ast.JoinedStr)):
        return True
    if isinstance(node, ast.Name):
        return node.id in plain
    if isinstance(node, CHAIN):
        base = base_of(node)
        if not isinstance(base, ast.Name):
            return is_plain(base, plain, imported)
        if base.id in imported:
            path = next((dotted(part.func) for part in calls_along(node) if dotted(part.func)), "")
            return base.id != "nn" and not path.startswith(("torch.nn.", "torch.optim.", "copy."))
        return base.id in plain or base.id in (
            "range",
            "len",
            "float",
            "int",
            "str",
            "zip",
            "enumerate",
            "sorted",
        )
    if isinstance(node, ast.Lambda):
        return True
    parts = [part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
    return all(is_plain(part, plain, imported) for part in parts)


def judged_arguments(node: ast.Call) -> list[ast.expr]:
    """The arguments of a check that hold what is judged: of `expect` the first; of `require` all."""
    return node.args[:1] if check_of(node) == "expect" else arguments_of(node)


def wanted(node: ast.Call) -> list[ast.expr]:
    """The other arguments."""
    return [*node.args[1:], *(word.value for word in node.keywords)] if check_of(node) == "expect" else []


def calls_judged(node: ast.expr, names: Names) -> bool:
    """Whether an expression calls a function that is the judge's alone."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names.judged


def is_sent(node: ast.stmt, names: Names) -> bool:
    """Whether a statement of the program itself takes inputs from a function that is the judge's alone."""
    if not isinstance(node, ast.Assign) or node not in names.tree.body or not calls_judged(node.value, names):
        return False
    bound = {name for part in names.tree.body if not is_import(part) for name in binds(part)} - names.judged
    return not reads(node.value) & (bound | names.live)


def is_own_function(node: ast.expr, names: Names) -> bool:
    """Whether an expression calls a function of the course or of the program."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names.functions
