"""Makes the outer program of a test, for the judge."""

from __future__ import annotations

import ast

from homework.splitting.inner import InnerMaker
from homework.splitting.names import Names
from homework.splitting.rewriting import Maker, Numbers, call, done, with_marks
from homework.splitting.syntax import (
    base_of,
    check_of,
    is_simple,
    stays_as_it_is,
    stored,
    targets_of,
    with_body,
)


class OuterMaker(Maker):
    """Makes the judge's program: all of the test, with what came out in the place of the steps."""

    def __init__(self, names: Names, numbers: Numbers, marks: dict, inner: InnerMaker):
        super().__init__(names, numbers, marks)
        self.inner = inner

    def made(self, node: ast.stmt) -> list[ast.stmt]:
        if stays_as_it_is(node):
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
