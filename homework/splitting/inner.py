"""Makes the inner program of a test, for the student's process."""

from __future__ import annotations

import ast

from homework.splitting.names import (
    Names,
    calls_judged,
    is_judged,
    is_own_function,
    is_sent,
    judged_arguments,
    wanted,
)
from homework.splitting.rewriting import Maker, Numbers, call, done, thunk, with_marks
from homework.splitting.syntax import (
    CHAIN,
    COMPREHENSIONS,
    base_of,
    calls_along,
    check_of,
    definitions,
    has_work,
    is_backward,
    reads,
    stays_as_it_is,
    stored,
    targets_of,
    with_body,
)


class InnerMaker(Maker):
    """Makes the program for the student's process.

    Attributes:
        needed: the names that the program so far reads. A statement that binds one of them is kept whole;
            of others only the steps are.
        whole: keep all statements, as in the functions that a homework gives.
        sent: the statements so far whose values the judge makes and sends.
    """

    def __init__(self, names: Names, numbers: Numbers, marks: dict, needed: set[str], whole: bool):
        super().__init__(names, numbers, marks)
        self.needed, self.whole = needed, whole
        self.sent: dict[int, ast.Assign] = {}

    def made(self, node: ast.stmt) -> list[ast.stmt]:
        """What is left of a statement."""
        if stays_as_it_is(node):
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
        if is_sent(node, self.names) and bound & self.needed:
            self.sent[id(node)] = node
            made = [(name, call("sent", ast.Constant(name))) for name in sorted(bound & self.needed)]
            return [ast.Assign([ast.Name(name, ast.Store())], value) for name, value in made]
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
        keeps = keeps or (
            isinstance(node, ast.With)
            and any(
                item.optional_vars is not None and stored(item.optional_vars) & self.needed
                for item in node.items
            )
        )
        if is_empty and not keeps and "iter" in header and self.is_iterated(node.iter, False):
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
            return [node] if node.id in (self.names.live if own else self.names.fetched) else []
        if isinstance(node, CHAIN) and self.is_step(node, own):
            return [node]
        if isinstance(node, COMPREHENSIONS) and self.varies(node, own):
            kept = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
            return [ast.ListComp(ast.Tuple(kept, ast.Load()), node.generators)]
        if isinstance(node, COMPREHENSIONS) and any(self.is_iterated(g.iter, own) for g in node.generators):
            loops = [ast.comprehension(part.target, part.iter, [], 0) for part in node.generators]
            return [ast.ListComp(ast.Constant(None), loops)]
        return [part for child in ast.iter_child_nodes(node) for part in self.steps_in(child, own)]

    def is_iterated(self, node: ast.expr, own: bool) -> bool:
        """Whether going through something is a step."""
        return self.concerns(node, own) and self.names.stays(node)

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
        return any(
            isinstance(part, CHAIN) and reads(part) & targets and self.is_step(part, own)
            for result in results
            for part in ast.walk(result)
        )
