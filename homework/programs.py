"""Makes the inner and the outer program of a test or of a homework's given functions; see `homework.split`."""

from __future__ import annotations

import ast
import dataclasses
import functools
from collections.abc import Collection, Iterable, Sequence

from homework.syntax import (
    BUILTINS,
    base_of,
    binds,
    check_of,
    definitions,
    dotted,
    is_definition,
    is_import,
    is_read_before_binding,
    reads,
)

STEP = "__step_"
# Functions of others that may be called on objects of the student's side, there. All others are the judge's.
INNER = frozenset(
    "isinstance issubclass callable hasattr getattr type len list tuple iter next vars dir "
    "copy.deepcopy copy.copy inspect.signature inspect.getsource".split()
)
OBSERVERS = frozenset(["observe", "loops_in"])
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
CHAIN = (ast.Attribute, ast.Subscript, ast.Call)


class Numbers:
    """Counts the steps of a whole homework."""

    def __init__(self):
        self.last = 0

    def next(self) -> int:
        self.last += 1
        return self.last


@dataclasses.dataclass(frozen=True)
class Course:
    """What a homework gives: its functions and classes, those of its functions that are `@observer` or `@judged`,
    and what it imports."""

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
        touched: hold inputs that the student's code got, and may have kept or changed.
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
        self.maybe, self.touched = set(live) | arguments, set()
        self.observed = set()
        self.maybe |= asking(tree, live)
        self.plain = plain_names(tree, self.imported)
        self.settle(self.spread)
        self.settle(self.spread_observed)

    def settle(self, spread) -> None:
        """Go on until nothing is added."""
        before = None
        while before != (before := (len(self.maybe), len(self.touched), len(self.observed))):
            spread()

    def spread(self) -> None:
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.AugAssign)):
                if node.value is not None and self.stays(node.value):
                    self.maybe |= stored(node)
            elif isinstance(node, (ast.For, ast.comprehension)):
                if self.stays(node.iter) or any(self.stays(a) for a in arguments_of(node.iter)):
                    self.maybe |= stored(node.target)
            elif isinstance(node, ast.With) and any(reads(part) & self.both for part in node.body):
                self.touched |= {
                    name for item in node.items if item.optional_vars for name in stored(item.optional_vars)
                }
            if isinstance(node, ast.Call) and self.is_inner(node):
                self.touched |= self.objects_in(arguments_of(node)) - self.plain
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
        """The names of values that are computed from what came of the student's code: a loss, for instance."""
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
    """The names that surely hold tensors, numbers and the like, or lists of them: nothing that has parameters."""
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


def judged_arguments(node: ast.Call) -> list[ast.expr]:
    """The arguments of a check that hold what is judged: of `expect` the first; of `require` all."""
    return node.args[:1] if check_of(node) == "expect" else arguments_of(node)


def wanted(node: ast.Call) -> list[ast.expr]:
    """The other arguments."""
    return [*node.args[1:], *(word.value for word in node.keywords)] if check_of(node) == "expect" else []


def call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(STEP + name, ast.Load()), list(arguments), [])


def thunk(body: ast.expr) -> ast.Lambda:
    return ast.Lambda(ast.arguments([], [], None, [], [], None, []), body)


