"""Writes an expression with its steps as calls; the two programs of a test share this."""

from __future__ import annotations

import ast

from homework.splitting.names import Names
from homework.splitting.syntax import arguments_of, reads

STEP = "__step_"


class Numbers:
    """Counts the steps of a whole homework."""

    def __init__(self):
        self.last = 0

    def next(self) -> int:
        self.last += 1
        return self.last


def call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(STEP + name, ast.Load()), list(arguments), [])


def thunk(body: ast.expr) -> ast.Lambda:
    return ast.Lambda(ast.arguments([], [], None, [], [], None, []), body)


def flag(own: bool) -> ast.Constant:
    return ast.Constant(own)


class Maker:
    """What the makers of both programs share: how an expression is written with its steps."""

    def __init__(self, names: Names, numbers: Numbers, marks: dict):
        self.names, self.numbers, self.marks, self.statement = names, numbers, marks, ""
        self.loops: dict[int, ast.AST] = marks.setdefault(
            0, {}
        )  # a loop's own step beside that of its iterable

    def block(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        """What the makers make of each statement, in order."""
        return [made for statement in statements for made in self.made(statement)]

    def made(self, node: ast.stmt) -> list[ast.stmt]:
        """What becomes of a statement."""
        raise NotImplementedError

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
        """Whether there can be a step in an expression. `own`: it makes a wanted value, the judge's own."""
        names = self.names.maybe if own else self.names.both | self.names.inputs
        return any(
            (isinstance(part, ast.Name) and part.id in names) or self.names.is_observed(part)
            for part in ast.walk(node)
        )

    def steps(self, node: ast.expr, own: bool = False) -> ast.expr:
        """The expression with its steps as calls."""
        if not self.concerns(node, own):
            return node
        if isinstance(node, ast.Name):
            fetched = self.names.live if own else self.names.fetched
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
            return call("observe", self.number(node), node.func, thunk(node))
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