class Maker:
    """What the makers of both programs share: how an expression is written with its steps."""

    def __init__(self, names: Names, numbers: Numbers, marks: dict):
        self.names, self.numbers, self.marks, self.statement = names, numbers, marks, ""
        self.loops: dict[int, ast.AST] = marks.setdefault(
            0, {}
        )  # a loop's own step beside that of its iterable

    def number(self, node: ast.AST) -> ast.Constant:
        """The number of a step, the same in both programs: that of its statement, a point, its own."""
        if id(node) not in self.marks:
            self.marks[id(node)] = f"{self.statement}.{self.numbers.next()}"
        return ast.Constant(self.marks[id(node)])

    def begin(self, node: ast.stmt) -> ast.Expr:
        """Announces a statement: the steps that follow belong to a new run of it."""
        if id(node) not in self.marks:
            self.marks[id(node)] = str(self.numbers.next())
        self.statement = self.marks[id(node)]
        return ast.Expr(call("begin", ast.Constant(self.statement)))

    def concerns(self, node: ast.AST, own: bool) -> bool:
        """Whether there can be a step in an expression. `own`: it makes a wanted value, of the judge's own."""
        names = self.names.maybe if own else self.names.both
        return any(
            (isinstance(part, ast.Name) and part.id in names) or self.names.is_observed(part)
            for part in ast.walk(node)
        )

    def steps(self, node: ast.expr, own: bool = False) -> ast.expr:
        """The expression with its steps as calls."""
        if not self.concerns(node, own):
            return node
        if isinstance(node, ast.Name):
            fetched = self.names.live | (frozenset() if own else self.names.touched)
            return (
                call("name", self.number(node), node, flag(node.id in self.names.live))
                if node.id in fetched
                else node
            )
        if isinstance(node, ast.Attribute):
            return call(
                "attribute",
                self.number(node),
                self.steps(node.value, own),
                ast.Constant(node.attr),
                flag(own),
            )
        if isinstance(node, ast.Subscript):
            return call(
                "entry",
                self.number(node),
                self.steps(node.value, own),
                self.index(node.slice, own),
                flag(own),
            )
        if isinstance(node, ast.Call):
            return self.call_step(node, own)
        return self.rebuilt(node, own)

    def call_step(self, node: ast.Call, own: bool) -> ast.Call:
        if self.names.is_observed(node):
            about = ast.Constant(ast.unparse(node.args[0]) if node.args else "")
            return call("observe", self.number(node), node.func, thunk(node), about)
        roots = sorted(self.names.objects_in(arguments_of(node))) if not own else []
        roots = thunk(ast.Tuple([ast.Name(name, ast.Load()) for name in roots], ast.Load()))
        caller = call("call", self.number(node), self.steps(node.func, own), roots, flag(own))
        arguments = [self.steps(part, own) for part in node.args]
        return ast.Call(
            caller, arguments, [ast.keyword(w.arg, self.steps(w.value, own)) for w in node.keywords]
        )

    def index(self, node: ast.expr, own: bool) -> ast.expr:
        """What stands in brackets, as an argument."""
        if isinstance(node, ast.Slice):
            ends = [node.lower, node.upper, node.step]
            return ast.Call(
                ast.Name("slice", ast.Load()),
                [self.steps(e, own) if e else ast.Constant(None) for e in ends],
                [],
            )
        if isinstance(node, ast.Tuple):
            return ast.Tuple([self.index(part, own) for part in node.elts], ast.Load())
        return self.steps(node, own)

    def rebuilt(self, node: ast.AST, own: bool) -> ast.AST:
        """The node with steps in its parts."""
        fields = {}
        for name, value in ast.iter_fields(node):
            if isinstance(value, list):
                value = [self.part(part, own) for part in value]
            elif isinstance(value, ast.AST):
                value = self.part(value, own)
            fields[name] = value
        return type(node)(**fields)

    def part(self, node: object, own: bool) -> object:
        if isinstance(node, ast.expr) and not isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del)):
            return self.steps(node, own)
        if isinstance(node, ast.comprehension):
            made = self.rebuilt(node, own)
            made.iter = self.iterated(node.iter, own)
            return made
        return node

    def iterated(self, node: ast.expr, own: bool = False) -> ast.expr:
        """What a loop goes through."""
        made = self.steps(node, own)
        if not self.concerns(node, own) or not self.names.stays(node):
            return made
        return call("iterate", self.number_of_loop(node), made, flag(own))

    def header(self, name: str, node: ast.expr) -> ast.expr:
        return self.iterated(node) if name == "iter" else self.steps(node)

    def number_of_loop(self, node: ast.expr) -> ast.Constant:
        self.loops.setdefault(id(node), ast.Pass())
        return self.number(self.loops[id(node)])


def flag(own: bool) -> ast.Constant:
    return ast.Constant(own)


class InnerMaker(Maker):
    """Makes the program for the student's process.

    Attributes:
        needed: the names that the program so far reads. A statement that binds one of them is kept whole;
            of others only the steps are.
        whole: keep all statements, as in the functions that a homework gives.
    """

    def __init__(self, names: Names, numbers: Numbers, marks: dict, needed: set[str], whole: bool):
        super().__init__(names, numbers, marks)
        self.needed, self.whole = needed, whole

    def block(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        return [made for statement in statements for made in self.made(statement)]

    def made(self, node: ast.stmt) -> list[ast.stmt]:
        """What is left of a statement."""
        if is_import(node) or isinstance(node, (ast.Pass, ast.Break, ast.Continue, ast.Global, ast.Nonlocal)):
            return [node]
        if isinstance(node, ast.ClassDef):
            return [node] if self.whole or node.name in self.needed else []
        if is_judged(node):
            return []
        if isinstance(node, ast.FunctionDef):
            return [with_body(node, self.block(node.body))] if self.whole or node.name in self.needed else []
        begin = self.begin(node)
        if isinstance(node, ast.Expr):
            made = self.expression(node)
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            made = self.assignment(node)
        elif isinstance(node, (ast.If, ast.While, ast.For, ast.With, ast.Try)):
            made = self.compound(node)
        elif isinstance(node, ast.Return):
            made = [ast.Return(node.value and self.steps(node.value))]
        elif isinstance(node, ast.Assert):
            made = self.parts([node.test])
        elif isinstance(node, ast.Raise):
            made = [self.rebuilt(node, False)]
        else:  # del and the like
            made = [node] if self.whole or reads(node) & self.needed else []
        return [begin, *made] if made else []

    def expression(self, node: ast.Expr) -> list[ast.stmt]:
        if check_of(node.value):
            return self.parts(judged_arguments(node.value)) + self.parts(wanted(node.value), own=True)
        if isinstance(node.value, ast.Constant) or calls_judged(node.value, self.names):
            return []
        base = base_of(node.value)
        if (
            isinstance(base, ast.Name)
            and base.id in self.names.imported
            and not reads(node) & self.names.both
        ):
            return [node, ast.Expr(call("seeded"))]  # torch.manual_seed and the like
        if is_own_function(node.value, self.names):
            return [ast.Expr(self.steps(node.value))] if self.whole or self.is_wanted_call(node.value) else []
        if self.whole and not reads(node) & self.names.both:
            return [node]
        if (
            not self.whole
            and isinstance(base, ast.Name)
            and isinstance(node.value, ast.Call)
            and base.id
            not in (
                self.names.both | self.names.observed | self.needed | self.names.imported | self.names.derived
            )
        ):
            return []  # `wanted.append(…)`
        if reads(node) & self.names.both:
            is_done = self.names.is_done(node)
            return [ast.Expr(done(self, node) if is_done else self.steps(node.value))]
        if is_backward(node) and isinstance(base, ast.Name) and base.id in self.names.derived:
            return [node]
        return [node] if isinstance(base, ast.Name) and base.id in self.needed else []

    def is_wanted_call(self, node: ast.Call) -> bool:
        """Whether a call of a function of the program has steps in it."""
        for definition in definitions(self.names.tree):
            if definition.name == node.func.id:
                own = {part.arg for part in ast.walk(definition) if isinstance(part, ast.arg)}
                if (reads(definition) - own) & (self.names.live | self.names.functions):
                    return True
        return bool(reads(node) & self.names.both)

    def assignment(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign) -> list[ast.stmt]:
        bound = stored(node)
        roots = {base.id for base in map(base_of, targets_of(node)) if isinstance(base, ast.Name)}
        if node.value is None:
            return []
        if self.whole or bound & self.needed or (roots - bound) & (self.names.both | self.needed):
            return [self.rebuilt(node, False)]
        return self.parts([node.value], own=not bound & self.names.observed)

    def compound(self, node: ast.If | ast.While | ast.For | ast.With | ast.Try) -> list[ast.stmt]:
        statement = self.statement
        blocks = {
            name: self.block(getattr(node, name))
            for name in ("body", "orelse", "finalbody")
            if hasattr(node, name)
        }
        handlers = [
            ast.ExceptHandler(h.type, h.name, self.block(h.body) or [ast.Pass()])
            for h in getattr(node, "handlers", [])
        ]
        self.statement = statement
        header = {}
        if isinstance(node, (ast.If, ast.While)):
            header = {"test": node.test}
        elif isinstance(node, ast.For):
            header = {"iter": node.iter}
        is_empty = not any(has_work(block) for block in (*blocks.values(), *(h.body for h in handlers)))
        keeps = isinstance(node, ast.For) and stored(node.target) & self.needed
        keeps = (
            keeps
            or isinstance(node, ast.With)
            and any(
                item.optional_vars is not None and stored(item.optional_vars) & self.needed
                for item in node.items
            )
        )
        if is_empty and not keeps and "iter" in header and self.names.stays(node.iter):
            return [ast.Expr(call("try", thunk(self.iterated(node.iter))))]
        if is_empty and not keeps:
            return self.parts(list(header.values()))
        fields = (
            dict(ast.iter_fields(node))
            | blocks
            | {name: self.header(name, part) for name, part in header.items()}
        )
        fields["body"] = fields["body"] or [ast.Pass()]
        if handlers:
            fields["handlers"] = handlers
        return [*with_marks(self, type(node)(**fields), node)]

    def parts(self, nodes: list[ast.expr], own: bool = False) -> list[ast.stmt]:
        """The steps of some expressions, each tried by itself; what surrounds them is left out."""
        found = [part for node in nodes for part in self.steps_in(node, own)]
        return [ast.Expr(call("try", thunk(self.steps(part, own)))) for part in found]

    def steps_in(self, node: ast.AST, own: bool) -> list[ast.expr]:
        """The largest parts of an expression that are steps."""
        if not self.concerns(node, own) or (own and isinstance(node, ast.Lambda)):
            return []
        if isinstance(node, ast.Name):
            return [node] if node.id in self.names.live or (not own and node.id in self.names.touched) else []
        if isinstance(node, CHAIN) and self.is_step(node, own):
            return [node]
        if isinstance(node, COMPREHENSIONS) and self.varies(node, own):
            kept = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
            return [ast.ListComp(ast.Tuple(kept, ast.Load()), node.generators)]
        if isinstance(node, COMPREHENSIONS) and any(self.names.stays(part.iter) for part in node.generators):
            loops = [ast.comprehension(part.target, part.iter, [], 0) for part in node.generators]
            return [ast.ListComp(ast.Constant(None), loops)]
        return [part for child in ast.iter_child_nodes(node) for part in self.steps_in(child, own)]

    def is_step(self, node: ast.expr, own: bool) -> bool:
        if any(self.names.is_observed(part) for part in calls_along(node)):
            return True
        names = self.names.maybe if own else self.names.both
        base = base_of(node)
        if isinstance(base, ast.Name) and base.id in names:
            return True
        return any(self.names.is_inner(part) for part in calls_along(node)) and (
            not own or self.concerns(node, own)
        )

    def varies(self, node: ast.expr, own: bool) -> bool:
        """Whether a comprehension takes steps for each of its entries."""
        targets = {name for part in node.generators for name in stored(part.target)}
        results = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        results += [test for part in node.generators for test in part.ifs]
        theirs = targets & self.names.both
        return any(
            isinstance(part, CHAIN)
            and reads(part) & theirs
            and (
                (isinstance(base_of(part), ast.Name) and base_of(part).id in theirs)
                or (isinstance(part, ast.Call) and self.names.is_inner(part))
            )
            for result in results
            for part in ast.walk(result)
        )


class OuterMaker(Maker):
    """Makes the judge's program: all of the test, with what came out in the place of the steps."""

    def __init__(self, names: Names, numbers: Numbers, marks: dict, inner: InnerMaker):
        super().__init__(names, numbers, marks)
        self.inner = inner

    def block(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        return [made for statement in statements for made in self.made(statement)]

    def made(self, node: ast.stmt) -> list[ast.stmt]:
        if is_import(node) or isinstance(node, (ast.Pass, ast.Break, ast.Continue, ast.Global, ast.Nonlocal)):
            return [node]
        if isinstance(node, ast.ClassDef):
            return [node]
        if isinstance(node, ast.FunctionDef):
            return [with_body(node, self.block(node.body))] if self.inner.made(node) else [node]
        twin = self.inner.made(node)
        if not twin:
            return [ast.Expr(call("aside")), node, ast.Expr(call("back"))] if is_simple(node) else [node]
        begin = self.begin(node)
        return [begin, *self.with_steps(node)]

    def with_steps(self, node: ast.stmt) -> list[ast.stmt]:
        if isinstance(node, ast.Expr):
            return self.expression(node)
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            return self.assignment(node)
        if isinstance(node, (ast.If, ast.While, ast.For, ast.With, ast.Try)):
            return self.compound(node)
        return [self.rebuilt(node, False)]

    def expression(self, node: ast.Expr) -> list[ast.stmt]:
        if check_of(node.value):
            value = node.value
            own = value.args[1:] if check_of(value) == "expect" else []
            arguments = [self.steps(part, part in own) for part in value.args]
            is_own = check_of(value) == "expect"
            words = [ast.keyword(word.arg, self.steps(word.value, is_own)) for word in value.keywords]
            return [ast.Expr(ast.Call(value.func, arguments, words))]
        if self.names.is_done(node):
            return [ast.Expr(done(self, node))]
        return [ast.Expr(self.steps(node.value))]

    def assignment(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign) -> list[ast.stmt]:
        bound = stored(node)
        kept = bound & self.inner.needed or self.inner.whole
        own = not kept and not bound & self.names.observed
        roots = [
            base
            for base in map(base_of, targets_of(node))
            if isinstance(base, ast.Name) and base.id not in bound
        ]
        roots = [base for base in roots if base.id in self.names.both]
        made = self.rebuilt(node, own)
        if not roots:
            return [made]
        ours = [call("ours", ast.Name(base.id, ast.Load())) for base in roots]
        return [ast.If(ast.BoolOp(ast.And(), ours) if len(ours) > 1 else ours[0], [made], [])]

    def compound(self, node: ast.If | ast.While | ast.For | ast.With | ast.Try) -> list[ast.stmt]:
        statement = self.statement
        fields = dict(ast.iter_fields(node))
        for name in ("body", "orelse", "finalbody"):
            if hasattr(node, name):
                fields[name] = self.block(getattr(node, name))
        if isinstance(node, ast.Try):
            fields["handlers"] = [
                ast.ExceptHandler(h.type, h.name, self.block(h.body)) for h in node.handlers
            ]
        self.statement = statement
        for name in ("test", "iter"):
            if hasattr(node, name):
                fields[name] = self.header(name, getattr(node, name))
        return [*with_marks(self, type(node)(**fields), node)]


def with_marks(maker: Maker, made: ast.stmt, node: ast.stmt) -> list[ast.stmt]:
    """A `with` statement, then the note that what it binds was used by what ran in it."""
    names = [
        item.optional_vars for item in getattr(node, "items", []) if isinstance(item.optional_vars, ast.Name)
    ]
    names = [name.id for name in names if name.id in maker.names.touched]
    if not names:
        return [made]
    key = maker.number(node.items[0])
    before = ast.Expr(call("before", key))
    return [before, made, *(ast.Expr(call("used", key, ast.Name(name, ast.Load()))) for name in names)]


def done(maker: Maker, node: ast.Expr) -> ast.Call:
    """A statement that is done for its effect, on one side or on the other."""
    roots = sorted((reads(node) & maker.names.both) | maker.names.objects_in([node.value]))
    roots = thunk(ast.Tuple([ast.Name(name, ast.Load()) for name in roots], ast.Load()))
    return call("do", maker.number(node), roots, thunk(node.value))


def is_backward(node: ast.Expr) -> bool:
    return isinstance(node.value, ast.Call) and dotted(node.value.func).endswith(".backward")


def calls_judged(node: ast.expr, names: Names) -> bool:
    """Whether an expression calls a function that is the judge's alone."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names.judged


def is_own_function(node: ast.expr, names: Names) -> bool:
    """Whether an expression calls a function of the course or of the program."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names.functions


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


def reads_all(node: ast.AST) -> set[str]:
    """All names that stand in a node but are not stored there."""
    return {
        part.id
        for part in ast.walk(node)
        if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Store)
    }


def text(block: list[ast.stmt]) -> str:
    return ast.unparse(ast.fix_missing_locations(ast.Module(block, [])))
